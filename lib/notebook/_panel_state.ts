/**
 * What a panel knows of its run: the events so far, put together. Pure functions of what came before and what is new; how
 * it looks is in `_panel_facts.ts`.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { HubProgress } from "../hub/mod.ts";
import { isFetched } from "../launch/mod.ts";
import type { ServiceMessage, Waiting } from "../policy/mod.ts";
import {
  allTokens,
  type RunEstimate,
  type StallEvent,
  type TrainEvent,
  type TrainProgress,
  type WaitingNow,
} from "../training/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { type History, withMetrics } from "./_charts.ts";
import { type PanelSample, sampleOf } from "./_sample.ts";

/** Steps that the estimate of the time left looks back on. */
const RECENT = 10;
/** A server's messages that stay in sight. */
const MOST_MESSAGES = 3;

/** How a run ended. */
export type PanelEnd =
  | Extract<TrainEvent, { readonly type: "done" }>
  /** It threw. `message`: text from anywhere. */
  | { readonly type: "failed"; readonly message: string }
  /** Stop was pressed twice: nobody waits for it any more. */
  | { readonly type: "left" }
  /** Its process is gone, and nobody said why; only seen from outside. */
  | { readonly type: "interrupted" }
  /** It goes on elsewhere, and is no longer watched. */
  | { readonly type: "detached" };

/** One evaluation. */
export interface PanelEvaluation {
  /** Steps done before it. */
  readonly step: number;
  /** Strict accuracy, 0-1. */
  readonly correct: number | undefined;
  /** The same on training problems set aside. */
  readonly aside?: number | undefined;
}

/** A run as far as it is known. Times are milliseconds. */
export interface PanelState {
  /** What is trained, once it is known. */
  readonly config?: TrainConfig;
  /** Name of the reward function, where there is one. */
  readonly reward?: string;
  /** The problems are given to the call. */
  readonly problemsGiven?: true;
  /** It runs elsewhere; what is known of it is what its folder says. */
  readonly attached?: true;
  /** When the panel was made; from the first event on, when training began. */
  readonly since: number;
  /** When what is under way began: the last step, evaluation or checkpoint was done then. */
  readonly markedAt: number;
  /** Steps done before this call; undefined: training has not begun. */
  readonly from?: number;
  /** Steps done. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
  /** Within the step. */
  readonly within?: TrainProgress | undefined;
  /** What the server makes it wait for. */
  readonly waiting?: WaitingNow | undefined;
  /** When that began, where only the state is told. */
  readonly waitingSince?: number;
  /** The file that is being fetched from the hub. */
  readonly download?: HubProgress | undefined;
  /** Seconds of the last steps, without the evaluations before them. */
  readonly recent: readonly number[];
  /** Of the last step. */
  readonly metrics: Metrics;
  /** Tokens so far, all kinds. */
  readonly tokens?: number;
  /** Dollars so far. */
  readonly cost?: number;
  /** The courses of the numbers that are charted. */
  readonly history: History;
  /** Of the last step; before the first one, of the evaluation. */
  readonly sample?: PanelSample;
  /** The first evaluation and the last. */
  readonly evaluations: readonly PanelEvaluation[];
  /** Seconds of the last one. */
  readonly evaluationSeconds?: number;
  readonly estimate?: RunEstimate;
  /** Stalls so far, and the last thing said of one. */
  readonly stalls: number;
  readonly stall?: StallEvent;
  /** What its folder says that it waits for. */
  readonly stalled?: string | undefined;
  /** Checkpoints of this call, and the last one's name. */
  readonly checkpoints: number;
  readonly checkpoint?: string;
  /** What the server said last. */
  readonly messages: readonly ServiceMessage[];
  /** What there was last to know of the run besides. */
  readonly notices: readonly string[];
  /** Stop was pressed. */
  readonly stopping?: true;
  /** When and how it ended. */
  readonly end?: PanelEnd;
  readonly endedAt?: number;
  /** Why it does not learn, in one line. */
  readonly diagnosis?: string | undefined;
}

/** Nothing is known yet. */
export function newPanel(now: number): PanelState {
  const nothing = { done: 0, total: 0, recent: [], metrics: {}, evaluations: [], stalls: 0, checkpoints: 0 };
  return { ...nothing, history: {}, since: now, markedAt: now, messages: [], notices: [] };
}

