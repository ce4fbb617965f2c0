/** Expert iteration through the Tinker API: the client, a server on this machine, and the engine behind it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { serveTinker } from "../../lib/serving/mod.ts";
import { expertIterate } from "../../mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";

Deno.test("expert iteration trains on a Tinker-compatible server, is stopped, and goes on from its checkpoint", () =>
  inTemporaryFolder(async (folder) => {
    const server = await serveTinker({ models: ["abacus"], port: 0, weightsDir: join(folder, "served") });
    try {
      const log_path = join(folder, "run");
      const stopping = new AbortController();
      const input = {
        ...{ base_url: server.url, model_name: "abacus", env: "word_problems", levels: [1], train_limit: 40 },
        ...{ test_limit: 2, groups_per_batch: 4, group_size: 4, max_tokens: 48, batch_size: 4, max_steps: 2 },
      } as const;
      const stopped = await expertIterate({ ...input, log_path }, {
        signal: stopping.signal,
        onEvent: ({ type }) => type === "step" && stopping.abort(),
      });
      assert.deepEqual([stopped.config.backend, stopped.status?.state], ["tinker", "stopped"]);
      const going = { log_path, base_url: server.url, behavior_if_log_dir_exists: "resume" } as const;
      const run = await expertIterate(going);
      assert.equal(run.status?.state, "finished");
      const [first, second] = run.metrics;
      assert.equal(first?.metrics["optim/updates"], 2 * Math.ceil(first!.metrics["expert/kept"]! / 4));
      // The model has written such answers itself: less than a nat a token.
      for (const { metrics } of [first!, second!]) {
        const loss = metrics["optim/loss_per_token"]!;
        assert.ok(loss > 0 && loss < 1, `${loss}`);
      }
    } finally {
      await server.close();
    }
  }));
