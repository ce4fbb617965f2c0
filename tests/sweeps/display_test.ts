/** How a sweep reads, how many runs at a time there are where nobody says, and what its figures are made of. */
import assert from "node:assert/strict";
import { DISPLAY, INSPECT } from "../../lib/basics/mod.ts";
import { RowFacts } from "../../lib/sweeps/_facts.ts";
import { threadsOfEach, usualParallel } from "../../lib/sweeps/_parallel.ts";
import { Sweep, type SweepRow } from "../../lib/sweeps/mod.ts";

function row(change: Partial<SweepRow> = {}): SweepRow {
  const settings = { learning_rate: "0.0001", seed: "0" };
  return {
    ...{ name: "learning_rate-0.0001+seed-0", path: "runs/lr/learning_rate-0.0001+seed-0", settings, state: "waiting" },
    ...{ elsewhere: false, steps: 0, stepsTotal: 20, first: null, last: null, reward: null, secondsLeft: null },
    ...{ reason: null, ...change },
  };
}

const accuracy = (step: number, value: number) => ({ step, value, low: value - 0.05, high: value + 0.05 });

Deno.test("a sweep shows itself as a table, with the reasons of what did not finish, and foreign text harms nothing", () => {
  const sweep = new Sweep({
    path: "runs/lr",
    parallel: 2,
    rows: [
      row({ state: "finished", steps: 20, first: accuracy(0, 0.25), last: accuracy(20, 0.5), reward: 0.5 }),
      row({ state: "running", steps: 5, secondsLeft: 75, elsewhere: true, settings: { env: "<b>\u001b[31m" } }),
      row({ state: "failed", reason: "out <script>alert(1)</script> of luck" }),
    ],
  });
  const text = (sweep as unknown as { [INSPECT](): string })[INSPECT]();
  assert.match(text, /^sweep lr: 1 of 3 finished, 1 running, 1 failed\n/);
  assert.match(text, /learning_rate=0\.0001 seed=0 +finished +20\/20 +0\.250 → 0\.500 \(0\.450-0\.550\) +0\.500 +-/);
  assert.match(text, /env=<b> +running elsewhere +5\/20 +- +- +1:15/);
  assert.match(text, /failed: out <script>alert\(1\)<\/script> of luck \(runs\/lr/);
  const html = String(sweep[DISPLAY]()["text/html"]);
  assert.doesNotMatch(html, /<script|<b>/);
  assert.ok(html.includes("&lt;script&gt;"));
  assert.ok(!(text + html).includes("\u001b"));
});

Deno.test("where nobody says, servers get four runs, and the embedded engine one a core as memory allows", () => {
  const configs = (backend: "local" | "tinker", count: number) => Array(count).fill({ backend });
  const gib = 2 ** 30;
  const cases: [ReturnType<typeof configs>, number, number | undefined, number][] = [
    [configs("tinker", 10), 2, gib, 4],
    [configs("tinker", 3), 2, gib, 3],
    [configs("local", 10), 1, 8 * gib, 1],
    [configs("local", 10), 2, 8 * gib, 2],
    [configs("local", 10), 8, 64 * gib, 8],
    [configs("local", 10), 8, 4 * gib, 2],
    [configs("local", 10), 8, gib, 1],
    [configs("local", 10), 8, undefined, 8],
    [[...configs("tinker", 5), ...configs("local", 1)], 2, 8 * gib, 2],
  ];
  for (const [of, cores, freeBytes, expected] of cases) {
    assert.equal(usualParallel(of, { cores, freeBytes }), expected, JSON.stringify([of, cores, freeBytes]));
  }
});

Deno.test("runs at once share the cores between them; a single one has what it would have by itself", () => {
  const threads = [[1, 8], [2, 8], [3, 8], [8, 8], [20, 8]].map(([parallel, cores]) =>
    threadsOfEach(parallel!, { cores: cores! })
  );
  assert.deepEqual(threads, [undefined, 4, 2, 1, 1]);
});

Deno.test("steps that a resumed run does again no longer count as its last accuracy", () => {
  const facts = new RowFacts();
  const at = (step: number, value: number, low?: number) =>
    facts.add({
      step,
      metrics: { "test/env/all/correct": value, ...(low !== undefined && { "test/env/all/correct_low": low }) },
    });
  at(0, 0.1);
  at(10, 0.2, 0.15);
  at(20, 0.3);
  assert.deepEqual([facts.measured().first?.value, facts.measured().last?.value], [0.1, 0.3]);
  facts.goBackTo(12);
  assert.deepEqual(facts.measured().last, { step: 10, value: 0.2, low: 0.15, high: null });
  for (const seconds of [100, ...Array(10).fill(2)]) facts.add({ step: 1, metrics: { "time/total": seconds } });
  assert.equal(facts.measured().secondsOfStep, 2);
  facts.add({ step: 3, metrics: { "env/all/reward/total": NaN } });
  assert.equal(facts.measured().reward, null);
});
