/** Opens the policy that a configuration names: one that trains, or one that only has to answer. */
import { type BackendName, type DeviceName, TINKER_DEFAULTS } from "../config/mod.ts";
import type { HubOptions, HubProgress } from "../hub/mod.ts";
import { chatFormatOf } from "./chat_format.ts";
import { type ModelUse, type NewLora, openLocalPolicy } from "./local/mod.ts";
import { openOpenAIPolicy } from "./openai/mod.ts";
import type { OpeningOptions } from "./opening.ts";
import type { SamplingPolicy, TrainablePolicy } from "./policy.ts";
import { isOnServer } from "./tinker/address.ts";
import type { ServiceMessage } from "./tinker/session.ts";
import type { OpenChat } from "./tinker/chat_by_name.ts";
import { openTinkerPolicy, type TinkerPolicyOptions } from "./tinker/tinker_policy.ts";
import { openTinkerSampler } from "./tinker/tinker_sampler.ts";

/** What of a configuration decides about its policy. */
export interface PolicyConfig {
  /** Where it runs. */
  readonly backend: BackendName;
  /**
   * The model's name: of the embedded engine a bundled one's, a folder, or a repository of the hub as
   * `organisation/model`; for sampling also a `tinker://...` checkpoint.
   */
  readonly model_name: string;
  /** A branch, a tag or a commit of a model of the hub, for the embedded engine; null or absent: `main`. */
  readonly model_revision?: string | null | undefined;
  /** Address of the server; null: the backend's own. */
  readonly base_url: string | null;
  /** Rank of the adapter that is trained; 0, on the embedded engine: all weights are. */
  readonly lora_rank: number;
  /** Of the embedded engine: the adapter's update is scaled by `lora_alpha / lora_rank`. Default: 32. */
  readonly lora_alpha?: number;
  /** Whether the attention's matrices get an adapter. Default: true. */
  readonly train_attn?: boolean;
  /** Whether the feed-forward layers' matrices get an adapter. Default: true. */
  readonly train_mlp?: boolean;
  /** Whether the head gets an adapter. Default: true. */
  readonly train_unembed?: boolean;
  /** What the embedded engine computes on. Default: `cpu`. */
  readonly device?: DeviceName;
  /** Fixes the adapter's first values. */
  readonly seed: number;
  /** Of training: a checkpoint that the KL penalty holds on to; null or absent: the weights of `model_name`. */
  readonly kl_reference_path?: string | null | undefined;
  /** Chat format of a model on a Tinker-compatible server; `auto`: the model's own. */
  readonly renderer_name: string;
}

/** Options of `openPolicy`. */
export interface OpenOptions extends OpeningOptions {
  /** Folder for the embedded engine's checkpoints. */
  readonly weightsDir: string;
  /** Takes what a server wants its user to see. */
  readonly onMessage?: ((message: ServiceMessage) => void) | undefined;
  /** Told as bytes arrive of a model or a tokenizer that is fetched from the hub. It must not throw. */
  readonly onDownload?: ((progress: HubProgress) => void) | undefined;
}

/** Options of `openSamplingPolicy`. */
export interface OpenSamplingOptions extends OpenOptions {
  /** A checkpoint to answer with: a folder of the embedded engine's, or `tinker://...`; absent: the model as it is. */
  readonly weights?: string | undefined;
  /** With weights on a server: the training state saved with them, for a server that can sample only that. */
  readonly state?: string | undefined;
}

/**
 * Opens the policy of a run.
 * @throws {RangeError} for a backend that cannot train, or that does not have the reference of the KL penalty
 */
export async function openPolicy(config: PolicyConfig, options: OpenOptions): Promise<TrainablePolicy> {
  const { backend, model_name: model, lora_rank: loraRank, seed } = config;
  const reference = config.kl_reference_path ?? undefined;
  if (reference !== undefined && isOnServer(reference) !== (backend === "tinker")) {
    const own = backend === "tinker" ? "tinker://..." : "a folder of this machine";
    throw new RangeError(`kl_reference_path is ${reference}: with backend=${backend} it has to be ${own}`);
  }
  switch (backend) {
    case "local":
      return await openLocal("training", reference)(config, options);
    case "tinker":
      return await openTinkerPolicy({
        ...{ model, loraRank, seed, adapted: adaptedBy(config) },
        ...(reference !== undefined && { reference }),
        ...serverOf(config, options),
      });
    case "openai":
      throw new RangeError(`cannot train ${model}: backend openai only samples; use backend=tinker or backend=local`);
  }
}

