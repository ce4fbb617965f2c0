/** What the main thread and the engine's worker say to each other. Calls are answered in the order they are made. */
import type { AdamParams, Completion, Datum, Metrics } from "../../vocabulary.ts";
import type { ForwardBackwardOutput, LossConfig, MemoryPlan } from "../policy.ts";
import type { OpenEngineOptions } from "./engine_options.ts";
import type { SampleRequest } from "./sampling/sampler.ts";

/** Calls by name: what goes in and what comes back. */
export interface Calls {
  open: { args: { folder: string } & Omit<OpenEngineOptions, "between">; result: { memory: MemoryPlan } };
  sample: { args: { requests: readonly SampleRequest[] }; result: null };
  forwardBackward: {
    args: { data: readonly Datum[]; loss: string; config?: LossConfig };
    result: ForwardBackwardOutput;
  };
  logprobs: { args: { data: readonly Datum[]; which: "current" | "reference" }; result: number[][] };
  optimStep: { args: { adam: AdamParams }; result: Metrics };
  dropGradient: { args: null; result: null };
  save: { args: { folder: string; optimizer: boolean }; result: null };
  load: { args: { folder: string; optimizer: boolean }; result: null };
  release: { args: null; result: null };
}

/** Names of the calls. */
export type CallName = keyof Calls;

/** To the worker. */
export type ToWorker =
  | { readonly type: "call"; readonly id: number; readonly name: CallName; readonly args: Calls[CallName]["args"] }
  | { readonly type: "cancel"; readonly id: number };

/** From the worker; `sampled` may come many times before `result`. */
export type FromWorker =
  | { readonly type: "result"; readonly id: number; readonly result: unknown }
  | { readonly type: "error"; readonly id: number; readonly name: string; readonly message: string }
  | {
    readonly type: "sampled";
    readonly id: number;
    readonly request: number;
    readonly completions: readonly Completion[];
  };
