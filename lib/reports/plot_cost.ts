/** What accuracy costs: tokens of a completion against strict accuracy, with the Pareto front. */
import { Plot, type PlotDrawing, plotLook, type PlotSize, type PlotSpec } from "../plots/mod.ts";
import { pointerTo } from "./figure.ts";
import { domainOf, endsOf, type PlotCell, type PlotCells, plotCells, type PlottedComparison } from "./_plot_cells.ts";
import { placeLabels } from "./_plot_labels.ts";
import { estimateText, figureText, textTable } from "./_plot_text.ts";

/** Cells with a label beside their point; of more the pointer tells. */
const MOST_LABELS = 16;

/** Cells that are drawn. */
const MOST_CELLS = 200;

const SHAPES = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
];

/**
 * Plots mean tokens of a completion against strict accuracy, both with their 95 % intervals. The stepped line is the Pareto
 * front of each policy, of training runs of all groups: none is as accurate for fewer tokens, or more accurate for as many.
 * @throws {TypeError} when it is no comparison, or there is no such option
 * @throws {RangeError} when an option is out of range
 */
export function plotCost(comparison: PlottedComparison, options: PlotSize = {}): Plot {
  const { width, height } = plotLook.size({ height: 300, ...options }, "plotCost");
  const all = plotCells(comparison, "plotCost");
  const cost: Cost = { ...all, comparison, cells: all.cells.slice(0, MOST_CELLS), width: width - 70, height };
  const fronts = frontsOf(cost).length;
  const of = fronts > 1 ? "the Pareto front of each policy" : "the Pareto front";
  const notes = [
    fronts === 0 ? "95 % intervals" : `95 % intervals; stepped: ${of}, as accurate for fewer tokens there is none`,
    ...(cost.cells.length < all.cells.length ? [`the first ${MOST_CELLS} of ${all.cells.length}`] : []),
  ];
  const rows = cost.cells.map(({ index, name, figures: { on_front } }) => [
    name,
    `${figureText(comparison, pointerTo("cells", index, "completion_tokens", "value"), "tokens")} tokens`,
    figureText(comparison, pointerTo("cells", index, "correct", "value"), "share"),
    on_front && fronts > 0 ? "on the front" : "",
  ]);
  return new Plot({
    text: ["Accuracy against tokens", textTable(rows), ...notes].join("\n"),
    lines: cost.cells.length,
    draw: ({ interactive }): PlotDrawing => ({ spec: costSpec(cost, notes, interactive) }),
  });
}

interface Cost extends PlotCells {
  readonly comparison: PlottedComparison;
  readonly width: number;
  readonly height: number;
}

/** Cells that are held against each other: groups of runs, else those of a policy. Of a single cell there is no front. */
function frontsOf({ cells, policies, comparison }: Cost): { readonly colour: string; readonly cells: PlotCell[] }[] {
  const isRuns = comparison.facts.kind === "runs";
  const fronts = isRuns
    ? [{ colour: FRONT, cells: [...cells] }]
    // Of templates the colours are those of the points; the front is of none of them.
    : policies.map((policy) => ({
      colour: policies.length > 1 ? policy : FRONT,
      cells: cells.filter((cell) => cell.policy === policy),
    }));
  return fronts.filter((front) => front.cells.length > 1);
}

/** Whether colour tells policies apart; else templates. */
function byPolicy({ policies }: PlotCells): boolean {
  return policies.length > 1;
}

/** Whether names stand beside the points; else colours and shapes are in a legend. */
function isLabelled(cost: Cost): boolean {
  return cost.cells.length <= MOST_LABELS && !(byPolicy(cost) && cost.templates.length > 1);
}

interface Row {
  readonly name: string;
  readonly colour: string;
  readonly shape: string;
  readonly x: number;
  readonly y: number;
  readonly xLow?: number;
  readonly xHigh?: number;
  readonly yLow?: number;
  readonly yHigh?: number;
  readonly accuracy: string;
  readonly tokens: string;
  readonly front: string;
}

function rowOf(cell: PlotCell, colour: string, comparison: PlottedComparison): Row {
  const { correct, completion_tokens: tokens, on_front } = cell.figures;
  const [x, y] = [endsOf(tokens), endsOf(correct)];
  return {
    name: cell.name,
    colour,
    shape: cell.template,
    x: tokens.value,
    y: correct.value,
    ...(x.low === undefined ? {} : { xLow: x.low, xHigh: x.high! }),
    ...(y.low === undefined ? {} : { yLow: y.low, yHigh: y.high! }),
    accuracy: estimateText(comparison, pointerTo("cells", cell.index, "correct"), "share"),
    tokens: estimateText(comparison, pointerTo("cells", cell.index, "completion_tokens"), "tokens"),
    front: on_front ? "yes" : "no",
  };
}

