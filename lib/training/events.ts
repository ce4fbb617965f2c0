/**
 * What a run takes and what it tells: its arguments, the events of its stream, and the progress between them. Data and
 * callbacks only; `train.ts` makes the events.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { QueueState, TrainablePolicy, Waiting } from "../policy/mod.ts";
import type { Checkpoint, Group, Metrics, Problems, Rollout } from "../vocabulary.ts";
import type { BudgetStop, Spending } from "./cost.ts";
import type { RunEstimate } from "./estimate.ts";
import type { RecordedAnswers } from "./expert/mod.ts";
import type { PassRates } from "./curriculum.ts";
import type { Standing } from "./judge_best.ts";
import type { TokenTotals } from "./metrics.ts";
import type { DrawnBatch } from "./step.ts";
import type { Ticker } from "./watch.ts";

/** What a policy on someone else's machine waits for now. */
export interface WaitingNow {
  /** Never `active`. */
  readonly state: QueueState;
  /** The server's or the network's words; text from outside, on one line. */
  readonly reason?: string;
  /** Seconds in this state. */
  readonly seconds: number;
}

/** Progress within a step or an evaluation. */
export interface TrainProgress {
  /** What is going on. */
  readonly phase: "evaluation" | "sampling" | "training" | "saving";
  /** Steps done so far. */
  readonly step: number;
  /** Completions there are; in `training` updates of a round of expert iteration, else there and in `saving` 0 and then 1. */
  readonly done: number;
  /** Completions there will be; in `training` updates of a round of expert iteration, else there and in `saving` 1. */
  readonly total: number;
  /** Reported about once a second while the policy is made to wait. */
  readonly waiting?: WaitingNow;
}

/** Everything a run needs. */
export interface TrainArgs {
  /** The resolved configuration. */
  readonly config: TrainConfig;
  /** The policy, its weights already loaded; on resuming with its optimizer. */
  readonly policy: TrainablePolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** Shuffled anew for each pass. */
  readonly trainProblems: Problems;
  /** May be empty: then nothing is evaluated. */
  readonly testProblems: Problems;
  /** Problems set aside from training that `keep_best` and `early_stop` go by; absent: they go by the held-out ones. */
  readonly validationProblems?: Problems | undefined;
  /** Of expert iteration: what is imitated in place of new answers; `trainProblems` are then those that have some. */
  readonly answers?: RecordedAnswers | undefined;
  /** Where to go on; absent: at the beginning. */
  readonly start?: TrainStart | undefined;
  /** What the run may cost; only handed on, with the first event. */
  readonly estimate?: RunEstimate | undefined;
  /** Stops the run in good order: the unfinished step is discarded, the whole ones are saved. */
  readonly signal?: AbortSignal | undefined;
  /** Told of progress between events. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** The time in milliseconds. */
  readonly now?: () => number;
  /** Calls back every so often while a policy that can be made to wait is awaited. */
  readonly ticker?: Ticker;
}

/** Where a resumed run goes on. */
export interface TrainStart {
  /** Steps done. */
  readonly step: number;
  /** Whether the checkpoint ended its run: then there is nothing to do unless there are more steps now. */
  readonly final?: boolean;
  /** The checkpoint itself, where it is kept for ever: a run that has nothing more to train ends with it. */
  readonly checkpoint?: Checkpoint;
  /** Tokens before this step, see `totalsOf`. */
  readonly totals?: TokenTotals;
  /** What the run has cost, steps that are done again included, see `spendingOf`. */
  readonly spending?: Spending;
  /** How the evaluations before this step are judged, see `standingOf`. */
  readonly standing?: Standing;
  /** The checkpoint `best` that is there. */
  readonly best?: Checkpoint;
  /** With `curriculum=pass_rate`: how often each problem was solved in the steps before. */
  readonly passRates?: PassRates;
  /** With `max_steps_off_policy`: the batches that were drawn ahead when the checkpoint was taken. */
  readonly pending?: readonly DrawnBatch[];
}

/** One event of a run. Metrics of evaluations begin with `test/`, on problems set aside from training with `val/`. */
export type TrainEvent =
  /** First of all. `step`: steps done; `total`: steps in all. */
  | { readonly type: "start"; readonly step: number; readonly total: number; readonly estimate?: RunEstimate }
  /**
   * An evaluation of the weights after `step` steps, with tokens and dollars so far. Before a step its metrics are in that
   * step's row as well; the final one has no step after it and a row of its own, and so has one whose step is broken off.
   */
  | {
    readonly type: "evaluation";
    readonly step: number;
    readonly metrics: Metrics;
    readonly rollouts: readonly Rollout[];
    readonly final: boolean;
  }
  /** A step is done; `step` is its index, so `step + 1` steps are. `advantages`: [P][G], what each completion was worth. */
  | {
    readonly type: "step";
    readonly step: number;
    readonly metrics: Metrics;
    readonly groups: readonly Group[];
    readonly advantages?: readonly (readonly number[])[];
  }
  | CheckpointEvent
  | StallEvent
  /** Last of all. `before` and `after`: the metrics of the evaluations at step 0 and of the final weights, where made. */
  | {
    readonly type: "done";
    /**
     * `stopped`: by the signal; `budget`: because `max_cost` or `max_train_tokens` would have been passed; `early_stop`: in
     * good order, because evaluations were no better any more.
     */
    readonly reason: "finished" | "stopped" | "budget" | "early_stop";
    readonly step: number;
    /** The run was complete before it began: no step was left to do. */
    readonly alreadyComplete: boolean;
    /** What there is to say about a run that ended early: the budget, what was best, or steps that could not be saved. */
    readonly detail?: string;
    /** With `budget`: which limit it was. */
    readonly limit?: BudgetStop["limit"];
    /** With `budget`: the limit with which the run would go on. */
    readonly enough?: BudgetStop["enough"];
    readonly before?: Metrics;
    readonly after?: Metrics;
  };

/** A checkpoint was saved. The last one of a finished run has `final`, the one of the best weights the name `best`. */
export interface CheckpointEvent {
  /** Always `checkpoint`. */
  readonly type: "checkpoint";
  /** What was saved. A later one named `best` takes the place of an earlier one. */
  readonly checkpoint: Checkpoint;
  /** With `max_steps_off_policy`: the batches of the next steps that are drawn already, for `TrainStart.pending`. */
  readonly pending?: readonly DrawnBatch[];
}

/**
 * Nothing has moved for `stall_timeout` seconds; reported again after as many more. The run goes on waiting, and says when
 * something moves again.
 */
export interface StallEvent {
  /** Always `stall`. */
  readonly type: "stall";
  /** Steps done. */
  readonly step: number;
  /** Seconds since the last completion, update or save; at the end of a stall, those that it lasted. */
  readonly seconds: number;
  /** What the policy says that it waits for. */
  readonly waiting: Waiting;
  /** Something has moved: the stall is over. */
  readonly over?: true;
  /** Why the steps that are not saved could not be saved meanwhile; such an event follows the first one. */
  readonly saveError?: string;
}
