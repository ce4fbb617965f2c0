/** What an evaluation is of: a checkpoint of a run or of a server, a folder with weights, or a model by name. */
import { dirname, resolve } from "node:path";
import { isOnServer } from "../policy/mod.ts";
import { openRun, type Run } from "../runs/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { UsageError } from "./_io.ts";
import { runFolder } from "./show.ts";
import { evaluationsOf, KEYS, testKey } from "./_summary.ts";

/** What to open. */
export interface EvaluationTarget {
  /** In words, for people. */
  readonly description: string;
  /** The run whose configuration applies. */
  readonly run?: Run;
  /** Weights to answer with: a folder to load into the configuration's model, or a server's `tinker://...`. */
  readonly weights?: string;
  /** The training state that was saved with weights on a server. */
  readonly state?: string;
  /** The model to open instead of the configuration's. */
  readonly model?: string;
}

/**
 * Finds what a name means: a server's checkpoint, a run, a checkpoint folder of a run, else a model.
 * @throws {UsageError} when a run has no such checkpoint
 */
export async function evaluationTarget(name: string, checkpoint: string, now: number): Promise<EvaluationTarget> {
  const onServer = isOnServer(name);
  const run = onServer ? undefined : await asRun(await runFolder(name), now);
  if (run !== undefined) return chosen(run, pickCheckpoint(run, checkpoint));
  if (checkpoint !== "last") throw new UsageError(`cannot take checkpoint=${checkpoint}: ${name} is not a run folder`);
  if (onServer) return { description: name, weights: name };
  // A checkpoint lies two folders below its run: runs/<name>/weights/<checkpoint>.
  const path = resolve(name);
  const owner = await asRun(dirname(dirname(path)), now);
  const own = owner?.checkpoints.findLast(({ state_path }) => resolve(state_path) === path);
  return owner !== undefined && own !== undefined ? chosen(owner, own) : { description: name, model: name };
}

function chosen(run: Run, checkpoint: Checkpoint): EvaluationTarget {
  const description = `${run.name}, checkpoint ${checkpoint.name} after ${checkpoint.step} steps,`;
  // A server opens sampler weights; the embedded engine's folders are one as good as the other.
  const { sampler_path, state_path } = checkpoint;
  return { description, run, weights: isOnServer(sampler_path) ? sampler_path : state_path, state: state_path };
}

/** The run in a folder; nothing when the folder is none. A run that cannot be read is an error. */
async function asRun(folder: string, now: number): Promise<Run | undefined> {
  const text = await Deno.readTextFile(`${folder}/config.json`).catch(() => undefined);
  return text?.includes('"run_schema"') ? await openRun(folder, { now }) : undefined;
}

function pickCheckpoint(run: Run, wanted: string): Checkpoint {
  const { checkpoints } = run;
  const found = wanted === "last" || wanted === "final"
    ? checkpoints.findLast(({ final }) => wanted === "last" || final)
    : wanted === "best"
    ? best(run)
    : checkpoints.findLast(({ name, step }) => name === wanted || (/^\d+$/.test(wanted) && step === Number(wanted)));
  if (found !== undefined) return found;
  const names = [...new Set(checkpoints.map(({ name }) => name))];
  const has = names.length === 0 ? "it has none yet" : `it has ${names.join(", ")}`;
  throw new UsageError(`run ${run.name} has no checkpoint "${wanted}": ${has}`);
}

/** The checkpoint whose weights did best on held-out problems; the earlier one of two that did equally well. */
function best(run: Run): Checkpoint | undefined {
  const scores = new Map(evaluationsOf(run).map(({ step, metrics }) => [step, metrics[testKey(KEYS.correct)] ?? NaN]));
  let found: Checkpoint | undefined;
  for (const checkpoint of run.checkpoints) {
    const score = scores.get(checkpoint.step) ?? NaN;
    if (Number.isFinite(score) && !(score <= (scores.get(found?.step ?? -1) ?? -Infinity))) found = checkpoint;
  }
  return found;
}
