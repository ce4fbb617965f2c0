/**
 * A limit in time that holds inside of a thread: what runs is ended where it stands, an endless loop or a regular expression
 * too. In Deno `Worker.terminate()` alone does not end a thread that never comes to rest: it would go on for ever.
 * What stays out of reach until it returns is one long call of the engine's own, such as a sort of millions of numbers.
 */
import { Script } from "node:vm";

/** Runs work under a limit. @returns its result, or `overrun` @throws what the work throws */
export type Limited = <T>(work: () => T, limitMs: number) => { readonly result: T } | "overrun";

/** Where the script finds its work: it is given no arguments. */
const WORK = "math-rl: work under a limit";

/** What runs work under a limit in this thread, one piece at a time. It needs no permission. */
export function limitedRunner(): Limited {
  const script = new Script(`globalThis[Symbol.for(${JSON.stringify(WORK)})]()`);
  const place = globalThis as Record<symbol, unknown>;
  return (work, limitMs) => {
    place[Symbol.for(WORK)] = work;
    try {
      return { result: script.runInThisContext({ timeout: Math.max(1, Math.ceil(limitMs)) }) };
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "overrun";
      throw error;
    }
  };
}
