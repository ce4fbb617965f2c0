/**
 * A run as its folder tells it: finished, still running or copied from a colleague, all look alike. Reads the folder and
 * nothing else; small files are read when a run is opened, rollouts are streamed when asked for.
 */
import { basename, join, resolve } from "node:path";
import { DISPLAY, displayed, INSPECT, type MediaBundle, readJsonLines, streamJsonLines } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Checkpoint, Metrics, PromptTemplate, Split } from "../vocabulary.ts";
import { hasRunConfig, readRunConfig, type RunConfig, type RunFacts } from "./config_file.ts";
import { runBundle, runsBundle, runsText, runText } from "./_display.ts";
import { asMetrics, asRollouts, asSeries } from "./_display_values.ts";
import { RunFolderError } from "./errors.ts";
import { asFolderError } from "./_json.ts";
import { parseRolloutFile, RUN_FILES } from "./layout.ts";
import { checkpointFromFolder } from "./_paths.ts";
import { checkpointOfRow, metricsOfRow, rolloutOfRow, type RolloutRow } from "./rows.ts";
import { askToStop, type StopOptions } from "./stop.ts";
import { isDeletedName } from "./_sweep.ts";
import { isLive, readStatus, type RunState, type RunStatus, stateOf } from "./status.ts";

/** The metrics of one step. */
export interface StepMetrics {
  /** Its index. */
  readonly step: number;
  /** By metric key; NaN where it was not a number. */
  readonly metrics: Metrics;
}

/** A file of rollouts. */
export interface RolloutFile {
  /** Training or held out. */
  readonly split: Split;
  /** The step its rollouts were drawn at. */
  readonly step: number;
  /** Absolute path. */
  readonly path: string;
}

/** Which rollouts to read; absent fields select all. */
export interface RolloutFilter {
  /** Training or held out. */
  readonly split?: Split;
  /** The step they were drawn at. */
  readonly step?: number;
}

/** What a run folder held when it was opened. */
export type RunContent = Pick<
  Run,
  "path" | "config" | "facts" | "status" | "state" | "metrics" | "superseded" | "checkpoints"
>;

/** One run on disk, as it was when it was opened; open it again for what came since. Displays itself as a summary. */
export class Run {
  /** Absolute path of the folder. */
  readonly path: string;
  /** Name of the folder. */
  readonly name: string;
  /** The resolved configuration. */
  readonly config: TrainConfig;
  /** What `config.json` says besides the configuration. */
  readonly facts: RunFacts;
  /** The template with its text, as it was when the run started or was last resumed. */
  readonly template: PromptTemplate;
  /** `status.json`, where there is one. */
  readonly status: RunStatus | undefined;
  /** How it is doing. */
  readonly state: RunState;
  /** One entry a step, ascending; displays itself as a table. */
  readonly metrics: readonly StepMetrics[];
  /** Rows of steps that resumptions did again, in the order they were recorded: what they cost was paid. */
  readonly superseded: readonly StepMetrics[];
  /** In the order they were taken, paths ready for use. */
  readonly checkpoints: readonly Checkpoint[];

  /** A run with this content; `openRun` reads it from a folder. */
  constructor(content: RunContent) {
    this.path = content.path;
    this.name = basename(content.path);
    this.config = content.config;
    this.facts = content.facts;
    this.template = content.facts.template;
    this.status = content.status;
    this.state = content.state;
    this.metrics = asMetrics(content.metrics);
    this.superseded = content.superseded;
    this.checkpoints = content.checkpoints;
  }

  /** The steps at which a metric was measured, with its value; displays itself as a sparkline. */
  series(key: string): { readonly step: number; readonly value: number }[] {
    const series = this.metrics.flatMap(({ step, metrics }) => {
      const value = metrics[key];
      return value === undefined ? [] : [{ step, value }];
    });
    return asSeries(key, series);
  }

  /** The files of rollouts, by step, training before held-out. */
  async rolloutFiles(filter: RolloutFilter = {}): Promise<RolloutFile[]> {
    const folder = join(this.path, RUN_FILES.rollouts);
    const files: RolloutFile[] = [];
    try {
      for await (const { name } of Deno.readDir(folder)) {
        const parsed = parseRolloutFile(name);
        if (parsed === undefined || (filter.split ?? parsed.split) !== parsed.split) continue;
        if ((filter.step ?? parsed.step) === parsed.step) files.push({ ...parsed, path: join(folder, name) });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return files.sort((a, b) => a.step - b.step || b.split.localeCompare(a.split));
  }

  /**
   * Reads rollouts one by one, holding about one in memory. Lines that are not rollouts are left out.
   * @throws {SyntaxError} when a file is broken other than in its last line
   */
  async *rollouts(filter: RolloutFilter = {}): AsyncGenerator<RolloutRow> {
    for (const { path } of await this.rolloutFiles(filter)) {
      for await (const row of streamJsonLines(path)) {
        const rollout = rolloutOfRow(row);
        if (rollout !== undefined) yield rollout;
      }
    }
  }

  /**
   * Reads rollouts into an array that displays itself as a table.
   * @param filter which, and at most how many: by default 1,000
   * @throws {RangeError} when `limit` is no whole number from 1
   * @throws {SyntaxError} when a file is broken other than in its last line
   */
  async readRollouts(
    { limit = 1000, ...filter }: RolloutFilter & { readonly limit?: number } = {},
  ): Promise<RolloutRow[]> {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`cannot read ${limit} rollouts of ${this.path}: limit must be a whole number from 1`);
    }
    const rows: RolloutRow[] = [];
    for await (const row of this.rollouts(filter)) {
      // One more than asked for says that there are more.
      if (rows.length === limit) return asRollouts(rows, false);
      rows.push(row);
    }
    return asRollouts(rows, true);
  }

