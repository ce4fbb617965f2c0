/**
 * `deno task sweep config.yaml [parallel=2] [key=value ...]`: trains every configuration of a grid or list, several at a
 * time, shows a table that fills, and compares what came of them. The same command goes on with what is missing.
 */
import { parseKeyValues } from "../config/mod.ts";
import { runSweep, type StartRun, type Sweep } from "../sweeps/mod.ts";
import { quoted, WITH_NPX } from "./_commands.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, INTERRUPTED, Interrupted, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { finalTable, sweepScreen } from "./_sweep_lines.ts";
import { compareSweep } from "./_sweep_end.ts";
import { oneLine } from "./_text.ts";

const HELP = `Trains every configuration of a grid or list: deno task sweep <file> [parallel=2] [key=value ...]

  file        a YAML file that says what to try
  parallel    runs at a time; by default 4 on servers, and on the embedded engine one a core, with one thread
              each, as far as memory goes
  key=value   a hyperparameter for all configurations, in place of what the file's base says

The file, with hyperparameters as deno task train --help lists them:

  name: lr                                  # the runs are in runs/lr/; by default the file's name
  base: { env: word_problems, prompt_template: step_by_step, max_steps: 20 }
  grid: { learning_rate: [1e-4, 2e-4], seed: [0, 1, 2] }        # every combination
  list:                                     # instead of the grid, or each combined with all of it
    - { advantage: grpo }
    - { advantage: rloo, group_size: 8 }
  parallel: 2

Everything is checked before anything starts. Each run is a process of its own. The same command goes on: what has
finished stays, what was stopped or interrupted is resumed, what failed is tried once more. Values that are added to the
file are added to the sweep; a run whose settings no longer agree is named and left alone.
Ctrl-C starts no more runs and stops the others, which save a checkpoint; a second Ctrl-C does not wait for that.
Runs outlive a sweep that is killed; the same command waits for them then.
At the end the finished runs are compared, seeds grouped, and a report is written.
`;

/** What a test puts in the place of processes and of the comparison. */
export interface SweepWorld {
  /** Where the sweep's folder is. */
  readonly folder?: string;
  /** Starts a run. */
  readonly start?: StartRun;
  /** Compares the finished runs and writes the report. */
  readonly compare?: typeof compareSweep;
  /** Between two looks at a run. */
  readonly pollMs?: number;
}

/**
 * Runs a sweep.
 * @returns the exit code: 0 when every configuration has finished, 1 when some have not, 130 when Ctrl-C has ended it
 */
export function main(args: readonly string[], io: CliIo = systemIo(), world: SweepWorld = {}): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) {
      io.out(HELP);
      return 0;
    }
    const [file, ...rest] = args;
    if (file === undefined || file.startsWith("-") || file.includes("=")) {
      throw new UsageError(
        `cannot sweep${file === undefined ? "" : ` ${oneLine(file)}`}: the file comes first\n\n${HELP}`,
      );
    }
    const { parallel, others } = takeParallel(rest);
    const { sweep, wasStopped } = await runWatched(file, { parallel, others }, io, world);
    return await tellEnd(sweep, { wasStopped, args }, io, world);
  });
}

interface Asked {
  readonly parallel: number | undefined;
  readonly others: readonly string[];
}

/** It is no hyperparameter: no run depends on it. */
function takeParallel(args: readonly string[]): Asked {
  const isParallel = (arg: string) => arg.startsWith("parallel=");
  const [said, again] = args.filter(isParallel);
  if (again !== undefined) throw new UsageError(`${oneLine(again)}: parallel is already set by ${oneLine(said!)}`);
  const others = args.filter((arg) => !isParallel(arg));
  if (said === undefined) return { parallel: undefined, others };
  const text = said.slice("parallel=".length);
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`${oneLine(said)}: expected a whole number of runs at a time, as in parallel=2`);
  }
  return { parallel: Number(text), others };
}

async function runWatched(
  file: string,
  { parallel, others }: Asked,
  io: CliIo,
  { folder, start, pollMs }: SweepWorld,
): Promise<{ readonly sweep: Sweep; readonly wasStopped: boolean }> {
  const screen = sweepScreen(io);
  let latest: Sweep | undefined;
  const notice = () => {
    const own = latest?.rows.filter(({ state, elsewhere }) => /^(?:running|starting)$/.test(state) && !elsewhere) ?? [];
    const which = own.length === 0
      ? ""
      : `; ${own.length} under way: stopping, with a checkpoint (Ctrl-C again leaves at once, they stop by themselves)`;
    screen.line(`stopping: no more runs are started${which}`);
  };
  const interrupt = listenForInterrupt(io, notice, () => screen.close());
  try {
    const sweep = await runSweep(file, {
      ...{ folder, parallel, start, pollMs, signal: interrupt.signal, now: io.now },
      overrides: parseKeyValues(others, { positional: [] }),
      environment: tinkerEnvironment(io),
      onChange: (sweep) => screen.show(latest = sweep),
    });
    return { sweep, wasStopped: interrupt.signal.aborted };
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    throw new Interrupted("stopped by Ctrl-C before anything was started");
  } finally {
    screen.close();
    interrupt.close();
  }
}

async function tellEnd(
  sweep: Sweep,
  { wasStopped, args }: { readonly wasStopped: boolean; readonly args: readonly string[] },
  io: CliIo,
  { compare = compareSweep, folder }: SweepWorld,
): Promise<number> {
  io.out(`\n${finalTable(sweep)}`);
  const again = `to go on:\n  deno task sweep ${args.map(quoted).join(" ")}\n${WITH_NPX}`;
  if (wasStopped && !sweep.isFinished) {
    io.out(`\nstopped by Ctrl-C; ${again}`);
    return INTERRUPTED;
  }
  const finished = sweep.count("finished");
  if (finished > 1) {
    const { text, notices } = await compare(sweep, { folder, now: io.now });
    for (const notice of notices) io.err(`${oneLine(notice, 1000)}\n`);
    io.out(`\n${text}`);
  }
  if (sweep.isFinished) return 0;
  io.out(`\n${sweep.rows.length - finished} of ${sweep.rows.length} have not finished; ${again}`);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