function costSpec(cost: Cost, notes: readonly string[], interactive: boolean): PlotSpec {
  const { cells, width, height } = cost;
  const rows = cells.map((cell) => rowOf(cell, byPolicy(cost) ? cell.policy : cell.template, cost.comparison));
  const ends = (keys: readonly (keyof Row)[]) => rows.flatMap((row) => keys.map((key) => Number(row[key] ?? NaN)));
  const x = domainOf(ends(["x", "xLow", "xHigh"]), [0, Infinity]);
  const y = domainOf(ends(["y", "yLow", "yHigh"]), [0, 1]);
  const encode = encodings(cost, x, y);
  const rule = { type: "rule", strokeWidth: 1.5, opacity: 0.55, clip: true, aria: false };
  const labels = isLabelled(cost) ? placeLabels(rows, { width, height, x, y }) : [];
  return {
    ...plotLook.begin,
    title: plotLook.title("Accuracy against tokens", plotLook.lines(notes.join(" · "), width)),
    width,
    height,
    datasets: { cells: rows, front: frontRows(cost, x[1]), labels },
    data: { name: "cells" },
    layer: [
      frontLayer(encode),
      {
        transform: [{ filter: "isValid(datum.xLow)" }],
        mark: rule,
        encoding: { x: encode.x("xLow"), x2: { field: "xHigh" }, y: encode.y("y"), color: encode.colour },
      },
      {
        transform: [{ filter: "isValid(datum.yLow)" }],
        mark: rule,
        encoding: { x: encode.x("x"), y: encode.y("yLow"), y2: { field: "yHigh" }, color: encode.colour },
      },
      {
        mark: { type: "point", filled: true, size: 80, opacity: 1, aria: false },
        encoding: {
          ...{ x: encode.x("x"), y: encode.y("y"), color: encode.colour },
          ...(byPolicy(cost) && cost.templates.length > 1 ? { shape: encode.shape } : {}),
          ...(interactive ? { tooltip: TOOLTIP } : {}),
        },
      },
      ...(labels.length === 0 ? [] : [{
        data: { name: "labels" },
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, color: "#7d7d7d", aria: false },
        encoding: {
          x: { field: "left", type: "quantitative", scale: null },
          y: { field: "top", type: "quantitative", scale: null },
          text: { field: "text", type: "nominal" },
        },
      }]),
    ],
  };
}

const TOOLTIP: readonly PlotSpec[] = [
  { field: "name", type: "nominal", title: "which" },
  { field: "accuracy", type: "nominal", title: "strict accuracy" },
  { field: "tokens", type: "nominal", title: "tokens" },
  { field: "front", type: "nominal", title: "on the front" },
];

function frontLayer({ x, y, colour }: Encodings): PlotSpec {
  return {
    data: { name: "front" },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5, strokeDash: [5, 3], opacity: 0.8, aria: false },
    encoding: { x: x("x"), y: y("y"), color: colour },
  };
}

/** The front of each policy from the cheapest to the best, and on to the right, where more tokens buy no more. */
function frontRows(cost: Cost, right: number): readonly PlotSpec[] {
  return frontsOf(cost).flatMap(({ cells, colour }) => {
    const front = cells.filter(({ figures }) => figures.on_front)
      .map(({ figures: { correct, completion_tokens } }) => ({ x: completion_tokens.value, y: correct.value }))
      .sort((a, b) => a.x - b.x);
    const last = front.at(-1);
    if (last === undefined) return [];
    return [...front, { x: right, y: last.y }].map((row) => ({ ...row, colour }));
  });
}

/** Not the name of a template: those hold no white space at their end. */
const FRONT = " front ";

interface Encodings {
  x(field: string): PlotSpec;
  y(field: string): PlotSpec;
  readonly colour: PlotSpec;
  readonly shape: PlotSpec;
}

function encodings(cost: Cost, xDomain: readonly number[], yDomain: readonly number[]): Encodings {
  const names = byPolicy(cost) ? cost.policies : cost.templates;
  const range = names.map((_, i) => plotLook.colours[i % plotLook.colours.length]!);
  const scale = { domain: [...names, FRONT], range: [...range, plotLook.grey] };
  // Labels beside the points say as much as a legend.
  const legend = isLabelled(cost) ? null : { values: names, columns: 5, symbolOpacity: 1 };
  const place = (title: string, format: string, domain: readonly number[]) => (field: string): PlotSpec => ({
    field,
    type: "quantitative",
    scale: { domain, zero: false, nice: false },
    axis: { title, format, tickCount: 6 },
  });
  return {
    x: place("tokens of a completion, mean", ",~r", xDomain),
    y: place("strict accuracy", ".3~f", yDomain),
    colour: { field: "colour", type: "nominal", scale, legend },
    shape: {
      field: "shape",
      type: "nominal",
      scale: { domain: cost.templates, range: cost.templates.map((_, i) => SHAPES[i % SHAPES.length]) },
      legend: { columns: 4, symbolFillColor: plotLook.grey },
    },
  };
}