/** After an event. */
export function afterEvent(state: PanelState, event: TrainEvent, now: number): PanelState {
  const next = isInTheMiddle(state, event) ? state : { ...state, within: undefined, waiting: undefined, markedAt: now };
  const sinceMark = (now - state.markedAt) / 1000;
  switch (event.type) {
    case "start": {
      const { step, total, estimate } = event;
      return { ...next, since: now, from: step, done: step, total, ...(estimate && { estimate }) };
    }
    case "evaluation": {
      const { step, metrics, rollouts } = event;
      const accuracy = { correct: metrics["test/env/all/correct"], aside: metrics["val/env/all/correct"] };
      const evaluations = [...state.evaluations.slice(0, 1), { step, ...accuracy }];
      const [first] = rollouts;
      const sample = state.sample ?? (first && sampleOf([{ problem: first.problem, rollouts: [first] }], "test", step));
      const history = withMetrics(state.history, step, metrics);
      const evaluationSeconds = sinceMark;
      return { ...next, evaluations, evaluationSeconds, history, ...(sample && { sample }), ...spentIn(metrics) };
    }
    case "step": {
      const { step, metrics, groups } = event;
      // The evaluation before a step stands in its row as well.
      const { "test/env/all/correct": _, ...own } = metrics;
      const history = withMetrics(state.history, step, own);
      const sample = sampleOf(groups, "train", step);
      const recent = [...state.recent, stepSeconds(metrics) ?? sinceMark].slice(-RECENT);
      const learned = { metrics, history, ...(sample && { sample }), ...spentIn(metrics) };
      return { ...next, ...learned, recent, done: step + 1 };
    }
    case "checkpoint": {
      const { name, final } = event.checkpoint;
      // The final one is the last one by another name.
      const checkpoints = final && state.checkpoints > 0 ? state.checkpoints : state.checkpoints + 1;
      return { ...next, checkpoints, checkpoint: name };
    }
    case "stall": {
      // One stall is told again and again, each time with more seconds.
      const goesOn = state.stall !== undefined && state.stall.over !== true && event.seconds >= state.stall.seconds;
      return { ...next, stall: event, stalls: state.stalls + (goesOn || event.over ? 0 : 1) };
    }
    case "done":
      return { ...next, end: event, endedAt: now };
  }
}

/** The row of a step counts the evaluation before it. */
function stepSeconds(metrics: Metrics): number | undefined {
  const total = metrics["time/total"];
  return total === undefined ? undefined : Math.max(0, total - (metrics["time/run_evaluations_parallel"] ?? 0));
}

/** Stalls, and checkpoints that are taken in one, leave what goes on as it is. */
function isInTheMiddle({ within }: PanelState, { type }: TrainEvent): boolean {
  return type === "stall" || (type === "checkpoint" && within !== undefined && within.phase !== "saving");
}

/** After progress. */
export function afterProgress(state: PanelState, progress: TrainProgress): PanelState {
  return { ...state, within: progress, waiting: progress.waiting };
}

/** After the server told what opening a model waits for. */
export function afterWaiting(state: PanelState, { state: queue, reason }: Waiting, now: number): PanelState {
  if (queue === "active") return { ...state, waiting: undefined };
  const waitingSince = state.waiting?.state === queue ? state.waitingSince ?? now : now;
  const seconds = (now - waitingSince) / 1000;
  return { ...state, waitingSince, waiting: { state: queue, seconds, ...(reason !== undefined && { reason }) } };
}

/** After bytes of a file arrived; of one that is here nothing more is to be said. */
export function afterDownload<S extends { readonly download?: HubProgress | undefined }>(
  state: S,
  progress: HubProgress,
): S {
  return { ...state, download: isFetched(progress) ? undefined : progress };
}

/** After a message of the server. */
export function afterMessage(state: PanelState, message: ServiceMessage): PanelState {
  return { ...state, messages: [...state.messages, message].slice(-MOST_MESSAGES) };
}

/** After something that a person should know. */
export function afterNotice(state: PanelState, line: string): PanelState {
  return { ...state, notices: [...state.notices, line].slice(-MOST_MESSAGES) };
}

/** After Stop was pressed. */
export function afterStop(state: PanelState): PanelState {
  return { ...state, stopping: true };
}

/** After Stop was pressed again. */
export function afterLeaving(state: PanelState, now: number): PanelState {
  return { ...state, within: undefined, waiting: undefined, end: { type: "left" }, endedAt: now };
}

/** After the run threw. */
export function afterError(state: PanelState, error: unknown, now: number): PanelState {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { ...state, within: undefined, waiting: undefined, end: { type: "failed", message }, endedAt: now };
}

/** After the run came back; that it ended was told before, unless nothing was left to do. */
export function afterReturn(state: PanelState, now: number): PanelState {
  if (state.end !== undefined) return state;
  const end = { type: "done", reason: "finished", step: state.done, alreadyComplete: true } as const;
  return { ...state, within: undefined, waiting: undefined, end, endedAt: now };
}

/** Tokens and dollars so far, as far as metrics tell of them. */
function spentIn(metrics: Metrics): Pick<PanelState, "tokens" | "cost"> {
  const tokens = allTokens(metrics);
  const cost = metrics["cost/total"];
  return { ...(tokens !== undefined && { tokens }), ...(cost !== undefined && { cost }) };
}
