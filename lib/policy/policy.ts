/**
 * What every policy can do, whoever runs it. The words are the Tinker API's (sample, forward_backward, optim_step,
 * save_state, load_state), so a loop written against this interface runs on a remote service and on the embedded engine
 * alike. A policy that can only sample has the smaller type, and training on it does not type-check.
 */
import type { AdamParams, Completion, Datum, Metrics, Prompt, SamplingParams } from "../vocabulary.ts";
import type { ChatFormat } from "../tokens/mod.ts";

/** Where a policy runs. */
export type Backend = "local" | "tinker" | "openai";

/** Names of the losses, by Tinker's words; the value of each is a sum over tokens, not a mean. */
export type LossName = "cross_entropy" | "importance_sampling" | "ppo" | "cispo" | "dro";

/** Options of a loss by Tinker's names, such as `clip_low_threshold`, `clip_high_threshold` (ratios) or `beta`. */
export type LossConfig = Readonly<Record<string, number>>;

/** Options every call takes. */
export interface CallOptions {
  /** Ends the call early with the signal's reason; nothing half-done is kept. */
  readonly signal?: AbortSignal;
}

/** Options of `forwardBackward`. */
export interface LossOptions extends CallOptions {
  /** Options of the loss; absent: its defaults. */
  readonly config?: LossConfig;
}

/** Options of `saveState` and `saveWeightsForSampler`. */
export interface SaveOptions {
  /** Seconds that a server keeps what is saved; absent: for ever. A policy that saves on this machine takes no notice. */
  readonly ttl_seconds?: number;
}

/**
 * Why a policy on someone else's machine makes its caller wait. The `paused_` states are the server's words for its
 * queue, `paused_billing` is an account without funds, `unreachable` is a server that does not answer at all.
 */
export type QueueState = "active" | "paused_capacity" | "paused_rate_limit" | "paused_billing" | "unreachable";

/** All queue states, the least worrying first. */
export const QUEUE_STATES: readonly QueueState[] = [
  "active",
  "paused_rate_limit",
  "paused_capacity",
  "paused_billing",
  "unreachable",
];

/** What a policy waits for, as of now. */
export interface Waiting {
  /** The most worrying state among the requests under way; `active` when there are none. */
  readonly state: QueueState;
  /** The server's or the network's reason, in words; plain text from outside, to be escaped. */
  readonly reason?: string;
  /** Seconds spent in each state but `active` since the policy was opened, the state it is in now included. */
  readonly seconds: Readonly<Partial<Record<QueueState, number>>>;
}

/** What a policy on this machine will take of its memory, worked out before anything is computed. */
export interface MemoryPlan {
  /** The peak, in bytes, that training (or sampling, for a policy opened for that) will reach. */
  readonly peakBytes: number;
  /** What this process may use, in bytes; undefined where that cannot be asked. */
  readonly machineBytes: number | undefined;
  /** Tokens of one micro-batch. */
  readonly batchTokens: number;
  /** Numbers of the model, without adapters; absent: not known. */
  readonly parameters?: number;
  /** Numbers that are trained; 0: none. */
  readonly trained?: number;
  /** The adapter's rank; absent: there is no adapter. */
  readonly rank?: number | undefined;
}

/** What `forwardBackward` returns. */
export interface ForwardBackwardOutput {
  /** [D][T] log-probability of each target under the current weights; 0 where the mask is 0. */
  readonly logprobs: readonly (readonly number[])[];
  /** At least `loss:sum`. */
  readonly metrics: Metrics;
}

/** A policy that answers prompts. */
export interface SamplingPolicy {
  /** Where it runs. */
  readonly backend: Backend;
  /** The model's name or directory. */
  readonly model: string;
  /** How chats become tokens for this model; absent: the policy takes messages and answers in text. */
  readonly chat?: ChatFormat;
  /** Longest sequence in tokens, prompt and completion together. */
  readonly contextLength: number;
  /**
   * Draws `count` completions of one prompt. Calls made in one tick share a batch, so issue them together and await
   * them after.
   * @returns [count] completions, in stream order
   * @throws {RangeError} when the prompt leaves no room in the context
   */
  sample(prompt: Prompt, count: number, params: SamplingParams, options?: CallOptions): Promise<readonly Completion[]>;
  /**
   * [T] natural log-probability of each of a prompt's tokens after those before it, at temperature 1; the first is null.
   * Absent: not offered.
   */
  promptLogprobs?(prompt: Prompt, options?: CallOptions): Promise<readonly (number | null)[]>;
  /** What it takes of this machine's memory; absent: it runs on another one. */
  readonly memory?: MemoryPlan;
  /** What its calls wait for; absent: the policy runs here, and nobody else makes it wait. */
  waiting?(): Waiting;
  /** Frees everything the policy holds. Further calls fail. */
  close(): Promise<void>;
}

/** A policy that also learns. Samples are always drawn from the current weights. */
export interface TrainablePolicy extends SamplingPolicy {
  /** How chats become tokens for this model. */
  readonly chat: ChatFormat;
  /** Adds the gradient of the loss over `data` to what is accumulated since the last `optimStep`. */
  forwardBackward(data: readonly Datum[], loss: LossName, options?: LossOptions): Promise<ForwardBackwardOutput>;
  /** [D][T] log-probabilities of the targets, 0 where the mask is 0; `reference`: under the weights the model was opened with. */
  logprobs(
    data: readonly Datum[],
    weights: "current" | "reference",
    options?: CallOptions,
  ): Promise<readonly (readonly number[])[]>;
  /**
   * Applies the accumulated gradient and clears it. May be submitted right behind `forwardBackward`, without awaiting it.
   * @returns at least `optim/grad_norm`, the norm before clipping
   */
  optimStep(adam: AdamParams): Promise<Metrics>;
  /**
   * Gives up what `forwardBackward` has accumulated since the last `optimStep`, for no step is to be taken on it. Where it
   * cannot be cleared, as on a server, `optimStep` is refused from then on, until a state is loaded. Absent: it stays.
   */
  dropGradient?(): void;
  /** Saves weights and optimizer under a name. @returns the path that `loadState` takes */
  saveState(name: string, options?: SaveOptions): Promise<string>;
  /** Saves weights for sampling under a name. @returns the path that opens them as a model */
  saveWeightsForSampler(name: string, options?: SaveOptions): Promise<string>;
  /** Loads weights, and with `optimizer` Adam's moments and step count; without it Adam starts fresh. */
  loadState(path: string, options: { readonly optimizer: boolean }): Promise<void>;
  /**
   * Whether there is something to load at a path that `loadState` has refused; undefined: that cannot be told. Absent: as
   * if it were always undefined.
   */
  hasState?(path: string, options?: CallOptions): Promise<boolean | undefined>;
}
