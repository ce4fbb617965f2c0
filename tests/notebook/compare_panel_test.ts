/** `compareTemplates` in a notebook: what its panel says while cells are asked, and Stop. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openComparison } from "../../lib/comparison/mod.ts";
import { ConfigError } from "../../lib/config/mod.ts";
import { comparisonFacts, type ComparisonState } from "../../lib/notebook/_compare_facts.ts";
import { afterEvaluationWaiting } from "../../lib/notebook/_evaluation_facts.ts";
import { compareTemplates } from "../../lib/notebook/compare_templates.ts";
import type { SamplingPolicy } from "../../lib/policy/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { button } from "./_notebook.ts";

/** A policy that answers in text, every other time right; after so many answers it waits until it is ended. */
function model(most = Infinity): SamplingPolicy {
  let asked = 0;
  return {
    ...{ backend: "tinker", model: "toy", contextLength: 1000, close: () => Promise.resolve() },
    sample: ({ problem }, _count, _params, { signal } = {}) => {
      if (asked++ >= most) {
        return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
      }
      const text = asked % 2 === 0 ? `\\boxed{${problem.answer}}` : "no idea";
      return Promise.resolve([{ tokens: [], logprobs: [], stopReason: "stop", text }]);
    },
  };
}

const BOTH = ["none", "concise"];
const ASKED = { env: "arithmetic", limit: 4 } as const;

Deno.test("the panel says which cell is asked, how far it is, and the accuracy of every cell so far", () =>
  inTempFolder(async (root) => {
    const { sent, panel, listeners } = button();
    const folder = join(root, "both");
    const cells: string[] = [];
    const comparison = await compareTemplates(BOTH, {
      ...{ ...ASKED, panel, folder, policies: [model()] },
      onCell: ({ name }) => void cells.push(name),
    });
    assert.deepEqual(sent.slice(0, 1).map(({ type, text }) => [type, /^comparison: opening/.test(text)]), [
      ["display_data", true],
    ]);
    const { text, html } = sent.at(-1)!;
    assert.match(text, /^comparison: finished \(2 cells\)\nall +█+ +2 of 2 cells, \d:\d\d gone/);
    assert.match(text, /none 0\.500 \(0\.150 to 0\.850\) +concise 0\.500 \(/);
    assert.match(html, /finished/);
    assert.deepEqual([cells, listeners()], [["none", "concise"], 0]);
    assert.deepEqual(comparison.result.cells.map(({ correct }) => correct.value), [0.5, 0.5]);
    assert.deepEqual((await openComparison(folder)).result, comparison.result);
  }));

Deno.test("Stop ends a comparison: the reason is thrown, the panel says what is kept, nobody listens any more", () =>
  inTempFolder(async (root) => {
    const { sent, panel, press, listeners } = button();
    const comparing = compareTemplates(BOTH, {
      ...{ ...ASKED, panel, folder: join(root, "both"), policies: [model(6)] },
      onProgress: ({ done }, { cell }) => void (cell === 1 && done === 2 && setTimeout(press, 1)),
    });
    await assert.rejects(comparing, { name: "AbortError", message: "stopped in the notebook" });
    const { text } = sent.at(-1)!;
    assert.match(text, /^comparison: stopped \(2 cells\)/);
    assert.match(text, /cell +█+░+ +2\/4 concise\nall +█+░+ +1 of 2 cells/);
    assert.match(text, /stopped after 1 of 2 cells; what is recorded is not asked again/);
    assert.match(text, /concise, 2 of 4 0\.500/);
    assert.equal(listeners(), 0);
  }));

Deno.test("a comparison that fails says why, harmlessly; outside a notebook nothing is shown", () =>
  inTempFolder(async (root) => {
    const { sent, panel } = button();
    const broken = { ...model(), sample: () => Promise.reject(new Error("<b>no server</b>")) };
    const folder = join(root, "both");
    await assert.rejects(compareTemplates(BOTH, { ...ASKED, panel, folder, policies: [broken] }), /no server/);
    assert.match(sent.at(-1)!.text, /failed after 0 of 2 cells: .*<b>no server<\/b>/);
    assert.doesNotMatch(sent.at(-1)!.html, /<b>/);
    assert.equal((await compareTemplates(BOTH, { ...ASKED, folder, policies: [model()] })).facts.problems, 4);
    await assert.rejects(compareTemplates(BOTH, { panel: { clock: 1 } } as never), ConfigError);
  }));

Deno.test("with several completions a problem the panel claims no certainty it has not", () => {
  const cell = { name: "a", done: 8, correct: 4, total: 16 };
  const state: ComparisonState = { since: 0, cells: 1, asked: [cell], several: true };
  assert.deepEqual(comparisonFacts(state, 0).numbers, [["a, 8 of 16", "0.500"]]);
  assert.deepEqual(comparisonFacts({ ...state, several: false }, 0).numbers[0]![1], "0.500 (0.215 to 0.785)");
});

Deno.test("what a server makes a comparison wait for is shown, with the time since it began, and goes away", () => {
  const waiting = { state: "paused_capacity", reason: "short on machines", seconds: {} } as const;
  const shown = (state: ComparisonState, now: number) => comparisonFacts(state, now).notices.map(({ text }) => text);
  let state: ComparisonState = { since: 0, asked: [], several: false };
  for (const now of [5000, 6000, 7000]) state = afterEvaluationWaiting(state, waiting, now);
  assert.deepEqual(shown(state, 8000), ["waiting: paused_capacity (short on machines) 0:03"]);
  assert.deepEqual(shown(afterEvaluationWaiting(state, { state: "active", seconds: {} }, 9000), 9000), []);
});
