/**
 * A first look at two expressions: their real values at one point, remembered with the expression. Where these are far apart
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
const seen = new WeakMap<Expr, Value>();

/** Whether two expressions differ at a point where both are real; false says nothing. */
export function differsClearly(a: Expr, b: Expr): boolean {
  const [x, y] = [valueOf(a), valueOf(b)];
  const gap = Math.abs(x.value - y.value);
  const size = Math.max(Math.abs(x.value), Math.abs(y.value));
  return gap > FAR * size && gap > SAFETY * (x.error + y.error) && size < Number.MAX_VALUE;
}

/** The value where every variable has one of its own; none where logarithms have no base, or variables are not real. */
function valueOf(expr: Expr): Value {
  const known = seen.get(expr);
  if (known !== undefined) return known;
  const names = [...freeSymbols(expr)];
  const point: Point = new Map(names.map((name) => [name, valueOfName(name)]));
  const trace: Trace = { steps: MOST_STEPS, error: 0 };
  const isPlain = !hasBareLog(expr) && domainOf(expr, expr, names) === "real";
  const value = isPlain ? realValue(expr, point, trace) : NaN;
  const found = Number.isFinite(value) ? { value, error: trace.error } : NONE;
  seen.set(expr, found);
  return found;
}

/** Between 0.3 and 2.8, the same for the same name. */
function valueOfName(name: string): number {
  let hash = 17;
  for (let i = 0; i < name.length; i++) hash = (hash * 131 + name.charCodeAt(i)) % 9973;
  return 0.3 + 2.5 * hash / 9973;
}
