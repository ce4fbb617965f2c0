/**
 * `evaluate`: what `deno task eval` does with one template, as one call from a program or a notebook. A run is evaluated
 * the way it was trained unless an option says otherwise, and the evaluation is recorded in its folder.
 */
import { ConfigError, type ConfigInput, resolveConfig, type TrainConfig } from "../config/mod.ts";
import type { RewardFunction } from "../environment/mod.ts";
import { type OpenSamplingOptions, openSamplingPolicy, type SamplingPolicy } from "../policy/mod.ts";
import type { ProblemSet } from "../problems/mod.ts";
import { Run } from "../runs/mod.ts";
import type { Problems, PromptTemplate, Split } from "../vocabulary.ts";
import type { EvaluationResult } from "./evaluation_result.ts";
import { type EvaluationProgress, type EvaluationTask, recordFolder, runEvaluation } from "./evaluation_run.ts";
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
import { requireFit } from "./fit.ts";
import { recordedTemplate, templateOf } from "./templates.ts";
import { isEvaluationInput, requireEvaluateOptions } from "./_evaluate_options.ts";
import { serverVariables } from "./_variables.ts";

/**
 * What can be evaluated: a run, its folder or its name below `runs/`; a checkpoint's folder, `tinker://...`, a model's
 * name; or a policy that is open, which stays open.
 */
export type Evaluated = Run | SamplingPolicy | string;

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
  /** Completions that are drawn of each; absent: one. */
  readonly samples?: number;
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
  | "device"
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
  /** Of a run: `last` (default), `final`, `best` as the run was judged, a step, or a name. */
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
  /** Completions a problem, for pass@k and maj@k. Default: 1. */
  readonly k?: number | undefined;
  /** Completions a problem that are drawn, at least `k`: more make pass@k less a matter of luck. Default: `k`. */
  readonly samples?: number | undefined;
  /** 0 is greedy. Default: `eval_temperature`. */
  readonly temperature?: number | undefined;
  /** What a completion is worth, in place of the recipe's reward. */
  readonly reward?: RewardFunction | undefined;
  /**
   * Whether every problem is written down as it is done, so that the same call goes on where another was broken off and
   * shows what is finished at once; or the folder for that. Default: of a run, in its `evaluations/`; of anything else not,
   * and with `true` below `runs/evaluations`. What a model that a server names, a model of the hub without
   * `model_revision`, or what a reward function calls has become since is not seen: `fresh` asks anew.
   */
  readonly record?: boolean | string | undefined;
  /** Deletes what is recorded of this evaluation, and asks everything again. Default: false. */
  readonly fresh?: boolean | undefined;
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
 * Evaluates on held-out problems: one completion a problem or several, with random streams that depend on nothing but the
 * seed and the problem, so that what is evaluated twice can be compared pairwise. The result shows itself.
 *
 * @example
 * ```ts ignore
 * const before = await evaluate("abacus", { prompt_template: "step_by_step", limit: 200 });
 * const after = await evaluate("runs/first", { checkpoint: "best", limit: 200, k: 4 });
 * after.metrics["env/all/pass@4"];
 * ```
 * @throws {ConfigError} naming every value that cannot be used
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is asked then
 * @throws {LogFolderError} when its record is another evaluation's, or is being written
 * @throws {StorageError} when the disk does not take the record
 * @throws the signal's reason, when it was aborted
 */
export async function evaluate(target: Evaluated, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  requireEvaluateOptions(options);
  const { signal, onDownload } = options;
  signal?.throwIfAborted();
  const given = options.problems === undefined ? undefined : givenSet(options.problems, "problems");
  const found = await findTarget(target, options);
  const { split = given?.at(0)?.split ?? "test" } = options;
  const config = limitedEvaluation(configOf(found, options, given), split, options.limit);
  // One that is named is read anew: whoever evaluates wants the text it has now.
  const isNamed = options.prompt_template !== undefined;
  const recorded = isNamed || found.run === undefined ? undefined : recordedTemplate(found.run, config);
  const template = await templateOf(config, recorded);
  const { problems, notice } = given === undefined
    ? await evaluatedProblems(config, split, { signal, onDownload }, found.run)
    : { problems: limitedSet(given, split === "train" ? config.train_limit : config.test_limit) };
  if (given !== undefined) requireReferences({ problems });
  requireFit(template, [problems]);
  const { k = 1, samples = k, reward, onStart } = options;
  const task = { ...{ found, config, template, problems, split, k, samples, reward, notice } };
  const folder = await folderOf(task, options);
  let opened: SamplingPolicy | undefined;
  try {
    return await runEvaluation(task, {
      ...{ folder, mayLackRecord: options.record === undefined, fresh: options.fresh, signal },
      ...{ onProgress: options.onProgress, onWaiting: options.onWaiting },
      policy: async () => found.policy ?? (opened = await openEvaluated(config, found, ...opening(options))),
      onStart: (notice) =>
        onStart?.({
          ...{ target: found.description, config, template, problems: problems.length },
          ...(samples > 1 && { samples }),
          ...(notice !== undefined && { notice }),
        }),
    });
  } finally {
    await opened?.close();
  }
}

/** The folder of the record; undefined: there is none. */
async function folderOf(task: EvaluationTask, { record }: EvaluateOptions): Promise<string | undefined> {
  const { run, policy } = task.found;
  if (typeof record === "string") return record;
  if (!(record ?? run !== undefined)) return undefined;
  if (policy === undefined) return await recordFolder(task);
  throw new ConfigError([
    "option record: which weights an open policy has cannot be told; name a folder for its record.",
  ]);
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

/**
 * A configuration with the number of problems that is asked for.
 * @param limit 0: all; absent: as many as the configuration says, of training problems no more than held-out ones
 * @throws {ConfigError} when it is no whole number from 0
 */
export function limitedEvaluation(config: TrainConfig, split: Split, limit: number | undefined): TrainConfig {
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

/** How what answers is opened. */
function opening(
  { open = openSamplingPolicy, signal, onWaiting, onMessage, onDownload }: EvaluateOptions,
): [OpenSampling, Parameters<typeof openEvaluated>[3]] {
  return [open, { signal, onWaiting, ...(onMessage && { onMessage }), ...(onDownload && { onDownload }) }];
}
