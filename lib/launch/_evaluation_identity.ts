/**
 * What the results of an evaluation depend on, as flat facts that are written down, compared and hashed: an evaluation goes
 * on only with a record of the very same facts. Where a run, a file or a function is, and how it is called, does not count;
 * what it holds does.
 */
import { createHash } from "node:crypto";
import { basename, relative, resolve, sep } from "node:path";
import { isObject, readEnv } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import { type RewardFunction, rewardName } from "../environment/mod.ts";
import { BUNDLED_MODELS, findModel, isOnServer, type SamplingPolicy } from "../policy/mod.ts";
import type { ProblemSet } from "../problems/mod.ts";
import { problemFacts, runVersions, withoutSecrets } from "../runs/mod.ts";
import type { PromptTemplate, Split } from "../vocabulary.ts";
import type { EvaluationIdentity } from "./evaluation_facts.ts";
import type { EvaluationTarget } from "./evaluation_target.ts";

/** What is evaluated, and how. */
export interface EvaluationTask {
  /** What is evaluated; with a policy that is open. */
  readonly found: EvaluationTarget & { readonly policy?: SamplingPolicy };
  /** The configuration that applies. */
  readonly config: TrainConfig;
  /** How problems are put. */
  readonly template: PromptTemplate;
  /** What is asked. */
  readonly problems: ProblemSet;
  /** Its side of the data set. */
  readonly split: Split;
  /** Completions a problem that pass@k and maj@k are about. */
  readonly k: number;
  /** Completions a problem that are drawn. */
  readonly samples: number;
  /** What a completion is worth, in place of the recipe's reward. */
  readonly reward?: RewardFunction | undefined;
  /** What whoever reads the figures has to know of them. */
  readonly notice?: string | undefined;
}

/** The identity of an evaluation. */
export async function evaluationIdentity(task: EvaluationTask): Promise<EvaluationIdentity> {
  const { config, template, problems, split, k, samples, reward } = task;
  const { backend, model_name, model_revision, seed, eval_temperature, max_tokens } = config;
  const { renderer_name, grader, grader_timeout, format_coef } = config;
  const { base_url } = withoutSecrets({ ...config, base_url: addressOf(config) });
  const versions = runVersions();
  return {
    ...{ weights: await weightsOf(task), backend, model_name: basenameOfFolder(model_name), model_revision, base_url },
    ...{ split, problems: problems.length, fingerprint: problemFacts(problems).fingerprint },
    ...{ template, k, samples, temperature: eval_temperature, max_tokens, seed, renderer_name },
    ...{ grader, grader_timeout, format_coef },
    // Left out where it is the usual one: records of before this key stay what they are.
    ...(config.device !== "cpu" && { device: config.device }),
    reward: reward === undefined ? null : `${rewardName(reward)} ${hashOf(String(reward)).slice(0, 8)}`,
    version: versions["math-rl"] ?? null,
    engine: backend === "local" ? versions["onnxruntime-node"] ?? null : null,
  };
}

/** A server may be named by the environment. */
function addressOf({ backend, base_url }: TrainConfig): string | null {
  return base_url ?? (backend === "tinker" ? readEnv("TINKER_BASE_URL") ?? null : null);
}

/** A folder is known by what it holds, so that it may be moved, or be spelled another way. */
function basenameOfFolder(model: string): string {
  return /[\\/]/.test(model) && !isOnServer(model) ? basename(resolve(model)) : model;
}

/** Which weights answer, as far as that can be told without opening them. */
async function weightsOf({ found, config }: EvaluationTask): Promise<unknown> {
  const { run, checkpoint, weights, policy } = found;
  if (policy !== undefined) return { open_policy: policy.model };
  if (run !== undefined && checkpoint !== undefined) {
    const { created_at, resumed } = run.facts;
    // A run that went on from an earlier checkpoint has made this one again, with other weights.
    const made = resumed.findLast(({ step }) => step < checkpoint.step)?.at ?? null;
    const path = isOnServer(weights ?? "") ? weights : insideRun(run.path, checkpoint.state_path);
    return { run_created_at: created_at, step: checkpoint.step, path, resumed_at: made };
  }
  if (weights !== undefined) return { path: weights };
  return config.backend === "local" ? await filesOf(config) : null;
}

function insideRun(run: string, path: string): string {
  const inside = relative(resolve(run), resolve(path));
  return inside.startsWith("..") ? path : inside.replaceAll(sep, "/");
}

/** Sizes and times of a model's files; null: it is on the hub, and known by its name and revision. */
async function filesOf({ model_name }: TrainConfig): Promise<unknown> {
  const isHere = BUNDLED_MODELS.includes(model_name) || await Deno.stat(model_name).then(() => true, () => false);
  if (!isHere) return null;
  const folder = await findModel(model_name).catch(() => undefined);
  if (folder === undefined) return null;
  const files: [string, number, number][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) continue;
    const info = await Deno.stat(`${folder}/${name}`).catch(() => undefined);
    if (info?.isFile) files.push([name, info.size, info.mtime?.getTime() ?? 0]);
  }
  return { files: hashOf(canonical(files.sort(([a], [b]) => (a < b ? -1 : 1)))) };
}

/** A readable name that no other evaluation has: `gsm8k-baseline-step10-k4-t0.6-n200-1a2b3c4d5e6f`. */
export function evaluationName(
  { found, config, template, problems, split, k, samples }: EvaluationTask,
  identity: EvaluationIdentity,
): string {
  const { run, checkpoint } = found;
  const whose = run === undefined
    ? fileName(config.model_name.split(/[\\/]/).at(-1) ?? "")
    : `step${checkpoint?.step ?? 0}`;
  const parts = [
    ...[
      fileName(basename(config.env).replace(/\.\w+$/, "")),
      split === "train" ? "train" : "",
      fileName(template.name),
      whose,
    ],
    ...[k > 1 ? `k${k}` : "", samples > k ? `of${samples}` : "", `t${config.eval_temperature}`, `n${problems.length}`],
    hashOf(canonical(identity)).slice(0, 12),
  ];
  return parts.filter((part) => part !== "").join("-");
}

/** Foreign text as a part of a file's name; other texts may give the same. */
function fileName(text: string): string {
  return text.slice(0, 200).replace(/[^A-Za-z0-9_.]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 32);
}

/** Foreign text as a file's name that no other text gives: the text itself, where it can be one. */
export function folderName(text: string): string {
  const name = fileName(text);
  return name === text ? name : [name, hashOf(text).slice(0, 8)].filter((part) => part !== "").join("-");
}

/** The keys in which two identities differ. */
export function identityDiff(a: EvaluationIdentity, b: EvaluationIdentity): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => canonical(a[key]) !== canonical(b[key]));
}

/** JSON that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value ?? null,
    (_key, inner: unknown) =>
      isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
