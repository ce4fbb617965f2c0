/**
 * `evaluate`: what `deno task eval` does with one template, as one call from a program or a notebook. A run is evaluated
 * the way it was trained unless an option says otherwise. No run folder is written.
 */
import { ConfigError, type ConfigInput, resolveConfig, type TrainConfig } from "../config/mod.ts";
import { createEnvironment, type Environment, type RewardFunction, rewardName } from "../environment/mod.ts";
import { type OpenSamplingOptions, openSamplingPolicy, type SamplingPolicy, tellWaiting } from "../policy/mod.ts";
import type { ProblemSet } from "../problems/mod.ts";
import { Run } from "../runs/mod.ts";
import { evaluatePolicy } from "../training/mod.ts";
import type { Outcome, Problems, PromptTemplate, Rollout, Split } from "../vocabulary.ts";
import { type EvaluationResult, evaluationResult } from "./evaluation_result.ts";
import {
  evaluationConfig,
  type EvaluationTarget,
  evaluationTarget,
  openEvaluated,
  type OpenSampling,
} from "./evaluation_target.ts";
import { givenSet, requireReferences } from "./given_problems.ts";
import { evaluatedProblems } from "./evaluated_problems.ts";
import { limitedSet, type LoadingOptions } from "./problems.ts";
import { requireFit, requireRoom } from "./fit.ts";
import { gradingOf } from "./task.ts";
import { recordedTemplate, templateOf } from "./templates.ts";
import { isEvaluationInput, requireEvaluateOptions } from "./_evaluate_options.ts";
import { serverVariables } from "./_variables.ts";

/**
 * What can be evaluated: a run, its folder or its name below `runs/`; a checkpoint's folder, `tinker://...`, a model's
 * name; or a policy that is open, which stays open.
 */
export type Evaluated = Run | SamplingPolicy | string;

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

/** What is evaluated, once that is known. */
export interface EvaluationStart {
  /** The target in words. */
  readonly target: string;
  /** The configuration that applies. */
  readonly config: TrainConfig;
  /** How problems are put. */
  readonly template: PromptTemplate;
  /** How many there are. */
  readonly problems: number;
  /** What whoever reads the figures has to know of them, in a sentence: they are not those of the run. */
  readonly notice?: string;
}

/** Hyperparameters of an evaluation by their own names; what is left out is the run's, else the backend's default. */
export type EvaluationInput = Pick<
  ConfigInput,
  | "answer_from"
  | "backend"
  | "base_url"
  | "columns"
  | "data_path"
  | "data_revision"
  | "env"
  | "format_coef"
  | "grader"
  | "grader_timeout"
  | "levels"
  | "max_tokens"
  | "model_name"
  | "model_revision"
  | "on_bad_row"
  | "prompt_template"
  | "renderer_name"
  | "seed"
  | "template_variables"
>;

/** Options of `evaluate`. */
export interface EvaluateOptions extends EvaluationInput {
  /** Of a run: `last` (default), `final`, `best` on held-out problems, a step, or a name. */
  readonly checkpoint?: string | number | undefined;
  /**
   * Problems in place of those that `env` names: a set, a view of one, or an array, asked in the order they have; `limit`
   * takes the first of them. Where `env` is left out, it is the set's.
   */
  readonly problems?: Problems | undefined;
  /** Which side of the problem set is asked. Default: `test`, the held-out one; of problems that are given, what they say. */
  readonly split?: Split | undefined;
  /** Problems; 0: all. Default: `test_limit`, of training problems no more than `train_limit`. */
  readonly limit?: number | undefined;
  /** 0 is greedy. Default: `eval_temperature`. */
  readonly temperature?: number | undefined;
  /** What a completion is worth, in place of the recipe's reward. */
  readonly reward?: RewardFunction | undefined;
  /** Ends the evaluation early, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, before anything is asked, what is evaluated. */
  readonly onStart?: ((start: EvaluationStart) => void) | undefined;
  /** Told as completions come in. */
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Told about once a second what a server makes it wait for. */
  readonly onWaiting?: OpenSamplingOptions["onWaiting"];
  /** Told what a server wants its user to see: plain text from outside, to be escaped. */
  readonly onMessage?: OpenSamplingOptions["onMessage"];
  /** Told as bytes of a problem set or a model arrive from the hub; of files that are here already nothing is said. */
  readonly onDownload?: LoadingOptions["onDownload"];
  /** Opens what answers; by default the policy that the configuration names. */
  readonly open?: OpenSampling | undefined;
}

/**
 * Evaluates on held-out problems: one completion a problem, with random streams that depend on nothing but the seed and the
 * problem, so that what is evaluated twice can be compared pairwise. The result shows itself.
 *
 * @example
 * ```ts ignore
 * const before = await evaluate("abacus", { prompt_template: "step_by_step", limit: 200 });
 * const after = await evaluate("runs/first", { checkpoint: "best", limit: 200 });
 * after.metrics["env/all/correct"];
 * ```
 * @throws {ConfigError} naming every value that cannot be used
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is asked then
 * @throws the signal's reason, when it was aborted
 */
