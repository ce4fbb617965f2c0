import assert from "node:assert/strict";
import { binomialPoint, normalQuantile, normalShare } from "../../lib/basics/mod.ts";
import { exactMcNemar, leastDifference, mcnemarPower, meanPower, problemsNeeded } from "../../lib/statistics/mod.ts";

/** All counts of gained and lost, one after the other. */
function byEnumeration(n: number, gained: number, lost: number, alpha: number): number {
  let power = 0;
  for (let pairs = 0; pairs <= n; pairs++) {
    for (let up = 0; up <= pairs; up++) {
      if (exactMcNemar(up, pairs - up) >= alpha) continue;
      power += binomialPoint(pairs, n, gained + lost) * binomialPoint(up, pairs, gained / (gained + lost));
    }
  }
  return power;
}

/** The largest n without the power, and one more. */
function lastWithout(what: { gained: number; lost: number }, power: number, upTo: number): number {
  let n = upTo;
  while (n > 0 && mcnemarPower({ ...what, n }) >= power) n--;
  assert.ok(n < upTo - 50, "the search has to begin well above");
  return n + 1;
}

const near = (actual: number, expected: number, apart: number, what = "") =>
  assert.ok(Math.abs(actual - expected) <= apart, `${what} ${actual} is not ${expected}`);

Deno.test("mcnemarPower() gives what G*Power's manual has for 50 pairs, 8 % and 32 % of which change", () => {
  // There one-sided at 0.05: 0.8393, at a true level of 0.0326. Two-sided at 0.1 adds a millionth by the other side.
  near(mcnemarPower({ n: 50, gained: 0.32, lost: 0.08 }, 0.1), 0.83934, 2e-5);
  assert.equal((mcnemarPower({ n: 50, gained: 0.2, lost: 0.2 }, 0.1) / 2).toFixed(4), "0.0326");
});

Deno.test("mcnemarPower() is worked out by hand for 6 problems that all gain", () => {
  assert.equal(mcnemarPower({ n: 6, gained: 1, lost: 0 }), 1);
  assert.equal(mcnemarPower({ n: 5, gained: 1, lost: 0 }), 0);
  near(mcnemarPower({ n: 6, gained: 0.5, lost: 0 }), 1 / 64, 1e-15);
});

Deno.test("mcnemarPower() equals the enumeration of all counts", () => {
  for (const n of [0, 1, 5, 6, 7, 20, 61, 140]) {
    for (
      const [gained, lost] of [[0.1, 0.05], [0.3, 0.3], [0.02, 0.4], [0.7, 0.3], [0.9, 0], [1, 0], [0, 0.1]] as const
    ) {
      for (const alpha of [0.05, 0.2, 0.001]) {
        const what = `${n} ${gained} ${lost} ${alpha}`;
        near(mcnemarPower({ n, gained, lost }, alpha), byEnumeration(n, gained, lost, alpha), 1e-12, what);
      }
    }
  }
});

Deno.test("mcnemarPower() does not care which side gains, stays below the level where nothing is there, and grows with the gap", () => {
  for (const n of [10, 256, 1319, 100_000]) {
    let before = -1;
    for (let gap = 0; gap <= 0.2; gap += 0.02) {
      const power = mcnemarPower({ n, gained: 0.1 + gap / 2, lost: 0.1 - gap / 2 });
      near(power, mcnemarPower({ n, gained: 0.1 - gap / 2, lost: 0.1 + gap / 2 }), 1e-12);
      if (gap === 0) assert.ok(power < 0.05);
      assert.ok(power > before || power > 1 - 1e-9, `${n} ${gap}`);
      before = power;
    }
  }
});

Deno.test("mcnemarPower() comes to the normal approximation, and needs no other for ten million problems", () => {
  for (const n of [10_000, 1_000_000, 10_000_000]) {
    const discordant = 0.2;
    const gap = 2.8 * Math.sqrt(discordant / n);
    const level = -normalQuantile(0.025) * Math.sqrt(discordant);
    const deviation = Math.sqrt(discordant - gap ** 2);
    const approximate = normalShare((gap * Math.sqrt(n) - level) / deviation);
    const power = mcnemarPower({ n, gained: (discordant + gap) / 2, lost: (discordant - gap) / 2 });
    // What is exact loses about half a pair to caution.
    near(power, approximate, 0.8 / Math.sqrt(n), `${n}`);
  }
});

