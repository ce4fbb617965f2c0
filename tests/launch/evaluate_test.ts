/** `evaluate`: whatever can be evaluated, as a run was trained unless something else is asked for. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { DISPLAY } from "../../lib/basics/mod.ts";
import { main as evalMain } from "../../lib/cli/eval.ts";
import {
  evaluate,
  type EvaluateOptions,
  type EvaluationProgress,
  type OpenSampling,
  trainGRPO,
} from "../../lib/launch/mod.ts";
import { openForSampling, type SamplingPolicy } from "../../lib/policy/mod.ts";
import type { Run } from "../../lib/runs/mod.ts";
import type { Completion } from "../../lib/vocabulary.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const TASK = { env: "arithmetic", prompt_template: "none", limit: 6 } as const;

function said(text: string): Completion {
  return { tokens: [], logprobs: [], stopReason: "stop", text, usage: { prompt: 10, completion: 2 } };
}

/** Knows everything. */
function knower(more: Partial<SamplingPolicy> = {}): SamplingPolicy & { closed: number } {
  const policy = {
    ...{ backend: "tinker", model: "knower", contextLength: 1000, closed: 0 } as const,
    sample: ({ problem }: { readonly problem: { readonly answer: string } }) =>
      Promise.resolve([said(`\\boxed{${problem.answer}}`)]),
    close: () => Promise.resolve(void policy.closed++),
    ...more,
  };
  return policy as SamplingPolicy & { closed: number };
}

/** The weights and the configuration that were opened. */
function spy(policy = knower()): { open: OpenSampling; asked: Parameters<OpenSampling>[] } {
  const asked: Parameters<OpenSampling>[] = [];
  return { asked, open: (...args) => (asked.push(args), Promise.resolve(policy)) };
}

let theRun: Promise<Run> | undefined;

/** One run for all tests here, which record nothing in it. */
function trained(): Promise<Run> {
  return theRun ??= Deno.makeTempDir({ prefix: "math_rl_" }).then((folder) =>
    trainGRPO({
      ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 3, group_size: 4 },
      ...{ max_steps: 2, save_every: 1, eval_every: 1, test_limit: 5, train_limit: 20, seed: 3 },
      log_path: join(folder, "mine"),
    }, { open: openAdder() })
  );
}

Deno.test.afterAll(async () => {
  if (theRun !== undefined) await Deno.remove(dirname((await theRun).path), { recursive: true });
});

