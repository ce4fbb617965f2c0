/** The words of sweeps: what is asked for, and how each of its runs is doing. Data only. */
import type { TrainInput } from "../config/mod.ts";

/** Keys that a sweep says itself: each run has a folder of its own, and what is there is gone on with. */
export type SweptAway = "log_path" | "behavior_if_log_dir_exists" | "resume_changes";

/** Hyperparameters as a sweep takes them: those of `trainGRPO`, without the folder. */
export type SweepSettings = Omit<TrainInput, SweptAway>;

/** A sweep as an object; a file says the same in YAML. */
export interface SweepInput {
  /** Name of its folder below `runs`. */
  readonly name: string;
  /** What all configurations have in common. */
  readonly base?: SweepSettings | undefined;
  /** Values by key: every combination is a configuration. */
  readonly grid?: { readonly [K in keyof SweepSettings]?: readonly SweepSettings[K][] } | undefined;
  /** Settings that go together; with a grid every entry is combined with all of it. */
  readonly list?: readonly SweepSettings[] | undefined;
  /** Runs at a time. */
  readonly parallel?: number | undefined;
}

/**
 * How a configuration is doing: `waiting` for its turn, `starting` until its folder is ready, then as its run is. `differs`
 * is left alone: at its place is something else, or a run with other settings.
 */
export type SweepState =
  | "waiting"
  | "starting"
  | "running"
  | "finished"
  | "failed"
  | "stopped"
  | "interrupted"
  | "differs";

/** A held-out accuracy with its 95 % interval, where that was recorded. */
export interface SweepAccuracy {
  /** Steps done before it was measured. */
  readonly step: number;
  /** 0-1. */
  readonly value: number;
  /** Lower end; null: not recorded. */
  readonly low: number | null;
  /** Upper end; null: not recorded. */
  readonly high: number | null;
}

/** One configuration of a sweep. */
export interface SweepRow {
  /** Name of its run's folder. */
  readonly name: string;
  /** The folder. */
  readonly path: string;
  /** The settings that tell it from the others, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** How it is doing. */
  readonly state: SweepState;
  /** A process that this sweep did not start writes the run: it is waited for. */
  readonly elsewhere: boolean;
  /** Steps done. */
  readonly steps: number;
  /** Steps that it will have; null: not known yet. */
  readonly stepsTotal: number | null;
  /** The first held-out accuracy; null: none yet. */
  readonly first: SweepAccuracy | null;
  /** The last one; null: none yet. */
  readonly last: SweepAccuracy | null;
  /** Mean reward of the last step; null: none yet. */
  readonly reward: number | null;
  /** Seconds that the steps to come will take, as those before them did; null: not known, or not running. */
  readonly secondsLeft: number | null;
  /** Why it is in that state, where there is something to say. */
  readonly reason: string | null;
}

/** A sweep cannot be run or read: its folder is something else, or another process runs it. */
export class SweepError extends Error {
  /** Always `SweepError`. */
  override readonly name = "SweepError";
}
