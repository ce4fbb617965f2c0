/**
 * What an evaluation is of: a run at one of its checkpoints, a checkpoint folder, a checkpoint on a server, or a model by
 * name; and with it the configuration that applies and the policy that answers.
 */
import { dirname, join, resolve } from "node:path";
import {
  ConfigError,
  type ConfigInput,
  type ParsedArguments,
  resolveConfig,
  type ResolvedConfig,
  type TrainConfig,
  withReplaced,
} from "../config/mod.ts";
import {
  chatEndpoint,
  isOnServer,
  type OpenSamplingOptions,
  requireServerConsent,
  type SamplingPolicy,
  type ServerConsent,
} from "../policy/mod.ts";
import { openRun, problemsText, type Run, RUN_FILES, runFolder } from "../runs/mod.ts";
import { judgedPrefix } from "../training/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { atRecorded, type LoadingOptions } from "./problems.ts";
import { withPlace } from "./problem_place.ts";
import { asMissingModel } from "./task.ts";

/** What to open. */
export interface EvaluationTarget {
  /** In words, for people. */
  readonly description: string;
  /** The run whose configuration applies. */
  readonly run?: Run;
  /** The one of its checkpoints that is evaluated. */
  readonly checkpoint?: Checkpoint;
  /** Weights to answer with: a folder to load into the configuration's model, or a server's `tinker://...`. */
  readonly weights?: string;
  /** The training state that was saved with weights on a server. */
  readonly state?: string;
  /** The model to open instead of the configuration's. */
  readonly model?: string;
}

/** Opens what is evaluated; `openSamplingPolicy` is one. */
export type OpenSampling = (config: TrainConfig, options: OpenSamplingOptions) => Promise<SamplingPolicy>;

/**
 * Finds what a name means: a server's checkpoint, a run, a checkpoint folder of a run, else a model.
 * @param target a run, or its folder, or its name below `runs/`; or any of the others
 * @param checkpoint of a run: `last`, `final`, `best` as the run was judged, a step, or a name
 * @param now milliseconds since 1970
 * @throws {ConfigError} when a run has no such checkpoint
 */
export async function evaluationTarget(
  target: string | Run,
  checkpoint: string,
  now: number,
): Promise<EvaluationTarget> {
  const onServer = typeof target === "string" && isOnServer(target);
  const run = typeof target !== "string" ? target : onServer ? undefined : await asRun(await runFolder(target), now);
  if (run !== undefined) return chosen(run, pickCheckpoint(run, checkpoint));
  const name = target as string;
  if (checkpoint !== "last") {
    throw new ConfigError([`cannot take checkpoint=${checkpoint}: ${name} is not a run folder`]);
  }
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
  return {
    ...{ description, run, checkpoint, state: state_path },
    weights: isOnServer(sampler_path) ? sampler_path : state_path,
  };
}

/** The run in a folder; nothing when the folder is none. A run that cannot be read is an error. */
async function asRun(folder: string, now: number): Promise<Run | undefined> {
  const text = await Deno.readTextFile(`${folder}/config.json`).catch(() => undefined);
  return text?.includes('"run_schema"') ? await openRun(folder, { now }) : undefined;
}

function pickCheckpoint(run: Run, wanted: string): Checkpoint {
  const { checkpoints } = run;
  const kept = checkpoints.findLast(({ name }) => name === BEST);
  // The weights of earlier rows of that name are deleted.
  const there = checkpoints.filter((one) => one.name !== BEST || one === kept);
  const found = wanted === "last" || wanted === "final"
    ? there.findLast(({ final }) => wanted === "last" || final)
    : wanted === BEST
    ? (run.config.keep_best ? kept : undefined) ?? bestOf(run, there)
    : there.findLast(({ name, step }) => name === wanted || (/^\d+$/.test(wanted) && step === Number(wanted)));
  if (found !== undefined) return found;
  const names = [...new Set(checkpoints.map(({ name }) => name))];
  const has = names.length === 0 ? "it has none yet" : `it has ${names.join(", ")}`;
  throw new ConfigError([`run ${run.name} has no checkpoint "${wanted}": ${has}`]);
}

/** What the weights are called that a run keeps as its best. */
const BEST = "best";

/**
 * The checkpoint that did best on the problems the run is judged by, those set aside for it or else the held-out ones; the
 * earlier one of two that did equally well.
 */
