/**
 * Writes a run folder from the stream of training events. The recorder owns the folder while it is open: it holds the
 * lock and renews the heartbeat, so that a second run is refused and a reader can tell a dead run from a busy one.
 * It never judges what it records; numbers and rollouts go to disk as training reported them.
 */
import { join } from "node:path";
import { appendJsonLines, appendLines, syncFolder, toJsonLine, writeAside } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import {
  type CheckpointEvent,
  type DrawnBatch,
  estimateText,
  pendingRows,
  type StallEvent,
  stallText,
  type TrainEvent,
} from "../training/mod.ts";
import type { DecodeTokens, StepSection } from "../viewer/mod.ts";
import type { Group, Metrics, Rollout, Split } from "../vocabulary.ts";
import { LostRunError } from "./errors.ts";
import { isoTime } from "./_facts.ts";
import { hostName } from "./_host.ts";
import { pendingFile, rolloutFile, RUN_FILES } from "./layout.ts";
import type { FolderLock } from "./_lock.ts";
import { sectionOf, writeStepPage } from "./_page.ts";
import { checkpointForFolder, flawText } from "./_paths.ts";
import type { ResumePoint } from "./resume.ts";
import { groupRollouts, metricsRow, type RolloutRow, rolloutRows } from "./rows.ts";
import { type RecordedState, type RunStatus, writeStatus } from "./status.ts";

/** What a recorder is made of. */
export interface RecorderParts {
  /** The configuration; its `log_path` is the folder. */
  readonly config: TrainConfig;
  /** The folder's lock, which the recorder frees. */
  readonly lock: FolderLock;
  /** Where training goes on. */
  readonly from: ResumePoint;
  /** What whoever resumes has changed, in words; absent: nothing. */
  readonly changes?: string | undefined;
  /** The time in milliseconds since 1970. */
  readonly clock: () => number;
  /** Turns the policy's tokens into text. */
  readonly decode: DecodeTokens | undefined;
  /** Between heartbeats; 0: only with each event. */
  readonly heartbeatMs: number;
}

/** Records one run. Made by `createRun`; close it when the events end, however they end. */
export class RunRecorder {
  /** The run folder. */
  readonly path: string;
  /** Where the embedded engine puts its checkpoints. */
  readonly weightsDir: string;
  /** Where training goes on: step 0 for a new run. */
  readonly from: ResumePoint;
  readonly #parts: RecorderParts;
  #status: RunStatus;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Ends when the last write has; heartbeats and events take turns. */
  #writing: Promise<void> = Promise.resolve();
  readonly #lost = new AbortController();
  #closed = false;
  #hasCheckpoint = false;
  /** The evaluation of a step waits for the rest of its row: one row a step. */
  #evaluation: { readonly step: number; readonly metrics: Metrics; readonly section: StepSection } | undefined;
  /** The last step, kept for its page. */
  #lastStep: { readonly step: number; readonly sections: readonly StepSection[] } | undefined;

