/**
 * Runs as the rest of the module knows them, put together from files that were looked at before they were opened, and kept
 * up to date by reading what was appended. A folder from anyone may hold broken rows: those are left out, and it is said.
 */
import { join } from "node:path";
import { counted, isObject } from "../basics/mod.ts";
import { ConfigError, parseConfig, type TrainConfig } from "../config/mod.ts";
import {
  checkpointFromFolder,
  checkpointOfRow,
  metricsOfRow,
  Run,
  RUN_FILES,
  type RunFacts,
  type StepMetrics,
} from "../runs/mod.ts";
import type { Checkpoint, PromptTemplate } from "../vocabulary.ts";
import { GrowingFile } from "./_growing.ts";
import { MOST_BYTES, readObject, safeFile, UnreadableError } from "./_guard.ts";
import { readState } from "./_state.ts";
import type { ListedRun } from "./listing.ts";

/** A run with what a page says of its files. */
export interface OpenedRun {
  /** As it is now. */
  readonly run: Run;
  /** Changes whenever its metrics, its configuration or its state do, but not as long as it is just alive. */
  readonly version: string;
  /** What could not be read, a sentence each. */
  readonly notes: readonly string[];
}

/** Runs that are kept open, so to speak: nothing is open between two looks. */
const MOST_KEPT = 12;

/** Opens runs of a folder again and again. */
export class OpenedRuns {
  readonly #root: string;
  readonly #now: () => number;
  readonly #kept = new Map<string, RunReader>();

  /** Of runs below a folder, which is without links. */
  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  /** A run as it is now. @throws {UnreadableError} when its configuration or its state cannot be understood */
  async open(listed: ListedRun): Promise<OpenedRun> {
    const reader = this.#kept.get(listed.path) ?? new RunReader(this.#root, listed.path);
    this.#kept.delete(listed.path);
    this.#kept.set(listed.path, reader);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return await reader.look(this.#now());
  }
}

/** One run, looked at by one page at a time. */
class RunReader {
  readonly #root: string;
  readonly #path: string;
  readonly #metrics: MetricRows;
  readonly #superseded: MetricRows;
  readonly #checkpoints: CheckpointRows;
  #config: { readonly version: string; readonly config: TrainConfig; readonly facts: RunFacts } | undefined;
  #opened: OpenedRun | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, path: string) {
    [this.#root, this.#path] = [root, path];
    const rows = (name: string, most: number) => new GrowingFile(root, join(path, name), most);
    this.#metrics = new MetricRows(rows(RUN_FILES.metrics, MOST_BYTES.metrics));
    this.#superseded = new MetricRows(rows(RUN_FILES.supersededMetrics, MOST_BYTES.rows));
    this.#checkpoints = new CheckpointRows(rows(RUN_FILES.checkpoints, MOST_BYTES.rows), path);
  }

  look(now: number): Promise<OpenedRun> {
    const looked = this.#turn.then(() => this.#look(now));
    this.#turn = looked.catch(() => {});
    return looked;
  }

