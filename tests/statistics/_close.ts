/** Comparing numbers by their relative distance, and fractions of whole numbers of any size. */
import assert from "node:assert/strict";

/** Fails unless both are equal to a share of the expected one. */
export function requireClose(actual: number, expected: number, relative: number, what = ""): void {
  const apart = Math.abs(actual - expected);
  assert.ok(apart <= relative * Math.abs(expected), `${what} ${actual} is not ${expected}: ${apart / expected} apart`);
}

/** A fraction as a number, with all its digits however small it is. */
export function ratio(over: bigint, under: bigint): number {
  if (over === 0n) return 0;
  const bits = 60 + Math.max(0, under.toString(2).length - over.toString(2).length);
  // In two steps: the power of two alone may be too small for a number.
  return Number((over << BigInt(bits)) / under) / 2 ** Math.min(bits, 1000) / 2 ** Math.max(0, bits - 1000);
}
