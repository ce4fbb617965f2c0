/** Stop, pressed while a run or an evaluation goes on: once for a good end, twice for an end at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { evaluate, kernelBroadcast, trainGRPO } from "../../lib/notebook/mod.ts";
import { afterEvaluationWaiting, evaluationFacts, type EvaluationState } from "../../lib/notebook/_evaluation_facts.ts";
import { stopper } from "../../lib/notebook/_stop.ts";
import type { SamplingPolicy } from "../../lib/policy/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { button } from "./_notebook.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 3, group_size: 4 },
  ...{ max_steps: 20, save_every: 0, eval_every: 0, test_limit: 0, train_limit: 20 },
};

Deno.test("Stop ends a run with a checkpoint: the call returns the run, the panel says how to go on, nobody listens any more", () =>
  inTempFolder(async (folder) => {
    const { sent, panel, press, listeners } = button();
    const signals: boolean[] = [];
    const run = await trainGRPO({ ...SMALL, log_path: join(folder, "run") }, {
      panel,
      open: openAdder(),
      onEvent: (event) => {
        if (event.type !== "step" || event.step !== 2) return;
        signals.push(listeners() === 1);
        press();
      },
    });
    assert.deepEqual(signals, [true]);
    assert.equal(listeners(), 0);
    assert.equal(run.status?.state, "stopped");
    const { step, state_path } = run.checkpoints.at(-1)!;
    assert.equal(step, 3);
    assert.ok((await Deno.stat(state_path)).isDirectory);
    const { text } = sent.at(-1)!;
    assert.match(text, /^run: stopped/);
    assert.match(
      text,
      /stopped after 3 of 20 steps; to go on:\n +await trainGRPO\(\{ log_path: ".*run", .*"resume" \}\)/,
    );
    const again = button();
    const more = await trainGRPO(
      { log_path: run.path, max_steps: 5, behavior_if_log_dir_exists: "resume" },
      { panel: again.panel, open: openAdder() },
    );
    assert.deepEqual([more.status?.state, more.checkpoints.at(-1)?.step], ["finished", 5]);
    assert.equal(again.listeners(), 0);
  }));

Deno.test("a second Stop ends the call at once, whatever the run still does", () =>
  inTempFolder(async (folder) => {
    const { sent, panel, press, listeners } = button();
    const released = Promise.withResolvers<void>();
    const adder = openAdder();
    let closed!: () => void;
    const over = new Promise<void>((resolve) => closed = resolve);
    const training = trainGRPO({ ...SMALL, log_path: join(folder, "run") }, {
      panel,
      open: async (...args) => {
        const policy = await adder(...args);
        const saveState = async (name: string) => (await released.promise, policy.saveState(name));
        return { ...policy, saveState, close: () => Promise.resolve(closed()) };
      },
      onEvent: (event) => {
        if (event.type !== "step" || event.step !== 0) return;
        press();
        setTimeout(press, 1);
      },
    });
    await assert.rejects(training, { name: "AbortError", message: "stopped in the notebook" });
    assert.match(
      sent.at(-1)!.text,
      /ended at once after 1 of 20 steps; it may still be saving.*to go on:\n +await train/,
    );
    assert.equal(listeners(), 0);
    const shown = sent.length;
    released.resolve();
    await over;
    assert.equal(sent.length, shown);
  }));

Deno.test("Stop while the model is opened ends the call with the signal's reason, and nothing is written", () =>
  inTempFolder(async (folder) => {
    const { sent, panel, press, listeners } = button();
    const log_path = join(folder, "run");
    const training = trainGRPO({ ...SMALL, log_path }, {
      panel,
      open: (_config, { signal }) =>
        new Promise((_, reject) => {
          signal!.addEventListener("abort", () => reject(signal!.reason));
          press();
        }),
    });
    await assert.rejects(training, { name: "AbortError" });
    assert.match(sent.at(-1)!.text, /stopped before training began/);
    await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);
    assert.equal(listeners(), 0);
  }));

Deno.test("a signal of one's own stops the run as before, beside Stop", () =>
  inTempFolder(async (folder) => {
    const { panel, listeners } = button();
    const controller = new AbortController();
    const run = await trainGRPO({ ...SMALL, log_path: join(folder, "run") }, {
      ...{ panel, signal: controller.signal, open: openAdder() },
      onEvent: ({ type }) => type === "step" && controller.abort(),
    });
    assert.deepEqual([run.status?.state, run.checkpoints.at(-1)?.step, listeners()], ["stopped", 1, 0]);
  }));

Deno.test("outside a notebook nobody listens, and the signal is the caller's own", async () => {
  assert.equal(kernelBroadcast(), undefined);
  const { signal } = new AbortController();
  const stop = stopper({ listen: undefined, signal, onStop: () => assert.fail("told") });
  assert.equal(stop.signal, signal);
  assert.equal(await stop.wait(Promise.resolve(7)), 7);
  stop.close();
});

/** Answers the first `quick` problems, and then no more. */
function slow(quick: number): SamplingPolicy {
  let asked = 0;
  return {
    ...{ backend: "tinker", model: "slow", contextLength: 1000, close: () => Promise.resolve() },
    sample: ({ problem }, _count, _params, { signal } = {}) => {
      if (asked++ >= quick) {
        return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
      }
      const text = asked % 2 === 0 ? `\\boxed{${problem.answer}}` : "no idea";
      return Promise.resolve([{ tokens: [], logprobs: [], stopReason: "stop", text }]);
    },
  };
}

