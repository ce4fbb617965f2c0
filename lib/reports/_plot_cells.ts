/** The cells of a comparison as plots name and colour them. Names come from files: they pass `plotLook.label`. */
import { inspected, isObject } from "../basics/mod.ts";
import type { CellFigures, ComparisonFacts, ComparisonResult, Estimate } from "../comparison/mod.ts";
import { plotLook } from "../plots/mod.ts";

/** What plots need of a comparison: what was compared, and what came of it. */
export interface PlottedComparison {
  /** What was compared. */
  readonly facts: ComparisonFacts;
  /** What came of it. */
  readonly result: ComparisonResult;
}

/** A cell as it is drawn. */
export interface PlotCell {
  /** Its place in the result. */
  readonly index: number;
  /** Its name, unique among the cells. */
  readonly name: string;
  /** Its template's name, unique among templates. */
  readonly template: string;
  /** Its policy's name, unique among policies. */
  readonly policy: string;
  /** Its figures. */
  readonly figures: CellFigures;
}

/** What a plot is made from. */
export interface PlotCells {
  /** What was compared, in a few words. */
  readonly title: string;
  /** [C] */
  readonly cells: readonly PlotCell[];
  /** [T] the names of the templates, each of them with a cell. */
  readonly templates: readonly string[];
  /** [M] the names of the policies, each of them with a cell. */
  readonly policies: readonly string[];
}

/** The cells by name. @throws {TypeError} when it is no comparison */
export function plotCells(comparison: PlottedComparison, caller: string): PlotCells {
  requireComparison(comparison, caller);
  const { facts, result } = comparison;
  const names = plotLook.distinct(facts.cells.map(({ name }) => plotLook.label(name)));
  const templates = plotLook.distinct(facts.templates.map(({ name }) => plotLook.label(name, 40)));
  const policies = plotLook.distinct(facts.policies.map(({ name }) => plotLook.label(name, 40)));
  const cells = facts.cells.flatMap(({ template, policy }, i): PlotCell[] => {
    const figures = result.cells[i];
    if (figures === undefined) return [];
    return [{
      index: i,
      name: names[i]!,
      template: templates[template] ?? "-",
      policy: policies[policy] ?? "-",
      figures,
    }];
  });
  const used = (all: readonly string[], of: (cell: PlotCell) => string) =>
    all.filter((name) => cells.some((cell) => of(cell) === name));
  return {
    title: plotLook.label(facts.title, 80),
    cells,
    templates: used(templates, ({ template }) => template),
    policies: used(policies, ({ policy }) => policy),
  };
}

/** A colour by its place in the list; they come round again. */
export function colourOf(index: number): string {
  return plotLook.colours[index % plotLook.colours.length]!;
}

function requireComparison(comparison: unknown, caller: string): void {
  if (isObject(comparison) && isObject(comparison.facts) && isObject(comparison.result)) return;
  const met = comparison instanceof Promise ? "a promise; put `await` before it" : inspected(comparison);
  throw new TypeError(`${caller} takes a comparison (from compareTemplates or openComparison), but met ${met}`);
}

/** The ends of an interval as fields of a row; none where they cannot be told. @param scale what both are multiplied with */
export function endsOf({ low, high }: Estimate, scale = 1): { readonly low?: number; readonly high?: number } {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return {};
  return { low: shortNumber(low * scale), high: shortNumber(high * scale) };
}

/** Six digits that count: more than any screen shows. */
export function shortNumber(value: number): number {
  return Number(value.toPrecision(6));
}

/** A range that holds all numbers, with a little room, within bounds where there are some. */
export function domainOf(values: readonly number[], bounds: readonly [number, number] = [-Infinity, Infinity]): [
  number,
  number,
] {
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  if (low > high) return [0, 1];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.1;
  return [Math.max(bounds[0], low - room), Math.min(bounds[1], high + room)];
}
