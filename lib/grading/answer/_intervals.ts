/**
 * Sets of reals as unions of intervals: sorted and merged where the ends are numbers, with union, intersection and complement.
 * Ends are ordered by their value; ends closer than a billionth are one.
 */
import type { Answer, Interval, Region } from "./answer.ts";
import { numericValue } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** More pieces are not read. */
const MOST_PIECES = 200;
const CLOSE = 1e-9;

/** Infinity as an end. */
export const INFINITY: Expr = { kind: "symbol", name: "infinity" };
/** Minus infinity as an end. */
export const MINUS_INFINITY: Expr = { kind: "apply", head: "Negate", args: [INFINITY] };
/** All reals. */
export const EVERYTHING: Interval = { from: MINUS_INFINITY, to: INFINITY, closedFrom: false, closedTo: false };

/** The value of an end; undefined when it is no real number or has a variable. */
export function endValue(end: Expr): number | undefined {
  if (end.kind === "symbol" && end.name === "infinity") return Infinity;
  if (end.kind === "apply" && end.head === "Negate" && end.args.length === 1) {
    const [inner] = end.args;
    if (inner?.kind === "symbol" && inner.name === "infinity") return -Infinity;
  }
  const value = numericValue(end);
  return value === undefined || Math.abs(value.im) > CLOSE || Number.isNaN(value.re) ? undefined : value.re;
}

/** A region of intervals, sorted and merged; undefined when an end is out of order or there are too many. */
export function regionOf(pieces: readonly Interval[], variable?: string): Region | undefined {
  if (pieces.length > MOST_PIECES) return undefined;
  const named = variable === undefined ? {} : { variable };
  const ends = pieces.map((piece) => ({ piece, from: endValue(piece.from), to: endValue(piece.to) }));
  if (ends.some(({ from, to }) => from === undefined || to === undefined)) return { kind: "region", pieces, ...named };
  const kept: Placed[] = [];
  for (const { piece, from = 0, to = 0 } of ends) {
    if (from > to + CLOSE * Math.max(1, Math.abs(to))) return undefined;
    const one = isSame(from, to);
    if (one && !(piece.closedFrom && piece.closedTo)) continue;
    kept.push({ ...openAtInfinity(piece, from, to), low: from, high: to });
  }
  return { kind: "region", pieces: merged(kept), ...named };
}

interface Placed extends Interval {
  readonly low: number;
  readonly high: number;
}

function openAtInfinity(piece: Interval, from: number, to: number): Interval {
  if (from !== -Infinity && to !== Infinity) return piece;
  return { ...piece, closedFrom: piece.closedFrom && from !== -Infinity, closedTo: piece.closedTo && to !== Infinity };
}

function isSame(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= CLOSE * Math.max(1, Math.abs(a), Math.abs(b)) && Number.isFinite(a - b);
}

function merged(pieces: readonly Placed[]): Interval[] {
  const sorted = [...pieces].sort((a, b) =>
    isSame(a.low, b.low) ? Number(b.closedFrom) - Number(a.closedFrom) : a.low < b.low ? -1 : 1
  );
  const out: Placed[] = [];
  for (const piece of sorted) {
    const last = out.at(-1);
    const touches = last !== undefined &&
      (isSame(piece.low, last.high) ? piece.closedFrom || last.closedTo : piece.low < last.high);
    if (last === undefined || !touches) out.push(piece);
    else if (isSame(piece.high, last.high)) {
      out[out.length - 1] = { ...last, closedTo: last.closedTo || piece.closedTo };
    } else if (piece.high > last.high) {
      out[out.length - 1] = { ...last, to: piece.to, high: piece.high, closedTo: piece.closedTo };
    }
  }
  return out.map(({ from, to, closedFrom, closedTo }) => ({ from, to, closedFrom, closedTo }));
}

/** What lies in either region. */
export function union(a: Region, b: Region): Region | undefined {
  return regionOf([...a.pieces, ...b.pieces], a.variable ?? b.variable);
}

/** What lies in both regions; undefined when the ends cannot be ordered. */
export function intersection(a: Region, b: Region): Region | undefined {
  const pieces: Interval[] = [];
  for (const one of a.pieces) {
    for (const other of b.pieces) {
      const low = laterStart(one, other);
      const high = earlierEnd(one, other);
      if (low === undefined || high === undefined) return undefined;
      const from = endValue(low.from) as number;
      const to = endValue(high.to) as number;
      if (from > to && !isSame(from, to)) continue;
      pieces.push({ from: low.from, to: high.to, closedFrom: low.closedFrom, closedTo: high.closedTo });
      if (pieces.length > MOST_PIECES) return undefined;
    }
  }
  return regionOf(pieces, a.variable ?? b.variable);
}

function laterStart(a: Interval, b: Interval): Interval | undefined {
  const [x, y] = [endValue(a.from), endValue(b.from)];
  if (x === undefined || y === undefined) return undefined;
  if (isSame(x, y)) return a.closedFrom ? b : a;
  return x > y ? a : b;
}

function earlierEnd(a: Interval, b: Interval): Interval | undefined {
  const [x, y] = [endValue(a.to), endValue(b.to)];
  if (x === undefined || y === undefined) return undefined;
  if (isSame(x, y)) return a.closedTo ? b : a;
  return x < y ? a : b;
}

/** All reals outside of a region whose ends can be ordered. */
export function complement(region: Region): Region | undefined {
  const pieces: Interval[] = [];
  let from = MINUS_INFINITY;
  let closedFrom = false;
  for (const piece of region.pieces) {
    if (endValue(piece.from) === undefined || endValue(piece.to) === undefined) return undefined;
    if (endValue(piece.from) !== -Infinity) {
      pieces.push({ from, to: piece.from, closedFrom, closedTo: !piece.closedFrom });
    }
    from = piece.to;
    closedFrom = !piece.closedTo;
  }
  if (endValue(from) !== Infinity) pieces.push({ from, to: INFINITY, closedFrom, closedTo: false });
  return regionOf(pieces, region.variable);
}

/** A single number as a region. */
export function pointAt(value: Expr): Interval {
  return { from: value, to: value, closedFrom: true, closedTo: true };
}

/** An answer as a set of reals: a region, a list of plain real numbers, or one; undefined for anything else. */
export function asRegion(answer: Answer): Region | undefined {
  if (answer.kind === "region") return answer;
  if (answer.kind === "readings") return firstRegion(answer.readings);
  if (answer.kind === "named") return asRegion(answer.value);
  if (answer.kind === "value") {
    return endValue(answer.value) === undefined ? undefined : regionOf([pointAt(answer.value)]);
  }
  if (answer.kind !== "list") return undefined;
  const pieces: Interval[] = [];
  for (const item of answer.items) {
    const point = asRegion(item);
    // A list of intervals is a list of points as well, and no set of reals.
    if (point === undefined || point.pieces.some(({ from, to }) => from !== to)) return undefined;
    pieces.push(...point.pieces);
  }
  return regionOf(pieces);
}

function firstRegion(readings: readonly Answer[]): Region | undefined {
  for (const reading of readings) {
    const region = asRegion(reading);
    if (region !== undefined) return region;
  }
  return undefined;
}
