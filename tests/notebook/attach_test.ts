/** `attach`: the panel of a run that another process trains, from its folder alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { attach, type AttachOptions, trainGRPO } from "../../lib/notebook/mod.ts";
import { withEnd, withRun } from "../../lib/notebook/_attached_state.ts";
import { panelFacts } from "../../lib/notebook/_panel_facts.ts";
import { newPanel } from "../../lib/notebook/_panel_state.ts";
import { openRun, RUN_FILES } from "../../lib/runs/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { checkpointEvent, evaluationEvent, inTempFolder, recorderFor, recordRun, stepEvent } from "../runs/_fakes.ts";
import { keepIn, type Sent } from "./_notebook.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 3, group_size: 4 },
  ...{ max_steps: 6, save_every: 0, eval_every: 3, test_limit: 5, train_limit: 20 },
};

/** A notebook with a button. */
function notebook() {
  const sent: Sent[] = [];
  const listening = new Set<() => void>();
  const listenForStop = (listener: () => void) => {
    listening.add(listener);
    return () => void listening.delete(listener);
  };
  const press = () => [...listening].forEach((listener) => listener());
  return { sent, press, panel: { broadcast: keepIn(sent, Date), listenForStop }, listeners: () => listening.size };
}

Deno.test("attach() shows a run that trains elsewhere as trainGRPO does, in as many notebooks as one likes, until it has ended", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const [here, one, other] = [notebook(), notebook(), notebook()];
    const started = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const adder = openAdder();
    const training = trainGRPO({ ...SMALL, log_path }, {
      panel: here.panel,
      // Held back at the second step until both have attached.
      open: async (...args) => {
        const policy = await adder(...args);
        let calls = 0;
        const optimStep: typeof policy.optimStep = async (adam) => {
          if (++calls === 2) await go.promise;
          return await policy.optimStep(adam);
        };
        return { ...policy, optimStep };
      },
      onEvent: ({ type }) => type === "step" && started.resolve(),
    });
    await started.promise;
    const attached = [one, other].map(({ panel }) => attach(log_path, { panel, pollMs: 5 }));
    assert.deepEqual(one.sent.map(({ type }) => type), ["display_data"]);
    for (let i = 0; i < 200 && !/step 1 of 6/.test(one.sent.at(-1)!.text); i++) {
      await new Promise((r) => setTimeout(r, 20));
    }
    assert.match(one.sent.at(-1)!.text, /^run: running .*\n(?:.*\n)*? *run +█.* step 1 of 6, \d:\d\d gone/);
    go.resolve();
    const [run, seen] = [await training, await attached[0]!];
    await attached[1];
    assert.deepEqual([seen.path, seen.state, seen.metrics.length], [run.path, "finished", run.metrics.length]);
    // But for the time that it took, and the words of the call, it says what the run's own panel says.
    const said = ({ sent }: typeof one) => sent.at(-1)!.text.replaceAll(/\d+:\d\d/g, "0:00").split("\n").sort();
    const [own, theirs] = [said(here), said(one)];
    assert.deepEqual(theirs, own);
    assert.deepEqual(said(other), own);
    assert.match(one.sent.at(-1)!.html, /finished 6 steps in/);
    assert.equal(one.listeners(), 0);
  }));

Deno.test("Stop, and the signal, end the watching and leave the run alone; the panel says how to watch it again", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { clock: Date.now });
    try {
      await recorder.record({ type: "start", step: 0, total: 4 });
      await recorder.record(evaluationEvent(0, 0.5));
      await recorder.record(stepEvent(0, { "env/all/reward/total": 0.25, "env/all/correct": 0.25 }));
      const { sent, press, panel, listeners } = notebook();
      const watching = attach(path, { panel });
      setTimeout(press, 50);
      const run = await watching;
      assert.equal(run.state, "running");
      assert.match(sent.at(-1)!.text, /^run: running elsewhere/);
      assert.ok(
        sent.at(-1)!.text.includes(
          `no longer watched; it goes on; to watch it again:\n  await attach(${JSON.stringify(path)})`,
        ),
      );
      assert.equal(listeners(), 0);
      const leave = new AbortController();
      const again = attach(run, { panel, signal: leave.signal });
      leave.abort();
      assert.equal((await again).state, "running");
    } finally {
      await recorder.close();
    }
  }));

Deno.test("a run that has ended shows its last state at once: stopped, interrupted, failed or ended early, and how to go on", () =>
  inTempFolder(async (folder) => {
    const cases: [name: string, change: Record<string, unknown>, text: RegExp][] = [
      [
        "stopped",
        { stop_reason: "asked to by process 7" },
        /stopped after 4 of 4 steps: asked to by process 7; to go on:\n +await launch\(\{ log_path: "[^"]+", behavior_if_log_dir_exists: "resume" \}\)/,
      ],
      [
        "interrupted",
        { state: "running" },
        /^\w+: interrupted[^]*interrupted after 4 of 4 steps: its process is gone; to go on/,
      ],
      ["failed", { state: "failed", last_error: "<b>no disk</b>" }, /failed after 4 of 4 steps: <b>no disk<\/b>/],
      ["finished", { state: "finished" }, /finished 4 steps in 0:00/],
      [
        "early",
        { state: "finished", steps_done: 2, stop_reason: "no better" },
        /ended early, after 2 of 4 steps: no better/,
      ],
    ];
    for (const [name, change, text] of cases) {
      const path = join(folder, name);
      await recordRun(path);
      const file = join(path, RUN_FILES.status);
      const status = JSON.parse(await Deno.readTextFile(file));
      await Deno.writeTextFile(file, JSON.stringify({ ...status, steps_total: 4, ...change }));
      const { sent, panel } = notebook();
      await attach(path, { panel });
      assert.match(sent.at(-1)!.text, text);
      assert.match(sent.at(-1)!.text, /held-out accuracy, step 0 +0\.400/);
      assert.match(
        sent.at(-1)!.text,
        /sample, training problem after 3 steps; right answer 1[^]*correct, reward 1, 2 tokens: /,
      );
      assert.doesNotMatch(sent.at(-1)!.html, /<b>no disk/);
    }
  }));

Deno.test("a run with a reward function of its own goes on only where that is", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { reward: "shortness" });
    await recorder.record({ type: "start", step: 0, total: 4 });
    await recorder.record(checkpointEvent({ step: 1, state_path: join(path, "weights/000001") }));
    await recorder.close();
    const run = await openRun(path);
    const state = withEnd(withRun(newPanel(0), run, { path: "runs/a", now: 0 }), run, 0);
    const [notice] = panelFacts(state, 0).notices;
    assert.equal(
      notice?.code,
      'await trainGRPO({ log_path: "runs/a", behavior_if_log_dir_exists: "resume" }, { reward: shortness })',
    );
  }));

Deno.test("outside a notebook attach() waits for the end; what is no run, or no option, is refused", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await recordRun(path);
    assert.equal((await attach(path)).state, "stopped");
    const { sent, panel } = notebook();
    await assert.rejects(attach(join(folder, "no"), { panel }), { name: "RunFolderError", message: /no such folder/ });
    assert.match(sent.at(-1)!.text, /could not start|no such folder/);
    for (const options of [{ pollms: 1 }, { pollMs: 0 }, { signal: 1 }, { panel: "no" }]) {
      await assert.rejects(attach(path, options as unknown as AttachOptions), { name: "ConfigError" });
    }
  }));
