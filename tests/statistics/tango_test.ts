import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { type PairedCounts, tangoInterval } from "../../lib/statistics/mod.ts";
import { requireClose } from "./_close.ts";

const Z = 1.959963984540054;

/** The squared score of a difference, with the most likely proportions found by halving the slope of the likelihood. */
function squaredScore({ gained, lost, n }: PairedCounts, d: number): number {
  const slope = (q: number) => gained / (q + d) + lost / q - 2 * (n - gained - lost) / (1 - 2 * q - d);
  let [low, high] = [Math.max(0, -d), (1 - d) / 2];
  for (let halvings = 0; halvings < 200; halvings++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (gained - lost - n * d) ** 2 / (n * (2 * low + d * (1 - d)));
}

Deno.test("tangoInterval() gives the published figures of 1 and 7 in 21", () => {
  // Fagerland, Lydersen and Laake 2014, "Recommended tests and confidence intervals for paired binomial proportions".
  const { low, high } = tangoInterval({ gained: 1, lost: 7, n: 21 });
  assert.deepEqual([low.toFixed(3), high.toFixed(3)], ["-0.517", "-0.026"]);
});

Deno.test("tangoInterval() ends where the score is 1.96, for any counts", () => {
  const random = randomFrom("tango");
  for (let round = 0; round < 300; round++) {
    const n = random.pick([2, 7, 30, 256, 1319, 100_000]);
    const [gained, rest] = [random.int(0, n), random.next()];
    const counts = { gained, lost: Math.floor((n - gained) * rest), n };
    const interval = tangoInterval(counts);
    for (const end of [interval.low, interval.high]) {
      if (Math.abs(end) < 1) requireClose(squaredScore(counts, end), Z ** 2, 1e-7, JSON.stringify(counts));
    }
    const seen = (gained - counts.lost) / n;
    assert.ok(interval.low <= seen && seen <= interval.high);
  }
});

Deno.test("tangoInterval() is that of a quadratic where only one side has any", () => {
  for (const n of [1, 2, 60, 1319, 10_000_000]) {
    // Nothing differs: n d^2 = z^2 d (1 - d).
    const none = tangoInterval({ gained: 0, lost: 0, n });
    requireClose(none.high, Z ** 2 / (n + Z ** 2), 1e-10);
    assert.equal(none.low, -none.high);
    // All gained, so that p12 + p21 is 1: n (1 - d)^2 = z^2 (1 - d^2).
    const all = tangoInterval({ gained: n, lost: 0, n });
    requireClose(all.low, (n - Z ** 2) / (n + Z ** 2), 1e-10);
    assert.equal(all.high, 1);
  }
});

Deno.test("tangoInterval() of the sides exchanged is its mirror image, and shrinks with the root of the number", () => {
  const one = tangoInterval({ gained: 30, lost: 12, n: 256 });
  const other = tangoInterval({ gained: 12, lost: 30, n: 256 });
  assert.deepEqual([other.low, other.high], [-one.high, -one.low]);
  const hundredfold = tangoInterval({ gained: 3000, lost: 1200, n: 25_600 });
  const width = (one.high - one.low) / (hundredfold.high - hundredfold.low);
  assert.ok(width > 9.7 && width < 10.3, `${width}`);
});

Deno.test("tangoInterval() excludes 0 where the score test without continuity rejects", () => {
  for (let gained = 0; gained <= 60; gained++) {
    for (let lost = 0; lost <= 60 - gained; lost++) {
      if (gained + lost === 0) continue;
      const rejects = (gained - lost) ** 2 / (gained + lost) > Z ** 2;
      const { low, high } = tangoInterval({ gained, lost, n: 80 });
      assert.equal(low > 0 || high < 0, rejects, `${gained} and ${lost}`);
    }
  }
});

Deno.test("tangoInterval() knows nothing of no pairs, and refuses impossible counts", () => {
  assert.deepEqual(tangoInterval({ gained: 0, lost: 0, n: 0 }), { low: -1, high: 1 });
  assert.throws(() => tangoInterval({ gained: 3, lost: 3, n: 5 }), /of 5 pairs 3 \+ 3 differ/);
  for (const wrong of [-1, 1.5, NaN]) assert.throws(() => tangoInterval({ gained: wrong, lost: 0, n: 5 }), RangeError);
});
