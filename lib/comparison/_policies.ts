/**
 * The policies of a comparison: what each is, found out before anything is asked. Checkpoints of runs, models, endpoints and
 * open policies; `base` is what a run started from.
 */
import { join } from "node:path";
import { inspected, oneLine, pathKind } from "../basics/mod.ts";
import { ConfigError, type ConfigInput, resolveConfig, type TrainConfig } from "../config/mod.ts";
import {
  type Evaluated,
  evaluationConfig,
  type EvaluationInput,
  evaluationTarget,
  serverVariables,
} from "../launch/mod.ts";
import { requireServerConsent, type SamplingPolicy } from "../policy/mod.ts";
import { openRun, Run, RUN_FILES, runFolder } from "../runs/mod.ts";
import { toldApart } from "./_templates.ts";

/** One who answers: what is evaluated alone, or with what it takes to open it. */
export interface ComparedTarget extends Omit<EvaluationInput, "prompt_template" | "template_variables"> {
  /** A run, its folder or its name; a checkpoint's folder, `tinker://...`, a model's name; or an open policy. */
  readonly target: Evaluated;
  /** Of a run: as `evaluate` takes it, or `base`, what it started from. */
  readonly checkpoint?: string | number | undefined;
  /** What it is called in tables; default: its own name, and of a run the checkpoint's step. */
  readonly name?: string | undefined;
}

/** A policy that is known. */
export interface PlannedPolicy {
  /** Unlike all others. */
  readonly name: string;
  /** What is evaluated. */
  readonly target: Evaluated;
  /** Of a run. */
  readonly checkpoint?: string | undefined;
  /** What it takes to open it. */
  readonly input: EvaluationInput;
  /** The configuration that applies to it. */
  readonly config: TrainConfig;
  /** Names of the runs it comes from. */
  readonly runs: readonly string[];
  /** Of a run: its folder, how the checkpoint is asked for, and where its weights are. */
  readonly place?: { readonly run: string; readonly checkpoint: string; readonly weights: string };
  /** The checkpoint's step; null: a model's own weights. */
  readonly step: number | null;
  /** Which weights, as far as that can be told: no two policies have the same. */
  readonly identity: readonly unknown[];
}

