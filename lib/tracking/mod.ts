/** Logging elsewhere: a run in Weights & Biases and as TensorBoard event files, besides its folder. */
export { openTrackers, type TrackerOptions, type Trackers } from "./trackers.ts";
export { WandbError } from "./wandb/http.ts";
export { type SyncOptions, syncWandb } from "./wandb/sync.ts";
export type { WandbPace } from "./wandb/wandb.ts";
