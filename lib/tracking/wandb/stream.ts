/**
 * One run on its way to Weights & Biases: what of its folder the server has not got yet is sent in order, and counted when
 * the server has said that it came. What the server has decides, so nothing is sent twice after a crash. Steps of a W&B run
 * only go up: those done again after a resumption keep the values that were sent first, as with the official client.
 */
import { basename, join } from "node:path";
import type { TrainEvent } from "../../training/mod.ts";
import { RUN_FILES } from "../../runs/mod.ts";
import { began, recordedConfig } from "../_recorded_config.ts";
import { LineTail } from "../_line_tail.ts";
import { type RecordedRow, RecordedRows } from "../_recorded_rows.ts";
import { type Place, resumeStatus, sendStream, type ServerRun, type StreamBody, upsertRun } from "./_api.ts";
import type { Connection } from "./http.ts";
import { historyLine, type LineTime, logLine, summaryLine, systemLine } from "./_lines.ts";
import { newRunId, newState, readState, type WandbState, writeState } from "./state.ts";

/** What a stream is made of. */
export interface StreamParts {
  /** The run folder. */
  readonly run: string;
  /** Where W&B keeps it. */
  readonly project: string;
  /** The user or the team; absent: the key's. */
  readonly entity?: string | undefined;
  /** The name for people; absent: the folder's. */
  readonly displayName?: string | undefined;
  /** Where a person sees runs. */
  readonly pagesUrl: string;
  /** The server. */
  readonly connection: Connection;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** Between two measurements of the machine; absent: it is not measured. */
  readonly systemEveryMs?: number;
}

/** By this the official client knows a run that has begun, so that it can go on with it (`resume="must"`). */
const STARTED = { _wandb: { value: { t: {} } } };

/** What has been read and not yet acknowledged; a chunk of each file at most. */
interface Pending {
  rows: readonly RecordedRow[];
  log: readonly string[];
}

/** Reads the state that a run's folder has for this project, or begins one and keeps it there. */
export async function openState(run: string, project: string, baseUrl: string): Promise<WandbState> {
  const found = readState(run);
  if (found?.project === project && found.base_url === baseUrl) return found;
  const state = newState(newRunId(), project, baseUrl);
  await writeState(run, state);
  return state;
}

/** Sends one run. Its calls must not overlap. */
export class WandbStream {
  readonly #parts: StreamParts;
  readonly #started: number;
  readonly #rows: RecordedRows;
  readonly #log: LineTail;
  readonly #pending: Pending = { rows: [], log: [] };
  readonly #summary: Record<string, number | null> = {};
  #state: WandbState;
  #place: Place | undefined;
  /** Seconds of training before this process. */
  #runtimeBefore = 0;
  #logToSkip = 0;
  #nextSystem: number;
  #keptSteps: number | undefined;

  /** Sends nothing yet. */
  constructor(parts: StreamParts, state: WandbState) {
    this.#parts = parts;
    this.#state = state;
    this.#started = parts.now();
    this.#nextSystem = this.#started;
    this.#rows = new RecordedRows(parts.run, began(recordedConfig(parts.run), this.#started));
    this.#log = new LineTail(join(parts.run, RUN_FILES.log));
  }

  /** Where a person sees the run; absent: no server was reached yet. */
  get url(): string | undefined {
    return this.#place && pageOf(this.#parts.pagesUrl, this.#place);
  }

  /** The last step of which W&B keeps what it was told first, though it was done again; absent: there is none. */
  get keptSteps(): number | undefined {
    return this.#keptSteps;
  }

  /** Notes when the row of an event came about. */
  note(event: TrainEvent): void {
    this.#rows.note(event, this.#parts.now());
  }

