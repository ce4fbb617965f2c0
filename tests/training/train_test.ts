import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import {
  describeMetric,
  evaluatePolicy,
  GLOSSARY,
  problemsOfStep,
  stepsPerPass,
  totalsOf,
  train,
  type TrainArgs,
  type TrainEvent,
  type TrainProgress,
} from "../../lib/training/mod.ts";
import type { Environment } from "../../lib/environment/mod.ts";
import { QUEUE_STATES, type QueueState } from "../../lib/policy/policy.ts";
import type { Metrics } from "../../lib/vocabulary.ts";
import { answer } from "./_answers.ts";
import { FakeTime, ServerToy } from "./_server.ts";
import { toyConfig, toyEnvironment, type ToyOptions, ToyPolicy, toyProblems, toyRollout } from "./_toy.ts";

/** Scores any token, also those that the toy has no distribution for. */
class AnyTokenPolicy extends ToyPolicy {
  override logprobs(data: Parameters<ToyPolicy["logprobs"]>[0]): Promise<number[][]> {
    return Promise.resolve(data.map(({ mask }) => mask.map(() => -1)));
  }
}

type Store = NonNullable<ToyOptions["store"]>;

function toyRun(changes: Partial<TrainConfig> = {}, more: Partial<TrainArgs> = {}): TrainArgs {
  return {
    config: toyConfig(changes),
    policy: new ToyPolicy(),
    environment: toyEnvironment,
    trainProblems: toyProblems(24),
    testProblems: toyProblems(16, "test"),
    now: () => 0,
    ...more,
  };
}

async function eventsOf(args: TrainArgs): Promise<TrainEvent[]> {
  return await Array.fromAsync(train(args));
}

const outline = (events: readonly TrainEvent[]) =>
  events.map((event) => {
    switch (event.type) {
      case "checkpoint":
        return `checkpoint ${event.checkpoint.name}${event.checkpoint.final ? " final" : ""}`;
      case "evaluation":
        return `evaluation ${event.step}${event.final ? " final" : ""}`;
      case "done":
        return `done ${event.reason} ${event.step}`;
      default:
        return `${event.type} ${event.step}`;
    }
  });

const stepMetrics = (events: readonly TrainEvent[]): Metrics[] =>
  events.flatMap((event) => event.type === "step" ? [event.metrics] : []);

Deno.test("train() evaluates before, between and after, saves on time, and says when it is done", async () => {
  assert.deepEqual(outline(await eventsOf(toyRun({ max_steps: 5 }))), [
    "start 0",
    "evaluation 0",
    "step 0",
    "step 1",
    "checkpoint 000002",
    "evaluation 2",
    "step 2",
    "step 3",
    "checkpoint 000004",
    "evaluation 4",
    "step 4",
    "checkpoint 000005",
    "evaluation 5 final",
    "checkpoint final final",
    "done finished 5",
  ]);
});

Deno.test("train() with eval_every=0 and save_every=0 still evaluates first and last, and saves at the end", async () => {
  assert.deepEqual(outline(await eventsOf(toyRun({ max_steps: 2, eval_every: 0, save_every: 0 }))), [
    ...["start 0", "evaluation 0", "step 0", "step 1", "checkpoint 000002", "evaluation 2 final"],
    ...["checkpoint final final", "done finished 2"],
  ]);
});

Deno.test("train() without test problems evaluates nothing", async () => {
  const events = await eventsOf(toyRun({ max_steps: 1 }, { testProblems: [] }));
  assert.deepEqual(outline(events), [
    "start 0",
    "step 0",
    "checkpoint 000001",
    "checkpoint final final",
    "done finished 1",
  ]);
});

Deno.test("train() raises the accuracy of a policy that can learn", async () => {
  const events = await eventsOf(toyRun({ max_steps: 60, eval_every: 0, save_every: 0 }));
  const done = events.at(-1);
  assert.ok(done?.type === "done");
  const [before, after] = [done.before?.["test/env/all/correct"] ?? NaN, done.after?.["test/env/all/correct"] ?? NaN];
  assert.ok(before < 0.3, `before ${before}`);
  assert.ok(after > 0.8, `after ${after}`);
});

Deno.test("train() gives the same events for the same seed and others for another", async () => {
  const strip = (events: TrainEvent[]) => JSON.stringify(events);
  const run = async (seed: number) => strip(await eventsOf(toyRun({ seed })));
  assert.equal(await run(1), await run(1));
  assert.notEqual(await run(1), await run(2));
});

Deno.test("train() puts the evaluation of a step into its row, and of the final weights into a row of its own", async () => {
  const events = await eventsOf(toyRun());
  const rows = stepMetrics(events);
  assert.deepEqual(rows.map((row) => "test/env/all/correct" in row), [true, false, true, false]);
  assert.deepEqual(rows.map((row) => row["progress/done_frac"]), [0.25, 0.5, 0.75, 1]);
  const final = events.find((event) => event.type === "evaluation" && event.final);
  assert.ok(final?.type === "evaluation");
  assert.equal(final.metrics["progress/batch"], 4);
  assert.equal(final.metrics["tokens/train_total"], rows[3]?.["tokens/train_total"]);
  assert.equal(final.rollouts.length, 16);
});

