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
