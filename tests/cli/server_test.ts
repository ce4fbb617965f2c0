/**
 * Training and evaluation from the command line against a real server on this machine: the bundled model behind
 * `serveTinker`. What the run saved is evaluated by each of its names, and all of them are the same weights.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { serveTinker } from "../../lib/serving/mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { fakeIo } from "./_io.ts";

const SMALL = ["levels=3-4", "max_tokens=64", "test_limit=16"];
const TRAIN = [
  ...SMALL,
  "env=word_problems",
  "groups_per_batch=4",
  "group_size=4",
  "learning_rate=1e-3",
  "max_steps=2",
];

async function accuracyOf(args: readonly string[]): Promise<string> {
  const io = fakeIo();
  assert.equal(await evalMain([...args, "record=false"], io), 0, io.complained());
  return /accuracy \(strict\) +(\S+)/.exec(io.said())![1]!;
}

Deno.test("a run on a server is evaluated by its folder, its sampler weights and its state, with one result", async () => {
  await inTemporaryFolder(async (folder) => {
    const server = await serveTinker({ models: ["abacus"], weightsDir: join(folder, "served"), port: 0 });
    try {
      const path = join(folder, "run");
      const [base, io] = [`base_url=${server.url}`, fakeIo()];
      const code = await trainMain([base, "model_name=abacus", ...TRAIN, `log_path=${path}`], io);
      assert.equal(code, 0, io.complained());
      const run = await openRun(path);
      const { state_path, sampler_path } = run.checkpoints.at(-1)!;
      assert.match(sampler_path, /^tinker:\/\/.+\/sampler_weights\//);
      const names = [[path], [sampler_path, "env=word_problems", ...SMALL], [
        state_path,
        "env=word_problems",
        ...SMALL,
      ]];
      const found: string[] = [];
      for (const name of names) found.push(await accuracyOf([...name, base]));
      const last = run.metrics.at(-1)!.metrics["test/env/all/correct"]!;
      assert.deepEqual(found, names.map(() => last.toFixed(3)));
    } finally {
      await server.close();
    }
  });
});