  private constructor(parts: RecorderParts) {
    const { config, from, clock } = parts;
    this.path = config.log_path;
    this.weightsDir = join(config.log_path, RUN_FILES.weights);
    this.from = from;
    this.#parts = parts;
    const now = isoTime(clock());
    this.#status = {
      state: "running",
      pid: Deno.pid,
      hostname: hostName(),
      started_at: now,
      heartbeat_at: now,
      steps_done: from.step,
      steps_total: config.max_steps,
      last_error: null,
      stop_reason: null,
      stalled: null,
    };
  }

  /** Takes over a folder that is ready and locked; `createRun` is the way in. */
  static async open(parts: RecorderParts): Promise<RunRecorder> {
    const recorder = new RunRecorder(parts);
    const { from, changes, heartbeatMs } = parts;
    // Made once: a folder that is deleted while the run goes on must not come back.
    await recorder.#inTurn(() => Deno.mkdir(join(recorder.path, RUN_FILES.rollouts), { recursive: true }));
    await recorder.#writeStatus({});
    await recorder.log(from.step === 0 ? "run started" : `run resumed at step ${from.step}`);
    for (const flaw of from.unusable ?? []) await recorder.log(`a later checkpoint cannot be used: ${flawText(flaw)}`);
    if (changes !== undefined) await recorder.log(changes);
    if (heartbeatMs > 0) {
      // A heartbeat that cannot be written is no reason to end a run: the next event meets the same disk and says so.
      recorder.#timer = setInterval(() => recorder.#writeStatus({}).catch(() => {}), heartbeatMs);
      Deno.unrefTimer(recorder.#timer as unknown as number);
    }
    return recorder;
  }

  /**
   * Records one event; when it returns, the event is on disk.
   * @throws {StorageError} when the disk will not take it; what was recorded before stays readable
   * @throws {LostRunError} when the folder is no longer this run's; nothing is written then
   */
  async record(event: TrainEvent): Promise<void> {
    if (this.#closed) throw new TypeError(`cannot record in ${this.path}: the recorder is closed`);
    switch (event.type) {
      case "start":
        if (event.estimate !== undefined) await this.log(estimateText(event.estimate));
        return await this.#writeStatus({ steps_total: event.total });
      case "evaluation":
        await this.#recordEvaluation(event.step, event.metrics, event.rollouts);
        // No step follows the final one: its row is its own, and is there before a checkpoint says that the run has ended.
        return event.final ? await this.#flushEvaluation() : undefined;
      case "step":
        return await this.#recordStep(event);
      case "checkpoint":
        return await this.#recordCheckpoint(event);
      case "stall":
        return await this.#recordStall(event);
      case "done":
        await this.#flushEvaluation();
        // A run that got no better ended as it was meant to.
        await this.#end(/^(finished|early_stop)$/.test(event.reason) ? "finished" : "stopped", null, event.detail);
    }
  }

  /** Whether there is a checkpoint to go on from, as far as this recorder knows. */
  get canResume(): boolean {
    return !this.lost.aborted && (this.#hasCheckpoint || this.from.checkpoint !== undefined);
  }

  /** Aborted, with a `LostRunError`, once the folder is no longer this run's: looked at with every write. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Adds a line to `log.txt`. */
  async log(line: string): Promise<void> {
    const time = isoTime(this.#parts.clock());
    const lines = line.split("\n").map((text) => `${time} ${text}`);
    await this.#inTurn(() => appendLines(join(this.path, RUN_FILES.log), lines));
  }

  /** Records that the run ended with an error. Never throws: the error itself is what the caller has to report. */
  async fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    await this.#flushEvaluation().catch(() => {});
    await this.log(error instanceof Error ? error.stack ?? message : message).catch(() => {});
    await this.#end("failed", message).catch(() => {});
  }

  /** Frees the folder. A run that neither finished nor failed is recorded as stopped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    clearInterval(this.#timer);
    try {
      if (this.lost.aborted) return;
      await this.#flushEvaluation();
      if (this.#status.state === "running") await this.#end("stopped", null);
    } finally {
      this.#closed = true;
      await this.#writing;
      this.#parts.lock.close();
    }
  }

  async #recordEvaluation(step: number, metrics: Metrics, rollouts: readonly Rollout[]): Promise<void> {
    await this.#flushEvaluation();
    const groups = groupRollouts(rollouts);
    const rows = await this.#writeRollouts("test", step, groups);
    this.#evaluation = { step, metrics, section: this.#section(groups, rows) };
    await this.#writePage(step, [this.#evaluation.section]);
    await this.#writeStatus({ stalled: null });
  }

  async #recordStep({ step, metrics, groups, advantages }: TrainEvent & { type: "step" }): Promise<void> {
    const evaluation = this.#evaluation?.step === step ? this.#evaluation : undefined;
    if (evaluation === undefined) await this.#flushEvaluation();
    const rows = await this.#writeRollouts("train", step, groups, advantages);
    await this.#appendRow(RUN_FILES.metrics, metricsRow(step, { ...evaluation?.metrics, ...metrics }));
    this.#evaluation = undefined;
    const section = this.#section(groups, rows);
    const sections = evaluation === undefined ? [section] : [section, evaluation.section];
    this.#lastStep = { step, sections };
    if (evaluation !== undefined) await this.#writePage(step, sections);
    await this.#writeStatus({ steps_done: step + 1, stalled: null });
  }

  /** The row comes last: where it is, the disk has all that it names, and all steps before it. */
  async #recordCheckpoint({ checkpoint, pending = [] }: CheckpointEvent): Promise<void> {
    if (this.#lastStep !== undefined) await this.#writePage(this.#lastStep.step, this.#lastStep.sections);
    if (pending.length > 0) await this.#writePending(checkpoint.step, pending);
    const folders = [RUN_FILES.rollouts, ...(pending.length > 0 ? [RUN_FILES.pending] : [])];
    for (const folder of [this.path, ...folders.map((name) => join(this.path, name))]) await syncFolder(folder);
    await this.#appendRow(RUN_FILES.checkpoints, checkpointForFolder(this.path, checkpoint));
    this.#hasCheckpoint = true;
    await this.#writeStatus({});
  }

  /** The batches that a run which goes on from this checkpoint learns from first. */
  async #writePending(step: number, batches: readonly DrawnBatch[]): Promise<void> {
    await this.#inTurn(() => Deno.mkdir(join(this.path, RUN_FILES.pending), { recursive: true }));
    const lines = pendingRows(batches).map((row) => `${toJsonLine(row)}\n`);
    await this.#writeWhole(pendingFile(step), lines.join(""));
  }

  async #recordStall(stall: StallEvent): Promise<void> {
    const text = stallText(stall);
    await this.log(text);
    await this.#writeStatus({ stalled: stall.over ? null : text });
  }

  /** Writes the row of an evaluation that no training step followed. */
  async #flushEvaluation(): Promise<void> {
    const evaluation = this.#evaluation;
    if (evaluation === undefined) return;
    this.#evaluation = undefined;
    await this.#appendRow(RUN_FILES.metrics, metricsRow(evaluation.step, evaluation.metrics));
  }

  #section(groups: readonly Group[], rows: readonly RolloutRow[]): StepSection {
    return sectionOf(groups, rows, this.#parts.config.num_groups_to_log);
  }

  async #writePage(step: number, sections: readonly StepSection[]): Promise<void> {
    await this.#inTurn(() => writeStepPage(this.path, step, sections, this.#parts.decode));
  }

  async #writeRollouts(
    split: Split,
    step: number,
    groups: readonly Group[],
    advantages?: readonly (readonly number[])[],
  ): Promise<readonly RolloutRow[]> {
    const rows = rolloutRows(groups, split, step, advantages);
    const lines = rows.map((row) => `${toJsonLine(row)}\n`);
    await this.#writeWhole(rolloutFile(split, step), lines.join(""));
    return rows;
  }

  async #appendRow(file: string, row: unknown): Promise<void> {
    await this.#inTurn(() => appendJsonLines(join(this.path, file), [row], { sync: true }));
  }

  async #writeWhole(file: string, text: string): Promise<void> {
    await this.#inTurn(() => writeAside(join(this.path, file), text, { sync: true, makeFolder: false }));
  }

  async #end(state: RecordedState, error: string | null, reason?: string): Promise<void> {
    clearInterval(this.#timer);
    await this.#writeStatus({ state, last_error: error, stop_reason: reason ?? null, stalled: null });
    await this.log(reason === undefined ? `run ${state}` : `run ${state}: ${reason}`);
  }

  async #writeStatus(change: Partial<RunStatus>): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#closed) return;
      this.#status = { ...this.#status, ...change, heartbeat_at: isoTime(this.#parts.clock()) };
      await writeStatus(this.path, this.#status);
    });
  }

  /** Runs a write after the one before it, whether that one failed or not; none once the folder is not this run's. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(async () => {
      await this.#requireFolder();
      try {
        await write();
      } catch (error) {
        // It went away in between: that is what there is to say.
        await this.#requireFolder();
        throw error;
      }
    });
    this.#writing = turn.catch(() => {});
    return turn;
  }

  async #requireFolder(): Promise<void> {
    const why = this.lost.aborted ? undefined : await this.#parts.lock.lost();
    if (why !== undefined) this.#lost.abort(new LostRunError(lostText(this.path, why)));
    this.lost.throwIfAborted();
  }
}

function lostText(path: string, why: string): string {
  return `the run cannot go on in ${path}: ${why}. It ends here, and has written nothing there since`;
}
