/** From a configuration to what works on it: the problems, the template, the policy and the environment they make. */
import { pathKind } from "../basics/mod.ts";
import { ConfigError, requireTrainable, type TrainConfig } from "../config/mod.ts";
import { createEnvironment, type Environment, type RewardFunction } from "../environment/mod.ts";
import { HubError } from "../hub/mod.ts";
import type { OpenOptions, TrainablePolicy } from "../policy/mod.ts";
import type { ProblemSet } from "../problems/mod.ts";
import type { RunProblems } from "../runs/mod.ts";
import { type RecordedAnswers, type RunEstimate, warmupProblem } from "../training/mod.ts";
import type { Problems, PromptTemplate } from "../vocabulary.ts";
import { problemsAhead, requireFit, requireRoom } from "./fit.ts";
import { stepsOf } from "./history.ts";
import { limitedSides, requireReferences } from "./given_problems.ts";
import { bothSidesOf, factsOf, type LoadingOptions, type ProblemSides } from "./problems.ts";
import { templateOf } from "./templates.ts";
import { withValidation } from "./validation.ts";

/** Opens the policy that a configuration names; `openPolicy` is one. */
export type OpenPolicy = (config: TrainConfig, options: OpenOptions) => Promise<TrainablePolicy>;

/** What is asked, and how. */
export interface PreparedTask {
  /** How problems are put. */
  readonly template: PromptTemplate;
  /** What is trained on. */
  readonly trainProblems: ProblemSet;
  /** What is held out. */
  readonly testProblems: ProblemSet;
  /** What is set aside from training; absent: nothing. */
  readonly validationProblems?: ProblemSet;
  /** What the run folder keeps of both. */
  readonly problems: RunProblems;
  /** Those of each kind that are still to be asked. */
  readonly ahead: readonly Problems[];
}

/** Everything but the weights. */
export interface Task extends PreparedTask {
  /** Who answers and learns. */
  readonly policy: TrainablePolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** Of expert iteration: what is imitated in place of new answers; `trainProblems` are then those that have some. */
  readonly answers?: RecordedAnswers;
  /** What training will cost, where prices are known. */
  readonly estimate?: RunEstimate;
  /** What whoever resumes the run has to know of its template and its grading, in sentences; absent: nothing. */
  readonly notices?: readonly string[];
}

/**
 * Opens the policy of a configuration.
 * @throws {ConfigError} when there is no such model, here or on the hub
 */
export async function openModel(
  config: TrainConfig,
  open: OpenPolicy,
  options: OpenOptions & LoadingOptions,
): Promise<TrainablePolicy> {
  try {
    return await open(config, options);
  } catch (error) {
    throw asMissingModel(error);
  }
}

/** A model that is not to be had is a wrong name, or the hub's business: a sentence is enough. */
export function asMissingModel(error: unknown): unknown {
  const isMissing = error instanceof Deno.errors.NotFound || error instanceof HubError;
  return isMissing ? new ConfigError([error.message]) : error;
}

/** Options of `prepareTask`. */
export interface PrepareOptions extends LoadingOptions {
  /** The template to use instead of the one the configuration names. */
  readonly template?: PromptTemplate | undefined;
  /** Problems that a program gives, in place of those the configuration names. */
  readonly problems?: ProblemSides | undefined;
  /** The problems of the run that goes on, where it had the same problem set. */
  readonly recorded?: RunProblems | undefined;
  /** Steps that are done. */
  readonly from?: number | undefined;
}

/** Options of `openTask`. */
export interface OpenTaskOptions extends OpenOptions, PrepareOptions {
  /** What a completion is worth, in place of the recipe's reward. */
  readonly reward?: RewardFunction | undefined;
}

/**
 * Makes ready all that needs no policy. Writes nothing; what fails soonest comes first.
 * @throws {ConfigError} when problems cannot be had, nothing can be graded against the answers of some that are given, or
 * there are not enough of them, or of steps, for what is asked
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems that are still to be asked
 */
