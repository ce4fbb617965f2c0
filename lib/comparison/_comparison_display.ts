/**
 * A comparison as people see it, in HTML and in text: the cells with their intervals, the differences with what the tests
 * say, the same in words, and where it lies. Names come from anywhere: they are stripped, cut and escaped.
 */
import { type Column, counted, escapeHtml, oneLine, type Show, tableHtml, tableText } from "../basics/mod.ts";
import { pointsWithInterval, pText, withInterval } from "./_numbers.ts";
import { trainingHtml, trainingText } from "./_run_display.ts";
import { scopeOf, statementText } from "./statements.ts";
import type { CellFigures, ComparisonFacts, ComparisonResult, Difference, Verdict } from "./types.ts";

/** What is shown. */
export interface ShownComparison {
  readonly title: string;
  readonly path: string | null;
  readonly facts: ComparisonFacts;
  readonly result: ComparisonResult;
  readonly notices: readonly string[];
}

/** Rows of a table, and sentences, that are shown; a report has all of them. */
const MOST_ROWS = 30;
const MOST_STATEMENTS = 12;

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  not_told_apart: "not told apart",
};

/** Tables and sentences for a terminal. */
export function comparisonText(shown: ShownComparison): string {
  return [
    tableText(cellColumns(shown.result), shown.result.cells.slice(0, MOST_ROWS), cellOptions(shown)),
    ...differenceTables(shown).map(({ columns, rows, options }) => tableText(columns, rows, options)),
    [...statements(shown), scopeOf(shown)].join("\n"),
    trainingText(shown.result),
    ...(shown.notices.length === 0 ? [] : [shown.notices.map((notice) => oneLine(notice, 600)).join("\n")]),
    placeText(shown),
  ].filter((part) => part !== "").join("\n\n");
}

/** The same for a notebook. */
export function comparisonHtml(shown: ShownComparison, show: Show): string {
  const faint = (text: string) => `<div style="opacity:0.75;font-size:12px">${escapeHtml(text)}</div>`;
  const said = statements(shown).map((text) => `<li>${escapeHtml(text)}</li>`);
  return [
    tableHtml(cellColumns(shown.result), shown.result.cells.slice(0, MOST_ROWS), cellOptions(shown), show),
    ...differenceTables(shown).map(({ columns, rows, options }) => tableHtml(columns, rows, options, show)),
    said.length === 0 ? "" : `<ul style="margin:6px 0;padding-left:20px">${said.join("")}</ul>`,
    faint(scopeOf(shown)),
    trainingHtml(shown.result, show),
    ...shown.notices.map((notice) => `<div><strong>${escapeHtml(oneLine(notice, 600))}</strong></div>`),
    faint(`${placeText(shown)}${reportHint(shown)}`),
  ].join("");
}

function cellOptions({ title, facts, result }: ShownComparison): { caption: string; more: number; notes: string[] } {
  const { kind, problems, problem_set, samples, temperature, max_tokens } = facts;
  const drawn = samples === 1 ? "" : kind === "runs" ? ", one completion a seed" : `, ${samples} completions each`;
  return {
    caption: title,
    more: Math.max(0, result.cells.length - MOST_ROWS),
    notes: [
      `${counted(problems, "problem")} of ${oneLine(problem_set, 80)}${drawn}, temperature ${temperature}, ` +
      `max_tokens ${max_tokens}; 95 % intervals over problems`,
      ...(result.cells.length > 1 ? ["* on the front of accuracy against tokens"] : []),
    ],
  };
}

function cellColumns({ cells }: ComparisonResult): Column<CellFigures>[] {
  const largest = Math.max(...cells.map(({ samples }) => samples));
  const hasFront = cells.length > 1;
  const pass: Column<CellFigures> = {
    ...{ name: `pass@${largest}`, number: true },
    text: ({ pass_at }) => {
      const estimate = pass_at[String(largest)];
      return estimate === undefined ? "-" : withInterval(estimate);
    },
  };
  return [
    { name: "", text: ({ name, on_front }) => `${oneLine(name, 60)}${hasFront && on_front ? " *" : ""}`, width: 64 },
    { name: "correct", number: true, text: ({ correct }) => withInterval(correct), meaning: "strict accuracy" },
    ...(cells.some(({ pass_at }) => String(largest) in pass_at) ? [pass] : []),
    { name: "lenient", number: true, text: ({ lenient }) => lenient.value.toFixed(3) },
    { name: "format", number: true, text: ({ format }) => format.value.toFixed(3) },
    { name: "truncated", number: true, text: ({ truncated }) => truncated.value.toFixed(3) },
    { name: "tokens", number: true, text: (cell) => withInterval(cell.completion_tokens, 1) },
    {
      ...{ name: "tokens per correct", number: true, meaning: "tokens of all completions by the right ones" },
      text: ({ tokens_per_correct }) => tokens_per_correct === null ? "-" : withInterval(tokens_per_correct, 0),
    },
  ];
}

interface DifferenceTable {
  readonly columns: readonly Column<Difference>[];
  readonly rows: readonly Difference[];
  readonly options: { readonly caption: string; readonly more: number; readonly notes: readonly string[] };
}

function differenceTables({ result }: ShownComparison): DifferenceTable[] {
  const { cells, differences } = result;
  if (differences.length === 0) return [];
  const name = (cell: number) => oneLine(cells[cell]?.name ?? "", 60);
  const columns: Column<Difference>[] = [
    { name: "", text: ({ a, b }) => `${name(b)} less ${name(a)}`, width: 100 },
    { name: "points", number: true, text: ({ difference }) => pointsWithInterval(difference) },
    { name: "gained", number: true, text: ({ gained }) => String(gained), meaning: "problems solved more often" },
    { name: "lost", number: true, text: ({ lost }) => String(lost), meaning: "problems solved less often" },
    { name: "p, corrected", number: true, text: ({ p_adjusted }) => pText(p_adjusted).replace("p = ", "") },
    { name: "", text: ({ verdict }) => VERDICTS[verdict] },
  ];
  const options = {
    caption: "Differences, paired by problem",
    more: Math.max(0, differences.length - MOST_ROWS),
    notes: differences.length > 1 ? ["intervals are of each difference by itself, and not corrected"] : [],
  };
  return [{ columns, rows: differences.slice(0, MOST_ROWS), options }];
}

function statements(shown: ShownComparison): string[] {
  const { length } = shown.result.differences;
  const said = Array.from({ length: Math.min(length, MOST_STATEMENTS) }, (_, i) => statementText(shown, i));
  return length <= MOST_STATEMENTS ? said : [...said, `... and ${length - MOST_STATEMENTS} more, in the report.`];
}

function placeText({ path }: ShownComparison): string {
  return path === null ? "Not recorded." : `Recorded in ${oneLine(path, 300)}.`;
}

/** For notebooks alone: the command line writes a report, or says how. */
function reportHint({ path }: ShownComparison): string {
  return path === null ? "" : ` A report of it: deno task report ${oneLine(path, 300)}`;
}
