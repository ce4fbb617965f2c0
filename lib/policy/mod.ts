/** Who answers: one interface, and the backends behind it. */
export * from "./policy.ts";
export * from "./chat_format.ts";
export * from "./open.ts";
export { lossConfigOf, lossSum } from "./losses.ts";
export * from "./opening.ts";
export * from "./prompt_logprobs.ts";
export * from "./server_consent.ts";
export {
  amountOf,
  type BenchmarkEngine,
  type BenchmarkSizes,
  type BenchmarkWork,
  BUNDLED_MODELS,
  createModel,
  type DecodingSizes,
  type Device,
  type ExportDtype,
  type ExportedModel,
  exportModel,
  type ExportOptions,
  type FetchedModel,
  fetchModel,
  type FetchModelOptions,
  findModel,
  type FindModelOptions,
  type GroupSizes,
  isWholeTensorFile,
  type LlamaConfig,
  type LocalPolicyOptions,
  type LoraConfig,
  memoryText,
  type ModelUse,
  type NewLora,
  openBenchmark,
  openLocalPolicy,
  parameterCount,
  type RopeScaling,
  SMOLLM2_135M,
} from "./local/mod.ts";
export { chatEndpoint, type OpenAIPolicyOptions, openOpenAIPolicy } from "./openai/mod.ts";
export * from "./tinker/mod.ts";
