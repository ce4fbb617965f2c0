/** `deno task runs [folder]`: the runs in a folder, newest first. */
import { listRuns } from "../runs/mod.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

const HELP = `Lists runs: deno task runs [folder]

  folder   where to look, by default runs
`;

/** Lists the runs in a folder. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const [folder = "runs", ...rest] = args;
    if (rest.length > 0 || folder.startsWith("-")) {
      throw new UsageError(`cannot list runs: expected one folder, got "${args.join(" ")}"`);
    }
    const onUnreadable = (path: string, error: Error) => io.err(`${oneLine(`${path}: ${error.message}`, 500)}\n`);
    const runs = await listRuns(folder, { onUnreadable });
    io.out(runs.length === 0 ? `no runs in ${oneLine(folder)}\n` : `${Deno.inspect(runs)}\n`);
    return 0;
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
