/**
 * The Tinker backend against a server that other people wrote: SkyRL's, which trains LoRA adapters of the bundled model
 * on the CPU. What it documents to do otherwise is named here: its loss is a mean over the tokens of a sequence and then
 * over sequences, not a sum; it takes `load_weights` only as a model's first request; it stops at no token by itself; it
 * has no dro, and takes no notice of `grad_clip_norm`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openLocalPolicy, openTinkerPolicy, type TrainablePolicy } from "../../lib/policy/mod.ts";
import { openRun } from "../../lib/runs/mod.ts";
import type { Datum } from "../../lib/vocabulary.ts";
import { contractSuite } from "../policy/contract.ts";
import { promptOf } from "../policy/local/_fixtures.ts";
import { fromRoot, type SkyrlServer, startSkyrl } from "./_peers.ts";

const ABACUS = fromRoot("lib/policy/local/models/abacus");
/** Two implementations of the same arithmetic in float32. */
const TOLERANCE = 2e-4;

let server: SkyrlServer;
let runs: string;

Deno.test.beforeAll(async () => {
  server = await startSkyrl(ABACUS);
  runs = await Deno.makeTempDir({ prefix: "skyrl_runs_" });
});

Deno.test.afterAll(async () => {
  await server.close();
  await Deno.remove(runs, { recursive: true });
});

async function withPolicy<T>(body: (policy: TrainablePolicy) => Promise<T>): Promise<T> {
  const policy = await openTinkerPolicy({ model: ABACUS, baseUrl: server.url, loraRank: 8, seed: 0 });
  try {
    return await body(policy);
  } finally {
    await policy.close();
  }
}

contractSuite("SkyRL", async (body) => void await withPolicy(body), {
  tolerance: TOLERANCE,
  alwaysLoadsOptimizer: true,
  refusesDropped: true,
  ...{ adapter: true, meansLoss: true, lacks: ["dro", "grad_clip_norm"] },
});

Deno.test("SkyRL: the embedded engine computes the same log-probabilities for the same weights", async () => {
  const local = await openLocalPolicy({ model: "abacus", weightsDir: runs });
  try {
    await withPolicy(async (remote) => {
      const prompt = promptOf(
        remote.chat.encodePrompt([{ role: "user", content: "Tom has 3 pears and buys 4. How many?" }]),
      );
      const [completion] = await remote.sample(prompt, 1, { max_tokens: 40, temperature: 1, seed: 3 });
      const { tokens, logprobs } = completion!;
      const datum = datumOf(prompt.tokens, tokens);
      const [[here], [there]] = await Promise.all([
        local.logprobs([datum], "current"),
        remote.logprobs([datum], "current"),
      ]);
      for (const [t, sampled] of logprobs.entries()) {
        const at = prompt.tokens.length - 1 + t;
        assert.ok(Math.abs(sampled - there![at]!) < TOLERANCE, `token ${t}: ${sampled} sampled, ${there![at]} scored`);
        assert.ok(Math.abs(here![at]! - there![at]!) < TOLERANCE, `token ${t}: ${here![at]} here, ${there![at]} there`);
      }
    });
  } finally {
    await local.close();
  }
});

Deno.test("SkyRL: the mean loss of a repeated datum falls by half in 20 steps", async () => {
  await withPolicy(async (policy) => {
    const tokens = policy.chat.encodePrompt([{ role: "user", content: "Name the third prime." }]);
    const datum = datumOf(tokens.slice(0, 4), tokens.slice(4));
    const adam = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      const gradient = policy.forwardBackward([datum], "cross_entropy");
      const update = policy.optimStep(adam);
      losses.push((await gradient).metrics["loss:sum"]!);
      await update;
    }
    assert.ok(losses.at(-1)! < 0.5 * losses[0]!, losses.join(" "));
  });
});

function datumOf(prompt: readonly number[], completion: readonly number[]): Datum {
  const all = [...prompt, ...completion];
  const mask = all.slice(1).map((_, t) => Number(t >= prompt.length - 1));
  return { tokens: all.slice(0, -1), target_tokens: all.slice(1), mask, weights: mask };
}