function bestOf(run: Run, checkpoints: readonly Checkpoint[]): Checkpoint | undefined {
  const series = run.series(`${judgedPrefix(run.config)}env/all/correct`);
  const scores = new Map(series.map(({ step, value }) => [step, value]));
  let found: Checkpoint | undefined;
  for (const checkpoint of checkpoints) {
    const score = scores.get(checkpoint.step) ?? NaN;
    if (Number.isFinite(score) && !(score <= (scores.get(found?.step ?? -1) ?? -Infinity))) found = checkpoint;
  }
  return found;
}

/** What the configuration of an evaluation depends on besides what is asked for. */
export interface EvaluationConfigOptions {
  /** Where keys and a server may be named. */
  readonly environment: ServerConsent["environment"];
  /** What the target was called, for messages. */
  readonly name: string;
  /** The command line that the input came from. */
  readonly from?: Pick<ParsedArguments, "sources" | "problems">;
  /** Problems are given: `env` only names them. */
  readonly problemsGiven?: boolean;
}

/**
 * The configuration of an evaluation: a run's own, with what the target implies and what is asked for in its place.
 * @throws {ConfigError} with every problem found; also where a key would go to a server that only a run folder names, and
 * where a run was trained on problems that were given to it, and nothing is said about which ones to ask
 */
export function evaluationConfig(
  target: EvaluationTarget,
  asked: ConfigInput,
  { environment, name, from, problemsGiven = false }: EvaluationConfigOptions,
): ResolvedConfig {
  if (target.run !== undefined && asked.env === undefined && !problemsGiven) requireNamedProblems(target.run, name);
  const base = target.run === undefined ? {} : asTrained(target.run, asked);
  const input = withReplaced(base, { ...implied(target, asked), ...said(asked) }, problemsGiven);
  const { backend, base_url } = input;
  const { weights = "" } = target;
  const asChat = backend === "openai" && isOnServer(weights) && asked.base_url === undefined;
  const server = base_url ?? environment.TINKER_BASE_URL;
  const endpoint = asChat ? { base_url: chatEndpoint(weights, server) } : {};
  const options = { environment, ...(from && { from }), problemsGiven, evaluating: true };
  const resolved = resolveConfig({ ...input, ...endpoint }, options);
  if (target.run !== undefined) {
    requireServerConsent(resolved.config, { asked: asked.base_url, environment, folder: name });
  }
  return resolved;
}

/** Held-out problems come from the same commit, unless they are read elsewhere. */
function asTrained({ config, facts: { problems } }: Run, { data_path, env }: ConfigInput): ConfigInput {
  return withPlace(data_path === undefined ? atRecorded(config, problems?.test.revision) : config, env);
}

/** What such a run was trained on may be among the held-out problems of the set they were cut from. */
function requireNamedProblems({ facts: { problems }, config }: Run, name: string): void {
  if (!problems?.given) return;
  const held = problemsText(problems.test);
  throw new ConfigError([
    `cannot evaluate ${name}: its problems were given to it (held out: ${held}) and are not recorded; give problems as ` +
    `well, as in evaluate(run, { problems }), or name a problem set with env=..., which may hold what it was trained on ` +
    `(env of the run: ${config.env})`,
  ]);
}

/** What the target says about the model, for a configuration that does not. */
function implied({ model, weights, run }: EvaluationTarget, { model_name }: ConfigInput): ConfigInput {
  if (model !== undefined) return { model_name: model };
  if (run !== undefined || weights === undefined) return {};
  // The model of a checkpoint is known to its server.
  return { backend: "tinker", model_name: model_name ?? weights };
}

/** What was left out changes nothing, and `auto` is what a checkpoint implies. */
function said(input: ConfigInput): ConfigInput {
  const given = Object.entries(input).filter(([key, value]) =>
    value !== undefined && !(key === "backend" && value === "auto")
  );
  return Object.fromEntries(given);
}

/**
 * Opens what answers.
 * @throws {ConfigError} when there is no such model, here or on the hub
 * @throws the signal's reason, when it was aborted
 */
export async function openEvaluated(
  config: TrainConfig,
  { weights, state }: Pick<EvaluationTarget, "weights" | "state">,
  open: OpenSampling,
  options: Omit<OpenSamplingOptions, "weightsDir" | "weights" | "state"> & LoadingOptions,
): Promise<SamplingPolicy> {
  try {
    return await open(config, { weightsDir: join(config.log_path, RUN_FILES.weights), weights, state, ...options });
  } catch (error) {
    throw asMissingModel(error);
  }
}
