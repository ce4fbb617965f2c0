/**
 * Faults between client and server: whatever goes wrong on the way, an operation is done once or refused with one clear
 * error, and a training ends with the numbers of an undisturbed one or can be resumed to them. The proxy, the server and
 * its files are real; the model is a toy. All five hundred runs and all calls are in `tests/peers/faults_test.ts`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "../local/_fixtures.ts";
import { CALLS, damagedAnswers, finalError, MISHAPS, stepThrough, wordsOf } from "./faults/calls.ts";
import { numberedTrial, runTrial, runTrials, stopWhileWaiting, undisturbed, writeProblems } from "./faults/harness.ts";
import { type Fault, FaultPlan } from "./faults/plan.ts";

/** The calls that move weights or keep them. */
const CRITICAL = CALLS.filter((path) =>
  /forward_backward|ForwardBackward|optim|Optim|save_weights$|asample/.test(path)
);

for (const mishap of MISHAPS) {
  Deno.test(`${wordsOf(mishap)}: each operation is done once, or refused with one clear error`, () =>
    inTemporaryFolder(async (folder) => {
      const undisturbed = await stepThrough(join(folder, "undisturbed"), { plan: new FaultPlan([]) });
      await Promise.all(CRITICAL.map(async (path, i) => {
        const plan = new FaultPlan([{ mishap, path, skip: 0, times: 1 }]);
        const outcome = await stepThrough(join(folder, String(i)), { plan });
        const expected = finalError(mishap, path);
        if (expected === undefined) assert.deepEqual(outcome, undisturbed, path);
        else assert.match("error" in outcome ? outcome.error : "there was no error", expected, path);
      }));
    }));
}

Deno.test("a result cut short, wherever it is cut and whole as it may look, is asked for again", () =>
  inTemporaryFolder((folder) => damagedAnswers(folder, { cuts: 90 })));

Deno.test("a save is believed to be there only when the server says so", () =>
  inTemporaryFolder(async (folder) => {
    const status = (status: number, side: "before" | "after", skip: number): Fault => ({
      ...{ mishap: { kind: "status", status, side, json: true }, path: "save_weights" },
      ...{ skip, times: 1 },
    });
    const undisturbed = await stepThrough(join(folder, "undisturbed"), { plan: new FaultPlan([]) });
    for (const side of ["before", "after"] as const) {
      // The second answer says that the name is taken; whether it is depends on what became of the first request.
      const plan = new FaultPlan([status(503, side, 0), status(409, "before", 1)]);
      const outcome = await stepThrough(join(folder, side), { plan });
      assert.deepEqual(outcome, undisturbed);
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
    const shown = await Promise.all([408, 429].map((status) => {
      const mishap = { kind: "status", status, side: "before", json: true } as const;
      const faults = [{ mishap, path: "retrieve_future OptimStep", skip: 2, times: Infinity }];
      return stopWhileWaiting({ name: `wait_${status}`, faults, expected }, folder);
    }));
    assert.match(shown[0] ?? "", /^paused_capacity: the proxy is pausing/);
    assert.match(shown[1] ?? "", /^paused_rate_limit: status 429/);
  }));

Deno.test("forty runs with faults at random end with the numbers of an undisturbed one, or are resumed to them", () =>
  inTemporaryFolder(async (folder) => {
    const { outcomes, struck } = await runTrials(folder, { count: 40, atOnce: 8 });
    assert.equal(outcomes.finished + outcomes.failed, 40);
    assert.ok(outcomes.finished > 0 && outcomes.failed > 0);
    // What the forty do not happen to draw is in the table above.
    assert.ok(struck.size >= 12, [...struck.keys()].join(" "));
    assert.deepEqual(numberedTrial(3), numberedTrial(3));
  }));
