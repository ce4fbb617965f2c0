/** A terminal that remembers what it was told. */
import type { CliIo } from "../../lib/cli/_io.ts";

export interface FakeIo extends CliIo {
  /** Everything written to standard output so far. */
  readonly said: () => string;
  /** Everything written to standard error so far. */
  readonly complained: () => string;
  /** Asks the command to end, as Ctrl-C does. */
  readonly interrupt: () => void;
  /** Exit codes asked for with `exit`. */
  readonly exits: readonly number[];
}

/** Options of a fake terminal. */
export interface FakeOptions {
  readonly isTerminal?: boolean;
  readonly color?: boolean;
  readonly columns?: number;
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** Nobody reads more characters of standard output than these; absent: all of them are read. */
  readonly closesAfter?: number;
}

export function fakeIo(options: FakeOptions = {}): FakeIo {
  const { isTerminal = false, color = false, columns = 100, env = {}, now = () => 0, closesAfter } = options;
  const answers = [...options.answers ?? []];
  const handlers = new Set<() => void>();
  const exits: number[] = [];
  let [said, complained] = ["", ""];
  return {
    out: (text) => said += text,
    isClosed: () => closesAfter !== undefined && said.length > closesAfter,
    err: (text) => complained += text,
    isTerminal,
    color,
    columns: () => columns,
    ask: options.answers === undefined ? null : (question) => {
      said += question;
      return answers.shift() ?? null;
    },
    env: (name) => env[name],
    now,
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exit: (code) => void exits.push(code),
    said: () => said,
    complained: () => complained,
    interrupt: () => handlers.forEach((handler) => handler()),
    exits,
  };
}
