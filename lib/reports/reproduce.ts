/** All that is needed to make a comparison again, and what to know about its statistics. */
import { isAbsolute } from "node:path";
import { clip } from "../basics/mod.ts";
import type { IntervalMethod } from "../comparison/mod.ts";
import { named } from "./_cells.ts";
import { lineDiff } from "./diff.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Section, TableBlock } from "./document.ts";
import { section } from "./section.ts";
import { templateText } from "./template_text.ts";

/** Longest text of a template or a configuration that is shown. */
const LONGEST_TEXT = 20_000;

/** The section that says how to do it again. */
export function howToReproduce(comparison: ComparedFigures): Section {
  const { facts } = comparison;
  return section("How to reproduce it", [
    { type: "code", caption: "The command", language: "sh", text: clip(facts.command, LONGEST_TEXT) },
    { type: "text", text: [recordsText(comparison)] },
    ...statisticsNotes(comparison),
    ...templateBlocks(comparison),
    {
      type: "details",
      summary: "Configuration",
      blocks: [{
        type: "code",
        caption: "The settings that applied to all; where they differed they are left out",
        language: "json",
        text: clip(JSON.stringify(facts.config, null, 2), LONGEST_TEXT),
      }],
    },
    { type: "details", summary: "Versions and records", blocks: [versionTable(comparison), recordTable(comparison)] },
  ], "howToReproduce(comparison)");
}

function recordsText({ facts }: ComparedFigures): string {
  return "In the folder of the comparison lie comparison.json, which says what was compared, and result.json, which holds every figure " +
    "that is shown here: each figure of the page carries the place that it has there. The figures follow from the records of " +
    `the answers and from seed ${facts.seed} alone; the same command works them out anew, and asks only what is not recorded.`;
}

/** What applies here of what there is to know. */
function statisticsNotes(comparison: ComparedFigures): Block[] {
  const { result, facts } = comparison;
  const tests = new Set(result.differences.map(({ test }) => test));
  const methods = methodsOf(comparison);
  const notes = [
    "All were asked the same problems, so they are compared problem by problem. What is tested is strict accuracy: the boxed " +
    "answer is right.",
    tests.has("mcnemar")
      ? "With one completion a problem the test is McNemar's, exact and two-sided, on the problems that only one side solves."
      : "",
    tests.has("sign_flip")
      ? "With several completions a problem the test flips the signs of the differences of whole problems; it is exact and " +
        "two-sided. Completions of one problem are not independent of each other, problems are."
      : "",
    result.differences.length > 1
      ? "Of several differences the p-values are corrected by Holm's method, within each family: all pairs of templates, and " +
        "all pairs of policies. “Better” and “worse” are said only where the corrected value is below 0.05. Intervals " +
        "are not corrected: each holds its difference by itself in 95 % of such comparisons, so one that leaves out zero " +
        "can belong to a difference that is not told apart."
      : "“Better” and “worse” are said only where p is below 0.05.",
    "“Not told apart” does not mean equal. How many problems would tell a difference as large as the one seen with probability " +
    "0.8 stands beside it; as an estimate it is as uncertain as the difference.",
    ...METHODS.flatMap(([method, text]) => methods.has(method) ? [text] : []),
    facts.kind === "templates"
      ? "Intervals and tests are about problems: what would change if others like them were asked. They say nothing of what " +
        "another training seed would give."
      : "Intervals of accuracies and paired differences are about problems; what is said over seeds stands under Training.",
  ].filter((note) => note !== "");
  return [{
    type: "details",
    summary: "What to know about the statistics",
    blocks: notes.map((note) => ({ type: "text", text: [note] })),
  }];
}

const METHODS: readonly (readonly [IntervalMethod, string])[] = [
  ["wilson", "Intervals of shares with one completion a problem are Wilson's score intervals."],
  [
    "tango",
    "Intervals of differences with one completion a problem are Tango's score intervals for paired proportions.",
  ],
  [
    "bootstrap",
    "Intervals of means, and of everything with several completions a problem, come from a bootstrap that draws problems, with " +
    "the completions they have (BCa: corrected for bias and skew).",
  ],
  ["t", "Intervals over seeds are Student's."],
];

function methodsOf({ result: { cells, differences, training } }: ComparedFigures): ReadonlySet<IntervalMethod> {
  return new Set([
    ...cells.flatMap(({ correct, completion_tokens }) => [correct.method, completion_tokens.method]),
    ...differences.map(({ difference }) => difference.method),
    ...(training?.groups ?? []).map(({ final }) => final.method),
  ]);
}

/** The text of each template, and what is different from the first. */
function templateBlocks({ facts: { templates } }: ComparedFigures): Block[] {
  const texts = templates.map((template) => clip(templateText(template), LONGEST_TEXT));
  const [first] = templates;
  const files = templates.map(({ name }, i): Block => ({
    type: "details",
    summary: `Template ${named(name)}`,
    blocks: [
      { type: "code", caption: `The text of ${named(name)}`, language: "yaml", text: (texts[i] ?? "").trimEnd() },
      ...(i === 0 || first === undefined ? [] : [{
        type: "diff" as const,
        caption: `${named(name)} (+) held against ${named(first.name)} (-)`,
        lines: lineDiff(texts[0] ?? "", texts[i] ?? ""),
      }]),
    ],
  }));
  return files;
}

function versionTable({ facts }: ComparedFigures): TableBlock {
  return {
    type: "table",
    caption: "Versions",
    columns: [{ name: "of" }, { name: "version" }],
    rows: Object.entries(facts.versions).map(([name, version]) => [[named(name)], [named(version)]]),
  };
}

function recordTable(comparison: ComparedFigures): TableBlock {
  return {
    type: "table",
    caption: "Where the answers are recorded, from the folder of the comparison",
    columns: [{ name: "" }, { name: "records" }],
    rows: comparison.facts.cells.map((
      { name, records },
    ) => [[named(name)], [records.map(nearPath).join("\n")]]),
  };
}

/** A path that leads far out tells of somebody's folders: then its end. */
function nearPath(path: string): string {
  const parts = path.split("/");
  const isFar = parts.filter((part) => part === "..").length > 2 || isAbsolute(path) || /^\w:|\\/.test(path);
  return clip(isFar ? `…/${parts.slice(-2).join("/")}` : path, 300);
}
