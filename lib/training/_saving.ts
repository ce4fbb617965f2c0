/** Checkpoints of a run: with the weights goes what has been drawn ahead, so that a resumed run learns from the same. */
import type { SaveOptions } from "../policy/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import type { CheckpointEvent } from "./events.ts";
import { type Part, type Session, stepName } from "./_session.ts";
import { checkpointEvent, save, watched } from "./_watched.ts";
import { systemTicker } from "./watch.ts";

/** So long a save waits for what a server is drawing. */
const SERVER_MS = 5_000;
/** So long a run that was stopped waits for what is being drawn here. */
const STOPPED_MS = 60_000;

/** Saves the weights as they are, to go on from. */
export async function* saveNow(session: Session, name: string, options?: SaveOptions): Part {
  const event = yield* saved(session, name, options);
  session.saved = event.checkpoint;
  yield event;
}

/**
 * Saves the weights that have just done best, in place of those that did before: under a name of their own, so that the
 * earlier ones are whole until these are recorded.
 */
export async function* saveBest(session: Session): Part {
  const { checkpoint, ...event } = yield* saved(session, `best_${stepName(session.done)}`);
  session.best = { ...checkpoint, name: "best" };
  yield { ...event, checkpoint: session.best };
}

/** The last checkpoint, called final; a run without one makes it now. */
export async function* finalCheckpoint(session: Session): Part<Checkpoint> {
  const last = session.saved ?? (yield* saved(session, "final")).checkpoint;
  return { ...last, name: "final", final: true };
}

async function* saved(session: Session, name: string, options?: SaveOptions): Part<CheckpointEvent> {
  const { watch, done: step, ahead, args: { policy, signal, ticker = systemTicker } } = session;
  const [ms, stoppedMs] = policy.waiting === undefined ? [Infinity, STOPPED_MS] : [SERVER_MS, SERVER_MS];
  const pending = await ahead?.settle({ ms, stoppedMs, signal, ticker });
  // What is not drawn by now would only be in the way of the save.
  if (signal?.aborted) ahead?.close();
  const report = (done: number) => watch.progress({ phase: "saving", step, done, total: 1 });
  const checkpoint = yield* watched(session, async () => {
    report(0);
    const checkpoint = await save(session, name, options);
    report(1);
    return checkpoint;
  });
  return checkpointEvent(checkpoint, pending);
}
