import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { holm } from "../../lib/statistics/mod.ts";

Deno.test("holm() gives the values worked out by hand, in the order of the p-values", () => {
  // 0.005 * 4; 0.01 * 3; 0.03 * 2; 0.04 * 1 is raised to the one before.
  assert.deepEqual(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
});

Deno.test("holm() leaves a single p-value, and ends at 1", () => {
  assert.deepEqual(holm([0.2]), [0.2]);
  assert.deepEqual(holm([]), []);
  assert.deepEqual(holm([0.6, 0.4, 1]), [1, 1, 1]);
  assert.deepEqual(holm([0, 0]), [0, 0]);
});

Deno.test("holm() keeps the order, treats equals alike, and lies between a p-value and Bonferroni's", () => {
  const random = randomFrom("holm");
  for (let round = 0; round < 100; round++) {
    const ps = Array.from({ length: random.int(1, 20) }, () => Math.round(random.next() ** 3 * 100) / 100);
    const adjusted = holm(ps);
    ps.forEach((p, i) => {
      assert.ok(adjusted[i]! >= p && adjusted[i]! <= Math.min(1, p * ps.length) + 1e-15);
      ps.forEach((other, j) => {
        if (other === p) assert.equal(adjusted[j], adjusted[i]);
        if (other < p) assert.ok(adjusted[j]! <= adjusted[i]!);
      });
    });
  }
});

Deno.test("holm() calls any of ten differences that are not there different at most 5 times in 100, and p-values by themselves do 40 times", () => {
  const random = randomFrom("family");
  let [corrected, plain] = [0, 0];
  for (let round = 0; round < 4000; round++) {
    const ps = Array.from({ length: 10 }, () => random.next());
    if (holm(ps).some((p) => p < 0.05)) corrected++;
    if (ps.some((p) => p < 0.05)) plain++;
  }
  // A standard error is 14 of 4,000; of independent tests 1 - 0.95^10 is 0.401.
  assert.ok(corrected < 200 + 3 * 14, `${corrected}`);
  assert.ok(Math.abs(plain / 4000 - 0.401) < 0.025, `${plain}`);
});

Deno.test("holm() refuses what is no p-value", () => {
  for (const wrong of [-0.1, 1.1, NaN]) assert.throws(() => holm([0.5, wrong]), /p-value 1/);
});