Deno.test("an open policy is evaluated as it is and stays open; the result tells what was done and shows itself", async () => {
  const policy = knower();
  const result = await evaluate(policy, TASK);
  assert.equal(result.metrics["env/all/correct"], 1);
  const { target, backend, env, split, template, n, reward } = result;
  assert.deepEqual({ target, backend, env, split, template, n, reward }, {
    ...{ target: "knower", backend: "tinker", env: "arithmetic", split: "test", template: "none", n: 6, reward: null },
  });
  assert.deepEqual(result.tokens, { prompt: 60, completion: 12 });
  assert.equal(result.rollouts.length, 6);
  assert.equal(policy.closed, 0);
  const text = Deno.inspect(result);
  assert.match(text, /^knower: 6 held-out problems of arithmetic, template none/);
  assert.match(text, /accuracy \(strict\) +1\.000 \(95 %: 0\.\d+ to 1\.000\)/);
  const bundle = await result[DISPLAY]();
  assert.equal(bundle["text/plain"], text);
  assert.match(String(bundle["text/html"]), /1\.000 \(95 %/);
});

Deno.test("names are escaped where a result shows itself", async () => {
  const hostile = `<img src=x onerror=alert(1)>\u001b]0;title\u0007`;
  const result = await evaluate(knower({ model: hostile }), TASK);
  assert.doesNotMatch(String((await result[DISPLAY]())["text/html"]), /<img/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(Deno.inspect(result), /\x1b/);
});

Deno.test("a run is evaluated as it was trained, at the checkpoint that is asked for, by object, path and folder alike", async () => {
  const run = await trained();
  const how = { open: openForSampling(openAdder()), record: false };
  const last = await evaluate(run, how);
  assert.equal(last.target, "mine, checkpoint final after 2 steps");
  assert.equal(last.metrics["env/all/correct"], run.series("test/env/all/correct").at(-1)?.value);
  assert.deepEqual([last.env, last.n, last.seed, last.template], ["arithmetic", 5, 3, "none"]);
  for (const target of [run.path, run.checkpoints.at(-1)!.state_path]) {
    assert.deepEqual((await evaluate(target, how)).metrics, last.metrics);
  }
  const first = await evaluate(run, { ...how, checkpoint: 1 });
  assert.equal(first.metrics["env/all/correct"], run.series("test/env/all/correct")[1]?.value);
  assert.equal(first.weights, run.checkpoints[0]?.state_path);
  await assert.rejects(evaluate(run, { ...how, checkpoint: 7 }), {
    name: "ConfigError",
    message: /no checkpoint "7": it has 000001/,
  });
});

Deno.test("it gives the figures of the command line", () =>
  inTempFolder(async (folder) => {
    const run = await trained();
    const how = { open: openForSampling(openAdder()), record: false };
    const json = join(folder, "figures.json");
    assert.equal(
      await evalMain([run.path, "checkpoint=1", "test_limit=9", `json=${json}`, "record=false"], fakeIo(), how.open),
      0,
    );
    const { evaluations } = JSON.parse(await Deno.readTextFile(json));
    assert.deepEqual((await evaluate(run, { ...how, checkpoint: 1, limit: 9 })).metrics, evaluations[0].metrics);
  }));

Deno.test("training problems are those of the run, no more than it had", async () => {
  const run = await trained();
  const how = { open: openForSampling(openAdder()), record: false };
  const trainedOn = new Set((await Array.fromAsync(run.rollouts({ split: "train" }))).map((row) => row.problem_id));
  const { rollouts, split } = await evaluate(run, { ...how, split: "train", limit: 20 });
  const asked = new Set(rollouts.map(({ problem }) => problem.id));
  assert.equal(split, "train");
  assert.ok(trainedOn.isSubsetOf(asked), [...trainedOn].join());
  assert.equal((await evaluate(run, { ...how, split: "train" })).n, 5);
});

Deno.test("a model by name and a server's checkpoint are opened with what is asked for, and closed", async () => {
  const policy = knower();
  const { open, asked } = spy(policy);
  await evaluate("some/model", { ...TASK, open, backend: "tinker", base_url: "http://127.0.0.1:1", temperature: 0 });
  const path = "tinker://run:train:0/sampler_weights/final";
  await evaluate(path, { ...TASK, open, max_tokens: 77 });
  const [[model, first], [server, second]] = asked as [Parameters<OpenSampling>, Parameters<OpenSampling>];
  assert.deepEqual([model.model_name, model.eval_temperature, first.weights], ["some/model", 0, undefined]);
  assert.deepEqual([server.backend, server.max_tokens, second.weights], ["tinker", 77, path]);
  assert.equal(policy.closed, 2);
});

Deno.test("progress tells how many are right so far, and with which outcomes", async () => {
  const told: EvaluationProgress[] = [];
  const starts: number[] = [];
  let calls = 0;
  const sample = () => Promise.resolve([said(calls++ % 3 === 0 ? "\\boxed{-1}" : "I do not know")]);
  const options: EvaluateOptions = {
    ...TASK,
    onStart: ({ problems }) => starts.push(problems),
    onProgress: (progress) => told.push(progress),
  };
  const { metrics } = await evaluate(knower({ sample }), options);
  assert.deepEqual(starts, [6]);
  assert.deepEqual(told.map(({ done }) => done), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(told.at(-1), { done: 6, total: 6, correct: 0, outcomes: { wrong: 2, no_answer: 4 } });
  assert.equal(metrics["env/all/outcome/no_answer"], 4 / 6);
});

Deno.test("a reward function pays here too; a run that was trained with another one is told apart", () =>
  inTempFolder(async (folder) => {
    const halves = () => ({ half: 0.5, quarter: 0.25 });
    const result = await evaluate(knower(), { ...TASK, reward: halves });
    assert.deepEqual([result.reward, result.metrics["env/all/reward/total"]], ["halves", 0.75]);
    assert.match(Deno.inspect(result), /reward +0\.750 \(half 0\.500, quarter 0\.250\)/);
    const run = await trainGRPO({
      ...{ backend: "local", env: "arithmetic", prompt_template: "none", max_steps: 1, test_limit: 0 },
      ...{ groups_per_batch: 2, group_size: 2, train_limit: 4, log_path: join(folder, "own") },
    }, { open: openAdder(), reward: halves });
    const other = await evaluate(run, { limit: 3, open: openForSampling(openAdder()) });
    assert.equal(other.trainedWith, "halves");
    assert.match(Deno.inspect(other), /The reward here is the recipe's; the run was trained with halves\./);
  }));

Deno.test("a signal ends it with its reason, and what was opened is closed", async () => {
  const controller = new AbortController();
  const sample: SamplingPolicy["sample"] = (_prompt, _count, _params, { signal } = {}) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const policy = knower({ sample });
  const { open } = spy(policy);
  const evaluating = evaluate("m", {
    ...TASK,
    open,
    signal: controller.signal,
    onStart: () => {
      queueMicrotask(() => controller.abort(new DOMException("enough", "AbortError")));
    },
  });
  await assert.rejects(evaluating, { name: "AbortError", message: "enough" });
  assert.equal(policy.closed, 1);
});

Deno.test("what cannot be used is refused in words, before anything is opened", async () => {
  const { open, asked } = spy();
  const cases: [unknown, unknown, RegExp][] = [
    ["m", { temprature: 1 }, /no option temprature\. Did you mean.*temperature/],
    ["m", { test_limit: 5 }, /no option test_limit: it is called limit here/],
    ["m", { split: "dev" }, /expected "train" or "test", got "dev"/],
    ["m", { limit: -1 }, /option limit: expected a whole number/],
    ["m", { max_tokens: 0 }, /max_tokens/],
    ["m", { checkpoint: "best" }, /m is not a run folder/],
    ["m", { prompt_template: "no_such" }, /no_such/],
    [7, {}, /cannot evaluate 7: give a run/],
    [knower(), { checkpoint: 3 }, /an open policy answers with the weights it has/],
  ];
  for (const [target, options, message] of cases) {
    const given = { ...(target === "m" && { backend: "local" }), env: "arithmetic", ...options as object, open };
    await assert.rejects(evaluate(target as string, given as EvaluateOptions), { message });
  }
  assert.equal(asked.length, 0);
});

Deno.test("options of evaluate() that are no object are refused in words", async () => {
  for (const options of [null, ["limit"], 5]) {
    await assert.rejects(evaluate("abacus", options as EvaluateOptions), {
      name: "TypeError",
      message: /the options of evaluate have to be an object, got/,
    });
  }
});
