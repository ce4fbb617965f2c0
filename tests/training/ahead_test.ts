import assert from "node:assert/strict";
import { type DrawnBatch, pendingOfRows, pendingRows, train, type TrainEvent } from "../../lib/training/mod.ts";
import type { CallOptions } from "../../lib/policy/policy.ts";
import type { Completion, Prompt, SamplingParams } from "../../lib/vocabulary.ts";
import { assertResumable, doneOf, eventsOf, outline, startFrom, stepRows, type Store, toyRun } from "./_loop.ts";
import { FakeTime, ServerToy } from "./_server.ts";
import { toyConfig, ToyPolicy } from "./_toy.ts";

/** Gathers the samples of a tick and asks for them in the next, as the embedded engine's policy does. */
class GatheringToy extends ToyPolicy {
  #held: (() => void)[] = [];

  override sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    options: CallOptions = {},
  ): Promise<Completion[]> {
    return new Promise((resolve, reject) => {
      if (this.#held.length === 0) {
        setTimeout(() => {
          const held = this.#held;
          this.#held = [];
          for (const send of held) send();
        }, 0);
      }
      this.#held.push(() => void super.sample(prompt, count, params, options).then(resolve, reject));
    });
  }
}

const asyncRun = (lead: number, changes: Parameters<typeof toyRun>[0] = {}, more: Parameters<typeof toyRun>[1] = {}) =>
  toyRun({ max_steps_off_policy: lead, ...changes }, more);

const checkpointsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => event.type === "checkpoint" ? [event] : []);

Deno.test("train() asks for the samples of later steps before each update, by a policy that gathers them too", async () => {
  for (const policy of [new ToyPolicy(), new GatheringToy()]) {
    await eventsOf(asyncRun(1, { max_steps: 3, eval_every: 0, save_every: 0 }, { policy, testProblems: [] }));
    const calls = policy.calls.filter((call) => !call.startsWith("save"));
    const counted = calls.join(" ").replaceAll(/(?:sample ?){8}/g, "batch ").trim();
    const update = "forwardBackward optimStep";
    assert.equal(counted, `batch batch ${update} batch ${update} ${update}`);
  }
});

Deno.test("train() learns from samples that are at most max_steps_off_policy updates old, and says how old", async () => {
  for (const lead of [1, 2, 5]) {
    const rows = stepRows(await eventsOf(asyncRun(lead, { max_steps: 6 })));
    const drawnBy = [0, 1, 2, 3, 4, 5].map((step) => Math.max(0, step - lead));
    for (const key of ["step_min", "step_max", "step_mean"]) {
      assert.deepEqual(rows.map((row) => row[`sampling_client/${key}`]), drawnBy);
    }
  }
});

Deno.test("what a server draws in refilling while an update is under way is as new as that update", async () => {
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  class SlowServer extends ServerToy {
    override async sample(...args: Parameters<ServerToy["sample"]>): ReturnType<ServerToy["sample"]> {
      await turns(3);
      return await super.sample(...args);
    }
    override async optimStep(...args: Parameters<ServerToy["optimStep"]>): ReturnType<ServerToy["optimStep"]> {
      await turns(20);
      return await super.optimStep(...args);
    }
  }
  const time = new FakeTime();
  const changes = { max_steps: 2, eval_every: 0, save_every: 0, group_size: 2, max_refill_rounds: 1 };
  const more = { policy: new SlowServer(time), ticker: time.ticker, testProblems: [] };
  const [first, second] = stepRows(await eventsOf(asyncRun(1, changes, more)));
  assert.deepEqual([first!, second!].map((row) => row["progress/refill_rounds"]), [1, 1]);
  assert.deepEqual([first!, second!].map((row) => row["sampling_client/step_max"]), [0, 1]);
  assert.equal(second!["sampling_client/step_min"], 0);
});

