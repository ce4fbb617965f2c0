/** Training runs in the tables of a comparison: what each group came to, its curve in small, and what follows over seeds. */
import {
  type Column,
  counted,
  escapeHtml,
  type Show,
  sparkSvg,
  sparkText,
  tableHtml,
  tableText,
} from "../basics/mod.ts";
import { withInterval } from "./_numbers.ts";
import { seedStatementOf } from "./run_statements.ts";
import type { ComparisonResult, GroupFigures } from "./types.ts";

/** More groups, and more statements, than this are not listed. */
const MOST_LISTED = 20;

const COLUMNS: readonly Column<GroupFigures>[] = [
  { name: "configuration", text: ({ name }) => name, width: 60 },
  {
    name: "seeds",
    text: ({ seeds }) => String(seeds.length),
    number: true,
    meaning: "runs that differ in nothing else",
  },
  { name: "steps", text: ({ steps }) => rangeText(steps), number: true, meaning: "done at the last evaluation" },
  {
    name: "held-out accuracy",
    text: ({ final }) => withInterval(final),
    number: true,
    meaning: "mean over seeds at the last evaluation, with Student's 95 % interval",
  },
  {
    name: "over steps",
    text: ({ curve }) => sparkText(pointsOf(curve), 24),
    html: ({ curve, name }) => sparkSvg(pointsOf(curve), `held-out accuracy of ${name}`),
    meaning: "mean over the seeds that were evaluated there",
  },
  {
    name: "tokens",
    text: ({ tokens }) => countText(tokens),
    number: true,
    meaning: "read, drawn and trained on, a run",
  },
  {
    name: "seconds",
    text: ({ seconds }) => countText(seconds),
    number: true,
    meaning: "in steps and evaluations, a run",
  },
];

function pointsOf(curve: GroupFigures["curve"]): { readonly step: number; readonly value: number }[] {
  return curve.map(({ step, estimate }) => ({ step, value: estimate.value }));
}

function rangeText(steps: readonly number[]): string {
  const [low, high] = [Math.min(...steps), Math.max(...steps)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function countText(count: number | null): string {
  return count === null ? "-" : Math.round(count).toLocaleString("en-US");
}

/** The groups and what follows over seeds, as text; nothing where no runs were compared. */
export function trainingText(result: ComparisonResult): string {
  if (result.training === undefined) return "";
  const { groups } = result.training;
  const more = Math.max(0, groups.length - MOST_LISTED);
  const table = tableText(COLUMNS, groups.slice(0, MOST_LISTED), { caption: CAPTION, more });
  const lines = statements(result);
  return [table, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

/** The same as HTML. */
export function trainingHtml(result: ComparisonResult, show: Show): string {
  if (result.training === undefined) return "";
  const { groups } = result.training;
  const more = Math.max(0, groups.length - MOST_LISTED);
  const lines = statements(result).map((line) => `<div style="margin:4px 7px">${escapeHtml(line)}</div>`);
  return tableHtml(COLUMNS, groups.slice(0, MOST_LISTED), { caption: CAPTION, more }, show) + lines.join("");
}

const CAPTION = "Training runs, over seeds";

/** More pairs of which nothing can be told than this are told of together. */
const MOST_UNTESTED = 3;

function statements(result: ComparisonResult): string[] {
  const differences = result.training?.differences ?? [];
  const [tested, untested] = [true, false].map((isTested) =>
    [...differences.keys()].filter((i) => (differences[i]!.p !== null) === isTested)
  ) as [number[], number[]];
  const listed = [...tested.slice(0, MOST_LISTED), ...(untested.length > MOST_UNTESTED ? [] : untested)];
  const more = Math.max(0, tested.length - MOST_LISTED);
  return [
    ...listed.map((i) => seedStatementOf({ result }, i)),
    ...(more > 0 ? [`... and ${counted(more, "pair")} more.`] : []),
    ...(untested.length > MOST_UNTESTED
      ? [
        `Whether settings differ cannot be told for ${
          counted(untested.length, "pair")
        }: it takes several seeds on both ` +
        "sides, that do not all come out alike.",
      ]
      : []),
  ];
}
