/**
 * Writes a run folder from the stream of training events. The recorder owns the folder while it is open: it holds the
 * lock and renews the heartbeat, so that a second run is refused and a reader can tell a dead run from a busy one.
 * It never judges what it records; numbers and rollouts go to disk as training reported them.
 */
import { join } from "node:path";
import { appendLines, pathKind, toJsonLine, withoutTrailingSeparators, writeAside } from "../basics/mod.ts";
import type { LogDirBehavior, TrainConfig } from "../config/mod.ts";
import { estimateText, type StallEvent, stallText, type TrainEvent } from "../training/mod.ts";
import type { DecodeTokens, StepSection } from "../viewer/mod.ts";
import type { Checkpoint, Group, Metrics, PromptTemplate, Rollout, Split } from "../vocabulary.ts";
import { readRunConfig, writeRunConfig } from "./config_file.ts";
import { LogFolderError } from "./errors.ts";
import { isoTime, newFacts, resumedFacts } from "./_facts.ts";
import { rolloutFile, RUN_FILES } from "./layout.ts";
import type { RunProblems } from "./problem_facts.ts";
import { type FolderLock, takeLock } from "./_lock.ts";
import { decideLogFolder, deleteRun, inspectLogFolder, inUse } from "./log_folder.ts";
import { sectionOf, writeStepPage } from "./_page.ts";
import { checkpointForFolder } from "./_paths.ts";
import { findResumePoint, type ResumePoint, setAside } from "./resume.ts";
import { groupRollouts, metricsRow, type RolloutRow, rolloutRows } from "./rows.ts";
import { hostName, type RecordedState, type RunStatus } from "./status.ts";

/** Options of `createRun`. */
export interface CreateRunOptions {
  /** The template as it is used; its text goes into `config.json`. */
  readonly template: PromptTemplate;
  /** What to do when the folder exists; default: what the configuration says, where `ask` is refused. */
  readonly behavior?: LogDirBehavior;
  /** Name of the reward function, where one was given. */
  readonly reward?: string | undefined;
  /** Which problems it is about. */
  readonly problems?: RunProblems | undefined;
  /** State paths of checkpoints that a server no longer has: they are not resumed from. */
  readonly gone?: readonly string[];
  /** Turns the policy's tokens into text, so that pages can colour them; absent: pages do not. */
  readonly decode?: DecodeTokens | undefined;
  /** The time in milliseconds since 1970. */
  readonly clock?: () => number;
  /** Between heartbeats; 0: only with each event. */
  readonly heartbeatMs?: number;
}

/**
 * Makes the run folder `log_path`, or goes on with it, and returns its recorder.
 * @throws {LogFolderError} when the folder exists and may not be used, or another process is writing to it
 * @throws {StorageError} when the disk will not take it
 */
