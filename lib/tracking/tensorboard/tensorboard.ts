/**
 * A run as TensorBoard event files, in `tensorboard/` of its folder: the rows of `metrics.jsonl` with their keys as tags.
 * A resumed run adds a file; it begins with the start of a session, for which TensorBoard drops the steps done again, and has
 * the rows that earlier files lack. The format is that of TensorFlow's event files (event.proto, record_writer.cc).
 */
import { join } from "node:path";
import { cut, explainWriteError } from "../../basics/mod.ts";
import type { TrainEvent } from "../../training/mod.ts";
import { began, recordedConfig } from "../_recorded_config.ts";
import { type RecordedRow, RecordedRows } from "../_recorded_rows.ts";
import type { Tracker } from "../_tracker.ts";
import { lastStepOf } from "./_earlier.ts";
import { type EventContent, eventRecord } from "./_events.ts";

/** The folder of the event files, in the run's. */
const TENSORBOARD_FOLDER = "tensorboard";

/** Characters of the configuration that are shown. */
const MOST_TEXT = 100_000;

/** Writes the event file of one session: from a start, or a resumption, to its end. */
export class TensorBoardTracker implements Tracker {
  readonly name = "TensorBoard";
  readonly #run: string;
  readonly #now: () => number;
  #session: { readonly file: Deno.FsFile; readonly path: string; readonly rows: RecordedRows } | undefined;
  /** Rows of earlier steps stand in earlier files. */
  #from = 0;

  /** Writes nothing yet. @param now the time in milliseconds since 1970 */
  constructor(run: string, now: () => number) {
    this.#run = run;
    this.#now = now;
  }

  /** Writes what is new. @throws {StorageError} when the disk will not take it */
  onEvent(event: TrainEvent): void {
    if (event.type === "start") this.#open(event.step);
    if (this.#session === undefined) return;
    const { rows } = this.#session;
    const now = this.#now();
    rows.note(event, now);
    for (let batch = rows.read(now); batch !== undefined; batch = rows.read(now)) {
      for (const row of batch) if (row.step >= this.#from) this.#writeRow(row);
    }
  }

  /** Ends the file. */
  close(): Promise<void> {
    this.#session?.file.close();
    this.#session = undefined;
    return Promise.resolve();
  }

  #open(step: number): void {
    const config = recordedConfig(this.#run);
    const folder = join(this.#run, TENSORBOARD_FOLDER);
    const earlier = eventFiles(folder);
    // Readers take the files in the order of their names: a clock that jumped back must not put this one first.
    const seconds = Math.max(Math.floor(this.#now() / 1000), (earlier.at(-1)?.seconds ?? -1) + 1);
    const path = join(folder, `events.out.tfevents.${String(seconds).padStart(10, "0")}.math-rl`);
    const file = created(folder, path);
    this.#session = { file, path, rows: new RecordedRows(this.#run, began(config, this.#now())) };
    this.#write({ fileVersion: "brain.Event:2" });
    if (earlier.length > 0) {
      this.#from = Math.min(step, lastStepOf(earlier.map(({ path }) => path)) + 1);
      this.#write({ sessionStart: true, step: this.#from });
    }
    this.#write({ tag: "config", text: configText(config), step });
  }

  /** Numbers alone: what was not finite in the row is not a number here either. */
  #writeRow({ step, metrics, time }: RecordedRow): void {
    const scalars = Object.entries(metrics).map(([key, value]): [string, number] => [key, value ?? NaN]);
    this.#write({ scalars: Object.fromEntries(scalars), step }, time);
  }

  #write(content: EventContent, time: number = this.#now()): void {
    const { file, path } = this.#session!;
    const record = eventRecord(content, time);
    try {
      for (let done = 0; done < record.length;) done += file.writeSync(record.subarray(done));
    } catch (error) {
      throw explainWriteError(path, error);
    }
  }
}

/** As Markdown: a block of code, in which nothing is markup. */
function configText(config: Readonly<Record<string, unknown>>): string {
  const json = cut(JSON.stringify(config, null, 2), MOST_TEXT);
  return json.split("\n").map((line) => `    ${line}`).join("\n");
}

function created(folder: string, path: string): Deno.FsFile {
  try {
    // Not the folders above: a run that was deleted meanwhile must not come back as an empty one.
    if (!isFolder(folder)) Deno.mkdirSync(folder);
    return Deno.openSync(path, { write: true, createNew: true });
  } catch (error) {
    throw explainWriteError(path, error);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** An event file, and the second that its name begins with. */
interface EventFile {
  readonly path: string;
  readonly seconds: number;
}

/** The event files of a folder, the earliest first. */
function eventFiles(folder: string): EventFile[] {
  if (!isFolder(folder)) return [];
  const files = [...Deno.readDirSync(folder)].flatMap(({ name, isFile }): EventFile[] => {
    const [, seconds] = /^events\.out\.tfevents\.(\d{10,12})\./.exec(name) ?? [];
    return seconds === undefined || !isFile ? [] : [{ path: join(folder, name), seconds: Number(seconds) }];
  });
  return files.sort((a, b) => a.seconds - b.seconds);
}
