/**
 * Estimates with their intervals, one below the other on one axis, in panels: what medicine calls a forest plot. At the
 * right the same in figures. Foreign text stands in data values and titles alone.
 */
import type { PlotDetail, PlotDrawing, PlotFigure, PlotSpec } from "../plots/mod.ts";
import { plotLook } from "../plots/mod.ts";
import { domainOf } from "./_plot_cells.ts";
import { intervalText, textTable } from "./_plot_text.ts";

/** One row. */
export interface ForestRow {
  /** Its name, unique in its panel. */
  readonly name: string;
  /** The figure, in the unit of the axis. */
  readonly value: number;
  /** The lower end; absent: it cannot be told. */
  readonly low?: number;
  /** The upper end. */
  readonly high?: number;
  /** The figure in words. */
  readonly shown: string;
  /** Name of its kind. */
  readonly kind: string;
  /** What else the pointer tells. */
  readonly more: string;
}

/** Rows that belong together. */
export interface ForestPanel {
  /** What stands above; empty: nothing. */
  readonly title: string;
  readonly rows: readonly ForestRow[];
}

/** A kind of rows, in the legend. */
export interface ForestKind {
  readonly name: string;
  readonly colour: string;
  readonly shape: string;
}

/** A forest plot before it is drawn. */
export interface Forest {
  readonly title: string;
  readonly notes: readonly string[];
  /** What the axis shows. */
  readonly axis: string;
  /** How its ticks are written, as d3 has it. */
  readonly format: string;
  /** What values cannot leave. */
  readonly bounds?: readonly [number, number];
  /** Whether 0 is on the axis, with a line. */
  readonly zero: boolean;
  readonly panels: readonly ForestPanel[];
  readonly kinds: readonly ForestKind[];
  /** Whether the kinds need no legend, as the rows' names say the same. */
  readonly plain: boolean;
  /** What the rows' further words are called. */
  readonly more: string;
  readonly size: { readonly width: number; readonly height: number };
}

/** About the width of a character of the axis, in pixels. */
const CHARACTER = 6.4;

/** Most of the width that the names take. */
const MOST_NAMES = 0.42;

/** What stands between the two sides of a difference in its name. */
export const LESS = " \u2212 ";

/** The same names with the second side below the first. */
const ON_TWO_LINES = `indexof(datum.label, '${LESS}') < 0 ? datum.label : ` +
  `[substring(datum.label, 0, indexof(datum.label, '${LESS}')), ` +
  `slice(datum.label, indexof(datum.label, '${LESS}') + 1)]`;

/** Characters of the longest. */
function longestOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => [...text].length));
}

/** The figure of a forest plot. */
export function forestFigure(forest: Forest): PlotFigure {
  const { title, notes, panels } = forest;
  const domain = domainOfForest(forest);
  const tables = panels.map(({ title, rows }) =>
    textTable(rows.map((row) => [row.name, intervalText(row, domain, forest.zero), row.shown]), title)
  );
  return {
    text: [title, ...tables, ...notes].filter(Boolean).join("\n"),
    lines: panels.reduce((sum, { rows }) => sum + rows.length, 0),
    draw: (detail) => forestSpec(forest, domain, detail),
  };
}

function domainOfForest({ panels, bounds, zero }: Forest): [number, number] {
  const rows = panels.flatMap((panel) => panel.rows);
  const values = rows.flatMap(({ value, low = NaN, high = NaN }) => [value, low, high]);
  return domainOf(zero ? [0, ...values] : values, bounds);
}

