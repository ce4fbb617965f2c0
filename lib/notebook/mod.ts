/** Runs in a notebook: how they are shown there while they train. */
export * from "./kernel.ts";
export * from "./live_panel.ts";
export * from "./train_grpo.ts";