/** `deno task <name> ...` as a person types it. */
async function task(name: string, ...args: string[]): Promise<{ code: number; out: string }> {
  const command = new Deno.Command("deno", {
    args: ["task", name, ...args],
    cwd: fromRoot("."),
    env: { NO_COLOR: "1", TINKER_API_KEY: "" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Problems that the model gets right about half of the time, so that there is something to learn from. */
const RECIPE = [
  ...["env=word_problems", "levels=3-4", "lora_rank=16", "learning_rate=3e-3"],
  ...["groups_per_batch=4", "group_size=8", "max_tokens=120", "test_limit=8", "eval_every=0", "save_every=1"],
];

function trainArgs(...more: string[]): string[] {
  return [`base_url=${server.url}`, `model_name=${ABACUS}`, ...RECIPE, ...more, `log_path=${join(runs, "recipe")}`];
}

/** Trains until a line is printed, then presses Ctrl-C. */
async function trainUntil(line: RegExp, args: readonly string[]): Promise<{ code: number; out: string }> {
  const child = new Deno.Command("deno", {
    args: ["run", "-q", "--no-prompt", "-P=train", "lib/cli/train.ts", ...args],
    ...{ cwd: fromRoot("."), env: { NO_COLOR: "1", TINKER_API_KEY: "" } },
    ...{ stdout: "piped", stderr: "inherit" },
  }).spawn();
  let out = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const before = line.test(out);
    out += text;
    if (!before && line.test(out)) child.kill("SIGINT");
  }
  return { code: (await child.status).code, out };
}

Deno.test("SkyRL: deno task train trains, stops, resumes from its checkpoint, and deno task eval scores it", async () => {
  const stopped = await trainUntil(/^checkpoint 000001$/m, trainArgs("max_steps=3"));
  const first = await openRun(join(runs, "recipe"));
  assert.equal(first.state, "stopped", stopped.out);
  assert.equal(first.config.backend, "tinker");
  const [row] = first.metrics;
  // What the sampler said about its tokens is what the trainer says about them.
  assert.ok(row!.metrics["optim/kl_sample_train_v2"]! < 1e-4, JSON.stringify(row));
  const paths = first.checkpoints.map(({ state_path }) => state_path);
  assert.ok(paths.length >= 1 && paths.every((path) => path.startsWith("tinker://")), paths.join(" "));

  const { code, out } = await task("train", ...trainArgs("max_steps=3", "behavior_if_log_dir_exists=resume"));
  assert.equal(code, 0, out);
  const run = await openRun(join(runs, "recipe"));
  assert.equal(run.state, "finished");
  assert.deepEqual(run.series("env/all/reward/total").map(({ step }) => step), [0, 1, 2]);
  assert.ok(run.series("optim/grad_norm").length > 0);

  const common = [`base_url=${server.url}`, "test_limit=8"];
  const last = await task("eval", join(runs, "recipe"), ...common);
  assert.equal(last.code, 0, last.out);
  assert.match(last.out, /strict/);
  const { state_path } = run.checkpoints.at(-1)!;
  const named = await task(
    "eval",
    state_path,
    `model_name=${ABACUS}`,
    ...RECIPE.slice(0, 2),
    "max_tokens=120",
    ...common,
  );
  assert.equal(named.code, 0, named.out);
  assert.match(named.out, /strict/);
});

Deno.test("SkyRL: a server that is gone ends the run with one clear error", async () => {
  const { code, out } = await task(
    "train",
    "base_url=http://127.0.0.1:9",
    `model_name=${ABACUS}`,
    ...RECIPE,
    "max_steps=1",
    `log_path=${join(runs, "gone")}`,
  );
  assert.notEqual(code, 0);
  assert.match(out, /^error: .*127\.0\.0\.1:9.*$/m);
  assert.equal(out.match(/error:/g)?.length, 1, out);
  assert.doesNotMatch(out, /^ +at /m);
});
