import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { type StallEvent, stallText, train, type TrainArgs, type TrainEvent } from "../../lib/training/mod.ts";
import type { TrainProgress } from "../../lib/training/mod.ts";
import { FakeTime, ServerToy, settle } from "./_server.ts";
import { toyConfig, toyEnvironment, type ToyOptions, ToyPolicy, toyProblems } from "./_toy.ts";

/** A run under a clock of its own, consumed as fast as it goes. */
class Bench {
  readonly time = new FakeTime();
  readonly store: NonNullable<ToyOptions["store"]> = new Map();
  readonly policy = new ServerToy(this.time, { store: this.store });
  readonly abort = new AbortController();
  readonly events: TrainEvent[] = [];
  readonly seen: TrainProgress[] = [];
  readonly args: TrainArgs;
  #done: Promise<void> | undefined;

  constructor(changes: Partial<TrainConfig> = {}, more: Partial<TrainArgs> = {}) {
    this.args = {
      config: toyConfig({ max_steps: 2, eval_every: 0, save_every: 0, stall_timeout: 10, ...changes }),
      environment: toyEnvironment,
      trainProblems: toyProblems(24),
      testProblems: [],
      signal: this.abort.signal,
      onProgress: (progress) => this.seen.push(progress),
      now: this.time.now,
      ticker: this.time.ticker,
      policy: this.policy,
      ...more,
    };
  }

  /** Goes until nothing moves any more. `at`: called with each event. */
  async go(at: (event: TrainEvent) => void = () => {}): Promise<void> {
    this.#done = (async () => {
      for await (const event of train(this.args)) {
        this.events.push(event);
        at(event);
      }
    })();
    this.#done.catch(() => {});
    await settle();
  }

  /** The end: also that no timer is left. */
  async end(): Promise<Extract<TrainEvent, { type: "done" }>> {
    await this.#done;
    assert.equal(this.time.running, 0, "a timer is left");
    const last = this.events.at(-1);
    assert.ok(last?.type === "done");
    return last;
  }

  stalls(): StallEvent[] {
    return this.events.filter((event) => event.type === "stall");
  }

  names(): string[] {
    return this.events.flatMap((event) => event.type === "checkpoint" ? [event.checkpoint.name] : []);
  }
}

/** Holds the samples of the second step. */
function holdSecondStep({ policy }: Bench): (event: TrainEvent) => void {
  return (event) => event.type === "step" && event.step === 0 && policy.hold("sample");
}

Deno.test("what a server makes a run wait for is in the progress once a second, in plain text, and in the row of the step", async () => {
  const bench = new Bench();
  const { policy, time } = bench;
  policy.hold("sample");
  await bench.go();
  assert.ok(bench.seen.every(({ waiting }) => waiting === undefined));
  policy.say("paused_capacity", "short on\ncapacity\x1b[2J");
  await time.pass(3);
  assert.deepEqual(bench.seen.slice(-2).map(({ phase, done, waiting }) => [phase, done, waiting]), [
    ["sampling", 0, { state: "paused_capacity", reason: "short on capacity", seconds: 1 }],
    ["sampling", 0, { state: "paused_capacity", reason: "short on capacity", seconds: 2 }],
  ]);
  policy.say("unreachable");
  await time.pass(2);
  policy.say("active");
  await time.pass(1);
  // Once more, so that it goes from the screen.
  assert.equal(bench.seen.at(-1)?.waiting, undefined);
  const count = bench.seen.length;
  await time.pass(1);
  assert.equal(bench.seen.length, count);
  policy.release("sample");
  await bench.end();
  const rows = bench.events.flatMap((event) => event.type === "step" ? [event.metrics] : []);
  assert.equal(rows[0]?.["time/waiting/paused_capacity"], 3);
  assert.equal(rows[0]?.["time/waiting/unreachable"], 2);
  assert.equal(Object.keys(rows[1] ?? {}).some((key) => key.startsWith("time/waiting")), false);
});

