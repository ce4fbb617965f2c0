/** Which weights of a run did best, where they were kept (`keep_best`). */
import { counted } from "../basics/mod.ts";
import type { Run } from "../runs/mod.ts";
import { judgedOn, judgedPrefix } from "../training/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { KEYS } from "./_summary.ts";
import { rate } from "./_text.ts";

/** The metric key of a measure on the training problems that are set aside (`validation_limit`). */
export function asideKey(key: string): string {
  return `val/${key}`;
}

/** The checkpoint of a run's best weights: the last of that name, which has taken the place of those before. */
export function bestCheckpoint({ checkpoints }: Pick<Run, "checkpoints">): Checkpoint | undefined {
  return checkpoints.findLast(({ name }) => name === "best");
}

/** The same in a line, with how well they did; empty where none were kept. */
export function bestText(run: Pick<Run, "checkpoints" | "config" | "metrics">): string {
  const best = bestCheckpoint(run);
  if (best === undefined) return "";
  const key = `${judgedPrefix(run.config)}${KEYS.correct}`;
  const accuracy = run.metrics.find(({ step, metrics }) => step === best.step && key in metrics)?.metrics[key];
  const after = `after ${counted(best.step, "step")}`;
  return `best weights: checkpoint best, ${after}, with accuracy ${rate(accuracy)} on ${judgedOn(run.config)}\n`;
}
