/** What every place has in common that a run is logged to besides its folder. */
import type { TrainEvent } from "../training/mod.ts";

/** Logs one run somewhere else, from its events and its folder. */
export interface Tracker {
  /** For people: `TensorBoard`. */
  readonly name: string;
  /** Takes an event that is recorded already; never waits for anything but the disk. */
  onEvent(event: TrainEvent): void;
  /** Ends it, within a few seconds. */
  close(): Promise<void>;
}
