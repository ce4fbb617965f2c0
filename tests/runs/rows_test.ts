import assert from "node:assert/strict";
import { rolloutOfRow, rolloutRows } from "../../lib/runs/rows.ts";
import { group, problem, rollout } from "./_fakes.ts";

Deno.test("a row keeps how its verdict came about, and is read as it was written", () => {
  const plain = rollout(problem(1), true, "it is \\boxed{7}");
  const grade = {
    ...plain.grade,
    span: [13, 14],
    normalised: "7",
    method: "number",
    recipe: false,
    reason: "no",
  } as const;
  const [row] = rolloutRows([{ problem: plain.problem, rollouts: [{ ...plain, grade }] }], "test", 3);
  const { span, normalised, method, recipe, reason } = row!;
  assert.deepEqual([span, normalised, method, recipe, reason], [[13, 14], "7", "number", false, "no"]);
  assert.deepEqual(rolloutOfRow(JSON.parse(JSON.stringify(row))), row);
});

Deno.test("a row of an older version, and one with nonsense in it, are read without what they lack", () => {
  const [row] = rolloutRows([group(0)], "train", 0);
  const older = JSON.parse(JSON.stringify(row));
  assert.deepEqual(rolloutOfRow(older), row);
  for (const span of [[3, 2], [0, 1e9], [0.5, 1], [-1, 2], [1], "12", null]) {
    assert.deepEqual(rolloutOfRow({ ...older, span, normalised: 7, method: [], recipe: "yes", reason: 3 }), row);
  }
  assert.deepEqual(rolloutOfRow({ ...older, later: 1 }), { ...row, later: 1 });
});

Deno.test("rows tell the advantages that the step gave, and centred rewards where an event has none", () => {
  const groups = [group(0), group(1)];
  const given = groups.map(({ rollouts }, p) => rollouts.map((_, g) => p + g / 8));
  const advantages = (...args: Parameters<typeof rolloutRows>) =>
    rolloutRows(...args).map(({ advantage }) => advantage);
  assert.deepEqual(advantages(groups, "train", 0, given), given.flat());
  const rewards = groups[0]!.rollouts.map(({ reward }) => reward);
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  assert.deepEqual(advantages([groups[0]!], "train", 0), rewards.map((reward) => reward - mean));
  assert.deepEqual(advantages([groups[0]!], "test", 0), rewards.map(() => 0));
});
