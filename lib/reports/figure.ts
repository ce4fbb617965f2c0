/**
 * Numbers of a comparison as they are shown, each with the place that it comes from, so that every figure on a page can be
 * held against `result.json`. Nothing is worked out here: what is not in the result cannot be a figure.
 */
import type { ComparisonResult } from "../comparison/mod.ts";
import { duration, isObject } from "../basics/mod.ts";
import type { Figure, Inline } from "./document.ts";

/** A comparison's result, wherever it stands. */
export interface WithResult {
  /** What the figures point into. */
  readonly result: ComparisonResult;
}

/**
 * How a figure is written: `share` 0.461; `points` of a difference of shares +18.9; `point_size`
 * of how large one is 18.9; `tokens` 84.2; `more_tokens` of a
 * difference +3.1; `p` 0.0312 or < 0.001; `count` 1,319; `seconds` 3:07.
 */
export type FigureFormat = "share" | "points" | "point_size" | "tokens" | "more_tokens" | "p" | "count" | "seconds";

/** What stands where there is no number. */
const NONE = "–";

/**
 * A number of the comparison.
 * @param pointer where in `result.json`, as `pointerTo` makes it, for example `/cells/0/correct/value`
 * @throws {RangeError} when there is nothing at that place, or something else than a number or null
 */
export function figure({ result }: WithResult, pointer: string, format: FigureFormat): Figure {
  const value = valueAt(result, pointer);
  if (value !== null && typeof value !== "number") {
    throw new RangeError(`cannot show ${pointer} as a figure: the result has no number there; look into result.json`);
  }
  return { value, shown: value === null || !Number.isFinite(value) ? NONE : shown(value, format), of: pointer };
}

/** The pointer (RFC 6901) to a place in the result: `pointerTo("cells", 0, "correct")` is `/cells/0/correct`. */
export function pointerTo(...path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * A figure with its interval, as text: `0.461 (0.418 to 0.504)`; without the interval where there is none.
 * @param pointer to an `Estimate`
 * @throws {RangeError} when there is none
 */
export function estimate(comparison: WithResult, pointer: string, format: FigureFormat): Inline {
  const value = figure(comparison, `${pointer}/value`, format);
  const [low, high] = [figure(comparison, `${pointer}/low`, format), figure(comparison, `${pointer}/high`, format)];
  return low.value === null && high.value === null ? [value] : [value, " (", low, "\u00a0to\u00a0", high, ")"];
}

function valueAt(result: ComparisonResult, pointer: string): unknown {
  let value: unknown = result;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const holds = (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, key);
    value = holds ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return value;
}

function shown(value: number, format: FigureFormat): string {
  switch (format) {
    case "share":
      return minus(value.toFixed(3));
    case "points":
      return signed(pointsText(100 * value));
    case "point_size":
      return minus(pointsText(100 * value));
    case "tokens":
      return minus(grouped(value));
    case "more_tokens":
      return signed(grouped(value));
    case "p":
      return probability(value);
    case "count":
      return minus(value.toLocaleString("en-US", { maximumFractionDigits: 2 }));
    case "seconds":
      return value < 60 ? `${value.toFixed(1)} s` : duration(value);
  }
}

function grouped(value: number): string {
  const digits = Math.abs(value) < 1000 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Of small ones two digits count. */
function pointsText(value: number): string {
  return value === 0 || Math.abs(value) >= 0.1 ? value.toFixed(1) : value.toPrecision(2);
}

function signed(text: string): string {
  return /^[0.,]+$|^-/.test(text) ? minus(text) : `+${text}`;
}

/** With the sign of mathematics, as wide as a plus; zero has none. */
function minus(text: string): string {
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** Never rounded across 0.05. */
function probability(p: number): string {
  if (p < 0.001) return "<\u00a00.001";
  let text = p.toFixed(3);
  for (let digits = 4; digits <= 12 && (p < 0.05) !== (Number(text) < 0.05); digits++) text = p.toFixed(digits);
  return text;
}
