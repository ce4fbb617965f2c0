/**
 * Following a run from its folder, while another process, another notebook or another machine trains it: what comes new is
 * read on from where the last look ended. Nothing is open between two looks, and the run does not know of it, so any
 * number may follow.
 */
import { join } from "node:path";
import { hash32, sleep } from "../basics/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { hasRunConfig } from "./config_file.ts";
import { RunFolderError } from "./errors.ts";
import { RUN_FILES } from "./layout.ts";
import { checkpointFromFolder } from "./_paths.ts";
import { checkpointOfRow, metricsOfRow } from "./rows.ts";
import { openRun, type Run, type StepMetrics } from "./run.ts";
import { isLive, readStatus, type RunState, type RunStatus, stateOf } from "./status.ts";
import { Tail } from "./_tail.ts";

/** One thing that happened to a run. */
export type RunNews =
  /** A row of metrics: of a step, with the evaluation before it where one was made, or of an evaluation alone. */
  | { readonly type: "metrics" } & StepMetrics
  /** A checkpoint was saved; its paths are ready for use. */
  | { readonly type: "checkpoint"; readonly checkpoint: Checkpoint }
  /** The run was resumed: what was told of this step and of later ones no longer counts, they are done again. */
  | { readonly type: "resumed"; readonly step: number }
  /** What the run says of itself has changed, other than that it is alive. */
  | { readonly type: "status"; readonly state: RunState; readonly status: RunStatus | undefined };

/** Options of `followRun`. */
export interface FollowOptions {
  /** Ends the following; the run goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. Default: 500. */
  readonly pollMs?: number | undefined;
  /** The time in milliseconds since 1970, to tell a run that goes on from one that was interrupted. */
  readonly now?: (() => number) | undefined;
}

/**
 * Tells what happens to a run until it has ended, or the signal says so. Of a path everything is told, from its first
 * step on; of a run that was opened, what it does not have yet. A run that has ended tells what there is, and ends.
 *
 * @example
 * ```ts ignore
 * for await (const news of followRun("runs/x")) {
 *   if (news.type === "metrics") console.log(news.step, news.metrics["env/all/correct"]);
 * }
 * ```
 * @throws {RunFolderError} when the folder is no run, or is gone
 */
export async function* followRun(
  target: Run | string,
  { signal, pollMs = 500, now = Date.now }: FollowOptions = {},
): AsyncGenerator<RunNews, void, void> {
  const known = typeof target === "string" ? undefined : target;
  const { path } = known ?? await openRun(target as string);
  const steps = new NewRows(join(path, RUN_FILES.metrics), metricsOfRow, knownSteps(known));
  const checkpoints = new NewRows(join(path, RUN_FILES.checkpoints), checkpointOfRow, knownCheckpoints(known));
  let told = known && statusKey(known.state, known.status);
  while (signal?.aborted !== true) {
    const status = await readStatus(path);
    const live = await isLive(path, status, now());
    // Looked for after the end was seen: then everything is there.
    const { fresh, gone } = await steps.look(!live);
    if (gone.length > 0) yield { type: "resumed", step: Math.min(...gone) };
    for (const row of fresh) yield { type: "metrics", ...row };
    for (const row of (await checkpoints.look(!live)).fresh) {
      yield { type: "checkpoint", checkpoint: checkpointFromFolder(path, row) };
    }
    const state = stateOf(status, live);
    if (statusKey(state, status) !== told) {
      if (!live && !await hasRunConfig(path)) throw new RunFolderError(`${path} was followed, and is gone`);
      told = statusKey(state, status);
      yield { type: "status", state, status };
    }
    if (!live) return;
    await sleep(pollMs, signal).catch(() => {});
  }
}

/** All of it but the heartbeat. */
function statusKey(state: RunState, status: RunStatus | undefined): string {
  return JSON.stringify([state, { ...status, heartbeat_at: "" }]);
}

function knownSteps(run: Run | undefined): (row: StepMetrics) => boolean {
  const steps = new Map(run?.metrics.map(({ step, metrics }) => [step, metrics]));
  return ({ step, metrics }) => {
    const known = steps.get(step);
    return known !== undefined && Object.entries(metrics).every(([key, value]) => Object.is(known[key], value));
  };
}

function knownCheckpoints(run: Run | undefined): (row: Checkpoint) => boolean {
  return ({ name, step }) => run?.checkpoints.some((known) => known.name === name && known.step === step) === true;
}

/** The rows of a file that were not told yet. */
class NewRows<T extends { readonly step: number }> {
  readonly #tail: Tail;
  readonly #parse: (row: unknown) => T | undefined;
  readonly #isKnown: (row: T) => boolean;
  /** The steps of those that were told, by what they say. */
  #told = new Map<string, number>();
  #isFirst = true;

  /** Of a file. @param isKnown which rows need not be told at the first look */
  constructor(path: string, parse: (row: unknown) => T | undefined, isKnown: (row: T) => boolean) {
    this.#tail = new Tail(path);
    this.#parse = parse;
    this.#isKnown = isKnown;
  }

  /** New rows, and the steps of those that were told and are no longer there. */
  async look(isLast: boolean): Promise<{ readonly fresh: readonly T[]; readonly gone: readonly number[] }> {
    const { rows, isAnew } = await this.#tail.look(isLast);
    const before = this.#told;
    if (isAnew) this.#told = new Map();
    const fresh: T[] = [];
    for (const row of rows) {
      const value = this.#parse(row);
      const key = digest(row);
      if (value === undefined || this.#told.has(key)) continue;
      const isNew = !before.has(key) && !(this.#isFirst && this.#isKnown(value));
      this.#told.set(key, value.step);
      if (isNew) fresh.push(value);
    }
    this.#isFirst = false;
    return { fresh, gone: isAnew ? [...before].flatMap(([key, step]) => this.#told.has(key) ? [] : [step]) : [] };
  }
}

/** What a row says, in few characters: a long run has many rows. */
function digest(row: unknown): string {
  const text = JSON.stringify(row);
  return `${hash32("row", text)}:${hash32(text, "row")}`;
}
