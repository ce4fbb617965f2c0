/** Where each cell is right: accuracy by level, subject, steps and length, a panel a kind. */
import type { PartKind } from "../comparison/mod.ts";
import { Plot, type PlotDrawing, plotLook, type PlotSize, type PlotSpec } from "../plots/mod.ts";
import { pointerTo } from "./figure.ts";
import {
  colourOf,
  domainOf,
  endsOf,
  type PlotCell,
  type PlotCells,
  plotCells,
  type PlottedComparison,
} from "./_plot_cells.ts";
import { nothingFigure } from "./_plot_nothing.ts";
import { estimateText, textTable } from "./_plot_text.ts";

/** Cells, as many as there are colours that stay apart. */
const MOST_CELLS = 8;

/** Parts of a kind; of more the first. */
const MOST_PARTS = 24;

/** Rows of a kind that the text tells of. */
const MOST_IN_TEXT = 40;

const TITLE = "Accuracy by kind of problem";

const HEADINGS: Readonly<Record<PartKind, string>> = {
  level: "By level",
  subject: "By subject",
  steps: "By steps of the worked answer",
  length: "By length of the prompt, tokens",
};

/**
 * Plots strict accuracy of each cell by level, subject, steps and length, with 95 % intervals: a panel for each of these
 * that the problems know. For exploring: nothing here is tested, and among many parts some differ by chance.
 * @throws {TypeError} when it is no comparison, or there is no such option
 * @throws {RangeError} when an option is out of range
 */
export function plotParts(comparison: PlottedComparison, options: PlotSize = {}): Plot {
  const { width, height } = plotLook.size(options, "plotParts");
  const all = plotCells(comparison, "plotParts");
  const { shown, left } = chosen(all);
  const kinds = Map.groupBy(comparison.result.parts.keys(), (part) => comparison.result.parts[part]!.kind);
  const panels = [...kinds].map(([kind, parts]) => panelOf(kind, parts, shown, comparison));
  if (panels.length === 0) {
    return new Plot(nothingFigure(TITLE, "the problems do not tell their level, subject, steps or length", width));
  }
  const many = comparison.result.parts.length > panels.reduce((sum, { parts }) => sum + parts.length, 0);
  const notes = [
    "95 % intervals, for exploring: nothing here is tested",
    ...left,
    ...(many ? [`at most ${MOST_PARTS} parts of a kind`] : []),
  ];
  const text = panels.map(({ heading, rows }) => {
    const lines = rows.map(({ part, cell, shown, problems }) => [part, cell, shown, `${problems} problems`]);
    const more = rows.length > MOST_IN_TEXT ? `\n  and ${rows.length - MOST_IN_TEXT} rows more` : "";
    return textTable(lines.slice(0, MOST_IN_TEXT), heading) + more;
  });
  return new Plot({
    text: [TITLE, ...text, ...notes].join("\n"),
    lines: panels.reduce((sum, { rows }) => sum + rows.length, 0),
    draw: ({ interactive }): PlotDrawing => ({ spec: partsSpec({ panels, shown, notes, width, height }, interactive) }),
  });
}

/** The cells that are drawn: all, or of too many those of the policy that was named last, and what to say of the others. */
function chosen({ cells, policies }: PlotCells): { readonly shown: readonly PlotCell[]; readonly left: string[] } {
  if (cells.length <= MOST_CELLS) return { shown: cells, left: [] };
  const last = policies.length < 2 ? undefined : policies.at(-1);
  const own = last === undefined ? cells : cells.filter(({ policy }) => policy === last);
  const left = last === undefined || own.length > MOST_CELLS
    ? [`the first ${MOST_CELLS} of ${cells.length}`]
    : [`of ${cells.length} those by ${last}`];
  return { shown: own.slice(0, MOST_CELLS), left };
}

interface Row {
  readonly part: string;
  readonly cell: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly shown: string;
  readonly problems: number;
}

interface Panel {
  readonly heading: string;
  readonly parts: readonly string[];
  readonly rows: readonly Row[];
}

