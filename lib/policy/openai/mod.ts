/** Any OpenAI-compatible endpoint as a policy that answers and does not learn. */
export { type OpenAIPolicyOptions, openOpenAIPolicy } from "./openai_policy.ts";
export { chatEndpoint } from "./address.ts";
