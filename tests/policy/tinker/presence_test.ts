/** Whether a server has a checkpoint: never guessed from one answer. */
import assert from "node:assert/strict";
import { hasCheckpoint } from "../../../lib/policy/tinker/_presence.ts";
import { ConnectionError, RestClient } from "../../../lib/policy/tinker/mod.ts";
import { FakeConnection, refused } from "./_fake.ts";

const PATH = "tinker://s:train:0/weights/a";

/** A server's answers by the beginning of the path: what it replies, or the status of its refusal. */
function has(answers: Readonly<Record<string, unknown>>): Promise<boolean | undefined> {
  const fake = new FakeConnection({
    request: ({ path }) => {
      const [, answer] = Object.entries(answers).find(([start]) => path.startsWith(start)) ?? [];
      if (answer instanceof Error) throw answer;
      if (typeof answer === "number") throw refused(answer, "no");
      return answer as Record<string, unknown>;
    },
  });
  return hasCheckpoint(new RestClient(fake), PATH);
}

Deno.test("a checkpoint is there when its weights are known or it is listed", async () => {
  const listed = { checkpoints: [{ checkpoint_id: "a", checkpoint_type: "training", tinker_path: PATH }] };
  assert.equal(await has({ weights_info: { base_model: "m" } }), true);
  assert.equal(await has({ weights_info: 404, training_runs: listed }), true);
  assert.equal(await has({ weights_info: 404, training_runs: 404, checkpoints: listed }), true);
});

Deno.test("a checkpoint is gone when its weights are unknown and a list goes without it", async () => {
  const other = { checkpoints: [{ checkpoint_id: "weights/b" }] };
  assert.equal(await has({ weights_info: 404, training_runs: other }), false);
  assert.equal(await has({ weights_info: 410, training_runs: 404, checkpoints: other }), false);
  assert.equal(await has({ weights_info: 405, training_runs: { checkpoints: [] } }), false);
});

Deno.test("what a server does not say is not guessed", async () => {
  const none = { checkpoints: [] };
  for (const fault of [500, 503, 400, 403, new ConnectionError("gone quiet")]) {
    assert.equal(await has({ weights_info: fault, training_runs: none }), undefined);
    assert.equal(await has({ weights_info: 404, training_runs: fault, checkpoints: none }), undefined);
  }
  assert.equal(await has({ weights_info: 404, training_runs: 404, checkpoints: 404 }), undefined);
});
