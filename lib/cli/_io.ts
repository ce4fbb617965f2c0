/**
 * What a command needs from the world, as one argument, so that tests can run a command and read what it said. Also the
 * one place where an error becomes a message and an exit code.
 */
import { maskUserInfo, readEnv, stripControls } from "../basics/mod.ts";
import { ConfigError, type TinkerEnvironment } from "../config/mod.ts";
import { TemplateError } from "../prompts/mod.ts";

/** The terminal, the environment and the clock of a command. */
export interface CliIo {
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Whether nobody reads standard output any more, as far as the last write has shown. */
  readonly isClosed: () => boolean;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
  /** Whether a person watches standard output. */
  readonly isTerminal: boolean;
  /** Whether colours are wanted. */
  readonly color: boolean;
  /** Width of the terminal in columns, now. */
  readonly columns: () => number;
  /** Asks a question and waits for a line; null: there is nobody to ask. */
  readonly ask: ((question: string) => string | null) | null;
  /** An environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back when the process is asked to end; returns a way to stop listening. */
  readonly onInterrupt: (handler: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** The command line was wrong; nothing has been done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A person has ended the command before it had anything to keep. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What the conventions of a shell make of SIGINT. */
export const INTERRUPTED = 130;

/** And of SIGPIPE: nobody reads what the command writes. */
export const CLOSED = 141;

/** The real terminal. */
export function systemIo(): CliIo {
  // A dumb terminal cannot move its cursor.
  const isTerminal = Deno.stdout.isTerminal() && readEnv("TERM") !== "dumb";
  let isClosed = false;
  return {
    out: (text) => void (isClosed = !writeTo(Deno.stdout, text)),
    isClosed: () => isClosed,
    err: (text) => void writeTo(Deno.stderr, text),
    isTerminal,
    color: isTerminal && !readEnv("NO_COLOR"),
    columns: () => isTerminal ? consoleColumns() : 100,
    ask: isTerminal && Deno.stdin.isTerminal() ? (question) => prompt(question) : null,
    env: readEnv,
    now: () => Date.now(),
    onInterrupt: listenForSignals,
    exit: (code) => Deno.exit(code),
  };
}

/** @returns whether somebody reads it */
function writeTo(stream: typeof Deno.stdout, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    return true;
  } catch (error) {
    // A reader that left (`| head`) is no reason to end a training run.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}

function consoleColumns(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns);
  } catch {
    return 80;
  }
}

function listenForSignals(handler: () => void): () => void {
  // Windows has no SIGTERM to listen for.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
}

/** The environment variables that decide about the backend. */
export function tinkerEnvironment(io: CliIo): TinkerEnvironment {
  const names = ["TINKER_API_KEY", "TINKER_BASE_URL", "TINKER_CREDENTIAL_CMD"] as const;
  return Object.fromEntries(names.map((name) => [name, io.env(name)]));
}

/**
 * Runs a command and turns an error into one message: 2 for a command line that was wrong, 130 for Ctrl-C, 1 for anything
 * else. The stack is shown with DEBUG=1.
 */
export async function runCommand(io: CliIo, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof Interrupted) {
      io.err(`${error.message}\n`);
      return INTERRUPTED;
    }
    reportError(io, error);
    return [ConfigError, TemplateError, UsageError].some((kind) => error instanceof kind) ? 2 : 1;
  }
}

/** Says what went wrong. */
export function reportError(io: CliIo, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  io.err(`${stripControls(maskUserInfo(`error: ${message}`))}\n`);
  if (io.env("DEBUG") && error instanceof Error) io.err(`${stripControls(maskUserInfo(error.stack ?? ""))}\n`);
}
