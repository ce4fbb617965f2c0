/** Tests, intervals and power: statistics that know nothing of reinforcement learning. */
export * from "./holm.ts";
export { exactMcNemar } from "./mcnemar.ts";
export * from "./ratio.ts";
export * from "./sign_flips.ts";
export * from "./tango.ts";
