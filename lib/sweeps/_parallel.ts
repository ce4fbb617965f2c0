/**
 * How many runs at a time, where nobody says, and how many threads each has. On a server they wait more than they work, so
 * four. The embedded engine uses the cores best with one thread a run: on two cores, two runs of 5 steps (bundled model, 16 x 8
 * completions a step) took 31.7 s one after the other with two threads, 36.2 s at once with two threads each, and 24.6 s at
 * once with one each. Hence a run a core, and no more than fit into the memory that is free: one takes 0.8 to 0.9 GB.
 */
import type { TrainConfig } from "../config/mod.ts";

const ON_SERVERS = 4;
/** Room for a larger batch than the one measured; a model of the hub may take several times that. */
const BYTES_OF_A_RUN = 1.5 * 2 ** 30;

/** What of a machine limits runs of the embedded engine. */
export interface Machine {
  /** Cores that a process may use. */
  readonly cores: number;
  /** Bytes of memory that are free; undefined: it may not be asked. */
  readonly freeBytes: number | undefined;
}

/** This machine. */
export function thisMachine(): Machine {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  const freeBytes = state === "granted" ? Deno.systemMemoryInfo().available : undefined;
  return { cores: navigator.hardwareConcurrency, freeBytes };
}

/** Runs at a time for these configurations. */
export function usualParallel(configs: readonly Pick<TrainConfig, "backend">[], { cores, freeBytes }: Machine): number {
  const isHere = configs.some(({ backend }) => backend === "local");
  if (!isHere) return Math.min(ON_SERVERS, configs.length);
  const byMemory = freeBytes === undefined ? cores : Math.max(1, Math.floor(freeBytes / BYTES_OF_A_RUN));
  return Math.min(cores, byMemory, configs.length);
}

/** Threads of each of so many runs of the embedded engine; undefined: a single one has what it would have by itself. */
export function threadsOfEach(parallel: number, { cores }: Pick<Machine, "cores">): number | undefined {
  return parallel === 1 ? undefined : Math.max(1, Math.floor(cores / parallel));
}