/**
 * Opens a policy to evaluate, on any backend. One that could be trained is not kept from it.
 * @throws {RangeError} when the weights are not of this backend
 */
export async function openSamplingPolicy(config: PolicyConfig, options: OpenSamplingOptions): Promise<SamplingPolicy> {
  const { backend, base_url: baseUrl, model_name } = config;
  const { weights, state } = options;
  if (backend === "local") return await openForSampling(openLocal("sampling"))(config, options);
  if (weights !== undefined && !isOnServer(weights)) {
    throw new RangeError(`cannot open ${weights} with backend ${backend}: only the embedded engine reads folders`);
  }
  if (backend === "openai") {
    return await openOpenAIPolicy({ model: weights ?? model_name, baseUrl, signal: options.signal });
  }
  const model_path = weights ?? (isOnServer(model_name) ? model_name : undefined);
  return await openTinkerSampler({
    ...(model_path !== undefined && { model_path }),
    ...(state !== undefined && isOnServer(state) && { state_path: state }),
    ...(!isOnServer(model_name) && { model: model_name }),
    ...serverOf(config, options),
  });
}

function openLocal(
  use: ModelUse,
  reference?: string,
): (config: PolicyConfig, options: OpenOptions) => Promise<TrainablePolicy> {
  return (config, options) => {
    const { model_name: model, model_revision: revision, device } = config;
    // To answer, a checkpoint brings its own adapter.
    const lora = use === "training" ? adapterOf(config) : undefined;
    const { weightsDir } = options;
    return openLocalPolicy({ model, revision, use, reference, lora, device, hub: hubOf(options), weightsDir });
  };
}

/** The adapter that the embedded engine trains; undefined: all weights. */
function adapterOf(config: PolicyConfig): NewLora | undefined {
  const { lora_rank: rank, lora_alpha: alpha = TINKER_DEFAULTS.lora_alpha, seed } = config;
  return rank === 0 ? undefined : { rank, alpha, ...adaptedBy(config), seed };
}

function adaptedBy(
  { train_attn = true, train_mlp = true, train_unembed = true }: PolicyConfig,
): { readonly train_attn: boolean; readonly train_mlp: boolean; readonly train_unembed: boolean } {
  return { train_attn, train_mlp, train_unembed };
}

function hubOf({ onDownload, signal }: OpenOptions): Pick<HubOptions, "onProgress" | "signal"> {
  return { ...(onDownload && { onProgress: onDownload }), ...(signal && { signal }) };
}

function serverOf(
  { base_url: baseUrl, renderer_name }: PolicyConfig,
  options: OpenOptions,
): Pick<TinkerPolicyOptions, "baseUrl" | "chat" | "onMessage" | "onWaiting" | "signal"> {
  const { onMessage, onWaiting, signal } = options;
  const chat: OpenChat = async ({ model, tokenizer_id }) =>
    await chatFormatOf(model, { tokenizer_id, renderer_name, hub: hubOf(options) });
  return { baseUrl, chat, onWaiting, signal, ...(onMessage && { onMessage }) };
}

/** From a way to open a policy that trains to one that opens it at a checkpoint. The optimizer is left out. */
export function openForSampling<C>(
  open: (config: C, options: OpenOptions) => Promise<TrainablePolicy>,
): (config: C, options: OpenSamplingOptions) => Promise<SamplingPolicy> {
  return async (config, { weights, state: _, ...options }) => {
    if (weights !== undefined && isOnServer(weights)) {
      throw new RangeError(`cannot load ${weights} into a model of the embedded engine; use backend=tinker`);
    }
    const policy = await open(config, options);
    try {
      if (weights !== undefined) await policy.loadState(weights, { optimizer: false });
      return policy;
    } catch (error) {
      await policy.close();
      throw error;
    }
  };
}
