/** The embedded engine: a Llama-architecture model trained and sampled in this process. */
export * from "./local_policy.ts";
export { Engine } from "./engine.ts";
export { BUNDLED_MODELS } from "./model_folder.ts";
export { createModel, type LlamaConfig, parameterCount } from "./create_model.ts";
export { benchmarkEngine, type EngineFigures, type Timing } from "./benchmark.ts";
