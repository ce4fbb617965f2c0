/** Runs and evaluations in a notebook: how they are shown there while they last, and how they are stopped. */
export * from "./attach.ts";
export { compareTemplates, type NotebookCompareOptions } from "./compare_templates.ts";
export * from "./evaluate.ts";
export * from "./expert_iterate.ts";
export * from "./kernel.ts";
export * from "./launch.ts";
export * from "./live_panel.ts";
export type { ListenForStop, NotebookOptions, NotebookPanelOptions } from "./_options.ts";
export * from "./preview_template.ts";
export * from "./run_sweep.ts";
export * from "./show_trajectories.ts";
export { type NotebookTrainOptions, trainGRPO } from "./train_grpo.ts";
