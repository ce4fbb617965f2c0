/** Tests, intervals and power: statistics that know nothing of reinforcement learning. */
export { studentQuantile, studentShare } from "../basics/mod.ts";
export * from "./holm.ts";
export { exactMcNemar } from "./mcnemar.ts";
export * from "./mcnemar_power.ts";
export * from "./power.ts";
export * from "./ratio.ts";
export * from "./sign_flips.ts";
export * from "./tango.ts";
export * from "./welch.ts";
