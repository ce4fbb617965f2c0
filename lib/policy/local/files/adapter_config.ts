/**
 * adapter_config.json as PEFT writes it beside an adapter's weights: read, judged, and written. An adapter of another
 * kind, or with a setting that changes what it computes and that the engine lacks, is refused by the setting's name.
 * Of LoRA there is what `model/lora.ts` says; rank-stabilised scaling (alpha / sqrt(r)) is read as a larger alpha.
 */
import { join } from "node:path";
import { isObject } from "../../../basics/mod.ts";
import { realOf, show } from "../model/config_values.ts";
import { HEAD_MODULE, type LoraConfig } from "../model/lora.ts";
import { INDEX_FILE, isFile, WEIGHTS_FILE } from "./weight_files.ts";

/** The file's name; a folder that has it holds an adapter. */
export const ADAPTER_CONFIG_FILE = "adapter_config.json";

/** What an adapter's configuration says. Which modules it has stands in its weights. */
export interface AdapterConfig {
  /** r */
  readonly rank: number;
  /** The update is scaled by alpha / r. */
  readonly alpha: number;
  /** The model it belongs to: a path, or a name; undefined: it does not say. */
  readonly base: string | undefined;
  /** The revision of that model, where it is one of the hub. */
  readonly revision: string | undefined;
}

/** More than any adapter has; a file that claims more is broken. */
const MAX_RANK = 8192;
const MAX_CONFIG_BYTES = 2 ** 20;
const MAX_NAME = 1000;

/** Keys that may say anything, for they do not change what an adapter computes. */
const HARMLESS = new Set([
  ...["auto_mapping", "base_model_name_or_path", "revision", "inference_mode", "peft_version", "lora_dropout"],
  ...["r", "lora_alpha", "use_rslora", "peft_type", "task_type", "bias", "init_lora_weights", "fan_in_fan_out"],
  // Which modules have adapters is seen from the weights.
  ...["target_modules", "exclude_modules", "layers_to_transform", "layers_pattern"],
  ...["megatron_core", "qalora_group_size", "ensure_weight_tying", "runtime_config"],
  // Settings of first values; those that change the base too are told by init_lora_weights.
  ...["eva_config", "corda_config", "loftq_config", "lora_ga_config"],
]);

/** First values that leave the base's weights as they are. All others belong to a base that is no longer the base. */
const PLAIN_STARTS: readonly unknown[] = [undefined, null, true, false, "gaussian", "eva", "orthogonal"];

/** Whether a folder holds an adapter, and no model with all its weights. */
export async function isAdapterFolder(folder: string): Promise<boolean> {
  if (!await isFile(join(folder, ADAPTER_CONFIG_FILE))) return false;
  return !await isFile(join(folder, WEIGHTS_FILE)) && !await isFile(join(folder, INDEX_FILE));
}

/**
 * Reads adapter_config.json.
 * @throws {TypeError} for an adapter that the engine cannot compute with, naming what it lacks
 * @throws {SyntaxError} when it is not a JSON object
 * @throws {Deno.errors.NotFound} when there is none
 */
export async function readAdapterConfig(folder: string): Promise<AdapterConfig> {
  const path = join(folder, ADAPTER_CONFIG_FILE);
  const { size } = await Deno.stat(path);
  if (size > MAX_CONFIG_BYTES) throw new SyntaxError(`${path} has ${size} bytes, which no adapter's configuration has`);
  let raw: unknown;
  try {
    raw = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new SyntaxError(`${path} is not JSON (${(error as Error).message})`);
  }
  if (!isObject(raw)) throw new SyntaxError(`${path} is not a JSON object`);
  return adapterConfig(raw, path);
}

function adapterConfig(raw: Readonly<Record<string, unknown>>, path: string): AdapterConfig {
  refuseOtherKinds(raw, path);
  refuseWhatIsLacking(raw, path);
  const { r: rank, base_model_name_or_path: base, revision, use_rslora } = raw;
  if (!Number.isSafeInteger(rank) || (rank as number) < 1 || (rank as number) > MAX_RANK) {
    throw new TypeError(`${path}: r is ${show(rank)}; a whole number from 1 to ${MAX_RANK} is needed`);
  }
  const alpha = realOf({ raw, origin: path }, "lora_alpha");
  return {
    rank: rank as number,
    alpha: use_rslora === true ? alpha * Math.sqrt(rank as number) : alpha,
    base: nameOf(base, "base_model_name_or_path", path),
    revision: nameOf(revision, "revision", path),
  };
}

function refuseOtherKinds({ peft_type, task_type }: Readonly<Record<string, unknown>>, path: string): void {
  if (peft_type !== "LORA") {
    throw new TypeError(`${path}: peft_type is ${show(peft_type)}; the embedded engine has adapters of type "LORA"`);
  }
  if (task_type !== undefined && task_type !== null && task_type !== "CAUSAL_LM") {
    throw new TypeError(`${path}: task_type is ${show(task_type)}; the embedded engine has "CAUSAL_LM"`);
  }
}

function refuseWhatIsLacking(raw: Readonly<Record<string, unknown>>, path: string): void {
  const { bias = "none", fan_in_fan_out = false, init_lora_weights, use_rslora = false } = raw;
  if (bias !== "none") throw new TypeError(`${path}: bias is ${show(bias)}; the embedded engine has "none"`);
  if (typeof use_rslora !== "boolean") {
    throw new TypeError(`${path}: use_rslora is ${show(use_rslora)}; true or false is needed`);
  }
  if (fan_in_fan_out !== false) {
    throw new TypeError(`${path}: fan_in_fan_out is ${show(fan_in_fan_out)}; the embedded engine has false`);
  }
  if (!PLAIN_STARTS.includes(init_lora_weights)) {
    throw new TypeError(
      `${path}: init_lora_weights is ${show(init_lora_weights)}, which changes the base model too; ` +
        "convert it to plain LoRA with path_initial_model_for_weight_conversion of PEFT's save_pretrained",
    );
  }
  for (const [key, value] of Object.entries(raw)) {
    if (HARMLESS.has(key) || isNothing(value)) continue;
    throw new TypeError(`${path}: ${key.slice(0, 80)} is ${show(value)}, which the embedded engine lacks`);
  }
}

/** PEFT writes every setting; those that are not used as null, false, or empty. */
function isNothing(value: unknown): boolean {
  if (value === null || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function nameOf(value: unknown, key: string, path: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  // deno-lint-ignore no-control-regex
  if (typeof value === "string" && value.length <= MAX_NAME && !/[\x00-\x1f\x7f]/.test(value)) return value;
  throw new TypeError(`${path}: ${key} is ${show(value)}; a name or a path is needed`);
}

/** The text of adapter_config.json for an adapter, as PEFT reads it. */
export function adapterConfigText(
  lora: LoraConfig,
  { base, revision }: { readonly base: string; readonly revision?: string | undefined },
): string {
  const config = {
    auto_mapping: null,
    base_model_name_or_path: base,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: "LORA",
    r: lora.rank,
    rank_pattern: {},
    alpha_pattern: {},
    revision: revision ?? null,
    target_modules: targetModules(lora),
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: false,
  };
  return JSON.stringify(config, null, 2) + "\n";
}

function targetModules({ train_attn, train_mlp, train_unembed }: LoraConfig): string[] {
  return [
    ...(train_attn ? ["q_proj", "k_proj", "v_proj", "o_proj"] : []),
    ...(train_mlp ? ["gate_proj", "up_proj", "down_proj"] : []),
    ...(train_unembed ? [HEAD_MODULE] : []),
  ];
}
