/**
 * Ending a run that is asked to end: the first Ctrl-C (or SIGTERM) lets it finish what it does and save a checkpoint,
 * the second ends the process at once.
 */
import { type CliIo, INTERRUPTED } from "./_io.ts";

/** One key press can arrive more than once, by way of the terminal and of the task runner; so soon it is still the first. */
const SAME_PRESS_MS = 400;

/** A wish to end. */
export interface Interrupt {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/** Listens for Ctrl-C. @param notice called at the first; @param leave called at the second, before the process ends */
export function listenForInterrupt(io: CliIo, notice: () => void, leave: () => void): Interrupt {
  const controller = new AbortController();
  let first: number | undefined;
  const close = io.onInterrupt(() => {
    if (first === undefined) {
      first = io.now();
      notice();
      controller.abort(new Error("stopped by Ctrl-C"));
    } else if (Math.abs(io.now() - first) > SAME_PRESS_MS) {
      leave();
      io.exit(INTERRUPTED);
    }
  });
  return { signal: controller.signal, close };
}

/** Greets, waits until the server is interrupted, and closes it. @param ending said at the interrupt */
export async function serveUntilInterrupted(
  io: CliIo,
  server: { close(): Promise<void> },
  { greeting, ending }: { readonly greeting: string; readonly ending?: string },
): Promise<void> {
  const interrupt = listenForInterrupt(io, () => ending !== undefined && io.err(ending), () => {});
  try {
    io.out(greeting);
    await new Promise<void>((resolve) => {
      if (interrupt.signal.aborted) resolve();
      interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await server.close();
    interrupt.close();
  }
}