Deno.test("train() resumed at a checkpoint repeats the remaining metrics exactly", async () => {
  const store: Store = new Map();
  const whole = await eventsOf(toyRun({}, { policy: new ToyPolicy({ store }) }));
  const policy = new ToyPolicy({ store });
  await policy.loadState("state/000002");
  const totals = totalsOf(stepMetrics(whole)[1] as Metrics);
  const rest = await eventsOf(toyRun({}, { policy, start: { step: 2, final: false, totals } }));
  assert.deepEqual(stepMetrics(rest), stepMetrics(whole).slice(2));
  assert.deepEqual(outline(rest).slice(1), outline(whole).slice(outline(whole).indexOf("checkpoint 000002") + 1));
});

Deno.test("train() stopped in the middle of a step saves the whole steps, and goes on as if nothing had been", async () => {
  const whole = await eventsOf(toyRun());
  const store: Store = new Map();
  const abort = new AbortController();
  // 16 test problems, then 8 prompts a step: the call in the middle of step 1.
  const policy = new ToyPolicy({ store, onSample: (call) => call === 16 + 8 + 3 && abort.abort() });
  const first = await eventsOf(toyRun({}, { policy, signal: abort.signal }));
  assert.deepEqual(outline(first), ["start 0", "evaluation 0", "step 0", "checkpoint 000001", "done stopped 1"]);

  const resumed = new ToyPolicy({ store });
  await resumed.loadState("state/000001");
  const start = { step: 1, final: false, totals: totalsOf(stepMetrics(first)[0] as Metrics) };
  const second = await eventsOf(toyRun({}, { policy: resumed, start }));
  assert.deepEqual([...stepMetrics(first), ...stepMetrics(second)], stepMetrics(whole));
});

Deno.test("train() stopped before a step was done, or right after a checkpoint, saves nothing more", async () => {
  const early = new AbortController();
  const policy = new ToyPolicy({ onSample: (call) => call === 2 && early.abort() });
  const events = await eventsOf(toyRun({}, { policy, signal: early.signal }));
  assert.deepEqual(outline(events), ["start 0", "done stopped 0"]);
  const late = new AbortController();
  const seen: TrainEvent[] = [];
  for await (const event of train(toyRun({}, { signal: late.signal }))) {
    seen.push(event);
    if (event.type === "checkpoint") late.abort();
  }
  assert.deepEqual(outline(seen).slice(-2), ["checkpoint 000002", "done stopped 2"]);
});

Deno.test("train() stopped in the final evaluation is not complete: resumed, it evaluates and ends", async () => {
  const store: Store = new Map();
  const abort = new AbortController();
  const onProgress = ({ phase, step }: TrainProgress) => phase === "evaluation" && step === 4 && abort.abort();
  const policy = new ToyPolicy({ store });
  const first = await eventsOf(toyRun({}, { policy, signal: abort.signal, onProgress }));
  assert.deepEqual(outline(first).slice(-2), ["checkpoint 000004", "done stopped 4"]);
  const resumed = new ToyPolicy({ store });
  await resumed.loadState("state/000004");
  const second = await eventsOf(toyRun({}, { policy: resumed, start: { step: 4, final: false } }));
  assert.deepEqual(outline(second), ["start 4", "evaluation 4 final", "checkpoint final final", "done finished 4"]);
});

Deno.test("train() has nothing to do for a run that is complete, and goes on when there are more steps", async () => {
  const complete = await eventsOf(toyRun({}, { start: { step: 4, final: true } }));
  assert.deepEqual(outline(complete), ["start 4", "done finished 4"]);
  assert.ok(complete.at(-1)?.type === "done" && (complete.at(-1) as { alreadyComplete: boolean }).alreadyComplete);
  const longer = await eventsOf(toyRun({ max_steps: 5 }, { start: { step: 4, final: true } }));
  assert.ok(outline(longer).includes("step 4"));
});

Deno.test("train() that breaks down saves no broken weights and hands the error on", async () => {
  const policy = new ToyPolicy({ gradientScale: NaN });
  const seen: TrainEvent[] = [];
  await assert.rejects(async () => {
    for await (const event of train(toyRun({}, { policy }))) seen.push(event);
  }, { name: "DivergenceError" });
  assert.deepEqual(outline(seen), ["start 0", "evaluation 0"]);
  assert.ok(!policy.calls.some((call) => call.startsWith("saveState")));
});

Deno.test("train() hands on an error that is not the abort, even when aborted", async () => {
  const abort = new AbortController();
  const policy = new ToyPolicy({
    onSample: () => {
      abort.abort();
      throw new TypeError("the sampler broke");
    },
  });
  await assert.rejects(eventsOf(toyRun({}, { policy, signal: abort.signal })), { message: "the sampler broke" });
});

