/** Who answers: one interface, and the backends behind it. */
export * from "./policy.ts";
export * from "./chat_format.ts";
export * from "./open.ts";
export { lossConfigOf, lossSum } from "./losses.ts";
export * from "./opening.ts";
export * from "./server_consent.ts";
export {
  benchmarkEngine,
  BUNDLED_MODELS,
  createModel,
  type EngineFigures,
  type FetchedModel,
  fetchModel,
  type FetchModelOptions,
  findModel,
  type FindModelOptions,
  isWholeTensorFile,
  type LlamaConfig,
  type LocalPolicyOptions,
  type ModelUse,
  openLocalPolicy,
  parameterCount,
  type Timing,
} from "./local/mod.ts";
export { chatEndpoint, type OpenAIPolicyOptions, openOpenAIPolicy } from "./openai/mod.ts";
export * from "./tinker/mod.ts";