function forestSpec(forest: Forest, domain: readonly [number, number], { interactive }: PlotDetail): PlotDrawing {
  const { title, notes, panels, size } = forest;
  const rows = panels.flatMap((panel) => panel.rows);
  const longest = (of: (row: ForestRow) => string) => longestOf(rows.map(of));
  const broken = longest(({ name }) => name) * CHARACTER > MOST_NAMES * size.width;
  const lines = (name: string) => broken ? name.split(LESS) : [name];
  const names = Math.min(MOST_NAMES * size.width, longestOf(rows.flatMap(({ name }) => lines(name))) * CHARACTER + 10);
  const width = Math.max(120, size.width - names - longest(({ shown }) => shown) * CHARACTER - 24);
  const spec = {
    ...plotLook.begin,
    // The figures at the right are as wide as the reader's font makes them.
    padding: { left: 5, top: 5, bottom: 5, right: 16 },
    title: plotLook.title(title, plotLook.lines(notes.join(" · "), size.width)),
    spacing: 14,
    columns: 1,
    resolve: { scale: { color: "shared", shape: "shared" }, legend: { color: "shared", shape: "shared" } },
    concat: panels.map((panel, i) =>
      panelSpec(panel, { forest, domain, width, interactive, broken, last: i === panels.length - 1 })
    ),
  };
  return { spec };
}

interface PanelContext {
  readonly forest: Forest;
  readonly domain: readonly [number, number];
  readonly width: number;
  readonly interactive: boolean;
  /** Whether names of two sides stand on two lines, as they are long. */
  readonly broken: boolean;
  readonly last: boolean;
}

function panelSpec({ title, rows }: ForestPanel, context: PanelContext): PlotSpec {
  const { forest, width, interactive, broken } = context;
  const scale = { domain: forest.kinds.map(({ name }) => name) };
  const legend = forest.plain ? null : { columns: 4, symbolOpacity: 1 };
  const color = {
    field: "kind",
    type: "nominal",
    scale: { ...scale, range: forest.kinds.map(({ colour }) => colour) },
    legend,
  };
  const shape = {
    field: "kind",
    type: "nominal",
    scale: { ...scale, range: forest.kinds.map(({ shape }) => shape) },
    legend,
  };
  return {
    ...(title === "" ? {} : { title: { text: title, offset: 6, frame: "group", fontSize: 11 } }),
    width,
    height: { step: broken ? 34 : 21 },
    // Copies: Vega marks the rows that it draws.
    data: { values: rows.map((row) => ({ ...row })) },
    encoding: { y: yEncoding(rows, context) },
    layer: [
      ...(forest.zero ? [zeroLine()] : []),
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule", strokeWidth: 2, clip: true, aria: false },
        encoding: { x: xEncoding("low", context), x2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1, aria: false },
        encoding: {
          x: xEncoding("value", context),
          color,
          shape,
          ...(interactive ? { tooltip: tooltip(forest) } : {}),
        },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 10, color: "#7d7d7d", aria: false },
        encoding: { x: { value: width + 8 }, text: { field: "shown", type: "nominal" } },
      },
    ],
  };
}

function yEncoding(rows: readonly ForestRow[], { forest: { size }, broken }: PanelContext): PlotSpec {
  return {
    field: "name",
    type: "nominal",
    scale: { domain: rows.map(({ name }) => name) },
    axis: {
      ...{ title: null, labelLimit: MOST_NAMES * size.width, ticks: false, domain: false, labelFontSize: 11 },
      // Half a line up, so that both lines are beside the point.
      ...(broken ? { labelExpr: ON_TWO_LINES, labelOffset: -6 } : {}),
    },
  };
}

function xEncoding(field: string, { forest, domain, last }: PanelContext): PlotSpec {
  return {
    field,
    type: "quantitative",
    scale: { domain, zero: false, nice: false },
    axis: {
      ...{ title: last ? forest.axis : null, labels: last, format: forest.format, tickCount: 6, labelFlush: true },
      // Zero has no sign.
      ...(forest.zero ? { labelExpr: "datum.value == 0 ? '0' : datum.label" } : {}),
    },
  };
}

function zeroLine(): PlotSpec {
  return {
    data: { values: [{}] },
    mark: { type: "rule", color: plotLook.grey, strokeWidth: 1.5, aria: false, tooltip: null },
    encoding: { x: { datum: 0, type: "quantitative" }, y: { value: 0 }, y2: { value: "height" } },
  };
}

function tooltip({ axis, more }: Forest): readonly PlotSpec[] {
  const text = (field: string, title: string) => ({ field, type: "nominal", title });
  return [text("name", "which"), text("shown", axis), text("more", more)];
}
