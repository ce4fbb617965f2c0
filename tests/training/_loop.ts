/** Runs of the toy as lists of events, and what a run that goes on from one of its checkpoints is told, as `lib/launch` does. */
import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import {
  countPass,
  type PassRate,
  pendingOfRows,
  pendingRows,
  standingOf,
  totalsOf,
  train,
  type TrainArgs,
  type TrainEvent,
  type TrainStart,
} from "../../lib/training/mod.ts";
import type { Metrics } from "../../lib/vocabulary.ts";
import { toyConfig, toyEnvironment, type ToyOptions, ToyPolicy, toyProblems } from "./_toy.ts";

export type Store = NonNullable<ToyOptions["store"]>;

export function toyRun(changes: Partial<TrainConfig> = {}, more: Partial<TrainArgs> = {}): TrainArgs {
  return {
    config: toyConfig(changes),
    policy: new ToyPolicy(),
    environment: toyEnvironment,
    trainProblems: toyProblems(24),
    testProblems: toyProblems(16, "test"),
    now: () => 0,
    ...more,
  };
}

export async function eventsOf(args: TrainArgs): Promise<TrainEvent[]> {
  return await Array.fromAsync(train(args));
}

export const outline = (events: readonly TrainEvent[]): string[] =>
  events.map((event) => {
    switch (event.type) {
      case "checkpoint":
        return `checkpoint ${event.checkpoint.name}${event.checkpoint.final ? " final" : ""}`;
      case "evaluation":
        return `evaluation ${event.step}${event.final ? " final" : ""}`;
      case "done":
        return `done ${event.reason} ${event.step}`;
      default:
        return `${event.type} ${event.step}`;
    }
  });

export const stepRows = (events: readonly TrainEvent[]): Metrics[] =>
  events.flatMap((event) => event.type === "step" ? [event.metrics] : []);

export function doneOf(events: readonly TrainEvent[]): Extract<TrainEvent, { type: "done" }> {
  const last = events.at(-1);
  assert.ok(last?.type === "done");
  return last;
}

/** Where a run goes on from a checkpoint, told by what came before it. */
export function startFrom(
  events: readonly TrainEvent[],
  at: TrainEvent & { type: "checkpoint" },
  config: TrainConfig,
): TrainStart {
  const { step } = at.checkpoint;
  const steps = events.flatMap((event) => event.type === "step" && event.step < step ? [event] : []);
  const passRates = new Map<string, PassRate>();
  for (const rollout of steps.flatMap(({ groups }) => groups.flatMap(({ rollouts }) => rollouts))) {
    countPass(passRates, rollout.problem.id, rollout.grade.correct);
  }
  const best = events.flatMap((event) => event.type === "checkpoint" ? [event.checkpoint] : [])
    .findLast((saved) => saved.name === "best" && saved.step < step);
  return {
    ...{ step, final: false, passRates, ...(best && { best }) },
    totals: totalsOf(steps.at(-1)?.metrics ?? {}),
    standing: standingOf(steps, config),
    // By way of the file.
    ...(at.pending && { pending: pendingOfRows(JSON.parse(JSON.stringify(pendingRows(at.pending)))) }),
  };
}

/** Resumes a run at each of its checkpoints but the final one: what follows has to be what followed. */
export async function assertResumable(changes: Partial<TrainConfig>, more: Partial<TrainArgs> = {}): Promise<void> {
  const store: Store = new Map();
  const whole = await eventsOf(toyRun(changes, { ...more, policy: new ToyPolicy({ store }) }));
  const checkpoints = whole.flatMap((event) =>
    event.type === "checkpoint" && event.checkpoint.name !== "best" && !event.checkpoint.final ? [event] : []
  );
  assert.ok(checkpoints.length > 1);
  for (const at of checkpoints) {
    const policy = new ToyPolicy({ store });
    await policy.loadState(at.checkpoint.state_path);
    const start = startFrom(whole, at, toyConfig(changes));
    const rest = await eventsOf(toyRun(changes, { ...more, policy, start }));
    const after = whole.slice(whole.indexOf(at) + 1);
    assert.deepEqual(stepRows(rest), stepRows(after), `resumed at ${at.checkpoint.name}`);
    assert.deepEqual(outline(rest).slice(1), outline(after), `resumed at ${at.checkpoint.name}`);
    assert.deepEqual(doneOf(rest).detail, doneOf(whole).detail);
  }
}
