/**
 * One recorded training run: the policy starts from the right weights, every event goes to the run folder first and then
 * to whoever watches. What is on disk is never behind what a person has seen.
 */
import { join } from "node:path";
import type { ConfigInput } from "../config/mod.ts";
import { createRun, type ResumePoint, RUN_FILES, type RunRecorder } from "../runs/mod.ts";
import type { Plan } from "./plan.ts";
import { type OpenPolicy, openTask, requireCheckpoint, type Task } from "./task.ts";
import { stepsPerPass, totalsOf, train, type TrainArgs, type TrainEvent } from "../training/mod.ts";

/** Who watches a run, and who may stop it. */
export interface Watchers {
  /** Stops the run in good order. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every event, after it was recorded. */
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Told of progress between events. */
  readonly onProgress?: TrainArgs["onProgress"];
}

/**
 * Opens what a plan names. A resumed run keeps the template it has recorded unless another one is asked for.
 * @param input what was asked for
 * @throws {ConfigError} when the checkpoint to start from is not there; nothing is written
 */
export async function openPlan(
  { config, resume }: Plan,
  { prompt_template }: ConfigInput,
  open: OpenPolicy,
): Promise<Task> {
  if (resume?.from.checkpoint === undefined) await requireCheckpoint(config);
  const template = prompt_template === undefined ? resume?.run.template : undefined;
  return await openTask(config, open, { weightsDir: join(config.log_path, RUN_FILES.weights), template });
}

/** Does to the log folder what the plan says, and opens its recorder. */
export function openRecorder({ config, action }: Plan, { template }: Task): Promise<RunRecorder> {
  return createRun(config, { template, behavior: action === "create" ? "raise" : action });
}

/** Steps that a run will have at its end. */
export function totalSteps({ config }: Pick<Plan, "config">, { trainProblems }: Pick<Task, "trainProblems">): number {
  return config.max_steps ?? stepsPerPass(trainProblems.length, config.groups_per_batch);
}

/** Whether a resumed run has nothing left to do: its final checkpoint is there and no steps were added. */
export function isComplete({ step, checkpoint }: ResumePoint, total: number): boolean {
  return step > total || (step === total && checkpoint?.final === true);
}

/**
 * Trains and records. The recorder is left open.
 * @returns the last event
 */
export async function recordTraining(
  plan: Plan,
  task: Task,
  recorder: RunRecorder,
  watchers: Watchers,
): Promise<TrainEvent | undefined> {
  await loadStart(plan, task, recorder);
  let last: TrainEvent | undefined;
  for await (const event of train(trainArgs(plan, task, recorder, watchers))) {
    await recorder.record(event);
    watchers.onEvent?.(event);
    last = event;
  }
  return last;
}

async function loadStart({ config }: Plan, { policy }: Task, { from: { checkpoint } }: RunRecorder): Promise<void> {
  if (checkpoint !== undefined) await policy.loadState(checkpoint.state_path, { optimizer: true });
  else if (config.load_checkpoint_path !== null) {
    await policy.loadState(config.load_checkpoint_path, { optimizer: false });
  }
}

function trainArgs({ config, resume }: Plan, task: Task, { from }: RunRecorder, watchers: Watchers): TrainArgs {
  const { policy, environment, trainProblems, testProblems } = task;
  const before = resume?.run.metrics.filter(({ step }) => step < from.step).at(-1);
  const start = from.checkpoint && {
    step: from.step,
    final: from.checkpoint.final,
    totals: totalsOf(before?.metrics ?? {}),
  };
  const { signal, onProgress } = watchers;
  return { config, policy, environment, trainProblems, testProblems, start, signal, onProgress };
}
