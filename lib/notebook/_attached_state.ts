/**
 * What a panel knows of a run that runs elsewhere: what its folder says, put together as if the events had been told here.
 * Pure functions; reading the folder is `attach.ts`'s.
 */
import type { RolloutRow, Run, RunNews, RunState, RunStatus, StepMetrics } from "../runs/mod.ts";
import type { Group, Metrics, Problem, Rollout } from "../vocabulary.ts";
import { afterEvent, type PanelEnd, type PanelState } from "./_panel_state.ts";
import { sampleOf } from "./_sample.ts";

/** Everything that an opened run holds. @param place where it is, as whoever looks at it writes it, and the time */
export function withRun(
  state: PanelState,
  { config, facts, metrics, checkpoints, status }: Run,
  { path, now }: { readonly path: string; readonly now: number },
): PanelState {
  const known: PanelState = {
    ...{ ...state, config: { ...config, log_path: path }, attached: true },
    ...(facts.reward !== undefined && { reward: facts.reward }),
    ...(facts.problems?.given && { problemsGiven: true }),
  };
  const told: PanelState = metrics.reduce((state, row) => afterRow(state, row, now), known);
  const saved: PanelState = checkpoints.reduce((state, checkpoint) => {
    return afterEvent(state, { type: "checkpoint", checkpoint }, now);
  }, told);
  return withStatus(saved, status, now);
}

/** After one thing that happened. */
export function afterNews(state: PanelState, news: RunNews, now: number): PanelState {
  switch (news.type) {
    case "metrics":
      return afterRow(state, news, now);
    case "checkpoint":
      return afterEvent(state, { type: "checkpoint", checkpoint: news.checkpoint }, now);
    case "resumed":
      return beforeStep(state, news.step);
    case "status":
      return withStatus(state, news.status, now);
  }
}

/** A row of a step may carry the evaluation before it. */
function afterRow(state: PanelState, { step, metrics }: StepMetrics, now: number): PanelState {
  const isStep = isTrained({ metrics });
  const evaluated = metrics["test/env/all/correct"] === undefined ? state : {
    ...afterEvent(
      state,
      { type: "evaluation", step, metrics: withoutStep(metrics), rollouts: [], final: !isStep },
      now,
    ),
    evaluationSeconds: metrics["time/run_evaluations_parallel"] ?? 0,
  };
  return isStep ? afterEvent(evaluated, { type: "step", step, metrics, groups: [] }, now) : evaluated;
}

/** Whether a row is of a step, and not of an evaluation alone. */
export function isTrained({ metrics }: Pick<StepMetrics, "metrics">): boolean {
  return metrics["env/all/reward/total"] !== undefined;
}

function withoutStep(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !/^(env|optim)\//.test(key)));
}

/** A resumption does these steps again: their points go. */
function beforeStep(state: PanelState, step: number): PanelState {
  const kept = Object.entries(state.history).map(([key, points]) => [key, points.filter((at) => at.step < step)]);
  const evaluations = state.evaluations.filter((evaluation) => evaluation.step < step);
  return { ...state, history: Object.fromEntries(kept), evaluations, done: Math.min(state.done, step), recent: [] };
}

function withStatus(state: PanelState, status: RunStatus | undefined, now: number): PanelState {
  if (status === undefined) return state;
  const { steps_done, steps_total, started_at, stalled } = status;
  const began = Date.parse(started_at);
  const since = Number.isNaN(began) ? state.since : Math.min(began, now);
  const next: PanelState = { ...state, since, done: steps_done, stalled: stalled ?? undefined };
  // Without it training has not begun.
  return steps_total === null ? next : { ...next, from: state.from ?? 0, total: steps_total };
}

/** How a run ended, as its folder says; of one that has not: that it is no longer watched. */
export function withEnd(
  state: PanelState,
  { state: is, status }: Pick<Run, "state" | "status">,
  now: number,
): PanelState {
  const beat = Date.parse(status?.heartbeat_at ?? "");
  const endedAt = is === "running" || Number.isNaN(beat) ? now : Math.max(state.since, Math.min(beat, now));
  return { ...withStatus(state, status, now), within: undefined, end: endOf(is, status), endedAt };
}

function endOf(state: RunState, status: RunStatus | undefined): PanelEnd {
  const { steps_done: step = 0, steps_total = null, stop_reason = null, last_error = null } = status ?? {};
  const detail = stop_reason === null ? {} : { detail: stop_reason };
  const done = { type: "done", step, alreadyComplete: false, ...detail } as const;
  switch (state) {
    case "running":
      return { type: "detached" };
    case "interrupted":
      return { type: "interrupted" };
    case "failed":
      return { type: "failed", message: last_error ?? "it is not recorded why" };
    case "finished":
      return { ...done, reason: steps_total !== null && step < steps_total ? "early_stop" : "finished" };
    case "stopped":
      return { ...done, reason: "stopped" };
  }
}

/** The sample of a step, from its rows. */
export function withSample(state: PanelState, rows: readonly RolloutRow[]): PanelState {
  const [first] = rows;
  if (first === undefined) return state;
  const sample = sampleOf(groupsOf(rows), first.split, first.step);
  return sample === undefined ? state : { ...state, sample };
}

function groupsOf(rows: readonly RolloutRow[]): Group[] {
  const groups = new Map<number, RolloutRow[]>();
  for (const row of rows) groups.set(row.group, [...groups.get(row.group) ?? [], row]);
  return [...groups.values()].map((drawn) => {
    const problem = problemOf(drawn[0]!);
    return { problem, rollouts: drawn.map((row) => rolloutOf(row, problem)) };
  });
}

function problemOf({ problem_id, split, question, reference }: RolloutRow): Problem {
  return { id: problem_id, env: "", split, question, answer: reference };
}

/** As much of it as is shown. */
function rolloutOf(row: RolloutRow, problem: Problem): Rollout {
  const { template, tokens, stop_reason, text, outcome, correct, lenient, format, extracted, reference, span } = row;
  return {
    problem,
    prompt: { problem, messages: [], tokens: [] },
    template,
    completion: { tokens, logprobs: [], stopReason: stop_reason },
    text,
    grade: {
      ...{ outcome, correct, lenient, format, reference },
      ...(extracted !== null && { extracted }),
      ...(span !== undefined && { span }),
    },
    reward: row.reward,
  };
}
