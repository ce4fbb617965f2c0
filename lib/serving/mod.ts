/** The embedded engine as a Tinker-compatible server. */
export * from "./server.ts";
export type { OpenModel } from "./sampler_pool.ts";
export type { ServeEvent } from "./state.ts";
export type { FutureLimits } from "./futures.ts";
