/**
 * `deno task resume <run> [key=value ...]`: goes on with a run that did not finish, or adds steps to one that did. What is
 * not said is as it was, so the run's name is enough; the rest is what `deno task train` does.
 */
import { type ConfigKey, parseKeyValues, referenceTable } from "../config/mod.ts";
import type { OpenPolicy, PlanInput } from "../launch/mod.ts";
import { openPolicy } from "../policy/mod.ts";
import { inspectLogFolder, LogFolderError, runFolder } from "../runs/mod.ts";
import { takeDetach } from "./_detach.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";
import { trainAsSaid } from "./train.ts";

const HELP = `Goes on with a run from its last checkpoint: deno task resume <run> [key=value ...] [--detach]

  run         a run's folder, or its name below runs/
  key=value   what is to be other than it was; more steps, another device and other logging always may be, backend,
              model_name and what the adapter is made of never, anything else with resume_changes=allow
  --detach    in the background: it outlives this terminal

`;

/** What the run's name says already. */
const NOT_HERE: readonly ConfigKey[] = ["log_path", "behavior_if_log_dir_exists"];

/** Goes on with a run. @returns the exit code: 0 also for a run that was stopped in good order */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenPolicy = openPolicy): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(`${HELP}${referenceTable()}\n`);
      return 0;
    }
    const { rest: [name, ...rest], detach } = takeDetach(args);
    if (name === undefined) throw new UsageError(`cannot resume a run: name one\n\n${HELP}`);
    if (name.startsWith("-") || name.includes("=")) {
      throw new UsageError(`cannot resume ${oneLine(name)}: the run comes first\n\n${HELP}`);
    }
    const parsed = parseKeyValues(rest, { positional: [] });
    const twice = NOT_HERE.filter((key) => parsed.input[key] !== undefined);
    if (twice.length > 0) throw new UsageError(`cannot resume ${oneLine(name)}: leave ${twice.join(" and ")} out`);
    const log_path = await unfinishedRun(name, parsed, io);
    return await trainAsSaid(
      { ...parsed, input: { ...parsed.input, log_path, behavior_if_log_dir_exists: "resume" } },
      io,
      detach ? "detached" : open,
    );
  });
}

/** The folder of the run that is meant. One that is written now is refused where it is planned. */
async function unfinishedRun(name: string, { input }: PlanInput, io: CliIo): Promise<string> {
  const path = await runFolder(name);
  const folder = await inspectLogFolder(path, io.now());
  const said = oneLine(path);
  if (folder.kind === "other") throw new UsageError(`cannot resume ${said}: it is not a run (${folder.why})`);
  if (folder.kind !== "run") {
    const places = /[\\/]/.test(name) ? said : `${oneLine(name)}, nor runs/${oneLine(name)}`;
    throw new UsageError(`cannot resume a run: there is none in ${places}`);
  }
  const { steps_done: done = 0, steps_total: total = null, stop_reason } = folder.status ?? {};
  const endedEarly = total !== null && done < total;
  const next: ConfigKey = endedEarly ? "early_stop" : "max_steps";
  if (folder.state !== "finished" || input[next] !== undefined) return path;
  if (endedEarly) {
    throw new LogFolderError(
      `${said} ended early, after ${done} of ${total} steps (${
        oneLine(stop_reason ?? "", 500)
      }). To go on all the same: ` +
        `deno task resume ${said} early_stop=0`,
    );
  }
  throw new LogFolderError(
    `${said} has finished: all ${done} steps are done. To go on, give a larger max_steps, for example: ` +
      `deno task resume ${said} max_steps=${done * 2}`,
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
