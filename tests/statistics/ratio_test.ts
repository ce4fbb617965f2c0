import assert from "node:assert/strict";
import { bootstrapIntervals, randomFrom } from "../../lib/basics/mod.ts";
import { ratioInterval } from "../../lib/statistics/mod.ts";

Deno.test("ratioInterval() with denominators of 1 is the bootstrap interval of the mean", () => {
  const random = randomFrom("mean");
  const values = Array.from({ length: 60 }, () => random.next() ** 3);
  const ratio = ratioInterval(values, values.map(() => 1), { random: randomFrom(1) });
  const [mean] = bootstrapIntervals([values], { random: randomFrom(1) });
  assert.ok(Math.abs(ratio.low - mean!.low) < 1e-12 && Math.abs(ratio.high - mean!.high) < 1e-12);
});

Deno.test("ratioInterval() covers the true ratio about 95 times in 100, of a ratio that is skewed", () => {
  const random = randomFrom("coverage");
  let covered = 0;
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    // Tokens uniform in 20-100, right with probability 0.2 to 0.6 by length: the truth is 60 over the mean rate.
    const tokens = Array.from({ length: 100 }, () => 20 + 80 * random.next());
    const right = tokens.map((length) => random.next() < 0.6 - 0.4 * (length - 20) / 80 ? 1 : 0);
    const { low, high } = ratioInterval(tokens, right, { random, resamples: 500 });
    if (low <= 150 && 150 <= high) covered++;
  }
  // Two standard errors of 400 rounds are 0.022; 500 resamples blur the ends a little.
  assert.ok(covered / rounds > 0.92 && covered / rounds < 0.975, `${covered / rounds}`);
});

Deno.test("ratioInterval() leans to where a ratio is skewed", () => {
  const tokens = Array.from({ length: 200 }, (_, i) => 30 + i % 7);
  const right = tokens.map((_, i) => i % 20 === 0 ? 1 : 0);
  const ratio = tokens.reduce((a, b) => a + b) / 10;
  const { low, high } = ratioInterval(tokens, right, { random: randomFrom(2) });
  assert.ok(high - ratio > 1.3 * (ratio - low), `${low} ${ratio} ${high}`);
});

Deno.test("ratioInterval() has an infinite end where resamples have no denominator", () => {
  const tokens = Array.from({ length: 50 }, () => 10);
  const right = tokens.map((_, i) => i === 0 ? 1 : 0);
  const { low, high } = ratioInterval(tokens, right, { random: randomFrom(3) });
  assert.equal(high, Infinity);
  assert.ok(low > 0 && low < 500);
});

Deno.test("ratioInterval() claims nothing where all units have the same ratio", () => {
  assert.deepEqual(ratioInterval([2, 4, 6], [1, 2, 3], { random: randomFrom(4) }), { low: 2, high: 2 });
  assert.deepEqual(ratioInterval([0, 0], [1, 3], { random: randomFrom(4) }), { low: 0, high: 0 });
  // One unit counts, and is drawn or it is not.
  assert.deepEqual(ratioInterval([3, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], { random: randomFrom(4) }), {
    low: 3,
    high: 3,
  });
});

Deno.test("ratioInterval() is a function of the random numbers, and of the unit of its values", () => {
  const random = randomFrom("units");
  const [over, under] = [0, 1].map(() => Array.from({ length: 40 }, () => random.int(1, 9))) as [number[], number[]];
  const interval = ratioInterval(over, under, { random: randomFrom(5) });
  assert.deepEqual(ratioInterval(over, under, { random: randomFrom(5) }), interval);
  assert.notDeepEqual(ratioInterval(over, under, { random: randomFrom(6) }), interval);
  const doubled = ratioInterval(over.map((value) => 2 * value), under, { random: randomFrom(5) });
  assert.deepEqual(doubled, { low: 2 * interval.low, high: 2 * interval.high });
});

Deno.test("ratioInterval() takes a hundred thousand units", () => {
  const tokens = Array.from({ length: 100_000 }, (_, i) => 50 + i % 11);
  const right = tokens.map((_, i) => i % 2);
  const { low, high } = ratioInterval(tokens, right, { random: randomFrom(7), resamples: 40 });
  assert.ok(low > 108 && low < 110 && high > 110 && high < 112);
});

Deno.test("ratioInterval() refuses sides that do not match, values that are none, and ratios that are none", () => {
  const options = { random: randomFrom(8) };
  assert.throws(() => ratioInterval([1, 2], [1], options), /2 numerators by 1 denominators/);
  assert.throws(() => ratioInterval([1, NaN], [1, 1], options), /numerators: value 1 is NaN/);
  assert.throws(() => ratioInterval([1, 1], [1, Infinity], options), RangeError);
  assert.throws(() => ratioInterval([1, 1], [2, -1], options), /no denominator may be below 0/);
  assert.throws(() => ratioInterval([1, 1], [0, 0], options), RangeError);
  assert.throws(() => ratioInterval([], [], options), RangeError);
});
