/** Work that is awaited under watch, and what a save is made of: a stall saves what is not saved yet. */
import { untilAborted } from "../basics/mod.ts";
import type { SaveOptions } from "../policy/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import type { CheckpointEvent, StallEvent, TrainEvent } from "./events.ts";
import { hasUnsaved, type Session, stepName } from "./_session.ts";
import type { DrawnBatch } from "./step.ts";
import { type Stall, systemTicker } from "./watch.ts";

/** Longest that a save in the middle of a stall may take. */
const STALL_SAVE_MS = 60_000;

/** Saves the weights. `session.saved` is the caller's to set, with the event that tells of it. */
export async function save(session: Session, name: string, options?: SaveOptions): Promise<Checkpoint> {
  const { args: { policy }, done: step, watch, now } = session;
  const begun = now();
  const [state_path, sampler_path] = options === undefined
    ? [await policy.saveState(name), await policy.saveWeightsForSampler(name)]
    : [await policy.saveState(name, options), await policy.saveWeightsForSampler(name, options)];
  watch.took(now() - begun);
  return { name, step, state_path, sampler_path, final: false };
}

/** Tells of a checkpoint. @param pending what is drawn ahead; absent: nothing ever is */
export function checkpointEvent(checkpoint: Checkpoint, pending?: readonly DrawnBatch[]): CheckpointEvent {
  return { type: "checkpoint", checkpoint, ...(pending && { pending }) };
}

/**
 * Awaits work under watch: what the policy waits for is reported as progress, a stall as an event, and with a stall
 * between updates the steps that are not saved yet are.
 * @throws the work's error; the signal's reason when the run was stopped and the server does not go on
 */
export async function* watched<T>(session: Session, work: () => Promise<T>): AsyncGenerator<TrainEvent, T, void> {
  const { watch } = session;
  const stop = watch.start();
  const running = work();
  // Work that is given up fails later, when nobody listens.
  running.catch(() => {});
  try {
    for (;;) {
      const stall = await watch.until(running);
      if (stall === undefined) return await running;
      yield stallEvent(session, stall);
      // The first of a stall only: what one save could not do the next cannot either.
      if (stall.over || !stall.betweenUpdates || watch.stalls !== 1 || !hasUnsaved(session)) continue;
      const outcome = await saveInStall(session, stall, running);
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    stop();
  }
}

function stallEvent({ done: step }: Session, { seconds, waiting, over }: Stall): StallEvent {
  return { type: "stall", step, seconds, waiting, ...(over && { over }) };
}

/**
 * A save under a name of its own: one that comes too late must not be in the way of a later one.
 * @param running what has stalled
 * @returns what became of it; undefined: the work was done first, and goes on without it
 * @throws the signal's reason when the run was stopped meanwhile
 */
async function saveInStall(
  session: Session,
  stall: Stall,
  running: Promise<unknown>,
): Promise<TrainEvent | undefined> {
  const { ticker = systemTicker, signal } = session.args;
  const late = Promise.withResolvers<never>();
  const stop = ticker(
    () => late.reject(new Error(`the server did not save within ${STALL_SAVE_MS / 1000} seconds`)),
    STALL_SAVE_MS,
  );
  const saving = save(session, `${stepName(session.done)}_stall_${++session.stallSaves}`);
  saving.catch(() => {});
  // Its error is for whoever awaits the work itself.
  const settled = running.then(() => undefined, () => undefined);
  try {
    const checkpoint = await untilAborted(Promise.race([saving, late.promise, settled]), signal);
    if (checkpoint === undefined) return undefined;
    session.saved = checkpoint;
    return checkpointEvent(checkpoint, session.ahead?.ready());
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const saveError = error instanceof Error ? error.message : String(error);
    return { ...stallEvent(session, stall), saveError };
  } finally {
    stop();
  }
}