  async #look(now: number): Promise<OpenedRun> {
    const { version, config, facts } = await this.#readConfig();
    const { state, status } = await readState(this.#root, this.#path, now);
    const notes: string[] = [];
    for (const rows of [this.#metrics, this.#superseded, this.#checkpoints]) {
      await rows.look().catch((error) => {
        if (!(error instanceof UnreadableError)) throw error;
        notes.push(`${error.message}.`);
      });
      notes.push(...rows.notes);
    }
    const said = JSON.stringify([version, state, { ...status, heartbeat_at: "" }, this.#metrics.version]);
    const full = `${said}${this.#superseded.version}${this.#checkpoints.version}${notes}`;
    if (this.#opened?.version === full) return this.#opened;
    const run = new Run({
      ...{ path: this.#path, config, facts, status, state },
      metrics: this.#metrics.merged(),
      superseded: this.#superseded.all(),
      checkpoints: this.#checkpoints.all(),
    });
    return this.#opened = { run, version: full, notes };
  }

  async #readConfig() {
    const path = join(this.#path, RUN_FILES.config);
    const file = await safeFile(this.#root, path, MOST_BYTES.config);
    if (file === undefined) throw new UnreadableError(`${RUN_FILES.config} is gone`);
    if (this.#config?.version === file.version) return this.#config;
    const raw = await readObject(this.#root, path, MOST_BYTES.config) ?? {};
    try {
      return this.#config = { version: file.version, config: parseConfig(raw, RUN_FILES.config), facts: factsOf(raw) };
    } catch (error) {
      if (error instanceof ConfigError) throw new UnreadableError(error.message);
      throw error;
    }
  }
}

/** What stands beside the configuration; a part that is not sound is left out. */
function factsOf(raw: Readonly<Record<string, unknown>>): RunFacts {
  const { run_schema, created_at, template, reward, versions, resumed, prompt_template, context_length, problems } =
    raw;
  if (typeof run_schema !== "number") throw new UnreadableError(`${RUN_FILES.config} is not a run's`);
  const object = (value: unknown) => isObject(value) ? value : {};
  const name = object(template).name ?? prompt_template;
  const isSide = (side: unknown) => isObject(side) && typeof side.name === "string" && typeof side.size === "number";
  const hasProblems = isObject(problems) && isSide(problems.train) && isSide(problems.test);
  return {
    run_schema,
    created_at: typeof created_at === "string" ? created_at : "",
    template: { ...object(template), name: typeof name === "string" ? name : "unknown" } as PromptTemplate,
    ...(typeof reward === "string" && { reward }),
    ...(hasProblems && { problems: problems as unknown as NonNullable<RunFacts["problems"]> }),
    ...(typeof context_length === "number" && context_length > 0 && { context_length }),
    versions: object(versions) as Record<string, string>,
    resumed: Array.isArray(resumed) ? resumed.filter(isObject) as unknown as RunFacts["resumed"] : [],
  };
}

/** The rows of a file, kept. */
abstract class Rows {
  readonly #file: GrowingFile;

  constructor(file: GrowingFile) {
    this.#file = file;
  }

  get version(): string {
    return this.#file.version ?? "";
  }

  get notes(): string[] {
    const { broken } = this.#file;
    return broken === 0 ? [] : [`${counted(broken, "line")} of ${this.#file.name} cannot be read, and are left out.`];
  }

  async look(): Promise<void> {
    await this.#file.look({ row: (value) => isObject(value) && this.take(value), anew: () => this.forget() });
  }

  protected abstract take(row: Readonly<Record<string, unknown>>): void;
  protected abstract forget(): void;
}

class MetricRows extends Rows {
  #rows: StepMetrics[] = [];
  readonly #steps = new Map<number, StepMetrics>();

  protected take(raw: Readonly<Record<string, unknown>>): void {
    const row = metricsOfRow(raw);
    if (row === undefined) return;
    this.#rows.push(row);
    // Later values win where a step stands twice.
    const { step, metrics } = row;
    const known = this.#steps.get(step);
    this.#steps.set(step, known === undefined ? row : { step, metrics: { ...known.metrics, ...metrics } });
  }

  protected forget(): void {
    this.#rows = [];
    this.#steps.clear();
  }

  all(): StepMetrics[] {
    return [...this.#rows];
  }

  merged(): StepMetrics[] {
    return [...this.#steps.values()].sort((a, b) => a.step - b.step);
  }
}

class CheckpointRows extends Rows {
  readonly #run: string;
  readonly #rows = new Map<string, Checkpoint>();

  constructor(file: GrowingFile, run: string) {
    super(file);
    this.#run = run;
  }

  protected take(raw: Readonly<Record<string, unknown>>): void {
    const checkpoint = checkpointOfRow(raw);
    if (checkpoint === undefined) return;
    this.#rows.set(`${checkpoint.step} ${checkpoint.name}`, checkpointFromFolder(this.#run, checkpoint));
  }

  protected forget(): void {
    this.#rows.clear();
  }

  all(): Checkpoint[] {
    return [...this.#rows.values()];
  }
}
