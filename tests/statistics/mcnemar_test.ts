import assert from "node:assert/strict";
import { exactMcNemar } from "../../lib/statistics/mod.ts";
import { ratio, requireClose } from "./_close.ts";

/** Twice the smaller tail in whole numbers of any size. */
function inWholeNumbers(gained: number, lost: number): number {
  const n = gained + lost;
  let [ways, sum] = [1n, 0n];
  for (let k = 0; k <= Math.min(gained, lost); k++) {
    sum += ways;
    ways = ways * BigInt(n - k) / BigInt(k + 1);
  }
  return Math.min(1, ratio(2n * sum, 2n ** BigInt(n)));
}

Deno.test("exactMcNemar() gives the value worked out by hand: 1 gained and 7 lost", () => {
  // 2 (1 + 8) / 2^8
  assert.equal(exactMcNemar(1, 7), 18 / 256);
  assert.equal(exactMcNemar(5, 0), 2 / 32);
  assert.equal(exactMcNemar(6, 0), 2 / 64);
});

Deno.test("exactMcNemar() is 1 where nothing differs, or as much as can be expected", () => {
  for (const [gained, lost] of [[0, 0], [1, 0], [3, 3], [3, 4], [1e6, 1e6]] as const) {
    assert.equal(exactMcNemar(gained, lost), 1);
  }
});

Deno.test("exactMcNemar() equals the sum in whole numbers, to the last digit for few and to 1e-12 of it down to 1e-290", () => {
  for (let n = 0; n <= 50; n++) {
    for (let k = 0; k <= n; k++) assert.equal(exactMcNemar(k, n - k), inWholeNumbers(k, n - k));
  }
  for (const [k, m] of [[480, 500], [12, 999], [0, 950], [1, 900], [700, 901], [1300, 1500]] as const) {
    requireClose(exactMcNemar(k, m), inWholeNumbers(k, m), 1e-12);
  }
});

Deno.test("exactMcNemar() keeps 12 digits at counts of a million", () => {
  // By mpmath with 40 digits.
  requireClose(exactMcNemar(1e6, 999_998), 0.99943581020488104, 1e-12);
  requireClose(exactMcNemar(1e6, 999_000), 0.479829805309277167, 1e-12);
  requireClose(exactMcNemar(123_456, 120_000), 2.5167137537403041e-12, 1e-12);
  requireClose(exactMcNemar(1e6, 980_000), 7.63223606137798152e-46, 1e-12);
  requireClose(exactMcNemar(970_000, 1e6), 2.34194651812451276e-101, 1e-12);
  assert.equal(exactMcNemar(1e6, 0), 0);
});

Deno.test("exactMcNemar() does not care which side is which, and falls as the sides part", () => {
  for (let n = 2; n <= 300; n += 7) {
    let before = 0;
    for (let k = 0; k <= n / 2; k++) {
      const p = exactMcNemar(k, n - k);
      assert.equal(p, exactMcNemar(n - k, k));
      assert.ok(p > before || p === 1, `${k} of ${n}`);
      before = p;
    }
  }
});

Deno.test("exactMcNemar() refuses what is no count", () => {
  for (const wrong of [-1, 0.5, NaN, Infinity]) {
    assert.throws(() => exactMcNemar(wrong, 1), RangeError);
    assert.throws(() => exactMcNemar(1, wrong), /with lost .* whole number/);
  }
});
