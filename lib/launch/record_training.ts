/**
 * One recorded training run: the policy starts from the right weights, every event goes to the run folder first and then
 * to whoever watches. What is on disk is never behind what a person has seen.
 */
import { join } from "node:path";
import { type RewardFunction, rewardName } from "../environment/mod.ts";
import type { OpeningOptions, OpenOptions } from "../policy/mod.ts";
import { clearStop, createRun, LogFolderError, RUN_FILES, type RunRecorder, watchForStop } from "../runs/mod.ts";
import { openTrackers } from "../tracking/mod.ts";
import { train, type TrainArgs, type TrainEvent } from "../training/mod.ts";
import { estimateOf } from "./budget.ts";
import { earlierAnswers, openEarlier } from "./earlier_answers.ts";
import { gradingNotices } from "./grading_notices.ts";
import { startOf } from "./history.ts";
import type { Plan } from "./plan.ts";
import { loadStart } from "./load_start.ts";
import { explainGone } from "./problem_place.ts";
import type { LoadingOptions, ProblemSides } from "./problems.ts";
import { refuseOtherProblems } from "./same_problems.ts";
import { closeTask, type OpenPolicy, openPrepared, prepareTask, requireCheckpoint, type Task } from "./task.ts";
import { removeReplaced } from "./replaced.ts";
import { untilLost } from "./until_lost.ts";
import { recordedTemplate, refuseOtherTemplate, templateNotices } from "./templates.ts";

