/**
 * A first look at two expressions: their real values at a point or two, remembered with the expression. Where these are far apart
 * nothing exact needs to be worked out.
 */
import { domainOf, freeSymbols } from "./_domains.ts";
import { hasBareLog } from "./_normal.ts";
import { type Point, realValue, type Trace } from "./_real.ts";
import type { Expr } from "../types.ts";

const MOST_STEPS = 400;
/** Relative difference from which values differ for certain, with the error of the doubles many times over. */
const FAR = 1e-6;
const SAFETY = 1e3;

interface Value {
  readonly value: number;
  readonly error: number;
}

const NONE: Value = { value: NaN, error: 0 };
const seen = [new WeakMap<Expr, Value>(), new WeakMap<Expr, Value>()] as const;

/** Whether two expressions differ at a point where both are real; false says nothing. */
export function differsClearly(a: Expr, b: Expr): boolean {
  const [x, y] = [valueOf(a, 0), valueOf(b, 0)];
  return areFar(x.value, y.value, x.error + y.error);
}

/** Whether the ratio of two expressions differs from one point to another; false says nothing. */
export function ratiosDiffer(a: Expr, b: Expr): boolean {
  const [x, y, v, w] = [valueOf(a, 0), valueOf(b, 0), valueOf(a, 1), valueOf(b, 1)];
  // x / y = v / w, multiplied out.
  const error = x.error * Math.abs(w.value) + w.error * Math.abs(x.value) + v.error * Math.abs(y.value) +
    y.error * Math.abs(v.value);
  return areFar(x.value * w.value, v.value * y.value, error);
}

function areFar(x: number, y: number, error: number): boolean {
  const gap = Math.abs(x - y);
  const size = Math.max(Math.abs(x), Math.abs(y));
  return gap > FAR * size && gap > SAFETY * error && size < Number.MAX_VALUE;
}

/** The value where every variable has one of its own; none where logarithms have no base, or variables are not real. */
function valueOf(expr: Expr, point: 0 | 1): Value {
  const known = seen[point].get(expr);
  if (known !== undefined) return known;
  const names = [...freeSymbols(expr)];
  const values: Point = new Map(names.map((name) => [name, valueOfName(name, point)]));
  const trace: Trace = { steps: MOST_STEPS, error: 0 };
  const isPlain = !hasBareLog(expr) && domainOf(expr, expr, names) === "real";
  const value = isPlain ? realValue(expr, values, trace) : NaN;
  const found = Number.isFinite(value) ? { value, error: trace.error } : NONE;
  seen[point].set(expr, found);
  return found;
}

/** Between 0.3 and 2.8, the same for the same name. */
function valueOfName(name: string, point: 0 | 1): number {
  let hash = 17 + 1000 * point;
  for (let i = 0; i < name.length; i++) hash = (hash * 131 + name.charCodeAt(i)) % 9973;
  return 0.3 + 2.5 * hash / 9973;
}
