/**
 * Faults between client and server: whatever goes wrong on the way, an operation is done once or refused with one clear
 * error, and a training ends with the numbers of an undisturbed one or can be resumed to them. The proxy, the server and
 * its files are real; the model is a toy. All five hundred runs and all calls are in `tests/peers/faults_test.ts`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sleep } from "../../../lib/basics/mod.ts";
import { ConnectionError } from "../../../lib/policy/mod.ts";
import { inTemporaryFolder } from "../local/_fixtures.ts";
import { Arena } from "./faults/arena.ts";
import { damagedAnswers, draw, finalError, MISHAPS, type StepOutcome, stepThrough, wordsOf } from "./faults/calls.ts";
import { withClient } from "./faults/client.ts";
import { runTrial, runTrials, stopWhileWaiting, undisturbed, writeProblems } from "./faults/harness.ts";
import { type Fault, FaultPlan, type Mishap } from "./faults/plan.ts";

/** The calls that move weights or keep them. */
const CRITICAL = ["forward_backward", "optim_step", "retrieve_future OptimStep", "save_weights"] as const;

let undisturbedStep: StepOutcome;

Deno.test.beforeAll(() =>
  inTemporaryFolder(async (folder) => {
    undisturbedStep = await stepThrough(folder, { plan: new FaultPlan([]) });
  })
);

for (const mishap of MISHAPS) {
  Deno.test(`${wordsOf(mishap)}: each operation is done once, or refused with one clear error`, () =>
    inTemporaryFolder(async (folder) => {
      await Promise.all(CRITICAL.map(async (path, i) => {
        const plan = new FaultPlan([{ mishap, path, skip: 0, times: 1 }]);
        const outcome = await stepThrough(join(folder, String(i)), { plan });
        const expected = finalError(mishap, path);
        if (expected === undefined) assert.deepEqual(outcome, undisturbedStep, path);
        else assert.match("error" in outcome ? outcome.error : "there was no error", expected, path);
      }));
    }));
}

Deno.test("a gradient that goes out as JSON, after a server broke down over protobuf, has the same numbers", () =>
  inTemporaryFolder(async (folder) => {
    for (const side of ["before", "after"] as const) {
      const mishap = { kind: "status", status: 500, side, json: true } as const;
      const plan = new FaultPlan([{ mishap, path: "forward_backward", skip: 0, times: 3 }]);
      assert.deepEqual(await stepThrough(join(folder, side), { plan }), undisturbedStep);
    }
  }));

Deno.test("a result cut short, wherever it is cut and whole as it may look, is asked for again", () =>
  inTemporaryFolder((folder) => damagedAnswers(folder, { cuts: 40 })));

Deno.test("a save is believed to be there only when the server says so", () =>
  inTemporaryFolder(async (folder) => {
    const fault = (mishap: Mishap, skip: number): Fault => ({ mishap, path: "save_weights", skip, times: 1 });
    const taken: Mishap = { kind: "status", status: 409, side: "before", json: true };
    for (const side of ["before", "after"] as const) {
      // The second answer says that the name is taken; whether it is depends on what became of the first request.
      const plan = new FaultPlan([fault({ kind: "hang", side }, 0), fault(taken, 1)]);
      const outcome = await stepThrough(join(folder, side), { plan });
      assert.deepEqual(outcome, undisturbedStep);
    }
  }));

Deno.test("a run whose server restarts ends with one error that says so, and is resumed from its last checkpoint", () =>
  inTemporaryFolder(async (folder) => {
    await writeProblems(folder);
    const mishap = { kind: "restart", side: "after" } as const;
    const faults = [{ mishap, path: "optim_step", skip: 2, times: 1 }];
    const expected = await undisturbed(folder);
    const { ended, error, saved } = await runTrial({ name: "restart", faults, expected }, folder);
    assert.equal(ended, "failed");
    assert.match(error ?? "", /^ApiError: .*restarted/);
    assert.equal(saved, 2);
  }));

Deno.test("a run that a server lets wait without end is stopped by its user, and resumed to the same numbers", () =>
  inTemporaryFolder(async (folder) => {
    await writeProblems(folder);
    const expected = await undisturbed(folder);
    const waits = [
      [408, "retrieve_future OptimStep", /^paused_capacity: the proxy is pausing/],
      [429, "retrieve_future OptimStep", /^paused_rate_limit: status 429/],
      [429, "asample", /^paused_rate_limit: the proxy says 429/],
    ] as const;
    await Promise.all(waits.map(async ([status, path, shown], i) => {
      const mishap = { kind: "status", status, side: "before", json: true } as const;
      const faults = [{ mishap, path, skip: 2, times: Infinity }];
      assert.match(await stopWhileWaiting({ name: `wait_${i}`, faults, expected }, folder), shown);
    }));
  }));

Deno.test("a policy that is closed while its server is too busy for a sample leaves no pause behind", () =>
  inTemporaryFolder(async (folder) => {
    const mishap = { kind: "status", status: 429, side: "before", json: true } as const;
    const plan = new FaultPlan([{ mishap, path: "asample", skip: 0, times: Infinity }]);
    const arena = await Arena.open(folder, { plan });
    // What is left when the policy is closed is looked for before the sample is awaited.
    const [drawing] = await withClient(arena.url, {}, async ({ open }) => {
      const policy = await open();
      const drawing = assert.rejects(draw(policy), ConnectionError);
      while (policy.waiting!().state !== "paused_rate_limit") await sleep(1);
      await policy.close();
      return [drawing];
    });
    await drawing;
    await arena.close();
  }));

Deno.test("forty runs with faults at random end with the numbers of an undisturbed one, or are resumed to them", () =>
  inTemporaryFolder(async (folder) => {
    const { outcomes, struck } = await runTrials(folder, { count: 40, atOnce: 12 });
    assert.equal(outcomes.finished + outcomes.failed, 40);
    assert.ok(outcomes.finished > 0 && outcomes.failed > 0);
    // What the forty do not happen to draw is in the table above.
    assert.ok(struck.size >= 12, [...struck.keys()].join(" "));
  }));
