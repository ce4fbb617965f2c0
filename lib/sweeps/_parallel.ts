/**
 * How many runs at a time, where nobody says. On a server they wait more than they work, so four. One run of the embedded
 * engine keeps about 1.4 cores of two busy (bundled model, 16 x 8 completions a step) and takes 0.8 to 0.9 GB: measured on two
 * cores, two runs of 4 steps took 29.9 s one after the other and 27.6 s at once, so a second one wins a tenth and doubles the
 * memory. Hence one run for every two cores, and no more than fit into the memory that is free.
 */
import type { TrainConfig } from "../config/mod.ts";

const ON_SERVERS = 4;
const CORES_OF_A_RUN = 2;
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
  const byCores = Math.max(1, Math.floor(cores / CORES_OF_A_RUN));
  const byMemory = freeBytes === undefined ? byCores : Math.max(1, Math.floor(freeBytes / BYTES_OF_A_RUN));
  return Math.min(byCores, byMemory, configs.length);
}
