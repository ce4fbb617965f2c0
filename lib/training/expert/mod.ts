/** Expert iteration: imitate the right answers, draw again. */
export * from "./choose.ts";
export * from "./expert_data.ts";
export * from "./expert_step.ts";
export * from "./imitate.ts";
export * from "./recorded.ts";
