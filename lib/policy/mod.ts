/** Who answers: one interface, and the backends behind it. */
export * from "./policy.ts";
export * from "./open.ts";
export { BUNDLED_MODELS, createModel, type LlamaConfig, openLocalPolicy, type LocalPolicyOptions, parameterCount } from "./local/mod.ts";
