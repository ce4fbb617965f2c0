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
