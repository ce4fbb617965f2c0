// deno-lint-ignore-file no-control-regex no-regex-spaces -- what a terminal is sent is what is tested
import assert from "node:assert/strict";
import { createReporter } from "../../lib/cli/_terminal.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import { evaluationEvent, problem, rollout, stepEvent } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

const METRICS = {
  "env/all/reward/total": 0.61,
  "env/all/correct": 0.66,
  "env/all/ac_tokens_per_turn": 34.25,
  "time/total": 2,
};
const start = { type: "start", step: 0, total: 4 } as unknown as TrainEvent;

const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

/** What a terminal of this width shows after all that was written to it. */
function screen(written: string): string[] {
  const lines = [""];
  let row = 0;

  for (const part of written.split(/(\x1b\[\d*[AJ]|\r|\n)/)) {
    const up = /^\x1b\[(\d+)A$/.exec(part);
    if (up) row -= Number(up[1]);
    else if (part === "\x1b[J") lines.splice(row, Infinity, "");
    else if (part === "\n") {
      row++;
      if (row === lines.length) lines.push("");
    } else if (part !== "\r") lines[row] = (lines[row] ?? "") + part;
    assert.ok(row >= 0, "the cursor left the screen");
  }
  return lines;
}

Deno.test("without a terminal a run is one plain line a step, and no control code", () => {
  const io = fakeIo();
  const reporter = createReporter(io);
  reporter.event(start);
  reporter.event(evaluationEvent(0, 0.4));
  reporter.event(stepEvent(0, METRICS));
  reporter.progress({ phase: "sampling", step: 0, done: 3, total: 8 });
  reporter.event(stepEvent(1, METRICS));
  reporter.close();
  const lines = io.said().trimEnd().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^evaluation after 0 steps  accuracy 0\.400 .* 2 problems$/);
  assert.equal(lines[1], "step 1/4  reward 0.610  accuracy 0.660  length 34.3  2.0 s  0:06 left");
  assert.equal(lines[2], "step 2/4  reward 0.610  accuracy 0.660  length 34.3  2.0 s  0:04 left");
  assert.doesNotMatch(io.said(), CONTROL);
});

Deno.test("in a terminal the bars stay below the lines and are gone at the end", () => {
  let now = 0;
  const io = fakeIo({ isTerminal: true, columns: 80, now: () => now += 150 });
  const reporter = createReporter(io);
  reporter.event(start);
  for (let step = 0; step < 3; step++) {
    reporter.progress({ phase: "sampling", step, done: step, total: 8 });
    reporter.event(stepEvent(step, METRICS));
    const shown = screen(io.said()).filter((line) => line !== "");
    assert.equal(shown.length, step + 3);
    assert.match(shown[step] ?? "", new RegExp(`^step ${step + 1}/4`));
    assert.match(shown.at(-2) ?? "", /^step  [█░]+/);
    assert.match(shown.at(-1) ?? "", new RegExp(`^run   [█░]+  ${step + 1}/4`));
  }
  reporter.close();
  assert.equal(screen(io.said()).filter((line) => line !== "").length, 3);
});

Deno.test("no line of the bars is wider than the terminal", () => {
  const io = fakeIo({ isTerminal: true, columns: 30 });
  const reporter = createReporter(io);
  reporter.event(start);
  reporter.progress({ phase: "evaluation", step: 0, done: 1, total: 8 });
  for (const line of screen(io.said())) assert.ok([...line].length < 30, line);
});

Deno.test("a step whose completions could not all be graded says so, and an evaluation too", () => {
  const io = fakeIo({ isTerminal: false });
  const reporter = createReporter(io);
  const ungraded = { "env/all/total_episodes": 8, "env/all/outcome/ungradable": 2 / 8, "env/all/outcome/wrong": 6 / 8 };
  const held = Object.fromEntries(Object.entries(ungraded).map(([key, value]) => [`test/${key}`, value]));
  const evaluation = evaluationEvent(0, 0.4);
  reporter.event(start);
  reporter.event({ ...evaluation, metrics: held } as TrainEvent);
  reporter.event(stepEvent(0, { ...METRICS, ...ungraded }));
  reporter.close();
  const said = "  2 of 8 completions could not be graded: 2 ungradable";
  assert.deepEqual(io.said().split("\n").filter((line) => line.includes("graded")), [said, said]);
});

Deno.test("the line of a step has the recipe's verdict where both graders judge and there is room for it", () => {
  for (
    const [columns, says] of [[90, /accuracy 0\.660  recipe's 0\.500  length/], [
      80,
      /accuracy 0\.660  length/,
    ]] as const
  ) {
    const io = fakeIo({ columns });
    const reporter = createReporter(io);
    reporter.event(start);
    reporter.event(stepEvent(0, { ...METRICS, "env/all/recipe_correct": 0.5 }));
    reporter.close();
    assert.match(io.said(), says);
  }
});

Deno.test("text of models cannot steer the terminal", () => {
  const hostile = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;aGk=\x07safe\u202e text\r\x08";
  const io = fakeIo({ isTerminal: true, columns: 80 });
  const reporter = createReporter(io);
  reporter.event(start);
  const before = io.said().length;
  reporter.event(evaluationEvent(1, 0, [rollout(problem(1, hostile), false, hostile)]));
  const added = io.said().slice(before);
  assert.match(added, /> safe text/);
  assert.doesNotMatch(added, /owned|\x1b\[2J|\x1b\]|\u202e|\x08|\x07/);
});

Deno.test("colours are used only where they are wanted", () => {
  for (const color of [true, false]) {
    const io = fakeIo({ isTerminal: true, color });
    const reporter = createReporter(io);
    reporter.event(start);
    reporter.event(evaluationEvent(0, 0.5));
    assert.equal(io.said().includes("\x1b[1m"), color);
  }
});

Deno.test("what a server makes the run wait for is in the bar, its words stripped and on one line", () => {
  let now = 0;
  const io = fakeIo({ isTerminal: true, columns: 120, now: () => now += 150 });
  const reporter = createReporter(io);
  reporter.event(start);
  const progress = { phase: "sampling", step: 0, done: 3, total: 8 } as const;
  const reason = "short on\ncapacity\x1b[2J";
  reporter.progress({ ...progress, waiting: { state: "paused_capacity", reason, seconds: 42 } });
  const shown = () => screen(io.said()).filter((line) => line !== "");
  assert.match(shown().at(-2) ?? "", /sampling 3\/8  waiting: paused_capacity \(short on capacity\) 0:42$/);
  reporter.progress({ ...progress, waiting: { state: "unreachable", seconds: 100 } });
  assert.match(shown().at(-2) ?? "", /sampling 3\/8  waiting: unreachable 1:40$/);
  reporter.progress(progress);
  assert.match(shown().at(-2) ?? "", /sampling 3\/8$/);
});

Deno.test("where nobody watches, a wait that lasts is a line and its end another, no more than once a minute", () => {
  let now = 0;
  const io = fakeIo({ now: () => now });
  const logged: string[] = [];
  const reporter = createReporter(io, (line) => logged.push(line));
  reporter.event(start);
  const progress = { phase: "sampling", step: 0, done: 3, total: 8 } as const;
  const wait = (seconds: number) => {
    for (let second = 1; second <= seconds; second++) {
      now += 1000;
      const state = second < 12 ? "paused_capacity" : "unreachable";
      reporter.progress({ ...progress, waiting: { state, reason: "bu\nsy\x1b[2J", seconds: second } });
    }
    reporter.progress(progress);
  };
  for (const seconds of [9, 14, 20, 45]) wait(seconds);
  const lines = [
    "waiting 0:10: paused_capacity (bu sy)",
    "going on after waiting 0:14",
    // The third wait was within the minute, and of the fourth the beginning.
    "waiting 0:36: unreachable (bu sy)",
    "going on after waiting 0:45",
  ];
  assert.deepEqual([io.said().trimEnd().split("\n"), logged], [lines, lines]);
});

Deno.test("in a save the bar of the run stands at the steps that are done", () => {
  let now = 0;
  const io = fakeIo({ isTerminal: true, columns: 120, now: () => now += 150 });
  const reporter = createReporter(io);
  reporter.event(start);
  const shown = () => screen(io.said()).filter((line) => line !== "").at(-1)!.replace(/ \d+:.*/, "");
  const before = shown();
  reporter.progress({ phase: "saving", step: 0, done: 1, total: 1 });
  assert.equal(shown(), before);
});

Deno.test("a stall is a line that stays, and is left to the recorder's log", () => {
  const io = fakeIo();
  const logged: string[] = [];
  const reporter = createReporter(io, (line) => logged.push(line));
  reporter.event(start);
  const waiting = { state: "paused_capacity", reason: "busy", seconds: {} } as const;
  reporter.event({ type: "stall", step: 0, seconds: 600, waiting });
  reporter.event({ type: "stall", step: 0, seconds: 660, waiting, saveError: "no\x07 disk" });
  assert.deepEqual(io.said().trimEnd().split("\n"), [
    "no progress for 600 seconds: paused_capacity (busy)",
    "no progress for 660 seconds: paused_capacity (busy); " +
    "the steps since the last checkpoint could not be saved: no disk",
  ]);
  assert.deepEqual(logged, []);
});

Deno.test("tokens so far are in the bar, dollars in the bar and in the line of the step, where prices are known", () => {
  let now = 0;
  const io = fakeIo({ isTerminal: true, columns: 120, now: () => now += 150 });
  const reporter = createReporter(io);
  const estimate = { low: 1, middle: 2, high: 3.5, completion: 128, measured: false, spent: 0, limit: null };
  reporter.event({ type: "start", step: 0, total: 4, estimate });
  const totals = { "tokens/prompt_total": 40_000, "tokens/completion_total": 1_200 };
  reporter.event(stepEvent(0, { ...METRICS, ...totals }));
  const shown = () => screen(io.said()).filter((line) => line !== "");
  assert.match(shown()[0] ?? "", /^estimated cost: at most \$3\.50/);
  assert.doesNotMatch(shown()[1] ?? "", /\$/);
  assert.match(shown().at(-1) ?? "", /left  41\.2k tokens$/);
  reporter.event(stepEvent(1, { ...METRICS, ...totals, "cost/total": 0.0123 }));
  assert.match(shown()[2] ?? "", /left  \$0\.012 so far$/);
  assert.match(shown().at(-1) ?? "", /41\.2k tokens  \$0\.012$/);
});
