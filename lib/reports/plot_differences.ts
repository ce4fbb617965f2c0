/** Every difference with its interval and a line at zero, coloured by what the test says. */
import type { Difference, SeedDifference, Verdict } from "../comparison/mod.ts";
import { Plot, plotLook, type PlotSize } from "../plots/mod.ts";
import { pointerTo } from "./figure.ts";
import { endsOf, type PlotCells, plotCells, type PlottedComparison, shortNumber } from "./_plot_cells.ts";
import { type Forest, forestFigure, type ForestPanel, type ForestRow, LESS } from "./_plot_forest.ts";
import { nothingFigure } from "./_plot_nothing.ts";
import { estimateText, figureText } from "./_plot_text.ts";

/** Rows that are drawn; of more differences those that the test says most of. */
const MOST_ROWS = 40;

const TITLE = "Differences in accuracy";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  not_told_apart: "not told apart",
};

/** Blue and orange, which the colour-blind tell apart, and each with a shape of its own. */
const KINDS: Forest["kinds"] = [
  { name: VERDICTS.better, colour: "#2486cc", shape: "triangle-up" },
  { name: VERDICTS.worse, colour: "#d9641f", shape: "triangle-down" },
  { name: VERDICTS.not_told_apart, colour: plotLook.grey, shape: "circle" },
];

/**
 * Plots every difference in strict accuracy, in points with its 95 % interval, the largest on top, and a line at zero.
 * Colour and shape tell what the test says of the first named, after the correction for all differences of the family;
 * the intervals are each of one difference by itself. Templates are compared within each policy, policies with each
 * template; of training runs also what differs between the settings, with the seeds as observations. Of more than 40
 * those with the smallest corrected p-values are drawn.
 * @throws {TypeError} when it is no comparison, or there is no such option
 * @throws {RangeError} when an option is out of range
 */
export function plotDifferences(comparison: PlottedComparison, options: PlotSize = {}): Plot {
  const size = plotLook.size(options, "plotDifferences");
  const cells = plotCells(comparison, "plotDifferences");
  const found = entriesOf(comparison, cells);
  if (found.length === 0) return new Plot(nothingFigure(TITLE, "there is nothing to compare with", size.width));
  const shown = found.length <= MOST_ROWS ? found : found.toSorted(byWeight).slice(0, MOST_ROWS);
  const notes = [
    "the first named less the second; 95 % intervals, each by itself",
    "better and worse: corrected p below 0.05",
    ...(shown.length < found.length ? [`${MOST_ROWS} of ${found.length}, by the smallest corrected p`] : []),
  ];
  const forest: Forest = {
    title: TITLE,
    notes,
    axis: "difference, points of accuracy",
    format: "+~r",
    bounds: [-100, 100],
    zero: true,
    panels: panelsOf(shown),
    kinds: KINDS,
    plain: false,
    more: "test",
    size,
  };
  return new Plot(forestFigure(forest));
}

/** A difference on its way to a row. */
interface Entry {
  readonly panel: string;
  readonly row: ForestRow;
  /** What decides who is left out: small is kept. */
  readonly weight: number;
}

function byWeight(a: Entry, b: Entry): number {
  return a.weight - b.weight || Math.abs(b.row.value) - Math.abs(a.row.value);
}

function entriesOf(comparison: PlottedComparison, { cells, policies, templates }: PlotCells): Entry[] {
  const { differences, training } = comparison.result;
  const paired = differences.flatMap((one, i): Entry[] => {
    const [a, b] = [cells[one.a], cells[one.b]];
    if (a === undefined || b === undefined) return [];
    const [of, panel] = one.family === "templates"
      ? ["template", policies.length > 1 ? `templates, by ${a.policy}` : ""] as const
      : ["policy", templates.length > 1 ? `policies, with ${a.template}` : ""] as const;
    return [{ panel, weight: one.p_adjusted, row: rowOf(a[of], b[of], one, comparison, pointerTo("differences", i)) }];
  });
  const seeds = training?.differences.flatMap((one, i): Entry[] => {
    const [a, b] = [cells[one.a], cells[one.b]];
    if (a === undefined || b === undefined) return [];
    const row = rowOf(a.policy, b.policy, one, comparison, pointerTo("training", "differences", i));
    return [{ panel: "these settings: over seeds", weight: one.p_adjusted ?? 1, row }];
  }) ?? [];
  if (seeds.length === 0) return paired;
  return [
    ...paired.map((entry) => ({ ...entry, panel: "these weights: paired by problem" })),
    ...seeds,
  ];
}

/** @param at where the difference stands in the result */
function rowOf(
  from: string,
  to: string,
  one: Difference | SeedDifference,
  comparison: PlottedComparison,
  at: string,
): ForestRow {
  const p = (key: string) => figureText(comparison, `${at}/${key}`, "p");
  const more = one.p === null ? "a single seed tells nothing of chance" : `p ${p("p")}, corrected ${p("p_adjusted")}`;
  return {
    name: `${to}${LESS}${from}`,
    value: shortNumber(100 * one.difference.value),
    ...endsOf(one.difference, 100),
    shown: estimateText(comparison, `${at}/difference`, "points"),
    kind: VERDICTS[one.verdict],
    more: "gained" in one ? `${more}; solves ${one.gained} more, loses ${one.lost}` : more,
  };
}

/** The panels in the order of the comparison, the largest difference of each on top; names that repeat are numbered. */
function panelsOf(entries: readonly Entry[]): ForestPanel[] {
  return [...Map.groupBy(entries, ({ panel }) => panel)].map(([title, own]) => {
    const rows = own.map(({ row }) => row).sort((a, b) => b.value - a.value);
    const names = plotLook.distinct(rows.map(({ name }) => name));
    return { title, rows: rows.map((row, i) => ({ ...row, name: names[i]! })) };
  });
}
