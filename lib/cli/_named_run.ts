/** The run that a command names: a folder, or a name below runs/. */
import { pathKind } from "../basics/mod.ts";
import { openRun, type Run, runFolder } from "../runs/mod.ts";
import { type CliIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

/** A run as it was named and as it is. */
export interface NamedRun {
  /** Its folder, as it is to be typed. */
  readonly path: string;
  readonly run: Run;
}

/**
 * Opens the one run that the arguments of a command name.
 * @param doing what the command does, as in `show`
 * @throws {UsageError} when they name none, more than one, or what is not there
 */
export async function namedRun(
  args: readonly string[],
  { doing, help, io }: { readonly doing: string; readonly help: string; readonly io: CliIo },
): Promise<NamedRun> {
  const [name, ...rest] = args;
  if (name === undefined || rest.length > 0) throw new UsageError(`cannot ${doing} a run: name one\n\n${help}`);
  if (name.startsWith("-")) {
    throw new UsageError(`cannot ${doing} a run: there is no option ${oneLine(name)}\n\n${help}`);
  }
  const path = await runFolder(name);
  if (await pathKind(path) === "absent") {
    const places = /[\\/]/.test(name) ? path : `${name}, nor runs/${name}`;
    throw new UsageError(`cannot ${doing} a run: there is no folder ${places}`);
  }
  return { path, run: await openRun(path, { now: io.now() }) };
}
