/**
 * The nouns of the Tinker API's wire, under the names they have there: what a training request carries and what results
 * look like once decoded, whether they came as protobuf or as JSON. Client and server share them. Data only; how they
 * become bytes is in `wire/`.
 */

/** Element type of a tensor as requests and results name it; narrower types of the wire are widened on arrival. */
export type TensorDtype = "float32" | "int64";

/** A dense array, row-major; with the sparse pair, `data` holds the values of a CSR matrix. */
export interface TensorData {
  /** Flat values. Integers must be safe integers. */
  readonly data: ArrayLike<number>;
  /** Element type. */
  readonly dtype: TensorDtype;
  /** Sizes of the dimensions; their product is the number of values of a dense tensor. */
  readonly shape: readonly number[];
  /** CSR row offsets. */
  readonly sparse_crow_indices?: readonly number[];
  /** CSR column numbers. */
  readonly sparse_col_indices?: readonly number[];
}

/** A piece of a model's input. */
export type ModelInputChunk =
  | { readonly type: "encoded_text"; readonly tokens: ArrayLike<number> }
  | {
    readonly type: "image";
    readonly data: Uint8Array;
    readonly format: "png" | "jpeg";
    readonly expected_tokens?: number;
    /** Counts as an image of this size in pixels; has no JSON form. */
    readonly override_dimensions?: { readonly width: number; readonly height: number };
  }
  | { readonly type: "dmel"; readonly dmel: Uint8Array };

/** Where a run of a datum's positions comes from: a sequence that was sampled, or the prompt it was sampled from. */
export interface ProvenanceSpan {
  /** Which of the two. */
  readonly source: "prompt_tokens" | "sampled_tokens";
  /** The sequence by the name that the reply to `asample` gave it. */
  readonly sequence_id: string;
  /** First position there. */
  readonly offset: number;
  /** Number of positions. */
  readonly length: number;
}

/** A training example as it travels. */
export interface WireDatum {
  /** The input, in order. */
  readonly model_input: readonly ModelInputChunk[];
  /** Inputs of the loss by name, such as `target_tokens`. */
  readonly loss_fn_inputs: Readonly<Record<string, TensorData>>;
  /** Runs that tile the input. Both lists of spans or neither; has no JSON form. */
  readonly model_input_spans?: readonly ProvenanceSpan[];
  /** Runs that tile the targets. */
  readonly loss_fn_input_spans?: readonly ProvenanceSpan[];
}

/** `POST forward_backward`. */
export interface ForwardBackwardRequest {
  /** Whose gradient. */
  readonly model_id: string;
  /** At least 1. */
  readonly seq_id: number;
  /** The examples. */
  readonly data: readonly WireDatum[];
  /** The loss by name. */
  readonly loss_fn: string;
  /** Options of the loss. */
  readonly loss_fn_config?: Readonly<Record<string, number | string>>;
  /** No gradient: only the outputs. */
  readonly forward_only?: boolean;
}

/** The result of `forward_backward`. */
export interface WireForwardBackwardOutput {
  /** A class name of the server's. */
  readonly loss_fn_output_type: string;
  /** [D] outputs of the loss by name, such as `logprobs`. */
  readonly loss_fn_outputs: readonly Readonly<Record<string, TensorData>>[];
  /** Keys are `name:reduction`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The likeliest tokens of a position with their log-probabilities; null where there are none. */
export type TopkLogprobs = readonly (readonly (readonly [token: number, logprob: number])[] | null)[];

/** One answer of a sample result. */
export interface SampledSequence {
  /** Why it ended. */
  readonly stop_reason: "stop" | "length";
  /** [T] token ids. */
  readonly tokens: readonly number[];
  /** [T] or nothing. */
  readonly logprobs: readonly number[] | null;
  /** [T] rows, where asked for. */
  readonly topk_logprobs?: TopkLogprobs | null;
}

/** The result of `asample`. */
export interface SampleResponse {
  /** As many as were asked for. */
  readonly sequences: readonly SampledSequence[];
  /** [T] of the prompt; the first is null. */
  readonly prompt_logprobs: readonly (number | null)[] | null;
  /** [T] rows of the prompt, where asked for. */
  readonly topk_prompt_logprobs: TopkLogprobs | null;
  /** Prompt tokens that the server had at hand. */
  readonly prompt_cache_hit_tokens?: number;
  /** Scores of the tokens that the request named. */
  readonly target_prompt_logprobs?: TensorData;
  /** Other tokens drawn at each prompt position. */
  readonly prompt_alt_tokens?: { readonly tokens: TensorData; readonly logprobs: TensorData };
}

/** `sampling_params` of a sample request. */
export interface WireSamplingParams {
  /** Most tokens of a completion. Always sent by this client, as some servers insist on it; other clients may leave it out. */
  readonly max_tokens?: number;
  /** Fixes the draw. */
  readonly seed?: number;
  /** Token ids or strings, never both; absent: the model's own, empty: none. Always sent as a list: some servers insist on it. */
  readonly stop?: readonly number[] | readonly string[];
  /** 0 is greedy. */
  readonly temperature: number;
  /** -1 keeps all. */
  readonly top_k: number;
  /** 1 keeps all. */
  readonly top_p: number;
}

/** `POST asample`; `sampling_session_id` and `seq_id` go together. */
export interface SampleRequest {
  /** Which weights. */
  readonly sampling_session_id: string;
  /** Counts from 0 within the sampling session. */
  readonly seq_id: number;
  /** What is continued. */
  readonly prompt: readonly ModelInputChunk[];
  /** Answers wanted. */
  readonly num_samples: number;
  /** How they are drawn. */
  readonly sampling_params: WireSamplingParams;
  /** Also score the prompt. */
  readonly prompt_logprobs?: boolean;
  /** Also the likeliest tokens of each prompt position. */
  readonly topk_prompt_logprobs?: number;
  /** Also the likeliest tokens of each position of the answers. */
  readonly topk_sample_logprobs?: number;
  /** Also score these tokens, [T - 1][K] of a prompt of T; -1 asks for nothing. */
  readonly target_prompt_logprobs?: TensorData;
  /** Also draw this many tokens at each prompt position but the first. */
  readonly prompt_alt_tokens_k?: number;
  /** Score only this many tokens at the prompt's end. */
  readonly prompt_logprobs_last_n?: number;
  /** Keep what training needs to know of how the answers were drawn. */
  readonly record_stability_info?: boolean;
}