/** What every policy is asked for. */
export interface PlanningOptions {
  /** Said for all of them. */
  readonly shared: EvaluationInput;
  /** Problems are given. */
  readonly problemsGiven: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Runs by their folders or names.
 * @throws {ConfigError} when there is no such run @throws {RunFolderError} when it cannot be read
 */
export async function openedRuns(runs: readonly (Run | string)[], now: number): Promise<Run[]> {
  return await Promise.all(runs.map(async (run) => {
    if (run instanceof Run) return run;
    if (typeof run !== "string") throw new ConfigError([`runs: expected runs, or their names, got ${inspected(run)}.`]);
    const path = await runFolder(run);
    if (await pathKind(join(path, RUN_FILES.config)) === "file") return await openRun(path, { now });
    const also = /[\\/]/.test(run) ? "" : `, nor in runs/${oneLine(run, 80)}`;
    throw new ConfigError([
      `runs: there is no run in ${oneLine(run, 200)}${also}; deno task runs lists those there are.`,
    ]);
  }));
}

/**
 * Checkpoints of runs as policies: each of the first run, then of the next.
 * @param checkpoints as `evaluate` takes them, or `base`; default: the last
 */
export function checkpointPolicies(
  runs: readonly (Run | string)[],
  checkpoints: readonly (string | number)[] = ["last"],
): ComparedTarget[] {
  return runs.flatMap((target) => checkpoints.map((checkpoint) => ({ target, checkpoint })));
}

/**
 * Finds out what the policies are.
 * @throws {ConfigError} when one cannot be found or is there twice, or the list is empty
 */
export async function plannedPolicies(
  policies: readonly (Evaluated | ComparedTarget)[] | undefined,
  options: PlanningOptions,
): Promise<PlannedPolicy[]> {
  const given: unknown = policies ?? [defaultModel(options)];
  if (!Array.isArray(given) || given.length === 0) {
    throw new ConfigError([
      `policies: expected a list of at least one, got ${
        inspected(given)
      }; leave it out to compare with the default model.`,
    ]);
  }
  const planned: PlannedPolicy[] = [];
  for (const one of given) {
    const target = asTarget(one);
    const next = await plannedPolicy(target, options);
    const twice = planned.find(({ identity }) => isSame(identity, next.identity));
    if (twice === undefined) planned.push(next);
    // Runs that start from one model have one base.
    else if (target.checkpoint !== BASE) throw new ConfigError([twiceText(next, twice)]);
  }
  const names = toldApart(planned.map(({ name }) => name));
  return planned.map((policy, i) => ({ ...policy, name: names[i]! }));
}

const BASE = "base";

function twiceText(next: PlannedPolicy, before: PlannedPolicy): string {
  const [name, other] = [oneLine(next.name, 80), oneLine(before.name, 80)];
  return name === other
    ? `policies: ${name} is there twice; leave one out.`
    : `policies: ${name} and ${other} are the same; leave one out.`;
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** The model that the configuration names. */
function defaultModel({ shared, problemsGiven }: PlanningOptions): ComparedTarget {
  const { prompt_template: _, ...input } = shared;
  const { config } = resolveConfig(input as ConfigInput, {
    ...{ environment: serverVariables(), evaluating: true, problemsGiven },
  });
  return { target: config.model_name };
}

function asTarget(one: unknown): ComparedTarget {
  const isTarget = typeof one === "string" || one instanceof Run || isPolicy(one);
  if (isTarget) return { target: one as Evaluated };
  const { target } = (one ?? {}) as Partial<ComparedTarget>;
  if (typeof target === "string" || target instanceof Run || isPolicy(target)) return one as ComparedTarget;
  throw new ConfigError([
    `policies: expected a run, a path, a tinker:// path, a model's name or an open policy, or { target, ... } with one of ` +
    `them, got ${inspected(one)}.`,
  ]);
}

function isPolicy(value: unknown): value is SamplingPolicy {
  return typeof (value as Partial<SamplingPolicy> | null | undefined)?.sample === "function";
}

async function plannedPolicy(given: ComparedTarget, options: PlanningOptions): Promise<PlannedPolicy> {
  const { target, checkpoint, name, ...own } = given.checkpoint === BASE ? await baseOf(given, options) : given;
  const input = { ...options.shared, ...own };
  const plan = isPolicy(target)
    ? openPlan(target, input, options)
    : await namedPlan(target, checkpoint === undefined ? "last" : String(checkpoint), { input, options });
  return { ...plan, name: name ?? plan.name };
}

/** What a run started from, as a model or a checkpoint of its own. */
async function baseOf(
  { target, checkpoint: _, ...own }: ComparedTarget,
  { shared }: PlanningOptions,
): Promise<ComparedTarget> {
  if (isPolicy(target)) throw new ConfigError(["policies: checkpoint=base is of a run, and an open policy is none."]);
  const run = target instanceof Run ? target : await openRun(await runFolder(target));
  const { backend, base_url, model_name, model_revision, renderer_name, load_checkpoint_path } = run.config;
  const asked = own.base_url ?? shared.base_url;
  // A server that only a folder names gets no key.
  requireServerConsent({ backend, base_url }, { asked, environment: serverVariables(), folder: run.path });
  const server = base_url === null ? {} : { base_url };
  if (load_checkpoint_path !== null) return { target: load_checkpoint_path, backend, ...server, ...own };
  return { target: model_name, backend, model_revision, renderer_name, ...server, ...own };
}

async function namedPlan(
  target: Run | string,
  checkpoint: string,
  { input, options }: { readonly input: EvaluationInput; readonly options: PlanningOptions },
): Promise<PlannedPolicy> {
  const found = await evaluationTarget(target, checkpoint, options.now);
  const { run, checkpoint: at, weights = "" } = found;
  const asked = withoutTemplate(input);
  const { config } = evaluationConfig(found, asked as ConfigInput, {
    ...{ environment: serverVariables(), problemsGiven: options.problemsGiven },
    name: run?.path ?? (typeof target === "string" ? target : target.path),
  });
  const common = { target, input, config };
  if (run !== undefined && at !== undefined) {
    return {
      ...{ ...common, checkpoint },
      ...{ name: `${run.name} step ${at.step}`, runs: [run.name], step: at.step },
      // What is last now may not be the last one later.
      place: { run: run.path, checkpoint: at.name === "best" ? at.name : String(at.step), weights },
      identity: ["run", run.path, at.state_path],
    };
  }
  const model = weights || config.model_name;
  return {
    ...{ ...common, name: modelName(model), runs: [], step: null },
    identity: ["model", model, config.backend, config.base_url, config.model_revision, config.renderer_name],
  };
}

function openPlan(policy: SamplingPolicy, input: EvaluationInput, { problemsGiven }: PlanningOptions): PlannedPolicy {
  // As `evaluate` has it: nothing has to be opened, and what that would need is not asked for.
  const own = { ...withoutTemplate(input), backend: policy.backend, model_name: policy.model } as ConfigInput;
  const { config } = resolveConfig(own, { environment: {}, partial: true, problemsGiven });
  return {
    ...{ target: policy, input, config, name: modelName(policy.model), runs: [], step: null },
    identity: ["open", policy],
  };
}

function withoutTemplate(input: EvaluationInput): EvaluationInput {
  const { prompt_template: _, template_variables: __, ...rest } = input;
  return rest;
}

/** The last part of a path; of a server's checkpoint what tells it from others. */
function modelName(model: string): string {
  const name = model.startsWith("tinker://")
    ? model.slice("tinker://".length).replace("/sampler_weights/", " ")
    : model.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? model;
  return oneLine(name, 60) || "model";
}
