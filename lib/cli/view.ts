/**
 * `deno task view [folder=runs] [port=8732]`: all runs of a folder as a page in the browser of this machine, until Ctrl-C.
 * It reads run folders and writes nothing: its permissions allow it no file and no other address.
 */
import { didYouMean } from "../basics/mod.ts";
import { serveView, VIEW_PORT, type ViewOptions, type ViewServer } from "../view/mod.ts";
import { serveUntilInterrupted } from "./_interrupt.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

const HELP = `Shows all runs in the browser: their state, live charts, completions, templates, comparisons and reports.

  deno task view [folder] [key=value ...]

  folder=runs       where the runs are
  port=${VIEW_PORT}         0 takes any that is free; where ${VIEW_PORT} is taken, the next one that is free serves
  host=127.0.0.1    this machine alone, and no other

It writes nothing. Runs are started and stopped by the commands that the page shows. Ctrl-C ends the server.
`;

const KEYS = ["folder", "port", "host"] as const;
type Key = (typeof KEYS)[number];

/** Serves until it is interrupted. @returns the exit code */
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  serve: (options: ViewOptions) => Promise<ViewServer> = serveView,
): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) {
      io.out(HELP);
      return 0;
    }
    const options = viewOptions(args);
    const server = await serve(options);
    await serveUntilInterrupted(io, server, {
      greeting: `${server.url}  shows the runs in ${oneLine(options.folder)}; Ctrl-C ends it\n`,
    });
    return 0;
  });
}

function viewOptions(args: readonly string[]): ViewOptions {
  const given = new Map<Key, string>();
  args.forEach((arg, i) => {
    const split = arg.indexOf("=");
    const named = arg.slice(0, Math.max(0, split));
    const isFolder = split < 0 && i === 0 && !arg.startsWith("-");
    const key = isFolder ? "folder" : named;
    if (!isKey(key)) {
      throw new UsageError(`argument "${oneLine(arg)}": there is no key "${oneLine(key)}".${didYouMean(key, KEYS)}`);
    }
    const value = isFolder ? arg : arg.slice(split + 1);
    if (value === "" || given.has(key)) {
      throw new UsageError(`argument "${oneLine(arg)}": give ${key} once, with a value`);
    }
    given.set(key, value);
  });
  requireLoopback(given.get("host") ?? "127.0.0.1");
  const port = given.get("port");
  return { folder: given.get("folder") ?? "runs", ...(port !== undefined && { port: portOf(port) }) };
}

function isKey(key: string): key is Key {
  return (KEYS as readonly string[]).includes(key);
}

function requireLoopback(host: string): void {
  if (host === "127.0.0.1" || host === "localhost") return;
  throw new UsageError(
    `host is "${
      oneLine(host)
    }": the page is for this machine alone (127.0.0.1); from another one, reach it through a ` +
      `tunnel, for example ssh -L ${VIEW_PORT}:127.0.0.1:${VIEW_PORT} and the machine's name`,
  );
}

function portOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65535) return value;
  throw new UsageError(`port is "${oneLine(text)}"; it has to be a whole number from 0 to 65535`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
