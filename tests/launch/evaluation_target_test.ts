/** Which checkpoint of a run a word names. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { evaluationTarget } from "../../lib/launch/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import type { Metrics } from "../../lib/vocabulary.ts";
import { checkpointEvent, inTempFolder, recorderFor, START } from "../runs/_fakes.ts";

/** Accuracies on held-out problems and on those set aside, after 1, 2 and 3 steps: they do not agree. */
const ACCURACIES = [[0.1, 0.4], [0.2, 0.8], [0.9, 0.5]] as const;

/** A run with a checkpoint after each step, and those that were its best in between where it keeps them. */
async function record(path: string, input: TrainInput): Promise<void> {
  const recorder = await recorderFor(path, { input });
  const save = (step: number, name: string, folder: string) =>
    recorder.record(checkpointEvent({ step, name, state_path: join(recorder.weightsDir, folder) }));
  for (const [i, [test, val]] of ACCURACIES.entries()) {
    const step = i + 1;
    const metrics: Metrics = { "test/env/all/correct": test, "val/env/all/correct": val };
    await recorder.record({ type: "evaluation", step, metrics, rollouts: [], final: false } as unknown as TrainEvent);
    await save(step, `00000${step}`, `00000${step}`);
    if (input.keep_best && step < 3) await save(step, "best", `best_00000${step}`);
  }
  await recorder.close();
}

async function weightsOf(path: string, checkpoint: string): Promise<string | undefined> {
  return (await evaluationTarget(path, checkpoint, START)).weights?.replace(/.*[\\/]/, "");
}

Deno.test("checkpoint=best is what the run has kept last as its best", () =>
  inTempFolder(async (folder) => {
    await record(join(folder, "a"), { keep_best: true, validation_limit: 5 });
    assert.equal(await weightsOf(join(folder, "a"), "best"), "best_000002");
    await record(join(folder, "b"), { keep_best: true });
    assert.equal(await weightsOf(join(folder, "b"), "best"), "best_000002");
  }));

Deno.test("where none is kept, the best is judged as the run is: by problems set aside, else by held-out ones", () =>
  inTempFolder(async (folder) => {
    await record(join(folder, "a"), { validation_limit: 5 });
    assert.equal(await weightsOf(join(folder, "a"), "best"), "000002");
    await record(join(folder, "b"), {});
    assert.equal(await weightsOf(join(folder, "b"), "best"), "000003");
  }));

Deno.test("weights that were best once, and are deleted, are not what a step names", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await record(path, { keep_best: true });
    assert.equal(await weightsOf(path, "1"), "000001");
    assert.equal(await weightsOf(path, "2"), "best_000002");
    assert.equal(await weightsOf(path, "last"), "000003");
    await assert.rejects(weightsOf(path, "7"), { name: "ConfigError", message: /it has 000001, best, 000002, 000003/ });
  }));