Deno.test("an evaluation shows how far it is and how good so far; Stop ends it with what was found", async () => {
  const { sent, panel, press, listeners } = button();
  const evaluating = evaluate(slow(6), {
    ...{ env: "arithmetic", prompt_template: "none", limit: 10, panel },
    onProgress: ({ done }) => done === 6 && setTimeout(press, 1),
  });
  assert.deepEqual(sent.map(({ type }) => type), ["display_data"]);
  await assert.rejects(evaluating, { name: "AbortError", message: "stopped in the notebook" });
  const { text, html } = sent.at(-1)!;
  assert.match(text, /^slow: stopped \(10 problems of arithmetic, template none\)/);
  assert.match(text, /evaluation +█+░+ +6\/10/);
  assert.match(text, /stopped after 6 of 10 problems/);
  assert.match(text, /accuracy \(95 %: 0\.188 to 0\.812\) 0\.500 +correct 3 +no_answer 3/);
  assert.match(html, /stopped after 6 of 10 problems/);
  assert.equal(listeners(), 0);
});

Deno.test("an evaluation that ends says so, one that fails says why; outside a notebook nothing is shown", async () => {
  const { sent, panel } = button();
  const options = { env: "arithmetic", prompt_template: "none", limit: 4 } as const;
  const result = await evaluate(slow(4), { ...options, panel });
  assert.equal(result.metrics["env/all/correct"], 0.5);
  assert.match(sent.at(-1)!.text, /^slow: finished.*\n.* 4\/4, \d:\d\d gone\n/);
  const broken = { ...slow(0), sample: () => Promise.reject(new Error("<b>no server</b>")) };
  await assert.rejects(evaluate(broken, { ...options, panel }), /no server/);
  assert.match(sent.at(-1)!.text, /failed after 0 of 4 problems.*: <b>no server<\/b>/);
  assert.doesNotMatch(sent.at(-1)!.html, /<b>/);
  assert.equal((await evaluate(slow(4), options)).n, 4);
});

Deno.test("what a server makes an evaluation wait for is shown, with the time since it began, and goes away", () => {
  const waiting = { state: "paused_capacity", reason: "short on machines", seconds: {} } as const;
  const shown = (state: EvaluationState, now: number) => evaluationFacts(state, now).notices.map(({ text }) => text);
  let state: EvaluationState = { since: 0 };
  for (const now of [5000, 6000, 7000]) state = afterEvaluationWaiting(state, waiting, now);
  assert.deepEqual(shown(state, 8000), ["waiting: paused_capacity (short on machines) 0:03"]);
  state = afterEvaluationWaiting(state, { state: "active", seconds: {} }, 9000);
  assert.deepEqual(shown(state, 9000), []);
});