export async function createRun(asked: TrainConfig, options: CreateRunOptions): Promise<RunRecorder> {
  const config = { ...asked, log_path: withoutTrailingSeparators(asked.log_path) };
  const { clock = Date.now, behavior = config.behavior_if_log_dir_exists } = options;
  const path = config.log_path;
  const folder = await inspectLogFolder(path, clock());
  const action = decideLogFolder(folder, behavior, false);
  if (action === "delete") await deleteRun(path);
  await Deno.mkdir(path, { recursive: true });
  const lock = await takeLock(path);
  if (lock === undefined) throw new LogFolderError(inUse(path, undefined));
  try {
    // Between the look and the lock another run may have come and gone.
    if (action === "create" && await pathKind(join(path, RUN_FILES.config)) !== "absent") {
      throw new LogFolderError(inUse(path, undefined));
    }
    const from = action === "resume" ? await resumeRun(config, options, clock()) : { step: 0 };
    if (action !== "resume") await writeRunConfig(path, { config, facts: newFacts(options, clock()) });
    const { decode, heartbeatMs = 5000 } = options;
    return await RunRecorder.open({ config, lock, from, clock, decode, heartbeatMs });
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Sets aside what will be done again and notes what changed. */
async function resumeRun(config: TrainConfig, options: CreateRunOptions, now: number): Promise<ResumePoint> {
  const path = config.log_path;
  const before = await readRunConfig(path);
  const from = await findResumePoint(path, options.gone);
  await setAside(path, from);
  if (before !== undefined) {
    await writeRunConfig(path, { config, facts: resumedFacts(before, config, options, from.step, now) });
  }
  return from;
}

interface RecorderParts {
  readonly config: TrainConfig;
  readonly lock: FolderLock;
  readonly from: ResumePoint;
  readonly clock: () => number;
  readonly decode: DecodeTokens | undefined;
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
    await recorder.#writeStatus({});
    const { from, heartbeatMs } = parts;
    await recorder.log(from.step === 0 ? "run started" : `run resumed at step ${from.step}`);
    for (const path of from.missing ?? []) await recorder.log(`a later checkpoint is gone: ${path}`);
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
   */
  async record(event: TrainEvent): Promise<void> {
    if (this.#closed) throw new TypeError(`cannot record in ${this.path}: the recorder is closed`);
    switch (event.type) {
      case "start":
        if (event.estimate !== undefined) await this.log(estimateText(event.estimate));
        return await this.#writeStatus({ steps_total: event.total });
      case "evaluation":
        return await this.#recordEvaluation(event.step, event.metrics, event.rollouts);
      case "step":
        return await this.#recordStep(event);
      case "checkpoint":
        return await this.#recordCheckpoint(event.checkpoint);
      case "stall":
        return await this.#recordStall(event);
      case "done":
        await this.#flushEvaluation();
        await this.#end(event.reason === "finished" ? "finished" : "stopped", null, event.detail);
    }
  }

  /** Whether this recorder has recorded a checkpoint. */
  get hasCheckpoint(): boolean {
    return this.#hasCheckpoint;
  }

  /** Adds a line to `log.txt`. */
  async log(line: string): Promise<void> {
    const time = isoTime(this.#parts.clock());
    await this.#inTurn(() =>
      appendLines(join(this.path, RUN_FILES.log), line.split("\n").map((text) => `${time} ${text}`))
    );
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

  async #recordCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#appendRow(RUN_FILES.checkpoints, checkpointForFolder(this.path, checkpoint));
    this.#hasCheckpoint = true;
    if (this.#lastStep !== undefined) await this.#writePage(this.#lastStep.step, this.#lastStep.sections);
    await this.#writeStatus({});
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
    await writeStepPage(this.path, step, sections, this.#parts.decode);
  }

  async #writeRollouts(
    split: Split,
    step: number,
    groups: readonly Group[],
    advantages?: readonly (readonly number[])[],
  ): Promise<readonly RolloutRow[]> {
    const rows = rolloutRows(groups, split, step, advantages);
    const lines = rows.map((row) => `${toJsonLine(row)}\n`);
    await writeAside(join(this.path, rolloutFile(split, step)), lines.join(""));
    return rows;
  }

  async #appendRow(file: string, row: unknown): Promise<void> {
    await this.#inTurn(() => appendLines(join(this.path, file), [toJsonLine(row)]));
  }

  async #end(state: RecordedState, error: string | null, reason?: string): Promise<void> {
    await this.#writeStatus({ state, last_error: error, stop_reason: reason ?? null, stalled: null });
    await this.log(reason === undefined ? `run ${state}` : `run ${state}: ${reason}`);
  }

  async #writeStatus(change: Partial<RunStatus>): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#closed) return;
      this.#status = { ...this.#status, ...change, heartbeat_at: isoTime(this.#parts.clock()) };
      await writeAside(join(this.path, RUN_FILES.status), `${JSON.stringify(this.#status, null, 2)}\n`);
    });
  }

  /** Runs a write after the one before it, whether that one failed or not. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(write);
    this.#writing = turn.catch(() => {});
    return turn;
  }
}
