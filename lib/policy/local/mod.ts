/**
 * The embedded engine: a Llama-architecture model trained and sampled in this process. Nothing here loads the native
 * library: its worker does, when a model is opened, so that a client of a server needs neither its memory nor `ffi`.
 */
export * from "./local_policy.ts";
export { BUNDLED_MODELS, findModel, type FindModelOptions } from "./model/find_model.ts";
export { type FetchedModel, fetchModel, type FetchModelOptions } from "./model/fetch_model.ts";
export { memoryText, type ModelUse } from "./memory.ts";
export type { Device, NewLora } from "./engine_options.ts";
export type { RopeScaling } from "./model/llama.ts";
export type { LoraConfig } from "./model/lora.ts";
export { createModel, type LlamaConfig, parameterCount } from "./model/create_model.ts";
export {
  amountOf,
  type BenchmarkEngine,
  type BenchmarkSizes,
  type BenchmarkWork,
  type DecodingSizes,
  type GroupSizes,
  openBenchmark,
  SMOLLM2_135M,
} from "./benchmark.ts";
export { type ExportDtype, type ExportedModel, exportModel, type ExportOptions } from "./export_model.ts";
export { isWholeTensorFile } from "./files/tensor_file.ts";