Deno.test("a stall is reported at its time and again after as long, and the whole steps are saved once meanwhile", async () => {
  const bench = new Bench();
  const { policy, time } = bench;
  await bench.go(holdSecondStep(bench));
  policy.say("paused_capacity", "busy");
  await time.pass(9);
  assert.deepEqual(bench.stalls(), []);
  await time.pass(1);
  assert.deepEqual(bench.stalls().map(({ step, seconds }) => [step, seconds]), [[1, 10]]);
  assert.equal(stallText(bench.stalls()[0]!), "no progress for 10 seconds: paused_capacity (busy)");
  assert.deepEqual(bench.names(), ["000001_stall_1"]);
  await time.pass(25);
  assert.deepEqual(bench.stalls().map(({ seconds }) => seconds), [10, 20, 30]);
  assert.deepEqual(bench.names(), ["000001_stall_1"]);
  policy.release("sample");
  assert.equal((await bench.end()).reason, "finished");
  // A run that goes on from it does what this one did.
  const resumed = new ToyPolicy({ store: bench.store });
  await resumed.loadState("state/000001_stall_1");
  const rest = await Array.fromAsync(train({ ...bench.args, policy: resumed, start: { step: 1 } }));
  const reward = (events: TrainEvent[]) =>
    events.flatMap((event) => event.type === "step" && event.step === 1 ? [event.metrics["env/all/reward/total"]] : []);
  assert.deepEqual(reward(rest), reward(bench.events));
  assert.deepEqual(resumed.theta, policy.theta);
});

Deno.test("a save that fails or never ends in a stall is reported, and the run goes on waiting", async () => {
  for (const [break_, message] of [["error", "the disk is full"], ["silence", "did not save within 60 seconds"]]) {
    const bench = new Bench({ stall_timeout: 100 });
    const { policy, time } = bench;
    await bench.go(holdSecondStep(bench));
    if (break_ === "error") policy.saveError = new Error("the disk is full");
    else policy.hold("save");
    await time.pass(161);
    const [first, second] = bench.stalls();
    assert.equal(first?.saveError, undefined);
    assert.ok(second?.saveError?.includes(message!), second?.saveError);
    assert.deepEqual(bench.names(), []);
    policy.saveError = undefined;
    policy.release("save");
    policy.release("sample");
    assert.equal((await bench.end()).reason, "finished");
    assert.deepEqual(bench.names(), ["000002", "final"]);
  }
});

Deno.test("in a stall nothing is saved where nothing new is whole, nor in the middle of an update", async () => {
  const early = new Bench();
  early.policy.hold("sample");
  await early.go();
  await early.time.pass(11);
  assert.deepEqual([early.stalls().length, early.policy.saves.length], [1, 0]);
  early.policy.release("sample");
  await early.end();

  const update = new Bench();
  await update.go((event) => event.type === "step" && event.step === 0 && update.policy.hold("optimStep"));
  await update.time.pass(11);
  assert.deepEqual([update.stalls().length, update.policy.saves.length], [1, 0]);
  update.policy.release("optimStep");
  await update.end();
});

Deno.test("every completion is progress, and stall_timeout=0 reports nothing", async () => {
  const never = new Bench({ stall_timeout: 0 });
  never.policy.hold("sample");
  await never.go();
  await never.time.pass(5000);
  assert.deepEqual(never.stalls(), []);
  never.policy.release("sample");
  await never.end();

  const slow = new Bench({ groups_per_batch: 2, max_steps: 1 });
  const sample = slow.policy.sample.bind(slow.policy);
  let turn = 0;
  slow.policy.sample = async (...args) => {
    const until = slow.time.ms + 8000 * ++turn;
    while (slow.time.ms < until) await Promise.resolve();
    return await sample(...args);
  };
  const running = slow.go();
  // 8 seconds to the first completion, 8 more to the second: no stall of 10.
  for (let second = 0; second < 17; second++) await slow.time.pass(1);
  await running;
  assert.deepEqual(slow.stalls(), []);
  await slow.end();
});

