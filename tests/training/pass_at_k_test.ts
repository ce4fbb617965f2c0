import assert from "node:assert/strict";
import { passAtK, passSizes } from "../../lib/training/mod.ts";

/** The share of all subsets of k completions, of n of which the first `correct` are right, that hold a right one. */
function byCounting(n: number, correct: number, k: number): number {
  let [subsets, hits] = [0, 0];
  for (let chosen = 0; chosen < 2 ** n; chosen++) {
    const members = Array.from({ length: n }, (_, i) => i).filter((i) => chosen & (1 << i));
    if (members.length !== k) continue;
    subsets++;
    if (members.some((i) => i < correct)) hits++;
  }
  return hits / subsets;
}

/** 1 - C(n-c, k) / C(n, k) in whole numbers. */
function byFormula(n: number, correct: number, k: number): number {
  const choose = (from: number, count: number) => {
    let product = 1n;
    for (let i = 0; i < count; i++) product = product * BigInt(from - i) / BigInt(i + 1);
    return product;
  };
  if (n - correct < k) return 1;
  const [none, all] = [choose(n - correct, k), choose(n, k)];
  return Number((all - none) * 10n ** 15n / all) / 1e15;
}

Deno.test("passAtK() is the share of all subsets of k completions that hold a right one", () => {
  for (let n = 1; n <= 9; n++) {
    for (let correct = 0; correct <= n; correct++) {
      for (let k = 1; k <= n; k++) {
        const [is, should] = [passAtK(n, correct, k), byCounting(n, correct, k)];
        assert.ok(Math.abs(is - should) < 1e-12, `n=${n} c=${correct} k=${k}: ${is}, not ${should}`);
      }
    }
  }
});

Deno.test("passAtK() is 1 - C(n-c, k) / C(n, k) also where the binomials overflow", () => {
  for (const [n, correct, k] of [[200, 10, 100], [200, 1, 64], [1000, 3, 500], [5000, 2, 64], [64, 63, 1]] as const) {
    assert.ok(Math.abs(passAtK(n, correct, k) - byFormula(n, correct, k)) < 1e-12, `n=${n} c=${correct} k=${k}`);
  }
  assert.equal(passAtK(3, 1, 1), 1 / 3);
  assert.equal(passAtK(5000, 0, 64), 0);
});

Deno.test("passAtK() needs at least k completions, and no more right ones than there are", () => {
  for (const [n, correct, k] of [[4, 1, 5], [4, 5, 1], [4, -1, 1], [4, 1, 0], [4, 1.5, 1], [NaN, 0, 1]] as const) {
    assert.throws(() => passAtK(n, correct, k), { name: "RangeError", message: /cannot give pass@/ });
  }
});

Deno.test("passSizes() doubles up to k, and has k itself", () => {
  assert.deepEqual([1, 2, 3, 4, 12].map(passSizes), [[1], [1, 2], [1, 2, 3], [1, 2, 4], [1, 2, 4, 8, 12]]);
});