Deno.test("what is drawn ahead is drawn by the weights as they were then", async () => {
  // By the log-probabilities: those of step 1 are of the first weights, as if nothing had been learnt from step 0.
  const policy = new ToyPolicy();
  const events = await eventsOf(asyncRun(1, { max_steps: 2 }, { policy }));
  const still = await eventsOf(toyRun({ learning_rate: 0, max_steps: 2 }));
  const groupsOf = (run: readonly TrainEvent[]) => run.flatMap((event) => event.type === "step" ? [event.groups] : []);
  assert.deepEqual(groupsOf(events)[1], groupsOf(still)[1]);
  const synchronous = await eventsOf(toyRun({ max_steps: 2 }));
  assert.deepEqual(groupsOf(events)[0], groupsOf(synchronous)[0]);
  assert.notDeepEqual(groupsOf(events)[1], groupsOf(synchronous)[1]);
});

Deno.test("train() evaluates, saves and ends as it does without, and the same seed gives the same run", async () => {
  const plain = outline(await eventsOf(toyRun({ max_steps: 5 })));
  const first = await eventsOf(asyncRun(2, { max_steps: 5 }));
  assert.deepEqual(outline(first), plain);
  assert.equal(JSON.stringify(await eventsOf(asyncRun(2, { max_steps: 5 }))), JSON.stringify(first));
});

Deno.test("asynchronous training learns", async () => {
  for (const lead of [1, 3]) {
    const { before, after } = doneOf(await eventsOf(asyncRun(lead, { max_steps: 60, eval_every: 0, save_every: 0 })));
    assert.ok(before!["test/env/all/correct"]! < 0.3);
    assert.ok(after!["test/env/all/correct"]! > 0.8, `after ${after!["test/env/all/correct"]} with lead ${lead}`);
  }
});

Deno.test("a checkpoint hands out the batches that are drawn ahead, and the last one none", async () => {
  const events = await eventsOf(asyncRun(2, { max_steps: 5, save_every: 1 }));
  const handed = checkpointsOf(events).filter(({ checkpoint }) => !checkpoint.final)
    .map(({ checkpoint, pending }) => [checkpoint.step, pending?.map(({ step }) => step)]);
  assert.deepEqual(handed, [[1, [1, 2]], [2, [2, 3]], [3, [3, 4]], [4, [4]], [5, []]]);
  const plain = await eventsOf(toyRun({ max_steps: 5, save_every: 1 }));
  assert.ok(checkpointsOf(plain).every((event) => !("pending" in event)));
});

Deno.test("a run that is resumed at any checkpoint, with what was drawn ahead, is the same run", async () => {
  await assertResumable({ max_steps_off_policy: 1, max_steps: 7, save_every: 2, eval_every: 3 });
  await assertResumable({ max_steps_off_policy: 3, max_steps: 7, save_every: 1, keep_best: true });
  await assertResumable({ max_steps_off_policy: 2, max_steps: 7, save_every: 3, max_refill_rounds: 2 });
});

Deno.test("without what was drawn ahead a resumed run goes on by newer weights, and never by older ones than it may", async () => {
  const store: Store = new Map();
  const changes = { max_steps_off_policy: 2, max_steps: 6, save_every: 2 };
  const whole = await eventsOf(toyRun(changes, { policy: new ToyPolicy({ store }) }));
  const at = checkpointsOf(whole).find(({ checkpoint }) => checkpoint.step === 4)!;
  const ages = async (max_steps_off_policy: number, pending: readonly DrawnBatch[] | undefined) => {
    const policy = new ToyPolicy({ store });
    await policy.loadState(at.checkpoint.state_path);
    const { pending: _pending, ...start } = startFrom(whole, at, toyConfig(changes));
    const args = toyRun({ ...changes, max_steps_off_policy }, {
      policy,
      start: { ...start, ...(pending && { pending }) },
    });
    return stepRows(await eventsOf(args)).map((row) => row["sampling_client/step_min"]);
  };
  assert.deepEqual(await ages(2, at.pending), [2, 3]);
  assert.deepEqual(await ages(2, undefined), [4, 4]);
  assert.deepEqual(await ages(2, at.pending?.slice(1)), [4, 3]);
  // What was drawn two updates ahead is too old for a run that may be one behind.
  assert.deepEqual(await ages(1, at.pending), [4, 4]);
});

