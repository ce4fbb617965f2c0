/** The embedded engine as a Tinker-compatible server. */
export * from "./server.ts";
export { LORA_MODES, type LoraMode } from "./adapters.ts";
export type { OpenModel, OpenModelOptions } from "./sampler_pool.ts";
export type { ServeEvent } from "./state.ts";
export type { FutureLimits } from "./futures.ts";
