/** `deno task wandb sync <run> ...`: sends to Weights & Biases what waits in run folders, or runs that were never logged there. */
import { pathKind } from "../basics/mod.ts";
import { runFolder } from "../runs/mod.ts";
import { syncWandb } from "../tracking/mod.ts";
import { type CliIo, Interrupted, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

const HELP = `Sends runs to Weights & Biases: deno task wandb sync <run> ... [project=name]

  run      a run's folder, or its name below runs/
  project  for runs whose configuration names no wandb_project

The key is WANDB_API_KEY, or what \`wandb login\` has left in ~/.netrc; WANDB_BASE_URL and WANDB_ENTITY say where to.
What is there already is not sent again.
`;

/** Sends runs. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.length === 0 || args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const { names, project } = parsed(args);
    const runs = await Promise.all(names.map(foundRun));
    const abort = new AbortController();
    const stopListening = io.onInterrupt(() => abort.abort(new Interrupted("stopped; what was sent is kept there")));
    try {
      for (const run of runs) {
        const url = await syncWandb(run, { project, env: io.env, signal: abort.signal });
        io.out(`${oneLine(run)}: ${oneLine(url, 500)}\n`);
      }
    } finally {
      stopListening();
    }
    return 0;
  });
}

async function foundRun(name: string): Promise<string> {
  const folder = await runFolder(name);
  if (await pathKind(folder) !== "absent") return folder;
  throw new UsageError(`cannot send ${oneLine(name)}: there is no such folder, nor one of that name below runs/`);
}

interface Parsed {
  readonly names: readonly string[];
  readonly project: string | undefined;
}

function parsed([command, ...words]: readonly string[]): Parsed {
  if (command !== "sync") throw new UsageError(`there is no command wandb ${oneLine(command ?? "", 80)}\n\n${HELP}`);
  const isProject = (word: string) => word.startsWith("project=");
  const unknown = words.find((word) => word.startsWith("-"));
  if (unknown !== undefined) {
    throw new UsageError(`cannot send runs: there is no option ${oneLine(unknown, 80)}\n\n${HELP}`);
  }
  const names = words.filter((word) => !isProject(word));
  if (names.length === 0) throw new UsageError(`cannot send runs: name one\n\n${HELP}`);
  return { names, project: words.find(isProject)?.slice("project=".length) || undefined };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
