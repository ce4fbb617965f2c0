import assert from "node:assert/strict";
import { ADVANTAGE_NAMES } from "../../../lib/config/mod.ts";
import {
  type AdvantageRule,
  ADVANTAGES,
  advantagesOf,
  centered,
  drGrpo,
  grpo,
  isConstant,
  maxRl,
  rloo,
} from "../../../lib/training/mod.ts";
import { group } from "../_groups.ts";

const SETTINGS = { max_tokens: 50 };

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) <= tolerance, `${actual} is not ${expected}`));
}

Deno.test("centered() subtracts the mean of the group and does not divide", () => {
  assert.deepEqual(centered([1, 0, 0, 0]), [0.75, -0.25, -0.25, -0.25]);
  assert.deepEqual(centered([2, 0]), [1, -1]);
});

Deno.test("grpo() divides by the sample's standard deviation plus 1e-6", () => {
  // Differences 0.75 and three of -0.25; squares sum to 0.75; 0.75 / 3 = 0.25, root 0.5. The population's would be 0.433.
  near(grpo([1, 0, 0, 0]), [0.75 / 0.500001, ...Array(3).fill(-0.25 / 0.500001)]);
  // Differences 1, 0, -1; variance 2 / 2.
  near(grpo([3, 2, 1]), [1 / 1.000001, 0, -1 / 1.000001]);
});

Deno.test("rloo() takes the mean of the others as the baseline", () => {
  near(rloo([1, 0, 0, 0]), [1, -1 / 3, -1 / 3, -1 / 3]);
  // 3 - (2 + 0.5) / 2, 2 - (3 + 0.5) / 2, 0.5 - (3 + 2) / 2
  near(rloo([3, 2, 0.5]), [1.75, 0.25, -2]);
});

Deno.test("drGrpo() divides the centred reward by max_tokens, the same for every group", () => {
  near(drGrpo([1, 0, 0, 0], SETTINGS), [0.015, -0.005, -0.005, -0.005]);
  near(drGrpo([1, 1, 1, 0], SETTINGS), [0.005, 0.005, 0.005, -0.015]);
});

Deno.test("maxRl() divides the centred reward by the mean: the rarer a right answer, the more it is worth", () => {
  near(maxRl([1, 0, 0, 0]), [3, -1, -1, -1]);
  near(maxRl([1, 1, 1, 0]), [1 / 3, 1 / 3, 1 / 3, -1]);
});

Deno.test("maxRl() takes the mean of what is positive where rewards are negative, so that no sign turns and nothing explodes", () => {
  // Mean (1 - 0.3) / 4 = 0.175, divisor 0.25.
  near(maxRl([1, -0.1, -0.1, -0.1]), [3.3, -1.1, -1.1, -1.1]);
  // The mean is exactly 0, then negative: the right answer stays the better one.
  near(maxRl([1, -0.5, -0.5]), [3, -1.5, -1.5]);
  near(maxRl([1, -2, -2]), [6, -3, -3]);
  // Nothing right: no likelihood to raise.
  assert.deepEqual(maxRl([0, -0.1, -0.1]), [0, 0, 0]);
  assert.deepEqual(maxRl([-0.1, -0.2]), [0, 0]);
});

Deno.test("every rule gives exactly 0 to a group of equal rewards, where subtracting the mean does not", () => {
  const tenths = Array(10).fill(0.9);
  assert.notEqual(0.9 - tenths.reduce((a, b) => a + b, 0) / 10, 0);
  for (const [name, rule] of Object.entries(ADVANTAGES) as [string, AdvantageRule][]) {
    for (const rewards of [tenths, [0, 0], [-0.1, -0.1, -0.1], [1], [-0.1]]) {
      assert.ok(rule(rewards, SETTINGS).every((advantage) => Object.is(advantage, 0)), `${name} of ${rewards}`);
    }
  }
  assert.ok(isConstant(group(...tenths)) && !isConstant(group(0.9, 0.8)));
});

Deno.test("advantagesOf() takes the rule that the configuration names, and there is one for each name", () => {
  assert.deepEqual(Object.keys(ADVANTAGES), ADVANTAGE_NAMES);
  const seen = ADVANTAGE_NAMES.map((advantage) => advantagesOf(group(1, 0, 0, -0.1), { ...SETTINGS, advantage }));
  assert.equal(new Set(seen.map((advantages) => advantages.join())).size, ADVANTAGE_NAMES.length);
  assert.deepEqual(advantagesOf(group(1, 0), { ...SETTINGS, advantage: "dr_grpo" }), [0.01, -0.01]);
});
