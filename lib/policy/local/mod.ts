/**
 * The embedded engine: a Llama-architecture model trained and sampled in this process. Nothing here loads the native
 * library: its worker does, when a model is opened, so that a client of a server needs neither its memory nor `ffi`.
 */
export * from "./local_policy.ts";
export { BUNDLED_MODELS, findModel, type FindModelOptions } from "./find_model.ts";
export { type FetchedModel, fetchModel, type FetchModelOptions } from "./fetch_model.ts";
export type { ModelUse } from "./memory.ts";
export { createModel, type LlamaConfig, parameterCount } from "./create_model.ts";
export { benchmarkEngine, type EngineFigures, type Timing } from "./benchmark.ts";
export { isWholeTensorFile } from "./tensor_file.ts";
