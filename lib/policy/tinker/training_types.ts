/** What goes into and comes out of a training client. Data only. */
import type { CallOptions, LossConfig, SaveOptions } from "../policy.ts";
import type { WireDatum, WireForwardBackwardOutput } from "./wire_types.ts";

/** `skyrl`: takes 0/1 `weights` with every loss and divides each sequence's loss by their sum. */
export type Dialect = "standard" | "skyrl";

/** What is known of a model when it was made. */
export interface TrainingModel {
  /** The server's name for it. */
  readonly model_id: string;
  /** What it was made from. */
  readonly base_model: string;
  /** Which habits the server has. */
  readonly dialect: Dialect;
}

/** What a server says of a model; any of it may be missing. */
export interface ModelInfo {
  /** Kind of model. */
  readonly arch?: string;
  /** Name of the base model. */
  readonly model_name?: string;
  /** Where its tokenizer is. */
  readonly tokenizer_id?: string;
}

/** Options of a gradient or a forward pass. */
export interface PassOptions extends CallOptions {
  /** Options of the loss. */
  readonly config?: LossConfig;
}

/** Options of a save on a server. */
export interface SaveCallOptions extends CallOptions, SaveOptions {}

/** A gradient whose data are made from the log-probabilities of a forward pass. */
export interface ForwardFirst<T> {
  /** What the forward pass runs over, with `cross_entropy`. */
  readonly data: readonly WireDatum[];
  /** Makes what the gradient is taken of. */
  readonly then: (outputs: WireForwardBackwardOutput) => {
    readonly data: readonly WireDatum[];
    readonly loss: string;
    readonly config?: LossConfig;
    readonly extra: T;
  };
}
