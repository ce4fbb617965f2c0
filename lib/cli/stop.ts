/**
 * `deno task stop <run>`: ends a run that trains elsewhere, in another terminal, in a notebook, detached, or on another
 * machine that has the folder. The run saves a checkpoint, as by Ctrl-C, and this command waits until it has.
 */
import type { RunStatus } from "../runs/mod.ts";
import { type CliIo, INTERRUPTED, runCommand, systemIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { namedRun } from "./_named_run.ts";
import { endText } from "./_run_end.ts";
import { duration, oneLine } from "./_text.ts";

const HELP = `Stops a run in good order, wherever it trains, and waits until it has ended: deno task stop <run>

  run   a run's folder, or its name below runs/

The run saves a checkpoint and can be resumed. Ctrl-C ends the waiting; the run stops all the same.
`;

/** Stops one run. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const { path, run } = await namedRun(args, { doing: "stop", help: HELP, io });
    const live = liveLines(io);
    const leave = new AbortController();
    const unlisten = io.onInterrupt(() => leave.abort(new Error("no longer waited for")));
    const begun = io.now();
    try {
      const onWait = (status: RunStatus | undefined) =>
        live.show([waitingLine(path, status, (io.now() - begun) / 1000)]);
      const ended = await run.stop({ signal: leave.signal, onWait });
      live.clear();
      io.out(`${endText(ended, path)}\n`);
      return 0;
    } catch (error) {
      live.clear();
      if (!leave.signal.aborted) throw error;
      io.err(`no longer waiting: ${oneLine(path)} was asked to stop, and will\n`);
      return INTERRUPTED;
    } finally {
      unlisten();
    }
  });
}

function waitingLine(path: string, status: RunStatus | undefined, seconds: number): string {
  const { pid, hostname, steps_done = 0, steps_total = null } = status ?? {};
  const steps = steps_total === null ? `${steps_done}` : `${steps_done} of ${steps_total}`;
  const who = pid === undefined ? "" : `  (process ${pid}${hostname ? ` on ${oneLine(hostname, 80)}` : ""})`;
  return `stopping ${oneLine(path)} after step ${steps}, with a checkpoint ... ${duration(seconds)}${who}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
