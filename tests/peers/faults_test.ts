/**
 * Hundreds of trainings with faults at random between client and server, every call with every fault, and results cut
 * short at every place. What a run meets follows from its number: a failing one is repeated alone with `runTrial`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CALLS, damagedAnswers, finalError, MISHAPS, stepThrough, wordsOf } from "../policy/tinker/faults/calls.ts";
import { runTrials, type Tally } from "../policy/tinker/faults/harness.ts";
import { FaultPlan } from "../policy/tinker/faults/plan.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";

const RUNS = 500;

/** Most frequent first. */
function counts(map: ReadonlyMap<string, number>): string {
  return [...map].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`).join(", ");
}

function summary({ outcomes, struck, errors }: Tally): string {
  const { finished, failed } = outcomes;
  return `${RUNS} runs: ${finished} finished as if undisturbed, ${failed} ended with one error (${counts(errors)}) ` +
    `and were resumed to the same numbers; faults that struck: ${counts(struck)}`;
}

Deno.test(`${RUNS} runs with faults at random end with the numbers of an undisturbed one, or are resumed to them`, () =>
  inTemporaryFolder(async (folder) => {
    const tally = await runTrials(folder, { count: RUNS, atOnce: 10 });
    console.log(summary(tally));
    assert.equal(tally.outcomes.finished + tally.outcomes.failed, RUNS);
    assert.equal(tally.struck.size, 16);
  }));

Deno.test("every call that is struck by any fault is done once, or refused with one clear error", () =>
  inTemporaryFolder(async (folder) => {
    const undisturbed = await stepThrough(join(folder, "undisturbed"), { plan: new FaultPlan([]) });
    for (const [m, mishap] of MISHAPS.entries()) {
      await Promise.all(CALLS.map(async (path, i) => {
        const plan = new FaultPlan([{ mishap, path, skip: 0, times: 1 }]);
        const outcome = await stepThrough(join(folder, `${m}_${i}`), { plan });
        const expected = finalError(mishap, path);
        const where = `${wordsOf(mishap)}, ${path}`;
        if (expected === undefined) assert.deepEqual(outcome, undisturbed, where);
        else assert.match("error" in outcome ? outcome.error : "there was no error", expected, where);
      }));
    }
  }));

Deno.test("a result cut short at any byte is asked for again", () =>
  inTemporaryFolder((folder) => damagedAnswers(folder, { cuts: 500 })));
