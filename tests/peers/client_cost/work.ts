/** The work that both clients do, and how its cost is read. The Python client has the same numbers on its command line. */

/** Training steps. */
export const STEPS = 50;
/** Rollouts a step, each a datum. */
export const DATA_PER_STEP = 200;
/** Tokens of a prompt. */
export const PROMPT = 100;
/** Tokens of a completion. */
export const COMPLETION = 100;

/** What a process has used since it began. */
export interface Cost {
  /** CPU of all its threads, user and system. */
  readonly cpuSeconds: number;
  /** Most memory that was resident, the runtime's own program included. */
  readonly peakMiB: number;
  /** Resident memory at the end that is no file's: what the process itself asked for. */
  readonly privateMiB: number;
  /** Time from the program's first line to its last. */
  readonly seconds: number;
}

/** CPU and memory of this process, from Linux's own books. */
export function ownCost(): Omit<Cost, "seconds"> {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]!.split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = Deno.readTextFileSync("/proc/self/status");
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
  return { cpuSeconds: ticks / 100, peakMiB: mib("VmHWM"), privateMiB: mib("RssAnon") };
}
