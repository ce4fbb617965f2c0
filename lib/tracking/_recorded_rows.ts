/**
 * The rows of `metrics.jsonl` as trackers send them, each with the time it stands for. The file has no times of day: a row
 * that came while a tracker watched has the time of its event, or of its reading where that came first; an older one what
 * `time/total` of the steps before it adds up to.
 */
import { join } from "node:path";
import { isObject } from "../basics/mod.ts";
import { RUN_FILES } from "../runs/mod.ts";
import type { TrainEvent } from "../training/mod.ts";
import { LineTail } from "./_line_tail.ts";

/** A recorded row. */
export interface RecordedRow {
  /** The row's step. */
  readonly step: number;
  /** What was measured; null: a number that JSON lacks. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Seconds of training up to and with this row. */
  readonly runtime: number;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** Whether it came while the tracker watched: the time is that of day then. */
  readonly watched: boolean;
}

/** Events whose time is kept until their row is read; the oldest are forgotten first. */
const MOST_TIMES = 10_000;

/** Reads the rows of a run in order, those that are added meanwhile as well. */
export class RecordedRows {
  readonly #tail: LineTail;
  readonly #began: number;
  readonly #times = new Map<number, number>();
  #runtime = 0;
  /** The first step of this session; a row can be read before its event has come. */
  #from = Infinity;

  /** @param began when the run began, in milliseconds since 1970 */
  constructor(run: string, began: number) {
    this.#tail = new LineTail(join(run, RUN_FILES.metrics));
    this.#began = began;
  }

  /** Notes when a row came about. */
  note(event: TrainEvent, now: number): void {
    if (event.type === "start") this.#from = event.step;
    if (event.type !== "step" && event.type !== "evaluation") return;
    this.#times.set(event.step, now);
    const [oldest] = this.#times.keys();
    if (this.#times.size > MOST_TIMES && oldest !== undefined) this.#times.delete(oldest);
  }

  /** Some rows that were not read yet; undefined: there are none for now. */
  read(now: number): RecordedRow[] | undefined {
    const lines = this.#tail.read();
    return lines.length === 0 ? undefined : lines.flatMap((line) => this.#rowOf(line, now));
  }

  #rowOf(line: string, now: number): RecordedRow[] {
    const { step, ...rest } = parsed(line);
    if (typeof step !== "number" || !Number.isSafeInteger(step)) return [];
    const isValue = (entry: [string, unknown]): entry is [string, number | null] =>
      entry[1] === null || typeof entry[1] === "number";
    const metrics = Object.fromEntries(Object.entries(rest).filter(isValue));
    this.#runtime += metrics["time/total"] ?? 0;
    const watchedAt = this.#times.get(step) ?? (step >= this.#from ? now : undefined);
    this.#times.delete(step);
    const time = watchedAt ?? this.#began + this.#runtime * 1000;
    return [{ step, metrics, runtime: this.#runtime, time, watched: watchedAt !== undefined }];
  }
}

/** A line's object; one that a crash tore has none. */
function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