Deno.test("a policy that runs here is not watched: no timer is ever started", async () => {
  const never = () => assert.fail("a timer was started");
  const bench = new Bench({}, { policy: new ToyPolicy(), ticker: never });
  await bench.go();
  assert.equal((await bench.end()).reason, "finished");
});

Deno.test("stopped while a paused server samples, a run ends in two seconds, saved if the server can", async () => {
  for (const canSave of [true, false]) {
    const bench = new Bench();
    const { policy, time, abort } = bench;
    await bench.go(holdSecondStep(bench));
    policy.say("paused_capacity", "busy");
    if (!canSave) policy.hold("save");
    await time.pass(1);
    abort.abort(new Error("stopped by Ctrl-C"));
    await settle();
    await time.pass(2);
    const done = await bench.end();
    assert.deepEqual([done.reason, done.step], ["stopped", 1]);
    assert.deepEqual(bench.names(), canSave ? ["000001"] : []);
    if (canSave) assert.equal(done.detail, undefined);
    else assert.match(done.detail ?? "", /^1 step is not saved, paused_capacity \(busy\): resuming does it again/);
    policy.release("save");
  }
});

Deno.test("stopped in an update that a paused server does not go on with, a run ends, and half an update is not saved", async () => {
  const bench = new Bench();
  const { policy, time, abort } = bench;
  await bench.go((event) => event.type === "step" && event.step === 0 && policy.hold("optimStep"));
  policy.say("unreachable", "connection refused");
  abort.abort(new Error("stopped by Ctrl-C"));
  await time.pass(3);
  const done = await bench.end();
  assert.deepEqual([done.reason, done.step], ["stopped", 1]);
  assert.match(done.detail ?? "", /1 step is not saved, unreachable \(connection refused\)/);
  assert.deepEqual(policy.saves, []);
});

Deno.test("stopped in an update that goes on, a run finishes it and saves the step", async () => {
  const bench = new Bench({ max_steps: 3 });
  const { policy, time, abort } = bench;
  await bench.go((event) => event.type === "step" && event.step === 0 && policy.hold("optimStep"));
  abort.abort(new Error("stopped by Ctrl-C"));
  await time.pass(3);
  policy.release("optimStep");
  const done = await bench.end();
  assert.deepEqual([done.reason, done.step, done.detail], ["stopped", 2, undefined]);
  assert.deepEqual(bench.names(), ["000002"]);
});

Deno.test("stopped while a server is silent, a run ends within four seconds in an update and in a save", async () => {
  for (const held of ["optimStep", "save"] as const) {
    const bench = new Bench({ max_steps: 3, save_every: held === "save" ? 1 : 0 });
    const { policy, time, abort } = bench;
    await bench.go((event) => event.type === "step" && event.step === 0 && policy.hold(held));
    await time.pass(2);
    abort.abort(new Error("stopped by Ctrl-C"));
    await time.pass(4);
    const done = await bench.end();
    assert.deepEqual([done.reason, done.step], ["stopped", 1]);
    assert.equal(done.detail, "1 step is not saved, the server gives no reason: resuming does it again");
    assert.deepEqual(bench.names(), []);
    policy.release(held);
  }
});

Deno.test("stopped in an update whose outcome nobody knows, the steps before it are those of the last checkpoint", async () => {
  const bench = new Bench({ max_steps: 3, save_every: 1 });
  const { policy, time, abort } = bench;
  await bench.go(({ type }) => type === "checkpoint" && policy.hold("optimStep"));
  abort.abort(new Error("stopped by Ctrl-C"));
  await time.pass(4);
  const done = await bench.end();
  assert.deepEqual([done.reason, done.step], ["stopped", 1]);
  assert.match(done.detail ?? "", /the update under way, which counts as not done/);
  assert.deepEqual(bench.names(), ["000001"]);
});

