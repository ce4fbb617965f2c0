/** How often each cell was right: points with 95 % intervals, a panel a policy. */
import { Plot, plotLook, type PlotSize } from "../plots/mod.ts";
import { pointerTo } from "./figure.ts";
import { colourOf, endsOf, type PlotCell, type PlotCells, plotCells, type PlottedComparison } from "./_plot_cells.ts";
import { type Forest, forestFigure, type ForestPanel, type ForestRow } from "./_plot_forest.ts";
import { estimateText, figureText } from "./_plot_text.ts";

/** Rows that are drawn; of more cells the first. */
const MOST_ROWS = 60;

/**
 * Plots the strict accuracy of each cell with its 95 % interval: a panel a policy with its templates, or one panel where
 * there is one policy or one template. Intervals that overlap say little about a difference: the answers are paired.
 * @throws {TypeError} when it is no comparison, or there is no such option
 * @throws {RangeError} when an option is out of range
 */
export function plotAccuracy(comparison: PlottedComparison, options: PlotSize = {}): Plot {
  const size = plotLook.size(options, "plotAccuracy");
  const all = plotCells(comparison, "plotAccuracy");
  const shown = { ...all, cells: all.cells.slice(0, MOST_ROWS) };
  const { problems, samples } = comparison.facts;
  const asked = `${problems.toLocaleString("en-US")} problems${samples > 1 ? `, ${samples} completions each` : ""}`;
  const forest: Forest = {
    title: "Accuracy",
    notes: [
      `${asked}; 95 % intervals`,
      ...(shown.cells.length < all.cells.length ? [`the first ${MOST_ROWS} of ${all.cells.length}`] : []),
    ],
    axis: "strict accuracy",
    format: ".3~f",
    bounds: [0, 1],
    zero: false,
    panels: panelsOf(shown, comparison),
    kinds: kindsOf(shown),
    plain: true,
    more: "tokens a completion",
    size,
  };
  return new Plot(forestFigure(forest));
}

function panelsOf({ cells, policies, templates }: PlotCells, comparison: PlottedComparison): ForestPanel[] {
  if (policies.length > 1 && templates.length === 1) {
    return [{ title: "", rows: cells.map((cell) => rowOf(cell, cell.policy, comparison)) }];
  }
  return policies.flatMap((policy) => {
    const own = cells.filter((cell) => cell.policy === policy);
    const rows = own.map((cell) => rowOf(cell, cell.template, comparison));
    return rows.length === 0 ? [] : [{ title: policies.length === 1 ? "" : policy, rows }];
  });
}

function kindsOf({ templates, policies }: PlotCells): Forest["kinds"] {
  const names = policies.length > 1 && templates.length === 1 ? policies : templates;
  return names.map((name, i) => ({ name, colour: colourOf(i), shape: "circle" }));
}

function rowOf({ index, figures: { correct } }: PlotCell, name: string, comparison: PlottedComparison): ForestRow {
  return {
    name,
    kind: name,
    value: correct.value,
    ...endsOf(correct),
    shown: estimateText(comparison, pointerTo("cells", index, "correct"), "share"),
    more: figureText(comparison, pointerTo("cells", index, "completion_tokens", "value"), "tokens"),
  };
}
