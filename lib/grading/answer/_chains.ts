/**
 * Chains of equal things: `36/2 = 18`, `x = 36/2 = 18`, `\sqrt2 \approx 1.414`. The last side is the answer, and before `\approx`
 * the exact one too; nothing is, when sides contradict each other.
 */
import { type Answer, readingsOf, type Value } from "./answer.ts";
import { hasUnknown } from "./_functions.ts";
import { numericValue, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

const CONTRADICTION: readonly Answer[] = [{ kind: "text", words: "contradiction" }];

/** Readings of the sides of a chain as one answer; `operators` stand between them, `~` for an approximation. */
export function chained(sides: readonly (readonly Answer[])[], operators: readonly string[]): readonly Answer[] {
  const values = sides.map(valueOf);
  for (let i = 1; i < sides.length; i++) {
    const [a, b] = [values[i - 1], values[i]];
    if (a !== undefined && b !== undefined && contradict(a, b, operators[i - 1] === "~")) return CONTRADICTION;
  }
  // What an approximation stands for is as good an answer as the approximation.
  const exact = operators.at(-1) === "~" ? sides.at(-2) ?? [] : [];
  return [...exact, ...sides.at(-1) ?? []];
}

/** The number on one side; undefined for anything else. */
function valueOf(readings: readonly Answer[]): Value | undefined {
  const [first] = readings.flatMap(readingsOf);
  return first?.kind === "value" && !hasUnknown(first.value) && numericValue(first.value) !== undefined
    ? first
    : undefined;
}

/** Whether two numbers are not even nearly the same; behind `\approx`: whether the second is not the first, rounded or cut off. */
function contradict(a: Value, b: Value, isApproximate: boolean): boolean {
  const isExact = [a, b].every(({ value, unit }) =>
    value.kind === "number" && value.decimals === undefined && unit === undefined
  );
  if (isExact && !isApproximate) return sameExpression(a.value, b.value).same === false;
  const factor = factorOf(a, b);
  const [x, y] = [numericValue(a.value), numericValue(b.value)];
  if (x === undefined || y === undefined || factor === undefined) return false;
  const distance = Math.hypot(x.re * factor - y.re, x.im * factor - y.im);
  if (isApproximate && b.value.kind === "number") {
    const place = placeOf(b.value);
    if (place !== undefined) {
      return distance > 0.501 * place && (distance >= place || Math.abs(y.re) > Math.abs(x.re * factor));
    }
  }
  return distance > 0.01 * Math.max(Math.hypot(x.re, x.im) * factor, Math.hypot(y.re, y.im));
}

/** From the unit of the first to that of the second; undefined where they measure different things. */
function factorOf({ unit: from }: Value, { unit: to }: Value): number | undefined {
  if (from === undefined || to === undefined) {
    return from?.dimension === "percent:1" || to?.dimension === "percent:1" ? undefined : 1;
  }
  if (from.dimension !== to.dimension) return undefined;
  return Number(from.size.numerator * to.size.denominator) / Number(from.size.denominator * to.size.numerator);
}

/** What one more in the last place that is no trailing zero adds: 0.01 for 1.41, 100 for 1200; undefined for fractions. */
function placeOf(value: Expr & { readonly kind: "number" }): number | undefined {
  if (value.decimals !== undefined) return 10 ** -value.decimals;
  if (value.value.denominator !== 1n) return undefined;
  const zeros = /[1-9](0*)$/.exec(String(value.value.numerator))?.[1]?.length ?? 0;
  return 10 ** zeros;
}