/** @param places of the parts in the result */
function panelOf(
  kind: PartKind,
  places: readonly number[],
  cells: readonly PlotCell[],
  comparison: PlottedComparison,
): Panel {
  const some = places.slice(0, MOST_PARTS).map((place) => [place, comparison.result.parts[place]!] as const);
  const parts = plotLook.distinct(some.map(([, { part }]) => plotLook.label(part, 28)));
  const rows = some.flatMap(([place, { correct, problems }], i) =>
    cells.flatMap(({ name, index }): Row[] => {
      const estimate = correct[index];
      if (estimate === undefined) return [];
      const shown = estimateText(comparison, pointerTo("parts", place, "correct", index), "share");
      return [{ part: parts[i]!, cell: name, value: estimate.value, ...endsOf(estimate), shown, problems }];
    })
  );
  return { heading: HEADINGS[kind], parts, rows };
}

interface Chart {
  readonly panels: readonly Panel[];
  readonly shown: readonly PlotCell[];
  readonly notes: readonly string[];
  readonly width: number;
  readonly height: number;
}

function partsSpec(chart: Chart, interactive: boolean): PlotSpec {
  const { panels, shown, notes, width } = chart;
  const ends = panels.flatMap(({ rows }) => rows.flatMap(({ value, low = NaN, high = NaN }) => [value, low, high]));
  const domain = domainOf(ends, [0, 1]);
  // Two panels side by side only where their groups of points have room.
  const widest = Math.max(...panels.map(({ parts }) => parts.length * Math.max(12, shown.length * 7)));
  const columns = panels.length > 1 && width >= 560 && widest <= width / 2 - 70 ? 2 : 1;
  return {
    ...plotLook.begin,
    title: plotLook.title(TITLE, plotLook.lines(notes.join(" \u00b7 "), width)),
    spacing: { row: 26, column: 24 },
    columns,
    resolve: { scale: { color: "shared" }, legend: { color: "shared" } },
    concat: panels.map((panel) => panelSpec(panel, chart, { domain, interactive, columns })),
  };
}

function panelSpec(
  { heading, parts, rows }: Panel,
  { shown, width, height }: Chart,
  { domain, interactive, columns }: {
    readonly domain: readonly number[];
    readonly interactive: boolean;
    readonly columns: number;
  },
): PlotSpec {
  const names = shown.map(({ name }) => name);
  const slanted = parts.some((part) => part.length * 6 > width / columns / parts.length);
  const color = {
    field: "cell",
    type: "nominal",
    scale: { domain: names, range: names.map((_, i) => colourOf(i)) },
    legend: names.length < 2 ? null : { columns: 4, symbolOpacity: 1 },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain, zero: false, nice: false },
    axis: { title: null, format: ".3~f", tickCount: 5 },
  });
  return {
    title: { text: heading, offset: 8, frame: "group" },
    width: Math.floor(width / columns) - 62,
    height,
    // Copies: Vega marks the rows that it draws.
    data: { values: rows.map((row) => ({ ...row })) },
    encoding: {
      x: {
        field: "part",
        type: "nominal",
        scale: { domain: parts, paddingInner: 0.3 },
        axis: { title: null, labelAngle: slanted ? -35 : 0, labelLimit: 150, labelOverlap: false, ticks: false },
      },
      xOffset: { field: "cell", type: "nominal", scale: { domain: names } },
    },
    layer: [
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule", strokeWidth: 1.5, opacity: 0.7, clip: true, aria: false },
        encoding: { y: y("low"), y2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 40, opacity: 1, aria: false },
        encoding: { y: y("value"), color, ...(interactive ? { tooltip: TOOLTIP } : {}) },
      },
    ],
  };
}

const TOOLTIP: readonly PlotSpec[] = [
  { field: "cell", type: "nominal", title: "which" },
  { field: "part", type: "nominal", title: "part" },
  { field: "shown", type: "nominal", title: "strict accuracy" },
  { field: "problems", type: "quantitative", title: "problems" },
];