Deno.test("train() makes one pass when max_steps is none", async () => {
  const events = await eventsOf(toyRun({ max_steps: null, eval_every: 0 }));
  assert.deepEqual(events[0], { type: "start", step: 0, total: 3 });
  const ids = events.flatMap((event) => event.type === "step" ? event.groups.map(({ problem }) => problem.id) : []);
  assert.deepEqual(ids.sort(), toyProblems(24).map(({ id }) => id).sort());
  assert.equal(stepsPerPass(7473, 32), 234);
});

Deno.test("problemsOfStep() is a function of the step, and shuffles each pass anew", () => {
  const problems = toyProblems(10);
  const at = (step: number) => problemsOfStep(problems, { step, groups_per_batch: 5, seed: 0 }).map(({ id }) => id);
  const passes = [[...at(0), ...at(1)], [...at(2), ...at(3)]];
  for (const pass of passes) assert.equal(new Set(pass).size, 10);
  assert.notDeepEqual(passes[0], passes[1]);
  assert.deepEqual(at(3), at(3));
  // A step longer than a pass takes every problem once before any twice.
  const long = problemsOfStep(problems, { step: 0, groups_per_batch: 15, seed: 0 });
  assert.equal(new Set(long.slice(0, 10)).size, 10);
});

Deno.test("evaluatePolicy() draws the same for the same weights whatever else is evaluated", async () => {
  const config = toyConfig();
  const [policy, environment, problems] = [new ToyPolicy(), toyEnvironment, toyProblems(6, "test")];
  const all = await evaluatePolicy({ policy, environment, problems, config });
  const one = await evaluatePolicy({ policy, environment, problems: problems.slice(4, 5), config });
  assert.deepEqual(one.rollouts[0]?.completion, all.rollouts[4]?.completion);
  const greedy = await evaluatePolicy({ policy, environment, problems, config: { ...config, eval_temperature: 0 } });
  assert.deepEqual(greedy.rollouts[0]?.completion.tokens, [0, 0, 0]);
});

Deno.test("evaluatePolicy() reports accuracy by level, with an interval around the whole", async () => {
  const [policy, config] = [new ToyPolicy(), toyConfig()];
  const { metrics } = await evaluatePolicy({ policy, environment: toyEnvironment, problems: toyProblems(40), config });
  assert.ok("env/level_1/correct" in metrics && "env/level_2/correct" in metrics);
  assert.ok(metrics["env/all/correct_low"]! <= metrics["env/all/correct"]!);
  assert.ok(metrics["env/all/correct"]! <= metrics["env/all/correct_high"]!);
});

Deno.test("progress counts up to the whole batch in every phase", async () => {
  const seen: TrainProgress[] = [];
  await eventsOf(toyRun({ max_steps: 1 }, { onProgress: (progress) => seen.push(progress) }));
  for (const [phase, total] of [["evaluation", 16], ["sampling", 64], ["training", 1]] as const) {
    const counts = seen.filter((progress) => progress.phase === phase && progress.step === 0);
    assert.deepEqual([counts[0]?.done, counts.at(-1)?.done], [0, total]);
    assert.ok(counts.every((progress) => progress.total === total));
  }
});

Deno.test("every metric a run reports is in the glossary, and the glossary has no other", async () => {
  const time = new FakeTime();
  const wait = (state: QueueState) => {
    policy.say(state);
    time.ms += 1000;
    policy.say("active");
  };
  const policy = new ServerToy(time, { onSample: (call) => call === 0 && QUEUE_STATES.forEach(wait) });
  const everything = { kl_penalty_coef: 0.1, compute_post_kl: true, prices: { train: 1 } };
  const running = eventsOf(toyRun(everything, { policy, ticker: time.ticker }));
  const pay: Environment["pay"] = (rollout) => Promise.resolve({ ...rollout, rewardParts: { right: rollout.reward } });
  const grade: Environment["grade"] = (answers) =>
    Promise.resolve(answers.map((answer) => {
      const rollout = toyRollout(answer);
      return { ...rollout, grade: { ...rollout.grade, recipe: false } };
    }));
  const environment = { ...toyEnvironment, grade, pay };
  const dro = toyRun({ loss_fn: "dro" }, { policy: new AnyTokenPolicy(), environment });
  const more = [
    toyRun({ loss_fn: "ppo", overlong: "mask", max_refill_rounds: 1 }),
    toyRun({ max_steps_off_policy: 1 }),
    toyRun({ method: "expert_iteration" }, { answers: { count: 2, of: (problem) => [answer(problem, [1])] } }),
  ];
  const events = [...await running, ...await eventsOf(dro)];
  for (const run of more) events.push(...await eventsOf(run));
  const keys = new Set<string>();
  for (const event of events) {
    if (event.type === "step" || event.type === "evaluation") {
      Object.keys(event.metrics).forEach((key) => keys.add(key));
    }
  }
  for (const key of keys) assert.ok(describeMetric(key) !== undefined, `${key} is not in the glossary`);
  const plain = new Set(
    [...keys].map((key) =>
      key.replace(/^test\//, "").replace(/level_\d+/, "level_<n>").replace(/reward\/right$/, "reward/<part>")
    ),
  );
  assert.deepEqual([...plain].sort(), Object.keys(GLOSSARY).sort());
  assert.equal(describeMetric("toString"), undefined);
});
