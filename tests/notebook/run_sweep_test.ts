/** `runSweep` in a notebook: the cell shows the table that fills, Stop ends the sweep in good order, and nothing stays behind. */
import assert from "node:assert/strict";
import { runSweep } from "../../lib/notebook/run_sweep.ts";
import type { Sweep } from "../../lib/sweeps/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { FakeRuns } from "../sweeps/_fakes.ts";

const SWEEP = { name: "lr", base: { max_steps: 2, env: "arithmetic" }, grid: { seed: [0, 1] } } as const;

/** What a client was sent, and Stop to press. */
function cell() {
  const sent: { type: string; html: string; text: string }[] = [];
  const listeners = new Set<() => void>();
  const panel = {
    displayId: "sweep",
    broadcast: (type: string, content: Readonly<Record<string, unknown>>) => {
      const data = content.data as Record<string, string>;
      sent.push({ type, html: data["text/html"]!, text: data["text/plain"]! });
      return Promise.resolve();
    },
    listenForStop: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { sent, panel, listeners, stop: () => listeners.forEach((listener) => listener()) };
}

Deno.test("in a notebook the cell shows the table from the first moment to the last, and whoever else watches is told", () =>
  inTempFolder(async (folder) => {
    const [runs, { sent, panel, listeners }] = [new FakeRuns(), cell()];
    let told = 0;
    const watched = { folder, start: runs.start, environment: {}, pollMs: 5, parallel: 1, onChange: () => void told++ };
    const sweep = await runSweep(SWEEP, { ...watched, panel });
    await runs.ended();
    assert.ok(sweep.isFinished && told > 2);
    assert.deepEqual([sent[0]!.type, sent.at(-1)!.type], ["display_data", "update_display_data"]);
    assert.match(sent[0]!.text, /^sweep: checking the configurations\n/);
    assert.match(sent.at(-1)!.text, /sweep lr: 2 of 2 finished/);
    assert.match(sent.at(-1)!.html, /<table/);
    assert.equal(listeners.size, 0);
  }));

Deno.test("Stop starts no more runs, stops those under way, and returns what has become of all", () =>
  inTempFolder(async (folder) => {
    const [runs, { sent, panel, stop }] = [new FakeRuns(), cell()];
    runs.fate = () => "held";
    const options = { folder, start: runs.start, environment: {}, pollMs: 5, parallel: 1, panel };
    let isPressed = false;
    const onChange = (sweep: Sweep) => {
      if (isPressed || sweep.count("running") === 0) return;
      isPressed = true;
      stop();
    };
    const sweep = await runSweep(SWEEP, { ...options, onChange });
    await runs.ended();
    assert.deepEqual(sweep.rows.map(({ state }) => state), ["stopped", "waiting"]);
    assert.match(sent.at(-1)!.text, /\nstopped; the same call goes on\n/);
  }));

Deno.test("what is wrong is said in the cell as well, harmlessly, and outside a notebook nothing is shown", () =>
  inTempFolder(async (folder) => {
    const { sent, panel } = cell();
    const grid = { "<b>": [1] } as never;
    await assert.rejects(runSweep({ name: "x", grid }, { folder, environment: {}, panel }), /no such hyperparameter/);
    assert.match(sent.at(-1)!.text, /<b>: no such hyperparameter/);
    assert.doesNotMatch(sent.at(-1)!.html, /<b>/);
    await assert.rejects(runSweep({ name: "x", grid }, { folder, environment: {}, panel: false }), /no such/);
    await assert.rejects(runSweep(SWEEP, { panle: false } as never), /no option panle. Did you mean "panel"/);
  }));
