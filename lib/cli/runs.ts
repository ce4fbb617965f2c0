/** `deno task runs [folder]`: the runs in a folder, newest first, be it all runs or one sweep; and which sweeps are beside them. */
import { join } from "node:path";
import { listRuns, runFolder } from "../runs/mod.ts";
import { readSweep, SWEEP_FILE, SweepError, sweepProgress } from "../sweeps/mod.ts";
import { quoted } from "./_commands.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

const HELP = `Lists runs: deno task runs [folder]

  folder   where to look, by default runs; or a sweep: its folder, or its name below runs
`;

/** Sweeps that a line names. */
const LISTED = 10;

/** Lists the runs in a folder. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const [named = "runs", ...rest] = args;
    if (rest.length > 0 || named.startsWith("-")) {
      throw new UsageError(`cannot list runs: expected one folder, got "${args.join(" ")}"`);
    }
    const folder = await runFolder(named);
    const complain = (path: string, error: Error) => io.err(`${oneLine(`${path}: ${error.message}`, 500)}\n`);
    const runs = await listRuns(folder, { onUnreadable: complain });
    io.out(runs.length === 0 ? `no runs in ${oneLine(folder)}\n` : `${Deno.inspect(runs)}\n`);
    if (await hasPlan(folder)) await tellSweep(folder, io, complain);
    const sweeps = await sweepsIn(folder);
    if (sweeps.length > 0) io.out(`${hint(folder, sweeps)}\n`);
    return 0;
  });
}

/** What its runs do not say: how many are still to come. */
async function tellSweep(folder: string, io: CliIo, complain: (path: string, error: Error) => void): Promise<void> {
  try {
    const sweep = await readSweep(folder, { now: io.now() });
    io.out(`sweep ${oneLine(sweep.name, 80)}: ${sweepProgress(sweep)}\n`);
  } catch (error) {
    if (!(error instanceof SweepError)) throw error;
    complain(folder, error);
  }
}

/** Names of folders with a sweep, whose runs lie one level deeper. */
async function sweepsIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name, isFile } of entries) if (!isFile && await hasPlan(join(folder, name))) names.push(name);
  return names.sort();
}

async function hasPlan(folder: string): Promise<boolean> {
  return (await Deno.stat(join(folder, SWEEP_FILE)).catch(() => undefined))?.isFile === true;
}

function hint(folder: string, sweeps: readonly string[]): string {
  const more = sweeps.length > LISTED ? ` and ${sweeps.length - LISTED} more` : "";
  const names = sweeps.slice(0, LISTED).map((name) => oneLine(name, 80)).join(", ");
  const command = `deno task runs ${quoted(join(folder, sweeps[0]!))}`;
  return `sweeps, with runs of their own: ${names}${more}; list one with, for example, ${command}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
