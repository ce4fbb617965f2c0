/**
 * What a server wants its user to see, one line each: on the terminal at once, and in the run's log as soon as there is
 * one. Knows nothing of what the lines are about.
 */
import type { ServiceMessage } from "../policy/mod.ts";
import type { CliIo } from "./_io.ts";
import { oneLine } from "./_text.ts";

/** A message as a line; it comes from outside. */
export function serverLine({ severity, text }: ServiceMessage): string {
  return oneLine(`server${severity === "info" ? "" : ` (${severity})`}: ${text}`, 500);
}

/** Passes messages on. */
export class ServerMessages {
  readonly #early: string[] = [];
  #write: (line: string) => void;

  /** Messages go to standard error until there is a run. */
  constructor(io: CliIo) {
    this.#write = (line) => {
      io.err(`${line}\n`);
      this.#early.push(line);
    };
  }

  /** Takes a message. */
  readonly onMessage = (message: ServiceMessage): void => this.#write(serverLine(message));

  /** From now on messages go where the run's lines go. @param log takes those that came before */
  moveTo(write: (line: string) => void, log: (line: string) => void): void {
    for (const line of this.#early.splice(0)) log(line);
    this.#write = write;
  }
}
