/** Helpers that know nothing of reinforcement learning. */
export * from "./random.ts";
export * from "./suggest.ts";