/** Who watches a run, and who may stop it. */
export interface Watchers {
  /** Stops the run in good order. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every event, after it was recorded. */
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Told of progress between events. */
  readonly onProgress?: TrainArgs["onProgress"];
  /** Told about once a second, while the model is opened, what its server makes it wait for. */
  readonly onWaiting?: OpeningOptions["onWaiting"];
  /** Told what a server wants its user to see: plain text from outside, to be escaped. */
  readonly onMessage?: OpenOptions["onMessage"];
  /** Told as bytes of a problem set or a model arrive from the hub; of files that are here already nothing is said. */
  readonly onDownload?: LoadingOptions["onDownload"];
  /**
   * Told what a person should know besides, a line at a time: what a resumed run goes on with, and what becomes of Weights &
   * Biases and TensorBoard. The log has it as well.
   */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Those who watch while a run is opened. A signal that ends the opening leaves everything as it was. */
export interface Opening extends Pick<Watchers, "signal" | "onWaiting" | "onMessage" | "onDownload"> {
  /** Problems that a program gives, in place of those the configuration names; the plan has been told. */
  readonly problems?: ProblemSides | undefined;
  /** What a completion is worth, in place of the recipe's reward; the plan has been told its name. */
  readonly reward?: RewardFunction | undefined;
}

/**
 * Opens what a plan names. A resumed run keeps the template it has recorded unless another one is asked for.
 * @throws {ConfigError} when the checkpoint to start from is not there, `max_cost` cannot suffice, the problems of a
 * resumed run are others, or the answers that `rollouts_from` names cannot be learnt from; nothing is written
 * @throws {TemplateError} when the template cannot be put to all problems that are still to be asked
 * @throws the signal's reason, when it was aborted
 */
export async function openPlan(
  plan: Plan,
  open: OpenPolicy,
  { problems, reward, ...watchers }: Opening = {},
): Promise<Task> {
  const { config, resume } = plan;
  if (resume?.from.checkpoint === undefined) await requireCheckpoint(config);
  const earlier = await openEarlier(config);
  const template = resume && recordedTemplate(resume.run, config);
  const weightsDir = join(config.log_path, RUN_FILES.weights);
  const { signal, onDownload } = watchers;
  const recorded = resume?.run.config.env === config.env ? resume.run.facts.problems : undefined;
  const preparing = { template, problems, recorded, from: resume?.from.step, signal, onDownload };
  const prepared = await prepareTask(config, preparing).catch((error: unknown) => {
    throw resume === undefined ? error : explainGone(resume.run.config, config, error);
  });
  if (resume !== undefined) {
    refuseOtherProblems(resume.run, config, prepared.problems);
    refuseOtherTemplate(resume.run, config, prepared.template);
  }
  const opened = await openPrepared(config, open, prepared, { weightsDir, reward, ...watchers });
  try {
    signal?.throwIfAborted();
    const answers = earlier && await earlierAnswers(earlier, opened, { config, resume, signal });
    const task = answers === undefined ? opened : { ...opened, trainProblems: answers.problems, answers };
    const estimate = estimateOf(plan, task);
    const notices = [
      ...(resume === undefined ? [] : [
        ...await templateNotices(resume.run, config, task.template),
        ...gradingNotices(resume.run, config),
      ]),
      ...(answers === undefined ? [] : [answers.notice]),
    ];
    return { ...task, ...(estimate && { estimate }), ...(notices.length > 0 && { notices }) };
  } catch (error) {
    await closeTask(opened);
    throw error;
  }
}

/**
 * Loads the weights to start from, does to the log folder what the plan says, and opens its recorder.
 * @throws {LogFolderError} when the folder changed meanwhile, or the server has none of the run's checkpoints any more
 * @throws the signal's reason, when it was aborted before the folder was touched
 */
export async function openRecorder(plan: Plan, task: Task, opening: Opening = {}): Promise<RunRecorder> {
  const { config, action } = plan;
  const { loaded, gone } = await loadStart(plan, task, opening);
  const behavior = action === "create" ? "raise" : action;
  const reward = opening.reward && rewardName(opening.reward);
  const decode = (tokens: readonly number[]): string => task.policy.chat.decode(tokens);
  const { template, problems, policy: { contextLength } } = task;
  const recorder = await createRun(config, { template, problems, contextLength, reward, behavior, decode, gone });
  await clearStop(recorder.path);
  if (recorder.from.checkpoint?.state_path === loaded) {
    for (const notice of task.notices ?? []) await recorder.log(notice);
    return recorder;
  }
  await recorder.close();
  throw new LogFolderError(`log_path ${config.log_path} was changed by another run meanwhile; try again`);
}

/**
 * Trains with the weights as they are, and records. The recorder is left open.
 * @returns the last event
 */
export async function recordTraining(
  plan: Plan,
  task: Task,
  recorder: RunRecorder,
  watchers: Watchers,
): Promise<TrainEvent | undefined> {
  const stop = watchForStop(recorder.path);
  const signal = AbortSignal.any([stop.signal, ...(watchers.signal === undefined ? [] : [watchers.signal])]);
  const trackers = await openTrackers(plan.config, recorder.path, { onNotice: noticeOf(recorder, watchers) });
  let last: TrainEvent | undefined;
  try {
    const events = train(await trainArgs(plan, task, recorder, { ...watchers, signal }));
    for await (const told of untilLost(events, recorder.lost)) {
      const event = withAsker(told, stop.by);
      await recorder.record(event);
      if (event.type === "checkpoint") await removeReplaced(recorder.weightsDir, event.checkpoint);
      trackers.onEvent(event);
      watchers.onEvent?.(event);
      last = event;
      await stop.look();
    }
  } finally {
    await trackers.close();
    await stop.close();
  }
  return last;
}

/** Into the log, and to whoever watches. A log that cannot be written is met, and told of, by the next event. */
function noticeOf(recorder: RunRecorder, { onNotice }: Watchers): (line: string) => void {
  return (line) => {
    recorder.log(line).catch(() => {});
    onNotice?.(line);
  };
}

/** A run that was stopped from outside says by whom. */
function withAsker(event: TrainEvent, by: string | undefined): TrainEvent {
  if (by === undefined || event.type !== "done" || event.reason !== "stopped") return event;
  return { ...event, detail: [`asked to by ${by}`, ...(event.detail === undefined ? [] : [event.detail])].join("; ") };
}

async function trainArgs(
  { config, resume }: Plan,
  task: Task,
  { from }: RunRecorder,
  { signal, onProgress }: Watchers,
): Promise<TrainArgs> {
  const { policy, environment, trainProblems, testProblems, validationProblems, answers, estimate } = task;
  const start = resume && await startOf(resume.run, from, config);
  const problems = { trainProblems, testProblems, validationProblems };
  return { config, policy, environment, ...problems, answers, estimate, start, signal, onProgress };
}