  /** Sends what the folder has and the server has not. @throws {WandbError} when the server does not take it */
  async send(signal: AbortSignal): Promise<void> {
    const place = this.#place ??= await this.#connect(signal);
    const before = this.#state;
    try {
      let system = this.#systemFile();
      for (;;) {
        const files = await this.#nextFiles();
        if (files === undefined && system === undefined) break;
        const body = { files: { ...files, ...system } };
        await sendStream(this.#parts.connection, place, body, signal);
        this.#acknowledge(body);
        system = undefined;
      }
    } finally {
      if (this.#state !== before) await this.#keepState();
    }
  }

  /** Sends the rest, and that the run has ended. @param exitcode 0: in good order @throws {WandbError} */
  async finish(exitcode: number, signal: AbortSignal): Promise<void> {
    await this.send(signal);
    await sendStream(this.#parts.connection, this.#place!, { complete: true, exitcode }, signal);
  }

  /** Asks for the run, and takes over what the server has of it. */
  async #connect(signal: AbortSignal): Promise<Place> {
    const { run, project, entity = this.#state.entity ?? undefined, displayName, connection } = this.#parts;
    const asked = { entity, project, id: this.#state.id };
    const known = this.#state.entity !== null;
    let found = known ? await resumeStatus(connection, asked, signal) : undefined;
    const values = Object.entries(recordedConfig(run)).map(([key, value]) => [key, { value }]);
    const config = { ...STARTED, ...found?.config, ...Object.fromEntries(values) };
    // A name that was given on the server's pages stays.
    const name = displayName ?? (found === undefined ? basename(run) : undefined);
    const place = await upsertRun(connection, { ...asked, displayName: name, config, bucket: found?.bucket }, signal);
    // Its answer to the first call may have been lost.
    if (!known && !place.inserted) found = await resumeStatus(connection, { ...asked, entity: place.entity }, signal);
    this.#takeOver(found, place);
    await this.#keepState();
    return place;
  }

  /** A disk that will not take it is no reason to send nothing: what the server has decides. */
  async #keepState(): Promise<void> {
    await writeState(this.#parts.run, this.#state).catch(() => {});
  }

  #takeOver(found: ServerRun | undefined, place: Place): void {
    // What was acknowledged may not be counted there yet.
    const last = (mine: number, theirs: number | undefined) => found === undefined ? 0 : Math.max(mine, theirs ?? 0);
    const { history_lines, log_lines, event_lines, last_step } = this.#state;
    const step = found === undefined ? -1 : Math.max(last_step ?? -1, found.step ?? -1);
    this.#state = {
      ...this.#state,
      entity: place.entity,
      url: pageOf(this.#parts.pagesUrl, place),
      history_lines: last(history_lines, found?.history),
      log_lines: last(log_lines, found?.log),
      event_lines: last(event_lines, found?.events),
      last_step: step < 0 ? null : step,
    };
    this.#logToSkip = this.#state.log_lines;
    this.#runtimeBefore = found?.runtime ?? 0;
  }

  /** The next lines that the server has not got; undefined: it has everything. */
  async #nextFiles(): Promise<StreamBody["files"]> {
    const pending = this.#pending;
    while (pending.rows.length === 0) {
      const read = this.#rows.read(this.#parts.now());
      if (read === undefined) break;
      pending.rows = this.#unsent(read);
      if (pending.rows.length === 0) await breath();
    }
    while (pending.log.length === 0) {
      const read = this.#log.read();
      if (read.length === 0) break;
      pending.log = read.slice(this.#logToSkip);
      this.#logToSkip -= read.length - pending.log.length;
      if (pending.log.length === 0) await breath();
    }
    const files = { ...this.#historyFiles(pending.rows), ...this.#logFile(pending.log) };
    return Object.keys(files).length === 0 ? undefined : files;
  }

  /** The rows of steps that the server has not seen; all of them count for the summary. */
  #unsent(rows: readonly RecordedRow[]): RecordedRow[] {
    let last = this.#state.last_step ?? -1;
    return rows.filter((row) => {
      Object.assign(this.#summary, row.metrics);
      if (!row.watched) this.#runtimeBefore = Math.max(this.#runtimeBefore, row.runtime);
      const isNew = row.step > last;
      if (isNew) last = row.step;
      else if (row.watched) this.#keptSteps = row.step;
      return isNew;
    });
  }

  #historyFiles(rows: readonly RecordedRow[]): StreamBody["files"] {
    const last = rows.at(-1);
    if (last === undefined) return {};
    const content = rows.map((row) => historyLine(row, this.#timeOf(row)));
    return {
      "wandb-history.jsonl": { offset: this.#state.history_lines, content },
      "wandb-summary.json": { offset: 0, content: [summaryLine(this.#summary, last.step, this.#timeOf(last))] },
    };
  }

  #logFile(lines: readonly string[]): StreamBody["files"] {
    return lines.length === 0 ? {} : { "output.log": { offset: this.#state.log_lines, content: lines.map(logLine) } };
  }

  #systemFile(): StreamBody["files"] {
    const { systemEveryMs, now } = this.#parts;
    if (systemEveryMs === undefined) return undefined;
    const [time, wait] = [now(), this.#nextSystem - now()];
    // A longer wait than there is means that the clock was put back.
    if (wait > 0 && wait <= systemEveryMs) return undefined;
    this.#nextSystem = time + systemEveryMs;
    const content = [systemLine({ timestamp: time / 1000, runtime: this.#runtimeAt(time) })];
    return { "wandb-events.jsonl": { offset: this.#state.event_lines, content } };
  }

  #timeOf({ time, runtime, watched }: RecordedRow): LineTime {
    return { timestamp: time / 1000, runtime: watched ? this.#runtimeAt(time) : runtime };
  }

  /** Seconds of training up to a moment of this process. */
  #runtimeAt(time: number): number {
    return this.#runtimeBefore + Math.max(0, time - this.#started) / 1000;
  }

  #acknowledge({ files = {} }: StreamBody): void {
    const lines = (file: string) => files[file]?.content.length ?? 0;
    const { history_lines, log_lines, event_lines, last_step } = this.#state;
    this.#state = {
      ...this.#state,
      history_lines: history_lines + lines("wandb-history.jsonl"),
      log_lines: log_lines + lines("output.log"),
      event_lines: event_lines + lines("wandb-events.jsonl"),
      last_step: this.#pending.rows.at(-1)?.step ?? last_step,
    };
    Object.assign(this.#pending, { rows: [], log: [] });
  }
}

/** Lets training have its turn while a long file is skipped. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function pageOf(pagesUrl: string, { entity, project, id }: Place): string {
  const [owner, name, run] = [entity, project, id].map(encodeURIComponent);
  return `${pagesUrl}/${owner}/${name}/runs/${run}`;
}
