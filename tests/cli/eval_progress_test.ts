import assert from "node:assert/strict";
import { evaluateAll } from "../../lib/cli/_eval_progress.ts";
import { resolveConfig } from "../../lib/config/mod.ts";
import type { SamplingPolicy, Waiting } from "../../lib/policy/policy.ts";
import { loadProblems } from "../../lib/problems/mod.ts";
import { loadTemplate } from "../../lib/prompts/mod.ts";
import { fakeIo, type FakeOptions } from "./_io.ts";

/** Evaluates one problem whose server makes it wait `seconds`; returns what was shown. */
async function waitFor(seconds: number, options: FakeOptions) {
  let time = 0;
  const io = fakeIo({ ...options, now: () => time });
  let waiting: Waiting = { state: "paused_capacity", reason: "busy\u001b[2J\nnow", seconds: {} };
  let look = () => {};
  const policy: SamplingPolicy = {
    ...{ backend: "tinker", model: "m", contextLength: 100, close: () => Promise.resolve() },
    waiting: () => waiting,
    sample: async ({ problem }) => {
      await Promise.resolve();
      for (let second = 0; second < seconds; second++) {
        time += 1000;
        look();
      }
      waiting = { state: "active", seconds: {} };
      return [{ tokens: [], logprobs: [], stopReason: "stop", text: `\\boxed{${problem.answer}}` }];
    },
  };
  const template = await loadTemplate("none");
  const { config } = resolveConfig({ env: "arithmetic" }, { environment: {} });
  const problems = await loadProblems({ env: "arithmetic", split: "test", seed: 0, limit: 1 });
  const found = { description: "m" };
  const evaluations = await evaluateAll({
    ...{ policy, io },
    planned: [{ task: { found, config, template, problems, split: "test", k: 1, samples: 1 } }],
    ticker: (callback) => {
      look = callback;
      return () => look = () => assert.fail("the ticker went on");
    },
  });
  assert.ok(Array.isArray(evaluations));
  assert.equal(evaluations[0]?.evaluation.metrics["env/all/correct"], 1);
  return { said: io.said(), complained: io.complained() };
}

Deno.test("a terminal shows what the server makes an evaluation wait for, in plain characters", async () => {
  const { said, complained } = await waitFor(3, { isTerminal: true });
  assert.match(said, /0\/1 {2}none\nwaiting 0:02: paused_capacity \(busy now\)\n/);
  assert.equal(complained, "");
});

Deno.test("where nobody watches, only waiting that lasts is told, once", async () => {
  assert.deepEqual(await waitFor(5, {}), { said: "", complained: "" });
  assert.equal((await waitFor(30, {})).complained, "waiting 0:10: paused_capacity (busy now)\n");
});
