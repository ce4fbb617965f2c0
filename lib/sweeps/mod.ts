/** Sweeps: every configuration of a grid or a list, several at a time, and resumable. */
export { readSweep, runSweep, type RunSweepOptions } from "./run_sweep.ts";
export { Sweep } from "./sweep.ts";
export { SWEEP_FILE } from "./_plan.ts";
export type { StartRun } from "./_work.ts";
export type { Overrides } from "./_configurations.ts";
export {
  rowAccuracy,
  rowLabel,
  rowReward,
  rowState,
  rowSteps,
  rowTimeLeft,
  sweepProgress,
  sweepReasons,
} from "./_display.ts";
export {
  type SweepAccuracy,
  SweepError,
  type SweepInput,
  type SweepRow,
  type SweepSettings,
  type SweepState,
  type SweptAway,
} from "./types.ts";