  /**
   * Asks the process that trains the run, wherever it is, to end in good order as by Ctrl-C: it saves a checkpoint, so that
   * the run can be resumed. Waits until it has ended.
   * @returns the run as it is then; without waiting, as it is now
   * @throws {RunFolderError} when no process is writing the run: there is nothing to stop
   * @throws {StorageError} when the folder takes no file
   * @throws the signal's reason, when it was aborted while the end was waited for; the run stops all the same
   */
  async stop(options: StopOptions = {}): Promise<Run> {
    await askToStop(this.path, options);
    return await openRun(this.path);
  }

  /** The summary in a terminal. */
  [INSPECT](): string {
    return runText(this);
  }

  /** The summary in a notebook. */
  [DISPLAY](): MediaBundle {
    return runBundle(this);
  }
}

/** Options of reading runs. */
export interface ReadRunOptions {
  /** Milliseconds since 1970, to tell a running run from an interrupted one. */
  readonly now?: number;
}

/**
 * Opens a run folder.
 * @throws {RunFolderError} when the folder is not a run or its `config.json` or `status.json` cannot be read
 * @throws {SyntaxError} when a line other than the last of metrics or checkpoints does not parse
 */
export async function openRun(path: string, { now = Date.now() }: ReadRunOptions = {}): Promise<Run> {
  const folder = resolve(path);
  const content = await readRunConfig(folder);
  if (content === undefined) throw new RunFolderError(await whyNoRun(path));
  try {
    return new Run(await readContent(folder, content, now));
  } catch (error) {
    throw asFolderError(error, folder);
  }
}

async function whyNoRun(path: string): Promise<string> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined) return `cannot open the run ${path}: there is no such folder`;
  const what = info.isDirectory ? `it has no ${RUN_FILES.config}` : "it is a file";
  return `${path} is not a run folder: ${what}`;
}

async function readContent(path: string, { config, facts }: RunConfig, now: number): Promise<RunContent> {
  const status = await readStatus(path);
  const metrics = mergeSteps(await readJsonLines(join(path, RUN_FILES.metrics)));
  const superseded = (await readJsonLines(join(path, RUN_FILES.supersededMetrics))).flatMap((row) =>
    metricsOfRow(row) ?? []
  );
  const checkpoints = (await readJsonLines(join(path, RUN_FILES.checkpoints))).flatMap((row) => {
    const checkpoint = checkpointOfRow(row);
    return checkpoint === undefined ? [] : [checkpointFromFolder(path, checkpoint)];
  });
  const state = stateOf(status, await isLive(path, status, now));
  return { path, config, facts, status, state, metrics, superseded, checkpoints };
}

/** One entry a step: where a step stands twice, later values win. */
function mergeSteps(rows: readonly unknown[]): StepMetrics[] {
  const steps = new Map<number, Metrics>();
  for (const row of rows) {
    const parsed = metricsOfRow(row);
    if (parsed) steps.set(parsed.step, { ...steps.get(parsed.step), ...parsed.metrics });
  }
  return [...steps].map(([step, metrics]) => ({ step, metrics })).sort((a, b) => a.step - b.step);
}

/** Options of `listRuns`. */
export interface ListRunsOptions extends ReadRunOptions {
  /** Called for each folder that cannot be read; by default they are left out. */
  readonly onUnreadable?: (path: string, error: Error) => void;
}

/**
 * Opens the runs in a folder, newest first; the list displays itself as a table. Other folders are left out, and a
 * folder that does not exist has none.
 */
export async function listRuns(folder = "runs", options: ListRunsOptions = {}): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const name of await folderNames(folder)) {
    const path = join(folder, name);
    try {
      if (await hasRunConfig(path)) runs.push(await openRun(path, options));
    } catch (thrown) {
      // Deleted while it was looked at.
      if (thrown instanceof Deno.errors.NotFound) continue;
      const error = asFolderError(thrown, path);
      if (!(error instanceof RunFolderError || error instanceof SyntaxError)) throw error;
      options.onUnreadable?.(path, error);
    }
  }
  runs.sort((a, b) => b.facts.created_at.localeCompare(a.facts.created_at) || a.name.localeCompare(b.name));
  return displayed(runs, () => runsBundle(runs), () => runsText(runs));
}

async function folderNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile && !isDeletedName(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