Deno.test("train() stopped while it waits for samples, or while it learns, hands out what was drawn, and goes on as if nothing had been", async () => {
  const changes = { max_steps_off_policy: 1, max_steps: 5, eval_every: 0, save_every: 0 };
  const whole = await eventsOf(toyRun(changes));
  const cases: readonly [phase: string, step: number][] = [["sampling", 2], ["training", 1], ["training", 3]];
  for (const [phase, step] of cases) {
    const store: Store = new Map();
    const abort = new AbortController();
    const first = await eventsOf(toyRun(changes, {
      policy: new ToyPolicy({ store }),
      signal: abort.signal,
      onProgress: (progress) => progress.phase === phase && progress.step === step && abort.abort(),
    }));
    const { reason, step: done } = doneOf(first);
    assert.equal(reason, "stopped");
    const at = checkpointsOf(first).at(-1)!;
    assert.equal(at.checkpoint.step, done);
    assert.ok(at.pending!.some((batch) => batch.step === done));
    const policy = new ToyPolicy({ store });
    await policy.loadState(at.checkpoint.state_path);
    const start = startFrom(first, at, toyConfig(changes));
    const second = await eventsOf(toyRun(changes, { policy, start }));
    assert.deepEqual([...stepRows(first), ...stepRows(second)], stepRows(whole), `${phase} ${step}`);
  }
});

Deno.test("an error of a batch drawn ahead ends the run where its step comes, after the steps before it", async () => {
  // 16 to evaluate, then 8 a batch: the third batch fails, which is asked for in step 1.
  const policy = new ToyPolicy({
    onSample: (call) => {
      if (call === 16 + 16 + 3) throw new TypeError("the sampler broke");
    },
  });
  const seen: TrainEvent[] = [];
  await assert.rejects(async () => {
    for await (const event of train(asyncRun(1, { save_every: 1, eval_every: 0 }, { policy }))) seen.push(event);
  }, { message: "the sampler broke" });
  assert.deepEqual(outline(seen).slice(2), ["step 0", "checkpoint 000001", "step 1", "checkpoint 000002"]);
  assert.deepEqual(checkpointsOf(seen).map(({ pending }) => pending?.map(({ step }) => step)), [[1], []]);
});

Deno.test("training that breaks down ends with its error, and what was drawn ahead is let go", async () => {
  let ended = 0;
  class Watched extends ToyPolicy {
    override sample(...args: Parameters<ToyPolicy["sample"]>): ReturnType<ToyPolicy["sample"]> {
      args[3]?.signal?.addEventListener("abort", () => ended++);
      return super.sample(...args);
    }
  }
  const policy = new Watched({ gradientScale: NaN });
  await assert.rejects(eventsOf(asyncRun(1, { eval_every: 0 }, { policy })), { name: "DivergenceError" });
  assert.equal(ended, 16, "two batches");
  // The same where whoever reads the events leaves.
  const left = new Watched();
  ended = 0;
  for await (const event of train(asyncRun(1, {}, { policy: left }))) if (event.type === "step") break;
  assert.equal(ended, 16);
});

/** A server that falls silent once it has drawn the first batch, under a clock that only the test moves. */
class Bench {
  readonly time = new FakeTime();
  readonly abort = new AbortController();
  readonly events: TrainEvent[] = [];
  readonly policy: ServerToy;
  readonly running: Promise<void>;

  constructor(changes: Parameters<typeof toyRun>[0]) {
    this.policy = new ServerToy(this.time, { onSample: (call) => call === 7 && this.policy.hold("sample") });
    const { now, ticker } = this.time;
    const more = { policy: this.policy, signal: this.abort.signal, now, ticker, testProblems: [] };
    const args = asyncRun(1, { max_steps: 3, save_every: 0, stall_timeout: 100, ...changes }, more);
    this.running = (async () => {
      for await (const event of train(args)) this.events.push(event);
    })();
    this.running.catch(() => {});
  }