Deno.test("meanPower() gives the tabled value: 80 % for 2.8016 standard errors", () => {
  near(meanPower({ n: 100, difference: 0.28016, deviation: 1 }), 0.8, 1e-4);
  near(meanPower({ n: 100, difference: 0, deviation: 1 }), 0.05, 1e-12);
  near(meanPower({ n: 100, difference: -0.3, deviation: 1 }), meanPower({ n: 100, difference: 0.3, deviation: 1 }), 0);
});

Deno.test("meanPower() with a step is as cautious as the exact test: for one completion a problem it is McNemar's power", () => {
  for (const [n, gained, lost] of [[256, 0.2, 0.1], [1319, 0.12, 0.08], [10_000, 0.105, 0.095]] as const) {
    const deviation = Math.sqrt(gained + lost - (gained - lost) ** 2);
    const mean = { n, difference: gained - lost, deviation };
    const exact = mcnemarPower({ n, gained, lost });
    near(meanPower({ ...mean, step: 1 }), exact, 0.012, `${n}`);
    assert.ok(meanPower(mean) > exact + 0.005, "without it promises too much");
  }
});

Deno.test("meanPower() claims nothing for so few problems that no sign flip can tell", () => {
  assert.equal(meanPower({ n: 5, difference: 100, deviation: 1 }), 0);
  near(meanPower({ n: 6, difference: 100, deviation: 1 }), 1, 1e-12);
  assert.equal(meanPower({ n: 6, difference: 1, deviation: 0 }), 1);
  assert.equal(meanPower({ n: 6, difference: 0, deviation: 0 }), 0);
});

Deno.test("problemsNeeded() is past the teeth: one problem fewer has less power, and no larger number has", () => {
  const all = [[0.6, 0.4], [0.65, 0.35], [0.75, 0.25], [0.9, 0.1], [1, 0], [0.58, 0.4], [0.5, 0.3], [0.2, 0.1], [
    0.06,
    0.01,
  ]] as const;
  for (const [gained, lost] of all) {
    for (const power of [0.5, 0.8, 0.95]) {
      const needed = problemsNeeded({ gained, lost }, { power })!;
      const expected = lastWithout({ gained, lost }, power, Math.ceil(1.3 * needed) + 80);
      assert.equal(needed, expected, `${gained} ${lost} ${power}`);
    }
  }
});

Deno.test("problemsNeeded() meets teeth where all problems differ, which the first number with the power would not", () => {
  const what = { gained: 0.65, lost: 0.35 };
  const needed = problemsNeeded(what)!;
  let first = 1;
  while (mcnemarPower({ ...what, n: first }) < 0.8) first++;
  assert.ok(first < needed, `${first} and ${needed}`);
});

Deno.test("problemsNeeded() is about Connor's number, and the inverse of the power far up", () => {
  // (1.96 sqrt(0.2) + 0.8416 sqrt(0.2 - 0.0016))^2 / 0.0016 = 979: without the exact test's caution.
  const needed = problemsNeeded({ gained: 0.12, lost: 0.08 })!;
  assert.ok(needed > 979 && needed < 1040, `${needed}`);
  const large = { gained: 0.1005, lost: 0.0995 };
  const many = problemsNeeded(large)!;
  assert.ok(mcnemarPower({ ...large, n: many }) >= 0.8 && mcnemarPower({ ...large, n: many - 1 }) < 0.8);
  assert.ok(many > 1_500_000);
});

Deno.test("problemsNeeded() of means is the number of normal theory", () => {
  // (2.8016 * 0.4 / 0.05)^2 = 502.3
  assert.equal(problemsNeeded({ difference: 0.05, deviation: 0.4 }), 503);
  assert.equal(problemsNeeded({ difference: -0.05, deviation: 0.4 }), 503);
  assert.equal(problemsNeeded({ difference: 1, deviation: 0 }), 6);
  assert.equal(problemsNeeded({ difference: 0.05, deviation: 0.4 }, { power: 0.9, alpha: 0.01 }), 953);
});

