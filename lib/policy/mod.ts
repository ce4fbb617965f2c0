/** Who answers: one interface, and the backends behind it. */
export * from "./policy.ts";
export * from "./open.ts";
export {
  BUNDLED_MODELS,
  createModel,
  type LlamaConfig,
  type LocalPolicyOptions,
  openLocalPolicy,
  parameterCount,
} from "./local/mod.ts";
