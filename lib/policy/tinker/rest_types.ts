/** What a server says of runs and checkpoints, read from its JSON with care: what is missing or odd is left out. */
import { isObject } from "../../basics/mod.ts";

/** A model that was trained. */
export interface TrainingRun {
  /** The server's name for it, which begins its paths. */
  readonly training_run_id: string;
  /** What it was made from. */
  readonly base_model?: string;
  /** Whose it is. */
  readonly model_owner?: string;
  /** Whether it is a LoRA. */
  readonly is_lora?: boolean;
  /** Rank of its LoRA. */
  readonly lora_rank?: number;
  /** Whether something went wrong with it. */
  readonly corrupted?: boolean;
  /** When it was last asked for anything, ISO 8601. */
  readonly last_request_time?: string;
  /** Its newest state. */
  readonly last_checkpoint?: SavedCheckpoint;
  /** Its newest weights for sampling. */
  readonly last_sampler_checkpoint?: SavedCheckpoint;
}

/** Something that was saved. */
export interface SavedCheckpoint {
  /** `weights/<name>`, `sampler_weights/<name>` or `external_weights/<name>`. */
  readonly checkpoint_id: string;
  /** `training`, `sampler`, `external`, or another kind of the server's. */
  readonly checkpoint_type: string;
  /** Its path. */
  readonly tinker_path: string;
  /** When it was saved, ISO 8601. */
  readonly time?: string;
  /** Its size. */
  readonly size_bytes?: number;
  /** Whether anybody may read it. */
  readonly public?: boolean;
  /** When it will be deleted, ISO 8601. */
  readonly expires_at?: string;
}

/** What weights are. */
export interface WeightsInfo {
  /** What they belong to. */
  readonly base_model: string;
  /** Where their tokenizer is, if the server says it. */
  readonly tokenizer_id?: string;
  /** Whether they are a LoRA. */
  readonly is_lora?: boolean;
  /** Its rank. */
  readonly lora_rank?: number;
  /** Whether it covers the MLPs. */
  readonly train_mlp?: boolean;
  /** Whether it covers attention. */
  readonly train_attn?: boolean;
  /** Whether it covers the output layer. */
  readonly train_unembed?: boolean;
}

/** A sampler. */
export interface SamplerInfo {
  /** The model it samples from. */
  readonly base_model?: string;
  /** Where its tokenizer is, if the server says it. */
  readonly tokenizer_id?: string;
  /** The weights it samples with; absent: the base model's. */
  readonly model_path?: string;
}

/** A session's models and samplers. */
export interface SessionInfo {
  /** Ids of its training runs. */
  readonly training_run_ids: readonly string[];
  /** Ids of its samplers. */
  readonly sampler_ids: readonly string[];
}

/** Where a checkpoint is, from its path. */
export interface CheckpointPlace {
  /** The run's id. */
  readonly run: string;
  /** `weights/<name>`, `sampler_weights/<name>` or `external_weights/<name>`. */
  readonly checkpoint_id: string;
}

/**
 * The parts of a path. A path of two parts, which some servers give, is one of weights for sampling.
 * @throws {TypeError} when it is no such path
 */
export function checkpointPlace(path: string): CheckpointPlace {
  const [, run, kind, name] =
    /^tinker:\/\/([^/]+)\/(?:(weights|sampler_weights|external_weights)\/)?([^/]+)$/.exec(path) ?? [];
  // Parts go into the path of a request; a dot alone would climb out of it.
  if (run === undefined || name === undefined || [run, name].some((part) => /^\.+$|[?#%\s]/.test(part))) {
    throw new TypeError(`"${path}" is not the path of a checkpoint, as tinker://<run>/weights/<name> is`);
  }
  return { run, checkpoint_id: `${kind ?? "sampler_weights"}/${name}` };
}

/** Reads a run; undefined when it has no id. */
export function readRun(value: unknown): TrainingRun | undefined {
  if (!isObject(value) || typeof value.training_run_id !== "string") return undefined;
  const run = value.training_run_id;
  const [last_checkpoint, last_sampler_checkpoint] = [value.last_checkpoint, value.last_sampler_checkpoint]
    .map((saved) => readCheckpoint(saved, run));
  return {
    training_run_id: run,
    ...pick(value, "string", ["base_model", "model_owner", "last_request_time"]),
    ...pick(value, "boolean", ["is_lora", "corrupted"]),
    ...pick(value, "number", ["lora_rank"]),
    ...(last_checkpoint && { last_checkpoint }),
    ...(last_sampler_checkpoint && { last_sampler_checkpoint }),
  };
}

/** Reads a checkpoint; undefined when it has no id. Some servers give the id without what kind it is. */
export function readCheckpoint(value: unknown, run: string | undefined): SavedCheckpoint | undefined {
  if (!isObject(value) || typeof value.checkpoint_id !== "string") return undefined;
  const { checkpoint_id: id, checkpoint_type, tinker_path } = value;
  const sampler = checkpoint_type === "sampler" || id.startsWith("sampler_weights/");
  const checkpoint_id = id.includes("/") ? id : `${sampler ? "sampler_weights" : "weights"}/${id}`;
  const path = typeof tinker_path === "string" ? tinker_path : run && `tinker://${run}/${checkpoint_id}`;
  if (path === undefined) return undefined;
  return {
    checkpoint_id,
    checkpoint_type: typeof checkpoint_type === "string" ? checkpoint_type : sampler ? "sampler" : "training",
    tinker_path: path,
    ...pick(value, "string", ["time", "expires_at"]),
    ...pick(value, "number", ["size_bytes"]),
    ...pick(value, "boolean", ["public"]),
  };
}

/** Reads what weights are; undefined when the base model is missing. */
export function readWeightsInfo(value: Readonly<Record<string, unknown>>): WeightsInfo | undefined {
  if (typeof value.base_model !== "string") return undefined;
  return {
    base_model: value.base_model,
    ...pick(value, "string", ["tokenizer_id"]),
    ...pick(value, "number", ["lora_rank"]),
    ...pick(value, "boolean", ["is_lora", "train_mlp", "train_attn", "train_unembed"]),
  };
}

/** The strings of a list. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

interface Kinds {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

const IS: { readonly [T in keyof Kinds]: (value: unknown) => boolean } = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
};

/** The properties among `keys` that are of a type. */
export function pick<T extends keyof Kinds, K extends string>(
  value: Readonly<Record<string, unknown>>,
  type: T,
  keys: readonly K[],
): { readonly [key in K]?: Kinds[T] } {
  const found = keys.filter((key) => IS[type](value[key])).map((key) => [key, value[key]]);
  return Object.fromEntries(found) as { readonly [key in K]?: Kinds[T] };
}
