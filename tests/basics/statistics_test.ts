import assert from "node:assert/strict";
import {
  bootstrapIntervals,
  mean,
  normalQuantile,
  normalShare,
  randomFrom,
  standardDeviation,
  wilsonInterval,
} from "../../lib/basics/mod.ts";

Deno.test("wilsonInterval() gives the published figures for 81 of 263", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 0.2553 to 0.3662.
  const { low, high } = wilsonInterval(81, 263);
  assert.deepEqual([low.toFixed(4), high.toFixed(4)], ["0.2553", "0.3662"]);
});

Deno.test("wilsonInterval() gives the other published figures of that table too", () => {
  const published = [[15, 148, "0.0624", "0.1605"], [0, 20, "0.0000", "0.1611"], [1, 29, "0.0061", "0.1718"]] as const;
  for (const [successes, trials, from, to] of published) {
    const { low, high } = wilsonInterval(successes, trials);
    assert.deepEqual([low.toFixed(4), high.toFixed(4)], [from, to]);
  }
});

Deno.test("wilsonInterval() stays within 0 and 1, and is honest about few trials", () => {
  assert.equal(wilsonInterval(0, 20).low, 0);
  assert.equal(wilsonInterval(0, 20).high.toFixed(4), "0.1611");
  assert.equal(wilsonInterval(20, 20).high, 1);
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
  assert.throws(() => wilsonInterval(3, 2), { name: "RangeError" });
});

Deno.test("mean() and standardDeviation() divide by n", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(standardDeviation([1, 3]), 1);
  assert.ok(Number.isNaN(mean([])));
});

Deno.test("normalShare() and normalQuantile() give the tabled values and undo each other", () => {
  for (const [z, share] of [[0, 0.5], [1, 0.8413447], [-1.96, 0.0249979], [2.5758293, 0.995]] as const) {
    assert.ok(Math.abs(normalShare(z) - share) < 2e-7, `${z}`);
    assert.ok(Math.abs(normalQuantile(share) - z) < 2e-5, `${share}`);
  }
});

/** Values of which few are large. */
const SKEWED = [
  ...[0.02, 0.11, 0.17, 0.19, 0.31, 0.38, 0.43, 0.55, 0.61, 0.74],
  ...[0.83, 0.97, 1.12, 1.31, 1.47, 1.78, 2.03, 2.61, 3.37, 5.21],
];

Deno.test("bootstrapIntervals() gives the bias-corrected and accelerated ends that scipy gives, not the percentiles", () => {
  // scipy.stats.bootstrap((SKEWED,), mean, n_resamples=400000): "BCa" 0.787 to 1.969, "percentile" 0.716 to 1.814.
  const [interval] = bootstrapIntervals([SKEWED], { random: randomFrom("bca"), resamples: 40_000 });
  assert.ok(Math.abs(interval!.low - 0.787) < 0.01, `${interval!.low}`);
  assert.ok(Math.abs(interval!.high - 1.969) < 0.03, `${interval!.high}`);
});

Deno.test("bootstrapIntervals() is a function of the random numbers, and claims nothing where all values are equal", () => {
  const of = (seed: number) => bootstrapIntervals([SKEWED, SKEWED.map(() => 0.5)], { random: randomFrom(seed) });
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1)[0], of(2)[0]);
  assert.deepEqual(of(1)[1], { low: 0.5, high: 0.5 });
  assert.deepEqual(bootstrapIntervals([], { random: randomFrom(1) }), []);
  for (const columns of [[[]], [[1, 2], [1]]]) {
    assert.throws(() => bootstrapIntervals(columns, { random: randomFrom(1) }), {
      name: "RangeError",
      message: /cannot resample columns of/,
    });
  }
});

Deno.test("bootstrapIntervals() of shares by problem covers the truth about 95 times in 100; taking completions for problems does not", () => {
  const random = randomFrom("coverage");
  const trials = 250;
  let [clustered, naive] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    // A problem is easy or hard: its eight completions are alike. The mean chance is 0.55.
    const rights = Array.from({ length: 60 }, () => {
      const chance = random.next() < 0.5 ? 0.95 : 0.15;
      return Array.from({ length: 8 }, () => Number(random.next() < chance));
    });
    const shares = rights.map(mean);
    const [interval] = bootstrapIntervals([shares], { random, resamples: 500 });
    const wilson = wilsonInterval(rights.flat().reduce((sum, right) => sum + right, 0), 60 * 8);
    const covers = ({ low, high }: { low: number; high: number }) => Number(low <= 0.55 && 0.55 <= high);
    clustered += covers(interval!);
    naive += covers(wilson);
  }
  assert.ok(clustered / trials > 0.91 && clustered / trials < 0.985, `${clustered} of ${trials}`);
  assert.ok(naive / trials < 0.75, `${naive} of ${trials}`);
});
