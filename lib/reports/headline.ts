/**
 * What a comparison has found, above all else: what follows from the tests in words, the figures of every cell, and every
 * difference with its interval and its test. Many differences are told group by group.
 */
import { counted } from "../basics/mod.ts";
import { type DifferenceFamily, scopeOf, statementParts } from "../comparison/mod.ts";
import {
  cellName,
  type DifferenceGroup,
  differenceGroups,
  differenceName,
  type Figures,
  MOST_BESIDE,
} from "./_cells.ts";
import type { Block, Inline, Section, TableBlock } from "./document.ts";
import { estimate, figure, type FigureFormat, pointerTo } from "./figure.ts";
import { plotBlock } from "./_pictures.ts";
import { section } from "./section.ts";
import { VERDICT_WORDS } from "./_words.ts";

/** The section that says what was found. */
export function headline(comparison: Figures): Section {
  return section("What was found", [
    ...statements(comparison),
    { type: "text", kind: "note", text: [scopeOf(comparison)] },
    ...overSeeds(comparison),
    cellTable(comparison),
    everyInterval(comparison),
    ...differencePlot(comparison),
    ...differenceTables(comparison),
  ], "headline(comparison)");
}

/** Every statement where they are few; of many how many are told apart, and those within details. */
function statements(comparison: Figures): Block[] {
  const { differences } = comparison.result;
  const all = differences.map((_, i): Block => ({
    type: "text",
    kind: "headline",
    text: statementParts(comparison, i),
  }));
  if (all.length <= MOST_BESIDE) return all;
  const groups = differenceGroups(comparison);
  return [
    ...(["templates", "policies"] as const).flatMap((family) => summaryOf(comparison, family)),
    ...groups.map((group): Block => ({
      type: "details",
      summary: groupTitle(group),
      blocks: group.differences.map((i) => ({ type: "text", text: statementParts(comparison, i) })),
    })),
  ];
}

/** Of training runs: what the seeds say of the settings, or that they cannot say it. */
function overSeeds(comparison: Figures): Block[] {
  const differences = comparison.result.training?.differences ?? [];
  if (differences.length === 0) return [];
  const alone = "Whether the settings differ is a question of seeds";
  const told = differences.flatMap(({ p }, i) => p === null ? [] : [seedStatement(comparison, i)]);
  if (told.length === 0) {
    return [{ type: "text", text: [`${alone}, and cannot be told here: it takes at least two seeds of each group.`] }];
  }
  const shown = told.slice(0, MOST_BESIDE).map((text): Block => ({ type: "text", text }));
  return [{ type: "text", text: [`${alone}:`] }, ...shown];
}

function seedStatement(comparison: Figures, index: number): Inline {
  const { a, b, verdict } = comparison.result.training!.differences[index]!;
  const at = (...path: readonly string[]) => pointerTo("training", "differences", index, ...path);
  const [before, after] = [cellName(comparison, a), cellName(comparison, b)];
  const words = verdict === "not_told_apart"
    ? `${after} and ${before} are not told apart over seeds`
    : `${after} is ${verdict} than ${before} over seeds`;
  const points = estimate(comparison, at("difference"), "points");
  return [`${words}: `, ...points, " points, corrected p ", figure(comparison, at("p_adjusted"), "p"), "."];
}

function differencePlot(comparison: Figures): Block[] {
  if (comparison.result.differences.length === 0) return [];
  const caption =
    "Differences of strict accuracy in points, each with its own 95 % interval; colour and shape tell what the " +
    "corrected test says.";
  return [plotBlock("plotDifferences", comparison, caption)];
}

const PAIRS_OF: Readonly<Record<DifferenceFamily, string>> = {
  templates: "pairs of templates by the same policy",
  policies: "pairs of policies with the same template",
};

function summaryOf({ result }: Figures, family: DifferenceFamily): Block[] {
  const all = result.differences.filter((difference) => difference.family === family);
  if (all.length === 0) return [];
  const told = all.filter(({ verdict }) => verdict !== "not_told_apart").length;
  const text = `Of ${all.length} ${PAIRS_OF[family]}, ${told} ${
    told === 1 ? "is" : "are"
  } told apart after correction for all of them.`;
  return [{ type: "text", kind: "headline", text: [text] }];
}

function groupTitle({ name, differences }: DifferenceGroup): string {
  return `${name} (${counted(differences.length, "difference")})`;
}

interface CellColumn {
  readonly key: string;
  readonly name: string;
  readonly format: FigureFormat;
  readonly meaning: string;
}

