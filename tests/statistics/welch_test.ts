import assert from "node:assert/strict";
import { randomFrom, studentT95 } from "../../lib/basics/mod.ts";
import { welch } from "../../lib/statistics/mod.ts";

Deno.test("welch() gives the values worked out by hand", () => {
  // Variances of the means 5/12 and 4/3; freedom (7/4)^2 / ((5/12)^2 / 3 + (4/3)^2 / 2) = 3.2347.
  const { difference, low, high, p, freedom } = welch([1, 2, 3, 4], [2, 4, 6])!;
  assert.equal(difference, 1.5);
  assert.ok(Math.abs(freedom - 1.75 ** 2 / ((5 / 12) ** 2 / 3 + (4 / 3) ** 2 / 2)) < 1e-12);
  const half = studentT95(freedom) * Math.sqrt(1.75);
  assert.ok(Math.abs(low - (1.5 - half)) < 1e-12 && Math.abs(high - (1.5 + half)) < 1e-12);
  assert.ok(Math.abs(p - 0.3338237000775) < 1e-12);
});

Deno.test("welch() is Student's test where both groups are as many and vary alike", () => {
  const { freedom, p } = welch([1, 2, 3], [11, 12, 13])!;
  assert.ok(Math.abs(freedom - 4) < 1e-12);
  assert.ok(p > 0.0002 && p < 0.0003);
});

Deno.test("welch() takes the first group from the second, and the other way round is the mirror image", () => {
  const random = randomFrom("welch");
  const [a, b] = [5, 8].map((count) => Array.from({ length: count }, () => random.next())) as [number[], number[]];
  const [one, other] = [welch(a, b)!, welch(b, a)!];
  assert.deepEqual([other.difference, other.low, other.high], [-one.difference, -one.high, -one.low]);
  assert.deepEqual([other.p, other.freedom], [one.p, one.freedom]);
});

Deno.test("welch() is below 0.05 exactly where its interval leaves out 0", () => {
  const random = randomFrom("interval");
  const told = new Set<boolean>();
  for (let round = 0; round < 300; round++) {
    const a = Array.from({ length: random.int(2, 6) }, () => random.next());
    const b = Array.from({ length: random.int(2, 6) }, () => random.next() * 3 + 0.5);
    const { low, high, p } = welch(a, b)!;
    assert.equal(p < 0.05, low > 0 || high < 0);
    told.add(p < 0.05);
  }
  assert.equal(told.size, 2);
});

Deno.test("welch() says nothing of one value, nor of values that do not vary", () => {
  assert.equal(welch([1], [2, 3]), undefined);
  assert.equal(welch([1, 2], []), undefined);
  assert.equal(welch([0.1, 0.1, 0.1], [0.3, 0.3, 0.3]), undefined);
  // One side that varies is enough, and counts alone.
  assert.ok(Math.abs(welch([0.1, 0.1, 0.1], [0.3, 0.5])!.freedom - 1) < 1e-12);
});

Deno.test("welch() stands values of any size, and refuses those that are none", () => {
  const tiny = welch([1e-200, 2e-200], [3e-200, 5e-200]);
  assert.ok(tiny === undefined || tiny.p > 0);
  const huge = welch([1e100, 2e100], [3e100, 5e100])!;
  assert.ok(Math.abs(huge.p - welch([1, 2], [3, 5])!.p) < 1e-12);
  assert.throws(() => welch([1, NaN], [1, 2]), /first group's mean: value 1 is NaN/);
  assert.throws(() => welch([1, 2], [1, Infinity]), RangeError);
});
