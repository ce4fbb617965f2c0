/**
 * One evaluation with its record: what is finished already is taken from there, what is left is asked, and every problem is
 * written down as it is done. `evaluate` and `deno task eval` are two ways to say what is evaluated.
 */
import { join } from "node:path";
import { oneLine } from "../basics/mod.ts";
import { createEnvironment, type Environment, rewardName } from "../environment/mod.ts";
import { type OpeningOptions, type SamplingPolicy, tellWaiting } from "../policy/mod.ts";
import { evaluatePolicy, type Evaluation, withoutTexts } from "../training/mod.ts";
import type { Group, Outcome, Rollout } from "../vocabulary.ts";
import { requireRoom } from "./fit.ts";
import { gradingOf } from "./task.ts";
import { type EvaluationResult, evaluationResult } from "./evaluation_result.ts";
import {
  type EvaluationRecord,
  type FinishedProblems,
  finishedRecord,
  isUnwritable,
  openRecord,
  type RecordOptions,
} from "./evaluation_record.ts";
import { evaluationIdentity, evaluationName, type EvaluationTask } from "./_evaluation_identity.ts";
import { withPrompt } from "./_evaluation_rows.ts";

export { type EvaluationTask, folderName } from "./_evaluation_identity.ts";

/** Progress of an evaluation. */
export interface EvaluationProgress {
  /** Completions there are. */
  readonly done: number;
  /** Completions there will be. */
  readonly total: number;
  /** Strictly correct ones among them. */
  readonly correct: number;
  /** How many of them had each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
}

/** How an evaluation is run. */
export interface RunEvaluationOptions {
  /** Opens what answers, or hands it over; it stays open. Not called where nothing is left to be asked. */
  readonly policy: () => Promise<SamplingPolicy>;
  /** The folder of the record; absent: there is none. */
  readonly folder?: string | undefined;
  /** Where the folder cannot be written: goes on without a record, and says so, in place of failing. */
  readonly mayLackRecord?: boolean | undefined;
  /** Deletes what was recorded, and asks everything again. */
  readonly fresh?: boolean | undefined;
  /** Ends the evaluation early, with its reason; what is recorded stays. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, before anything is asked. */
  readonly onStart?: ((notice: string | undefined) => void) | undefined;
  /** Told as completions come in. */
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Told about once a second what a server makes it wait for. */
  readonly onWaiting?: OpeningOptions["onWaiting"];
  /** Told how many problems the record has when the evaluation ended early. */
  readonly onKept?: ((problems: number, folder: string) => void) | undefined;
}

/** Completions whose texts are kept in memory where they are recorded as well. */
const MOST_KEPT = 12_000;

/** Where a record lies that nobody has named a folder for: in its run, else below `runs/evaluations`. */
export async function recordFolder(task: EvaluationTask): Promise<string> {
  const { run } = task.found;
  const identity = await evaluationIdentity(task);
  return join(run === undefined ? "runs" : run.path, "evaluations", evaluationName(task, identity));
}

/**
 * Evaluates, or goes on with an evaluation, or shows one that is finished.
 * @throws what `openRecord` throws
 * @throws {TemplateError} when some prompts leave no room for an answer
 * @throws the signal's reason, when it was aborted
 */
export async function runEvaluation(task: EvaluationTask, options: RunEvaluationOptions): Promise<EvaluationResult> {
  const { folder, fresh = false } = options;
  if (folder === undefined) return await ask(task, options, await opened(options));
  const recording = await recordingOf(task, folder, fresh);
  const finished = fresh ? undefined : await finishedRecord(recording);
  if (finished !== undefined) return await shown(task, options, folder, finished);
  // First of all: without a model nothing is deleted, and no record begun.
  const policy = await opened(options);
  let record: EvaluationRecord;
  try {
    record = await openRecord(recording);
  } catch (error) {
    if (!options.mayLackRecord || !isUnwritable(error)) throw error;
    const why = `Nothing is recorded: ${(error as Error).message}`;
    return await ask({ ...task, notice: joined(task.notice, `${oneLine(why, 300)}.`) }, options, policy);
  }
  try {
    return await ask(task, options, policy, record);
  } catch (error) {
    if (options.signal?.aborted) options.onKept?.(record.count, folder);
    throw error;
  } finally {
    await record.close();
  }
}

async function opened({ policy: open, signal }: RunEvaluationOptions): Promise<SamplingPolicy> {
  const policy = await open();
  signal?.throwIfAborted();
  return policy;
}

async function recordingOf(task: EvaluationTask, folder: string, fresh: boolean): Promise<RecordOptions> {
  const { found, config, template, problems, samples, reward } = task;
  // Without a chat format: nothing is open yet that could count tokens.
  const { prompt } = createEnvironment({ template, ...gradingOf(config) });
  const asked = new Map(problems.map((problem) => [problem.id, { problem, prompt: () => prompt(problem) }]));
  return {
    ...{ folder, fresh, target: found.description.replace(/,$/, ""), env: config.env, problem_set: problems.name },
    identity: await evaluationIdentity(task),
    rows: { problems: asked, samples, template: template.name, hasParts: reward !== undefined },
    step: found.checkpoint?.step ?? 0,
    keep: isLean(task) ? withoutTexts : undefined,
  };
}

function isLean({ problems, samples }: EvaluationTask): boolean {
  return problems.length * samples > MOST_KEPT;
}

/** A finished evaluation, from its record. */
async function shown(
  task: EvaluationTask,
  options: RunEvaluationOptions,
  folder: string,
  finished: FinishedProblems,
): Promise<EvaluationResult> {
  const { template, config, notice } = task;
  const policy: SamplingPolicy = {
    ...{ backend: config.backend, model: config.model_name, contextLength: Infinity },
    sample: () => Promise.reject(new Error("a finished evaluation asks nothing")),
    close: () => Promise.resolve(),
  };
  const environment = createEnvironment({ template, ...gradingOf(config) });
  options.onStart?.(notice);
  const evaluation = await measure(task, { policy, environment, finished }, options);
  return resultOf(task, policy, evaluation, { folder, resumed: finished.size });
}

/** Asks what is left. */
async function ask(
  task: EvaluationTask,
  options: RunEvaluationOptions,
  policy: SamplingPolicy,
  record?: EvaluationRecord,
): Promise<EvaluationResult> {
  const { template, config, problems, reward, notice } = task;
  const environment = createEnvironment({ template, chat: policy.chat, reward, ...gradingOf(config) });
  try {
    requireRoom(environment, policy, [problems]);
    options.onStart?.(notice);
    const before = record?.finished ?? new Map<string, Group>();
    const finished = isLean(task) ? before : new Map(
      before.values().map((group) => [group.problem.id, withPrompt(group, environment.prompt(group.problem))]),
    );
    const evaluation = await measure(task, { policy, environment, finished, record }, options);
    await record?.finish(evaluation);
    return resultOf(task, policy, evaluation, record && { folder: record.folder, resumed: before.size });
  } finally {
    await environment.close();
  }
}

interface Asking {
  readonly policy: SamplingPolicy;
  readonly environment: Environment;
  readonly finished: FinishedProblems;
  readonly record?: EvaluationRecord | undefined;
}

function measure(
  task: EvaluationTask,
  { policy, environment, finished, record }: Asking,
  { signal, onProgress, onWaiting }: RunEvaluationOptions,
): Promise<Evaluation> {
  const outcomes: Partial<Record<Outcome, number>> = {};
  let correct = 0;
  const watching = onProgress && {
    onRollout: ({ grade }: Rollout) => {
      outcomes[grade.outcome] = (outcomes[grade.outcome] ?? 0) + 1;
      if (grade.correct) correct++;
    },
    onProgress: (done: number, total: number) => onProgress({ done, total, correct, outcomes: { ...outcomes } }),
  };
  const { problems, config, k, samples } = task;
  const work = () =>
    evaluatePolicy({
      ...{ policy, environment, problems, config, k, samples, finished, signal, details: true },
      lean: record !== undefined && isLean(task),
      onGroup: record && ((group, index) => record.add(group, index)),
      ...watching,
    });
  return tellWaiting(work, () => policy.waiting?.(), { onWaiting });
}

function resultOf(
  task: EvaluationTask,
  policy: SamplingPolicy,
  evaluation: Evaluation,
  record?: { readonly folder: string; readonly resumed: number },
): EvaluationResult {
  const { found, config, template, split, k, samples, notice } = task;
  const reward = task.reward === undefined ? null : rewardName(task.reward);
  const { folder = null, resumed = 0 } = record ?? {};
  return evaluationResult({
    ...{ ...found, config, template, split, k, samples, reward, evaluation, policy, record: folder, resumed },
    ...(notice !== undefined && { notice }),
  });
}

function joined(a: string | undefined, b: string): string {
  return a === undefined ? b : `${a} ${b}`;
}
