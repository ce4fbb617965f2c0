/** Figures of a comparison in few characters, the same in tables and in sentences. */
import type { Estimate } from "./types.ts";

/** A share as points of a hundred, without its sign: `18.9`; of small ones two digits count. */
export function points(share: number): string {
  const value = Math.abs(100 * share);
  return value === 0 || value >= 0.1 ? value.toFixed(1) : value.toPrecision(2);
}

/** The same with its sign, `+18.9`; none of 0. */
export function signedPoints(share: number): string {
  return `${share > 0 ? "+" : share < 0 ? "-" : ""}${points(share)}`;
}

/** `p < 0.001` or `p = 0.012`, never rounded across 0.05. */
export function pText(p: number): string {
  if (p < 0.001) return "p < 0.001";
  let text = p.toFixed(3);
  for (let digits = 4; digits <= 12 && (p < 0.05) !== (Number(text) < 0.05); digits++) text = p.toFixed(digits);
  return `p = ${text}`;
}

/** A count of which two digits are worth saying: `4,100`. */
export function about(count: number): string {
  return Number(count.toPrecision(2)).toLocaleString("en-US");
}

/** `0.461 (0.401 to 0.522)`. @param digits behind the point */
export function withInterval({ value, low, high }: Estimate, digits = 3): string {
  const text = (end: number) => end.toFixed(digits);
  return low === null || high === null ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}

/** `+18.9 (+15.2 to +22.4)`, in points. */
export function pointsWithInterval({ value, low, high }: Estimate): string {
  if (low === null || high === null) return signedPoints(value);
  return `${signedPoints(value)} (${signedPoints(low)} to ${signedPoints(high)})`;
}
