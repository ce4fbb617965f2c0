/**
 * A run folder made ready for a recorder: made, deleted and made again, or gone on with. The lock is taken first; what an
 * earlier process left behind is put in order under it, and what is half done here when the process is killed is done again
 * by the next one.
 */
import { join } from "node:path";
import { appendLines, explainWriteError, pathKind, withoutTrailingSeparators } from "../basics/mod.ts";
import type { LogDirBehavior, TrainConfig } from "../config/mod.ts";
import type { DecodeTokens } from "../viewer/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { changedText, readRunConfig, writeRunConfig } from "./config_file.ts";
import { LogFolderError } from "./errors.ts";
import { isoTime, newFacts, resumedFacts } from "./_facts.ts";
import { hostName } from "./_host.ts";
import { RUN_FILES } from "./layout.ts";
import { decideLogFolder, deleteRun, inspectLogFolder, inUse, lockFolder } from "./log_folder.ts";
import type { RunProblems } from "./problem_facts.ts";
import { RunRecorder } from "./record.ts";
import { findResumePoint, type ResumePoint, setAside } from "./resume.ts";
import { readStatus, type RunStatus, writeStatus } from "./status.ts";
import { finishDeleting, sweep, unfinished } from "./_sweep.ts";

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
  /** Longest sequence of the model in tokens, prompt and completion together; Infinity: it is not known. */
  readonly contextLength?: number | undefined;
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
  await makeFolder(path);
  await finishDeleting(path);
  const lock = await lockFolder(path, clock);
  try {
    await sweep(path);
    const ready = action === "resume"
      ? await resumeRun(config, options, clock())
      : await startRun(config, options, clock());
    const { decode, heartbeatMs = 5000 } = options;
    return await RunRecorder.open({ config, lock, ...ready, clock, decode, heartbeatMs });
  } catch (error) {
    lock.close();
    throw explainWriteError(path, error);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw explainWriteError(path, error);
  }
}

/** What a recorder goes on from. */
interface Ready {
  readonly from: ResumePoint;
  readonly changes?: string | undefined;
}

async function startRun(config: TrainConfig, options: CreateRunOptions, now: number): Promise<Ready> {
  const { log_path: path } = config;
  // Between the look and the lock another run may have come and gone.
  if (await pathKind(join(path, RUN_FILES.config)) !== "absent") throw new LogFolderError(inUse(path, undefined));
  await writeRunConfig(path, { config, facts: newFacts(options, now) });
  return { from: { step: 0 } };
}

/** Sets aside what will be done again and notes what changed. */
async function resumeRun(config: TrainConfig, options: CreateRunOptions, now: number): Promise<Ready> {
  const { log_path: path } = config;
  const before = await readRunConfig(path);
  if (before === undefined) {
    throw new LogFolderError(`cannot resume ${path}: another process has deleted the run meanwhile`);
  }
  const from = await findResumePoint(path, options.gone);
  await setAside(path, from);
  const facts = resumedFacts(before, config, options, from.step, now);
  await writeRunConfig(path, { config, facts });
  const changed = Object.entries(facts.resumed.at(-1)?.changed ?? {}).map(([key, values]) => changedText(key, values));
  return { from, ...(changed.length > 0 && { changes: `going on with ${changed.join(", ")}` }) };
}

/**
 * Puts a run in order that has its final checkpoint: where its process was killed before it could say that it has finished,
 * that is said now. A run that is in order is not touched, so it may be in a place that cannot be written.
 * @throws {LogFolderError} when another process is writing to it
 */
export async function settleRun(path: string, clock: () => number = Date.now): Promise<void> {
  const said = await readStatus(path);
  const isSaid = said !== undefined && said.state !== "running";
  if (isSaid && (await unfinished(path)).length === 0) return;
  const lock = await lockFolder(path, clock);
  try {
    await sweep(path);
    if (isSaid) return;
    const { step } = await findResumePoint(path);
    await writeStatus(path, finishedStatus(said, step, isoTime(clock())));
    await appendLines(join(path, RUN_FILES.log), [`${isoTime(clock())} run finished, as its final checkpoint says`]);
  } finally {
    lock.close();
  }
}

function finishedStatus(before: RunStatus | undefined, step: number, now: string): RunStatus {
  const process = before ?? { pid: Deno.pid, hostname: hostName(), started_at: now };
  const nothing = { last_error: null, stop_reason: null, stalled: null };
  return { ...process, ...nothing, state: "finished", heartbeat_at: now, steps_done: step, steps_total: step };
}
