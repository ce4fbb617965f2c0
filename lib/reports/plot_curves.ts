/** How training runs learned: the mean over seeds at each evaluation, with its interval. */
import { Plot, type PlotDrawing, plotLook, type PlotSize, type PlotSpec } from "../plots/mod.ts";
import { pointerTo } from "./figure.ts";
import { colourOf, domainOf, endsOf, plotCells, type PlottedComparison, shortNumber } from "./_plot_cells.ts";
import { nothingFigure } from "./_plot_nothing.ts";
import { estimateText, textTable } from "./_plot_text.ts";

/** Groups with a curve, as many as there are colours. */
const MOST_GROUPS = 12;

/** Evaluations of a curve that are drawn; of more every second, third and so on, and the last. */
const MOST_POINTS = 200;

const TITLE = "Held-out accuracy over steps";

/**
 * Plots held-out accuracy over the steps of training: a line a group of runs that differ only in their seed, the mean
 * with Student's 95 % interval where there are several seeds.
 * @throws {TypeError} when it is no comparison, or there is no such option
 * @throws {RangeError} when it is no comparison of training runs, or an option is out of range
 */
export function plotCurves(comparison: PlottedComparison, options: PlotSize = {}): Plot {
  const { width, height } = plotLook.size({ height: 260, ...options }, "plotCurves");
  const { cells } = plotCells(comparison, "plotCurves");
  const { training } = comparison.result;
  if (training === undefined) {
    throw new RangeError(
      "cannot plot curves: the comparison is of templates, not of training runs, and only those have steps. " +
        "Compare runs with compareRuns, or plot with plotAccuracy",
    );
  }
  const groups = training.groups.slice(0, MOST_GROUPS);
  const lines = groups.map(({ name }, i) => lineOf(i, cells[i]?.name ?? plotLook.label(name), comparison));
  if (lines.every(({ rows }) => rows.length === 0)) {
    return new Plot(nothingFigure(TITLE, "no evaluation was recorded", width));
  }
  const shaded = lines.some(({ rows }) => rows.some(({ low }) => low !== undefined));
  const notes = [
    ...(shaded ? ["shaded: 95 % interval of the mean over seeds"] : ["one seed each: no interval"]),
    ...(groups.length < training.groups.length ? [`the first ${MOST_GROUPS} of ${training.groups.length}`] : []),
    ...(groups.some(({ curve }) => curve.length > MOST_POINTS) ? ["not every evaluation is drawn"] : []),
  ];
  const table = lines.map(({ name, rows }) => {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return [name, "no evaluation"];
    return [name, `${first.shown} at ${first.step} -> ${last.shown} at ${last.step}`];
  });
  return new Plot({
    text: [TITLE, textTable(table), ...notes].join("\n"),
    lines: lines.length,
    draw: ({ interactive }): PlotDrawing => ({ spec: curvesSpec({ lines, notes, width, height }, interactive) }),
  });
}

interface Row {
  readonly line: string;
  readonly step: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly runs: number;
  readonly shown: string;
}

interface Line {
  readonly name: string;
  readonly rows: readonly Row[];
}

function lineOf(group: number, name: string, comparison: PlottedComparison): Line {
  const curve = comparison.result.training?.groups[group]?.curve ?? [];
  const every = Math.ceil(curve.length / MOST_POINTS);
  const rows = curve.flatMap(({ step, runs, estimate }, i): Row[] => {
    if (i % every !== 0 && i !== curve.length - 1) return [];
    const shown = estimateText(comparison, pointerTo("training", "groups", group, "curve", i, "estimate"), "share");
    return [{ line: name, step, value: shortNumber(estimate.value), ...endsOf(estimate), runs, shown }];
  });
  return { name, rows };
}

interface Chart {
  readonly lines: readonly Line[];
  readonly notes: readonly string[];
  readonly width: number;
  readonly height: number;
}

function curvesSpec({ lines, notes, width, height }: Chart, interactive: boolean): PlotSpec {
  const rows = lines.flatMap((line) => line.rows);
  const names = lines.map(({ name }) => name);
  const domain = domainOf(rows.flatMap(({ value, low = NaN, high = NaN }) => [value, low, high]), [0, 1]);
  const steps = rows.map(({ step }) => step);
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const scale = { domain: names, range: names.map((_, i) => colourOf(i)) };
  const legend = names.length < 2 ? null : { columns: 3, symbolOpacity: 1 };
  const color = { field: "line", type: "nominal", scale, legend };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain, zero: false, nice: false },
    axis: { title: "strict accuracy", format: ".3~f", tickCount: 5 },
  });
  return {
    ...plotLook.begin,
    title: plotLook.title(TITLE, plotLook.lines(notes.join(" \u00b7 "), width)),
    width: width - 70,
    height,
    // Copies: Vega marks the rows that it draws.
    data: { values: rows.map((row) => ({ ...row })) },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        scale: { domain: first === last ? [first - 0.5, last + 0.5] : [first, last], zero: false, nice: false },
        axis: { title: "step", grid: false, tickCount: Math.max(1, Math.min(8, last - first)), format: ",d" },
      },
    },
    layer: [
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "area", opacity: 0.18, aria: false },
        encoding: { y: y("low"), y2: { field: "high" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 2, strokeJoin: "round", aria: false },
        encoding: { y: y("value"), color },
      },
      {
        mark: { type: "point", filled: true, size: 35, opacity: 1, aria: false },
        encoding: { y: y("value"), color, ...(interactive ? { tooltip: TOOLTIP } : {}) },
      },
    ],
  };
}

const TOOLTIP: readonly PlotSpec[] = [
  { field: "line", type: "nominal", title: "which" },
  { field: "step", type: "quantitative", title: "step" },
  { field: "shown", type: "nominal", title: "strict accuracy" },
  { field: "runs", type: "quantitative", title: "runs" },
];