  /** Lets seconds pass, and what waits for a turn of the event loop. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
      await this.time.pass(1);
    }
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("a checkpoint waits a few seconds for a silent server's samples, then is saved without them; the run goes on", async () => {
  const bench = new Bench({ save_every: 1 });
  await bench.pass(2);
  assert.deepEqual(outline(bench.events), ["start 0", "step 0"]);
  await bench.pass(5);
  assert.deepEqual(outline(bench.events).at(-1), "checkpoint 000001");
  assert.deepEqual(checkpointsOf(bench.events)[0]?.pending, []);
  bench.policy.release("sample");
  await bench.pass(1);
  await bench.running;
  assert.deepEqual(stepRows(bench.events).map((row) => row["sampling_client/step_min"]), [0, 0, 1]);
  assert.equal(doneOf(bench.events).reason, "finished");
  assert.equal(bench.time.running, 0);
});

Deno.test("a run that is stopped while a server is silent is saved within a few seconds", async () => {
  const bench = new Bench({});
  await bench.pass(2);
  assert.deepEqual(outline(bench.events), ["start 0", "step 0"]);
  bench.abort.abort();
  await bench.pass(6);
  await bench.running;
  assert.deepEqual(outline(bench.events).slice(2), ["checkpoint 000001", "done stopped 1"]);
  assert.equal(bench.time.running, 0);
});

Deno.test("progress is of the batch that is waited for", async () => {
  const seen: string[] = [];
  await eventsOf(asyncRun(1, { max_steps: 2, eval_every: 0 }, {
    testProblems: [],
    onProgress: ({ phase, step, done, total }) => seen.push(`${phase} ${step} ${done}/${total}`),
  }));
  assert.equal(seen[0], "sampling 0 0/64");
  assert.ok(seen.indexOf("sampling 0 64/64") < seen.indexOf("training 0 0/1"));
  assert.ok(seen.indexOf("training 0 1/1") < seen.indexOf("sampling 1 64/64"));
  // In an update nothing else is told of: whoever watches knows by it whether the weights are whole.
  assert.equal(seen[seen.indexOf("training 0 0/1") + 1], "training 0 1/1");
});

Deno.test("pendingRows() and back is the same batch, log-probabilities that are no numbers included", async () => {
  const events = await eventsOf(asyncRun(2, { max_steps: 3, save_every: 1 }));
  const { pending } = checkpointsOf(events)[0]!;
  assert.equal(pending?.length, 2);
  const rows = JSON.parse(JSON.stringify(pendingRows(pending!)));
  assert.equal(rows.length, 2 + 16);
  assert.deepEqual(pendingOfRows(rows), pending);
  const [first] = pendingOfRows(rows)[0]!.groups;
  assert.ok(
    first!.rollouts.every(({ prompt, problem }) => prompt === first!.rollouts[0]!.prompt && problem === first!.problem),
  );
  rows[1].rollouts[0].completion.logprobs[0] = null;
  assert.ok(Number.isNaN(pendingOfRows(rows)[0]!.groups[0]!.rollouts[0]!.completion.logprobs[0]));
});

Deno.test("pendingOfRows() leaves out a batch that is not whole, and keeps the others", async () => {
  const events = await eventsOf(asyncRun(2, { max_steps: 3, save_every: 1 }));
  const rows = JSON.parse(JSON.stringify(pendingRows(checkpointsOf(events)[0]!.pending!)));
  const stepsOf = (changed: readonly unknown[]) => pendingOfRows(changed).map(({ step }) => step);
  assert.deepEqual(stepsOf(rows), [1, 2]);
  assert.deepEqual(stepsOf(rows.slice(0, -1)), [1]);
  assert.deepEqual(stepsOf(rows.toSpliced(3, 1)), [2]);
  const spoilt = (change: (row: Record<string, Record<string, unknown>>) => void) => {
    const copy = structuredClone(rows);
    change(copy[2]);
    return stepsOf(copy);
  };
  const rollout = (row: Record<string, unknown>) => (row.rollouts as Record<string, Record<string, unknown>>[])[0]!;
  const spoilers: ((row: Record<string, Record<string, unknown>>) => void)[] = [
    (row) => row.prompt!.tokens = ["1"],
    (row) => row.problem!.id = 3,
    (row) => rollout(row).completion!.tokens = [1.5],
    (row) => (rollout(row).completion!.logprobs as number[]).push(0),
    (row) => rollout(row).completion!.stopReason = "bored",
    (row) => rollout(row).grade!.outcome = "fine",
    (row) => delete (rollout(row) as Record<string, unknown>).reward,
  ];
  for (const spoil of spoilers) assert.deepEqual(spoilt(spoil), [2], String(spoil));
  assert.deepEqual(pendingOfRows([null, 1, "x", {}, [], { step: 1, groups: 1e9, sampledAt: [], times: {} }]), []);
});
