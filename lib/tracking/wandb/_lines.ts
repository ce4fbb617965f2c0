/** The lines of a W&B run's files, from what the run's folder has: history, summary, log and measurements of the machine. */
import { cut } from "../../basics/mod.ts";
import type { RecordedRow } from "../_recorded_rows.ts";

/** Characters of one line of the log. */
const MOST_LOG = 4096;

/** When a line came about: seconds since 1970, and seconds of training. */
export interface LineTime {
  readonly timestamp: number;
  readonly runtime: number;
}

/** One row of the history. A number that JSON lacks is `NaN` in the line, as the official client writes it. */
export function historyLine({ step, metrics }: RecordedRow, { timestamp, runtime }: LineTime): string {
  return lineOf({ ...metrics, _step: step, _timestamp: timestamp, _runtime: runtime });
}

/** The last value of everything. */
export function summaryLine(
  last: Readonly<Record<string, number | null>>,
  step: number,
  { timestamp, runtime }: LineTime,
): string {
  const values = lineOf({ ...last, _step: step, _timestamp: timestamp, _runtime: runtime });
  return `${values.slice(0, -1)},"_wandb":{"runtime":${Math.floor(runtime)}}}`;
}

/** A line of `log.txt` as the official client has those of a terminal: the time without its zone, a space, the text. */
export function logLine(line: string): string {
  return cut(line.replace(/^(\d{4}-\d\d-\d\dT[\d:.]{8,15})Z /, "$1 "), MOST_LOG);
}

/** What the machine is doing, by the names that the pages show it under. Of memory alone: nothing else is measured. */
export function systemLine({ timestamp, runtime }: LineTime): string {
  const MIB = 1 << 20;
  const { rss } = Deno.memoryUsage();
  const memory = machineMemory();
  return JSON.stringify({
    _wandb: true,
    _timestamp: timestamp,
    _runtime: runtime,
    "system.proc.memory.rssMB": rss / MIB,
    ...(memory && {
      "system.proc.memory.percent": 100 * rss / memory.total,
      "system.proc.memory.availableMB": memory.available / MIB,
      "system.memory_percent": 100 * (1 - memory.available / memory.total),
    }),
  });
}

/** Where it may be asked without asking a person. */
function machineMemory(): Deno.SystemMemoryInfo | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? Deno.systemMemoryInfo() : undefined;
}

function lineOf(values: Readonly<Record<string, number | null>>): string {
  const pairs = Object.entries(values).map(([key, value]) => `${JSON.stringify(key)}:${value ?? "NaN"}`);
  return `{${pairs.join(",")}}`;
}