export async function prepareTask(
  config: TrainConfig,
  { template: instead, problems: given, recorded, from, ...loading }: PrepareOptions,
): Promise<PreparedTask> {
  requireTrainable(config);
  requireBaseModel(config);
  const template = await templateOf(config, instead);
  const sides = given === undefined ? await bothSidesOf(config, loading, recorded) : limitedSides(given, config);
  const { test: testProblems } = sides;
  const { train: trainProblems, validation } = withValidation(sides.train, config, testProblems.length);
  const late = warmupProblem(config, stepsOf(config, trainProblems));
  if (late !== undefined) throw new ConfigError([late]);
  const ahead = [trainedOn(trainProblems, config, from), testProblems, validation ?? []] as const;
  if (given !== undefined) requireReferences({ "problems.train": ahead[0], "problems.test": ahead[1] });
  requireFit(template, ahead);
  const problems = factsOf(sides, config, given !== undefined);
  return {
    template,
    trainProblems,
    testProblems,
    ...(validation && { validationProblems: validation }),
    problems,
    ahead,
  };
}

/** The training problems that may still be asked: those whose turn comes, or all where it depends on what is drawn. */
function trainedOn(problems: ProblemSet, config: TrainConfig, from: number | undefined): Problems {
  const isOpen = config.curriculum !== "none" || config.max_refill_rounds > 0;
  return isOpen ? problems : problemsAhead(problems, config, from);
}

/**
 * Opens the policy of a task that is ready.
 * @throws {ConfigError} when there is no such model, here or on the hub, or a reward function that the method has no use for
 * @throws {TemplateError} when some prompts leave no room for an answer
 */
export async function openPrepared(
  config: TrainConfig,
  open: OpenPolicy,
  prepared: PreparedTask,
  { reward, ...options }: Omit<OpenTaskOptions, keyof PrepareOptions> & LoadingOptions,
): Promise<Task> {
  requireNoReward(config, reward);
  const policy = await openModel(config, open, options);
  const { template, ahead } = prepared;
  try {
    const environment = createEnvironment({ template, chat: policy.chat, reward, ...gradingOf(config) });
    requireRoom(environment, policy, ahead);
    return { ...prepared, policy, environment };
  } catch (error) {
    await policy.close();
    throw error;
  }
}

/** @throws {ConfigError} when there is a reward function, and nothing is learnt from rewards */
function requireNoReward({ method }: TrainConfig, reward: RewardFunction | undefined): void {
  if (reward === undefined || method === "grpo") return;
  throw new ConfigError([
    "option reward: expert iteration imitates right answers and learns from no reward; leave it out, or use method=grpo.",
  ]);
}

/** Closes what a task has open: who answers, and who grades. */
export async function closeTask({ policy, environment }: Pick<Task, "policy" | "environment">): Promise<void> {
  try {
    await environment.close();
  } finally {
    await policy.close();
  }
}

/** How completions are graded and paid, of a configuration. */
export function gradingOf(
  { format_coef, grader, grader_timeout }: TrainConfig,
): Pick<TrainConfig, "format_coef" | "grader" | "grader_timeout"> {
  return { format_coef, grader, grader_timeout };
}

/** Opens a task. Writes nothing. */
export async function openTask(
  config: TrainConfig,
  open: OpenPolicy,
  { template, problems, ...options }: OpenTaskOptions,
): Promise<Task> {
  const { signal, onDownload } = options;
  return await openPrepared(
    config,
    open,
    await prepareTask(config, { template, problems, signal, onDownload }),
    options,
  );
}

/** Refuses a checkpoint in the place of a model: a server would take it for an unknown one. */
function requireBaseModel({ model_name }: TrainConfig): void {
  if (!model_name.startsWith("tinker://")) return;
  throw new ConfigError([
    `model_name=${model_name} is a checkpoint: to train from it name its base model as model_name, and ` +
    `load_checkpoint_path=${model_name}`,
  ]);
}

/**
 * Refuses a checkpoint that is not there, before anything is written.
 * @throws {ConfigError} naming the path
 */
export async function requireCheckpoint({ load_checkpoint_path: path }: TrainConfig): Promise<void> {
  if (path === null || path.includes("://") || await pathKind(path) !== "absent") return;
  throw new ConfigError([`load_checkpoint_path ${path}: there is nothing; name a checkpoint's folder`]);
}
