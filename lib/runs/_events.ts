/** The events of training that a recorder takes. */
import type { Checkpoint, Group, Metrics, Rollout } from "../vocabulary.ts";

/** One event of a training run. */
export type TrainEvent =
  | { readonly type: "start"; readonly step: number; readonly total: number }
  | {
    readonly type: "evaluation";
    readonly step: number;
    readonly metrics: Metrics;
    readonly rollouts: readonly Rollout[];
    readonly final: boolean;
  }
  | { readonly type: "step"; readonly step: number; readonly metrics: Metrics; readonly groups: readonly Group[] }
  | { readonly type: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly type: "done"; readonly reason: "finished" | "stopped"; readonly step: number };
