import assert from "node:assert/strict";
import { betaShare, binomialPoint } from "../../lib/basics/mod.ts";

function requireClose(actual: number, expected: number, relative: number): void {
  assert.ok(Math.abs(actual - expected) <= relative * expected, `${actual} is not ${expected}`);
}

Deno.test("binomialPoint() is n over k by hand, and whole fractions without an error", () => {
  assert.equal(binomialPoint(3, 5, 0.5), 10 / 32);
  assert.equal(binomialPoint(25, 50, 0.5), 126410606437752 / 2 ** 50);
  requireClose(binomialPoint(2, 3, 0.1), 0.027, 1e-15);
  assert.deepEqual([binomialPoint(-1, 3, 0.5), binomialPoint(4, 3, 0.5)], [0, 0]);
  assert.deepEqual([binomialPoint(0, 3, 0), binomialPoint(1, 3, 0), binomialPoint(3, 3, 1)], [1, 0, 1]);
});

Deno.test("binomialPoint() sums to 1, and has the mean and the variance of the distribution", () => {
  for (const [n, rate] of [[7, 0.3], [51, 0.5], [300, 0.01], [2000, 0.77]] as const) {
    let [all, mean, square] = [0, 0, 0];
    for (let k = 0; k <= n; k++) {
      const share = binomialPoint(k, n, rate);
      all += share;
      mean += share * k;
      square += share * (k - n * rate) ** 2;
    }
    requireClose(all, 1, 1e-13);
    requireClose(mean, n * rate, 1e-13);
    requireClose(square, n * rate * (1 - rate), 1e-12);
  }
});

Deno.test("betaShare() is the sum of the binomial distribution", () => {
  for (const [n, rate] of [[5, 0.2], [60, 0.5], [500, 0.9], [3000, 0.31]] as const) {
    let below = 0;
    for (let k = 0; k < n; k++) {
      below += binomialPoint(k, n, rate);
      if (below > 1e-290) requireClose(betaShare(1 - rate, n - k, k + 1), below, 1e-11);
    }
  }
});

Deno.test("betaShare() is a power where a or b is 1, and whole at both ends", () => {
  for (const x of [1e-9, 0.1, 0.5, 0.97]) {
    for (const a of [0.01, 0.5, 3, 700]) {
      requireClose(betaShare(x, a, 1), x ** a, 1e-13);
      requireClose(betaShare(x, 1, a), -Math.expm1(a * Math.log1p(-x)), 1e-13);
    }
  }
  assert.deepEqual([betaShare(0, 2, 3), betaShare(1, 2, 3)], [0, 1]);
});

Deno.test("betaShare() and its mirror image make 1, from tiny to millions", () => {
  for (const a of [0.001, 0.5, 12, 4000, 3e6]) {
    for (const b of [0.02, 1, 90, 5e5]) {
      for (const x of [0.02, 0.3, 0.5, a / (a + b)]) {
        assert.ok(Math.abs(betaShare(x, a, b) + betaShare(1 - x, b, a, x) - 1) < 1e-9, `${x} ${a} ${b}`);
      }
    }
  }
});

Deno.test("betaShare() refuses shapes that are not above 0, and an x beyond 0 and 1", () => {
  for (
    const [x, a, b] of [[-0.1, 1, 1], [1.1, 1, 1], [NaN, 1, 1], [0.5, 0, 1], [0.5, 1, -1], [0.5, Infinity, 1]] as const
  ) {
    assert.throws(() => betaShare(x, a, b), RangeError);
  }
});
