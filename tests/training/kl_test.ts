import assert from "node:assert/strict";
import { futureSums, klEstimates, penalizeKl } from "../../lib/training/mod.ts";
import { datum } from "./_groups.ts";

const near = (actual: readonly number[], expected: readonly number[]) =>
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-12, `${actual} is not ${expected}`)
  );

Deno.test("klEstimates() averages over actions of all data alike", () => {
  // d = 0.5, 0.1 and 0.3: mean 0.3, mean square 0.35 / 3.
  const { v1, v2 } = klEstimates([datum([-1, -2], [0, 0]), datum([-3], [0])], [[9, -1.5, -2.1], [9, -3.3]]);
  near([v1, v2], [0.3, 0.35 / 6]);
});

Deno.test("penalizeKl() adds coef * (batch mean of d - d), worked by hand", () => {
  const data = [datum([-1, -2], [1, 1]), datum([-3], [-1])];
  const { data: shaped, metrics } = penalizeKl(data, [[0, -1.5, -2.1], [0, -3.3]], {
    kl_penalty_coef: 0.5,
    kl_discount_factor: 0,
  });
  near([metrics["kl_policy_base"]!], [0.3]);
  near(shaped[0]!.advantages, [0, 1 + 0.5 * (0.3 - 0.5), 1 + 0.5 * (0.3 - 0.1)]);
  near(shaped[1]!.advantages, [0, -1]);
});

Deno.test("penalizeKl() with a discount lets a token answer for the ones after it, and leaves the prompt alone", () => {
  const { data: [shaped] } = penalizeKl([datum([-1, -2, -3], [0, 0, 0])], [[0, -1.6, -2, -3]], {
    kl_penalty_coef: 1,
    kl_discount_factor: 0.5,
  });
  // d = 0.6, 0, 0: shaping -0.4, 0.2, 0.2; from the end 0.2, 0.2 + 0.1, -0.4 + 0.15.
  near(shaped!.advantages, [0, -0.25, 0.3, 0.2]);
});

Deno.test("futureSums() adds what comes later, discounted", () => {
  assert.deepEqual(futureSums([1, 2, 4], 0.5), [3, 4, 4]);
  assert.deepEqual(futureSums([1, 2, 4], 0), [1, 2, 4]);
});
