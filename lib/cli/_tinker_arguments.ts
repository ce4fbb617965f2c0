/** The command line of `deno task tinker`: a command, what it is about, and options; judged before anything is asked. */
import { didYouMean } from "../basics/mod.ts";
import { UsageError } from "./_io.ts";

/** What each command takes, and what it does. */
export const COMMANDS = {
  runs: { takes: [], options: ["limit"], help: "your training runs, the newest first; limit=20" },
  run: { takes: ["run"], options: [], help: "one run with its checkpoints" },
  checkpoints: { takes: ["run?"], options: ["limit"], help: "those of a run, or of all; limit=100" },
  info: { takes: ["path"], options: [], help: "which model a checkpoint belongs to" },
  download: {
    takes: ["path"],
    options: ["to"],
    help: "its files to=<folder>, or to=<file>.tar; goes on where it stopped",
  },
  delete: { takes: ["path"], options: ["yes"], help: "for good; asks first, or yes=true" },
  publish: { takes: ["path"], options: [], help: "lets anybody read a checkpoint" },
  unpublish: { takes: ["path"], options: [], help: "lets nobody else read it any more" },
  ttl: { takes: ["path", "seconds"], options: [], help: "deletes it after so many seconds; none: never" },
  models: { takes: [], options: [], help: "what the server can train and sample" },
} as const satisfies Readonly<Record<string, { takes: readonly string[]; options: readonly string[]; help: string }>>;

/** Name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Options that every command takes. */
const COMMON = ["base_url", "json"];

/** What is asked for. */
export interface TinkerRequest {
  readonly command: CommandName;
  /** The run, where one is named. */
  readonly run?: string;
  /** The checkpoint's path, where one is named. */
  readonly path: string;
  /** With `ttl`. */
  readonly seconds: number | null;
  /** The server; absent: the environment's, else the official one. */
  readonly baseUrl?: string;
  /** Most rows; absent: the command's own. */
  readonly limit?: number;
  readonly json: boolean;
  readonly yes: boolean;
  /** With `download`. */
  readonly to?: string;
}

/** The text of `--help`. */
export function tinkerHelp(): string {
  const lines = Object.entries(COMMANDS).map(([name, { takes, help }]) => {
    const words = takes.map((what) => what.endsWith("?") ? `[${what.slice(0, -1)}]` : `<${what}>`);
    return `  ${[name, ...words].join(" ").padEnd(22)} ${help}`;
  });
  return `Looks after what a Tinker server keeps:

  deno task tinker <command> [option=value ...]

${lines.join("\n")}

A run is named by its id, a checkpoint by its path, tinker://<run>/weights/<name>. With every command:

  base_url=<address>     the server; by default TINKER_BASE_URL, else the official one
  json=true              for programs
`;
}

/**
 * Reads a command line.
 * @returns nothing when help was asked for
 * @throws {UsageError} when it is wrong
 */
export function parseTinkerArgs(args: readonly string[]): TinkerRequest | undefined {
  if (args.length === 0 || args.some((arg) => ["--help", "-h"].includes(arg)) || args[0] === "help") return undefined;
  const [command, ...rest] = args.filter((arg) => !isOption(arg));
  if (command === undefined || !isCommand(command)) {
    const names = Object.keys(COMMANDS);
    throw new UsageError(
      `there is no command "${command ?? ""}": use ${names.join(", ")}.${didYouMean(command ?? "", names)}`,
    );
  }
  const options = optionsOf(command, args.filter(isOption));
  const { json, yes, limit, base_url: baseUrl, to } = options;
  return {
    ...subjectOf(command, rest),
    ...{ command, json: isTrue("json", json), yes: isTrue("yes", yes) },
    ...(baseUrl !== undefined && { baseUrl }),
    ...(to !== undefined && { to }),
    ...(limit !== undefined && { limit: whole("limit", limit) }),
  };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** A path of a server has no `=` before its slashes. */
function isOption(arg: string): boolean {
  return /^\w+=/.test(arg);
}

function optionsOf(command: CommandName, pairs: readonly string[]): Readonly<Record<string, string | undefined>> {
  const known: readonly string[] = [...COMMANDS[command].options, ...COMMON];
  const options: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (!known.includes(key)) {
      throw new UsageError(`"${command}" has no option ${key}: it takes ${known.join(", ")}.${didYouMean(key, known)}`);
    }
    if (value === "" || Object.hasOwn(options, key)) throw new UsageError(`give ${key} once, with a value`);
    options[key] = value;
  }
  return options;
}

function subjectOf(command: CommandName, given: readonly string[]): Pick<TinkerRequest, "run" | "path" | "seconds"> {
  const takes: readonly string[] = COMMANDS[command].takes;
  const odd = given.find((arg, i) => i >= takes.length || arg.startsWith("-"));
  if (odd !== undefined) throw new UsageError(`"${command}" does not take "${odd}"; see deno task tinker --help`);
  const wanted = takes.filter((what) => !what.endsWith("?"));
  const missing = wanted[given.length];
  if (missing !== undefined) throw new UsageError(`"${command}" needs ${wanted.join(" and ")}: ${missing} is missing`);
  const [first = "", second = ""] = given;
  const found = { path: "", seconds: null };
  if (takes[0] !== "path") return first === "" || first === "all" ? found : { ...found, run: first };
  if (!/^tinker:\/\/[^/\s]+\/[^\s]+$/.test(first)) {
    throw new UsageError(`"${first}" is not the path of a checkpoint, as tinker://<run>/weights/<name> is`);
  }
  const seconds = command === "ttl" && second !== "none" ? whole("seconds", second) : null;
  return { path: first, seconds };
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const none = name === "seconds" ? ", or none" : "";
  throw new UsageError(`${name}: expected a whole number of at least 1${none}, got "${text}"`);
}

function isTrue(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new UsageError(`${name}: expected true or false, got "${text}"`);
}
