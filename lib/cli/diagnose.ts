/** `deno task diagnose <run>`: why a run is not learning, or that nothing is wrong, with the figures that show it. */
import { pathKind } from "../basics/mod.ts";
import { diagnose } from "../diagnosis/mod.ts";
import { runFolder } from "../runs/mod.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";

const HELP = `Says why a run is not learning, or that nothing is wrong: deno task diagnose <run>

  run      a run's folder, or its name below runs/
  --json   the findings as JSON
`;

/** Diagnoses one run. @returns the exit code: 0 whatever is found */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const [path, ...rest] = args.filter((arg) => arg !== "--json");
    if (path === undefined || rest.length > 0) throw new UsageError(`cannot diagnose a run: name one\n\n${HELP}`);
    if (path.startsWith("-")) throw new UsageError(`cannot diagnose a run: there is no option ${path}\n\n${HELP}`);
    const folder = await runFolder(path);
    if (await pathKind(folder) === "absent") {
      const places = /[\\/]/.test(path) ? folder : `${path}, nor runs/${path}`;
      throw new UsageError(`cannot diagnose a run: there is no folder ${places}`);
    }
    const diagnosis = await diagnose(folder, { now: io.now() });
    io.out(`${args.includes("--json") ? JSON.stringify(diagnosis, null, 2) : Deno.inspect(diagnosis)}\n`);
    return 0;
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
