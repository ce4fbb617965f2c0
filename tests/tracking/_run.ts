/** Run folders as trackers find them, and events as they are told of them; written here by hand. */
import { join } from "node:path";
import type { TrainEvent } from "../../lib/training/mod.ts";
import type { Metrics } from "../../lib/vocabulary.ts";

/** When the runs here began: 2026-01-02T03:04:05Z. */
export const BEGAN = Date.UTC(2026, 0, 2, 3, 4, 5);

/** 40 characters, as keys have. */
export const KEY = "0123456789abcdef0123456789abcdef01234567";

/** A run folder while it is written. */
export interface WrittenRun {
  readonly path: string;
  /** Adds a row, and makes its event. */
  step(step: number, metrics?: Metrics): TrainEvent;
  /** Adds a line to the log. */
  log(line: string): void;
  /** Removes the rows from a step on, as resuming does. */
  rewind(step: number): void;
}

/** Makes a run folder. */
export function writeRun(folder: string, config: Record<string, unknown> = {}): WrittenRun {
  const path = join(folder, "first");
  Deno.mkdirSync(path, { recursive: true });
  const created_at = new Date(BEGAN).toISOString();
  const content = { run_schema: 1, created_at, learning_rate: 1e-4, group_size: 4, max_cost: null, ...config };
  Deno.writeTextFileSync(join(path, "config.json"), JSON.stringify(content));
  const metrics = join(path, "metrics.jsonl");
  const append = (file: string, line: string) =>
    Deno.writeTextFileSync(join(path, file), `${line}\n`, { append: true });
  return {
    path,
    step(step, values = { "env/all/correct": step / 10, "time/total": 2 }) {
      append("metrics.jsonl", JSON.stringify({ step, ...values }));
      return { type: "step", step, metrics: values, groups: [] };
    },
    log: (line) => append("log.txt", `2026-01-02T03:04:05.000Z ${line}`),
    rewind(step) {
      const lines = Deno.readTextFileSync(metrics).trim().split("\n").filter((line) => JSON.parse(line).step < step);
      Deno.writeTextFileSync(metrics, lines.map((line) => `${line}\n`).join(""));
    },
  };
}

/** The first event of a session. */
export function started(step: number): TrainEvent {
  return { type: "start", step, total: 10 };
}

/** The last event of a run that ended in good order. */
export function done(step: number): TrainEvent {
  return { type: "done", reason: "finished", step, alreadyComplete: false };
}

/** Runs a test in a folder of its own. */
export async function inTempFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tracking_" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