Deno.test("an update that is known to take long is given that time when the run is stopped", async () => {
  const bench = new Bench({ max_steps: 3 });
  const { policy, time, abort } = bench;
  policy.hold("optimStep");
  await bench.go(({ type }) => type === "step" && policy.hold("optimStep"));
  await time.pass(9);
  policy.release("optimStep");
  await settle();
  abort.abort(new Error("stopped by Ctrl-C"));
  await time.pass(10);
  policy.release("optimStep");
  assert.deepEqual([(await bench.end()).step, bench.names()], [2, ["000002"]]);
});

Deno.test("stopped during the save of a stall, a run ends without waiting for that save", async () => {
  const bench = new Bench();
  const { policy, time, abort } = bench;
  await bench.go(holdSecondStep(bench));
  policy.hold("save");
  await time.pass(10);
  abort.abort(new Error("stopped by Ctrl-C"));
  await time.pass(4);
  assert.equal((await bench.end()).reason, "stopped");
  policy.release("save");
});

Deno.test("a save of a stall that hangs holds nobody up once the server goes on", async () => {
  const bench = new Bench();
  const { policy, time } = bench;
  await bench.go(holdSecondStep(bench));
  policy.hold("save");
  await time.pass(10);
  policy.release("sample");
  await time.pass(1);
  assert.equal(bench.events.filter(({ type }) => type === "step").length, 2);
  policy.release("save");
  assert.equal((await bench.end()).reason, "finished");
});

Deno.test("a stall that ends is said, also where it ended in the save", async () => {
  const bench = new Bench();
  const { policy, time } = bench;
  await bench.go(({ type }) => {
    if (type !== "step") return;
    policy.hold("sample");
    policy.hold("optimStep");
  });
  await time.pass(12);
  policy.release("sample");
  await settle();
  assert.deepEqual(bench.stalls().map(({ over, seconds }) => [over, seconds]), [[undefined, 10], [true, 12]]);
  assert.equal(stallText(bench.stalls().at(-1)!), "going on after 12 seconds without progress");
  policy.hold("save");
  policy.release("optimStep");
  await settle();
  await time.pass(11);
  policy.release("save");
  await bench.end();
  assert.deepEqual(bench.stalls().map(({ over }) => over), [undefined, true, undefined, true]);
});

Deno.test("waiting in a save is in the next row, and the progress says that the run saves", async () => {
  const bench = new Bench({ save_every: 1, stall_timeout: 0 });
  const { policy, time } = bench;
  await bench.go(({ type }) => type === "step" && policy.hold("save"));
  policy.say("paused_capacity", "busy");
  await time.pass(40);
  assert.deepEqual(
    bench.seen.filter(({ waiting }) => waiting !== undefined).map((
      { phase, step, done, total },
    ) => [phase, step, done, total])[0],
    ["saving", 1, 0, 1],
  );
  policy.say("active");
  policy.release("save");
  await settle();
  policy.release("save");
  await bench.end();
  const waited = bench.events.flatMap((event) =>
    event.type === "step" ? [event.metrics["time/waiting/paused_capacity"]] : []
  );
  assert.deepEqual(waited, [undefined, 40]);
});

Deno.test("whoever leaves in the middle of a stall leaves no timer behind", async () => {
  const bench = new Bench();
  bench.policy.hold("sample");
  const events = train(bench.args);
  await events.next();
  const stall = events.next();
  await settle();
  await bench.time.pass(10);
  assert.equal((await stall).value?.type, "stall");
  await events.return();
  assert.equal(bench.time.running, 0);
});

Deno.test("checkpoints of save_every live as long as asked, the others for ever", async () => {
  const bench = new Bench({ max_steps: 3, save_every: 1, ttl_seconds: 60 });
  await bench.go();
  await bench.end();
  const ttl = { ttl_seconds: 60 };
  assert.deepEqual(bench.policy.saves, [["000001", ttl], ["000002", ttl], ["000003", undefined]]);
});