const COLUMNS: readonly CellColumn[] = [
  { key: "correct", name: "accuracy", format: "share", meaning: "Share of completions whose boxed answer is right" },
  { key: "lenient", name: "lenient", format: "share", meaning: "Share whose final answer is right, boxed or not" },
  { key: "format", name: "format", format: "share", meaning: "Share that ended by itself with a box that can be read" },
  { key: "truncated", name: "cut off", format: "share", meaning: "Share that was cut off by the token limit" },
  { key: "completion_tokens", name: "tokens", format: "tokens", meaning: "Mean tokens of a completion" },
  {
    key: "tokens_per_correct",
    name: "tokens per right answer",
    format: "tokens",
    meaning: "All tokens of completions divided by the right ones among them",
  },
];

function cellTable(comparison: Figures): TableBlock {
  const { result } = comparison;
  const rows = result.cells.map((cell, i): Inline[] => [
    [cellName(comparison, i)],
    estimate(comparison, pointerTo("cells", i, "correct"), "share"),
    ...COLUMNS.slice(1).map(({ key, format }): Inline =>
      cell[key as "tokens_per_correct"] === null
        ? ["–"]
        : [figure(comparison, pointerTo("cells", i, key, "value"), format)]
    ),
    [cell.on_front ? "yes" : "no"],
  ]);
  return {
    type: "table",
    caption: "What each came to: accuracy with its 95 % interval",
    columns: [
      { name: "" },
      ...COLUMNS.map(({ name, meaning }) => ({ name, meaning, number: true })),
      { name: "on the front", meaning: "None of its policy is as accurate for fewer tokens" },
    ],
    rows,
  };
}

/** The other intervals, and what only several completions a problem have. */
function everyInterval(comparison: Figures): Block {
  const { cells } = comparison.result;
  const sizes = [...new Set(cells.flatMap(({ pass_at }) => Object.keys(pass_at)))].sort((a, b) =>
    Number(a) - Number(b)
  );
  const columns: readonly CellColumn[] = [
    ...COLUMNS,
    { key: "reward", name: "reward", format: "share", meaning: "Mean reward" },
  ];
  const passed = sizes.map((k) => ({
    name: `pass@${k}`,
    number: true,
    meaning: `Share of problems solved in ${k} tries`,
  }));
  const rows = cells.map((cell, i): Inline[] => [
    [cellName(comparison, i)],
    ...columns.map(({ key, format }): Inline =>
      cell[key as "tokens_per_correct"] === null ? ["–"] : estimate(comparison, pointerTo("cells", i, key), format)
    ),
    ...sizes.map((k): Inline =>
      Object.hasOwn(cell.pass_at, k) ? estimate(comparison, pointerTo("cells", i, "pass_at", k), "share") : ["–"]
    ),
  ]);
  return {
    type: "details",
    summary: "Every figure with its interval",
    blocks: [{
      type: "table",
      caption: "Every figure with its 95 % interval",
      columns: [{ name: "" }, ...columns.map(({ name, meaning }) => ({ name, meaning, number: true })), ...passed],
      rows,
    }],
  };
}

function differenceTables(comparison: Figures): Block[] {
  const groups = differenceGroups(comparison);
  if (groups.length === 1) return groups.map((group) => differenceTable(comparison, group));
  return groups.map((group) => ({
    type: "details",
    summary: `Differences between ${groupTitle(group)}`,
    blocks: [differenceTable(comparison, group)],
  }));
}

const DIFFERENCE_COLUMNS: TableBlock["columns"] = [
  { name: "" },
  { name: "points", number: true, meaning: "Difference of accuracy in percentage points, with its 95 % interval" },
  { name: "gained", number: true, meaning: "Problems of which the first solves more completions" },
  { name: "lost", number: true, meaning: "Problems of which the other solves more" },
  { name: "p", number: true, meaning: "Of this test by itself" },
  { name: "corrected p", number: true, meaning: "Corrected by Holm for all tests of its family" },
  { name: "verdict", meaning: "What follows at level 0.05 after correction" },
  {
    name: "problems needed",
    number: true,
    meaning: "Problems at which a difference as large as the one seen is told with probability 0.8",
  },
  {
    name: "least difference",
    number: true,
    meaning: "The smallest difference, in points, that so many problems tell with probability 0.8",
  },
];

function differenceTable(comparison: Figures, { name, differences }: DifferenceGroup): TableBlock {
  const rows = differences.map((index): Inline[] => {
    const at = (...path: readonly string[]) => pointerTo("differences", index, ...path);
    const one = (key: string, format: FigureFormat): Inline => [figure(comparison, at(key), format)];
    const verdict = comparison.result.differences[index]?.verdict ?? "not_told_apart";
    return [
      [differenceName(comparison, index)],
      estimate(comparison, at("difference"), "points"),
      one("gained", "count"),
      one("lost", "count"),
      one("p", "p"),
      one("p_adjusted", "p"),
      [VERDICT_WORDS[verdict]],
      one("problems_needed", "count"),
      one("least_difference", "points"),
    ];
  });
  return { type: "table", caption: `Differences of accuracy between ${name}`, columns: DIFFERENCE_COLUMNS, rows };
}