Deno.test("problemsNeeded() is null where there is no difference, and above ten million", () => {
  assert.equal(problemsNeeded({ gained: 0.1, lost: 0.1 }), null);
  assert.equal(problemsNeeded({ gained: 0, lost: 0 }), null);
  assert.equal(problemsNeeded({ gained: 0.1, lost: 0.0999 }), null);
  assert.equal(problemsNeeded({ gained: 1e-7, lost: 0 }), null);
  assert.equal(problemsNeeded({ difference: 0, deviation: 1 }), null);
  assert.equal(problemsNeeded({ difference: 1e-9, deviation: 1 }), null);
  assert.equal(problemsNeeded({ difference: 5e-324, deviation: 1 }), null);
});

Deno.test("leastDifference() has the power that was asked for, and a little less has not", () => {
  for (const n of [60, 256, 1319, 50_000]) {
    const least = leastDifference({ n, gained: 0.15, lost: 0.05 })!;
    const power = (gap: number) => mcnemarPower({ n, gained: 0.1 + gap / 2, lost: 0.1 - gap / 2 });
    assert.ok(power(least) >= 0.8 && power(least * 0.99999) < 0.8, `${n}`);
    // What counts is how many differ, not how.
    assert.equal(leastDifference({ n, gained: 0.05, lost: 0.15 }), least);
  }
  near(leastDifference({ n: 503, deviation: 0.4 })!, 0.05, 1e-4);
  const counts = { n: 256, deviation: 0.4, step: 0.25 };
  const least = leastDifference(counts)!;
  // Sign flips measure spread around zero: Student's t of 256 differences has to lie a little beyond 1.96.
  const level = 1.959963984540054 * Math.sqrt(255 / (256 - 1.959963984540054 ** 2));
  near(least, (0.8416212335729143 + level) * 0.4 / 16 + 0.25 / 256, 1e-6);
  near(meanPower({ ...counts, difference: least }), 0.8, 1e-6);
  assert.ok(problemsNeeded({ deviation: 0.4, step: 0.25, difference: least })! <= 256);
  assert.ok(problemsNeeded({ deviation: 0.4, step: 0.25, difference: least * 0.999 })! >= 256);
});

Deno.test("leastDifference() is null where nothing can be told", () => {
  assert.equal(leastDifference({ n: 20, gained: 0.12, lost: 0.08 }), null);
  assert.equal(leastDifference({ n: 1000, gained: 0, lost: 0 }), null);
  assert.equal(leastDifference({ n: 0, gained: 0.5, lost: 0.5 }), null);
  assert.equal(leastDifference({ n: 5, deviation: 0.4 }), null);
  assert.equal(leastDifference({ n: 100, deviation: 0 }), null);
});

Deno.test("power and planning refuse rates, levels and numbers that are none, and say which", () => {
  assert.throws(() => mcnemarPower({ n: 10, gained: 0.8, lost: 0.3 }), /0.8 gained and 0.3 lost/);
  assert.throws(() => mcnemarPower({ n: 10, gained: -0.1, lost: 0.3 }), RangeError);
  assert.throws(() => mcnemarPower({ n: 1.5, gained: 0.1, lost: 0.3 }), /n 1.5/);
  assert.throws(() => mcnemarPower({ n: 10, gained: 0.1, lost: 0.3 }, 0), /level 0/);
  assert.throws(() => meanPower({ n: -1, difference: 1, deviation: 1 }), RangeError);
  assert.throws(() => meanPower({ n: 9, difference: NaN, deviation: 1 }), RangeError);
  assert.throws(() => problemsNeeded({ difference: 1, deviation: -1 }), /deviation of -1/);
  assert.throws(() => problemsNeeded({ gained: 0.2, lost: 0.1 }, { power: 1 }), /power of 1/);
  assert.throws(() => problemsNeeded({ gained: NaN, lost: 0.1 }), RangeError);
  assert.throws(() => leastDifference({ n: 10, deviation: NaN }), RangeError);
  assert.throws(() => meanPower({ n: 10, difference: 1, deviation: 1, step: -1 }), /step of -1/);
  assert.throws(() => leastDifference({ n: NaN, gained: 0.1, lost: 0.1 }), RangeError);
});