export async function evaluate(target: Evaluated, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  requireEvaluateOptions(options);
  const { signal, onDownload } = options;
  signal?.throwIfAborted();
  const given = options.problems === undefined ? undefined : givenSet(options.problems, "problems");
  const found = await findTarget(target, options);
  const { split = given?.at(0)?.split ?? "test" } = options;
  const config = limited(configOf(found, options, given), split, options.limit);
  // One that is named is read anew: whoever evaluates wants the text it has now.
  const isNamed = options.prompt_template !== undefined;
  const recorded = isNamed || found.run === undefined ? undefined : recordedTemplate(found.run, config);
  const template = await templateOf(config, recorded);
  const { problems, notice } = given === undefined
    ? await evaluatedProblems(config, split, { signal, onDownload }, found.run)
    : { problems: limitedSet(given, split === "train" ? config.train_limit : config.test_limit) };
  if (given !== undefined) requireReferences({ problems });
  requireFit(template, [problems]);
  const notes = notice === undefined ? {} : { notice };
  const policy = await openOnce(target, config, found, options);
  try {
    signal?.throwIfAborted();
    const { chat } = policy;
    const environment = createEnvironment({ template, chat, reward: options.reward, ...gradingOf(config) });
    requireRoom(environment, policy, [problems]);
    options.onStart?.({ target: found.description, config, template, problems: problems.length, ...notes });
    const evaluation = await draw({ policy, config, environment, problems }, options).finally(() =>
      environment.close()
    );
    const reward = options.reward === undefined ? null : rewardName(options.reward);
    return evaluationResult({ ...found, config, template, split, reward, evaluation, policy, ...notes });
  } finally {
    if (policy !== target) await policy.close();
  }
}

async function findTarget(
  target: Evaluated,
  { checkpoint = "last" }: EvaluateOptions,
): Promise<EvaluationTarget & { readonly policy?: SamplingPolicy }> {
  if (typeof target === "string" || target instanceof Run) {
    return await evaluationTarget(target, String(checkpoint), Date.now());
  }
  if (typeof target?.sample !== "function") {
    throw new TypeError(
      `cannot evaluate ${
        Deno.inspect(target)
      }: give a run, a path, a tinker:// path, a model's name, or an open policy`,
    );
  }
  if (checkpoint !== "last") {
    throw new ConfigError([`cannot take checkpoint=${checkpoint}: an open policy answers with the weights it has`]);
  }
  return { description: target.model, policy: target };
}

function configOf(
  target: EvaluationTarget & { readonly policy?: SamplingPolicy },
  options: EvaluateOptions,
  problems: ProblemSet | undefined,
): TrainConfig {
  const { policy } = target;
  const problemsGiven = problems !== undefined;
  const given = Object.fromEntries(
    Object.entries(options).filter(([key, value]) => isEvaluationInput(key) && value !== undefined),
  );
  const { temperature } = options;
  const asked: ConfigInput = {
    ...(problems && { env: problems.env }),
    ...given,
    ...(temperature !== undefined && { eval_temperature: temperature }),
  };
  if (policy !== undefined) {
    // Nothing has to be opened: what that would need is not asked for.
    const own = { ...asked, backend: policy.backend, model_name: policy.model };
    return resolveConfig(own, { environment: {}, partial: true, problemsGiven }).config;
  }
  const name = target.run?.path ?? target.description;
  return evaluationConfig(target, asked, { environment: serverVariables(), name, problemsGiven }).config;
}

/** With the number of problems that is asked for. */
function limited(config: TrainConfig, split: Split, limit: number | undefined): TrainConfig {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new ConfigError([
      `option limit: expected a whole number of problems, or 0 for all, got ${Deno.inspect(limit)}.`,
    ]);
  }
  const { test_limit, train_limit } = config;
  if (split === "test") return { ...config, test_limit: limit ?? test_limit };
  const most = Math.min(test_limit || Infinity, train_limit || Infinity);
  return { ...config, train_limit: limit ?? (Number.isFinite(most) ? most : 0) };
}

async function openOnce(
  target: Evaluated,
  config: TrainConfig,
  found: EvaluationTarget,
  { open = openSamplingPolicy, signal, onWaiting, onMessage, onDownload }: EvaluateOptions,
): Promise<SamplingPolicy> {
  if (typeof target !== "string" && !(target instanceof Run)) return target;
  return await openEvaluated(config, found, open, {
    ...{ signal, onWaiting },
    ...(onMessage && { onMessage }),
    ...(onDownload && { onDownload }),
  });
}

interface Asked {
  readonly policy: SamplingPolicy;
  readonly config: TrainConfig;
  readonly environment: Environment;
  readonly problems: Problems;
}

function draw(
  { policy, config, environment, problems }: Asked,
  { signal, onProgress, onWaiting }: EvaluateOptions,
): ReturnType<typeof evaluatePolicy> {
  const outcomes: Partial<Record<Outcome, number>> = {};
  let correct = 0;
  const watching = onProgress && {
    onRollout: ({ grade }: Rollout) => {
      outcomes[grade.outcome] = (outcomes[grade.outcome] ?? 0) + 1;
      if (grade.correct) correct++;
    },
    onProgress: (done: number, total: number) => onProgress({ done, total, correct, outcomes: { ...outcomes } }),
  };
  const work = () => evaluatePolicy({ policy, environment, problems, config, signal, ...watching });
  return tellWaiting(work, () => policy.waiting?.(), { onWaiting });
}
