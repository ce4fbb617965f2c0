/** How a policy improves: one step, the stream of a run, evaluation, and what the numbers mean. */
export * from "./advantages.ts";
export * from "./cost.ts";
export * from "./data.ts";
export * from "./divergence.ts";
export * from "./dro.ts";
export * from "./estimate.ts";
export * from "./evaluate.ts";
export * from "./events.ts";
export * from "./glossary.ts";
export * from "./kl.ts";
export * from "./metrics.ts";
export * from "./rollout.ts";
export * from "./schedule.ts";
export * from "./step.ts";
export * from "./train.ts";
export * from "./update.ts";
export * from "./watch.ts";
