/**
 * Interrupting a cell. While it waits, the guest answers at once. While JavaScript computes nothing answers: then it is
 * terminated, after which the guest ends the cell; if it waits for a child process, as `execSync` does, after the child's end.
 * A process that does not answer even then is ended.
 */
import { within } from "../_time.ts";
import type { Host } from "./_host.ts";

/** JavaScript that does not answer for this long computes. */
const BUSY_MS = 150;
/** Time for a first interrupt where someone listens: terminating would rob them of their orderly end. */
const LISTENERS_MS = 2000;
/** Time until a cell that was terminated has ended, before the child processes that it may wait for are told to end. */
const CHILDREN_MS = 1000;
/** And after that: the process that is ended then takes all that the user has computed with it. */
const END_MS = 10_000;

/** The cell to interrupt. */
export interface Interruptible {
  readonly id: string;
  readonly host: Host;
  /** Settled when the cell has ended. */
  readonly ended: Promise<unknown>;
  /** When it began, by `performance.now()`. */
  readonly began: number;
  /** Settled with the guest's next word on an interrupt. */
  readonly met: () => Promise<unknown>;
  /** Whether someone listens who was not told yet. */
  readonly listening: boolean;
}

/**
 * Interrupts a cell; done when it has been reached.
 * @param hurry the user asks again: wait no longer
 * @returns whether the cell could be reached; if not, its process must be ended
 */
export async function interruptCell(cell: Interruptible, hurry: Promise<void>): Promise<boolean> {
  const { host, id } = cell;
  const met = Promise.race([cell.met(), cell.ended]).then(() => true);
  // Asked again: as long as for code that nobody listens in.
  const hurried = hurry.then(() => within(BUSY_MS, met, false));
  void host.call("interrupt", id, false);
  if (await within(cell.listening ? LISTENERS_MS : BUSY_MS, Promise.race([met, hurried]), false)) return true;
  const ending = terminate(cell);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (await within(CHILDREN_MS, ending, false)) return true;
    // Those of earlier cells are left alone. Ages come in whole seconds.
    await host.signalChildren((performance.now() - cell.began) / 1000 + 1, signal);
  }
  return await within(END_MS, ending, false);
}

/** Ends JavaScript, and then the cell. */
async function terminate(cell: Interruptible): Promise<true> {
  await cell.host.terminate();
  // The event loop sleeps after this until it is asked to evaluate. What it evaluates first may be what is terminated,
  // if nothing else ran.
  while ((await cell.host.call("interrupt", cell.id, true))?.status === "error");
  await cell.ended;
  return true;
}
