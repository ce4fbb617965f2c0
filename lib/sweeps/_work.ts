/**
 * The work of a sweep: every configuration gets its turn, so many at a time. What is to be done with one is decided by what
 * is at its place when its turn comes, and how its run goes is read from its folder; so it does not matter who started it.
 * One that fails does not end the others. Knows neither files nor tables.
 */
import { join } from "node:path";
import { Limiter, sleep } from "../basics/mod.ts";
import type { TrainInput } from "../config/mod.ts";
import { followRun, LogFolderError, openRun, type Run, RunFolderError, type RunNews } from "../runs/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import type { Configuration } from "./_configurations.ts";
import { RowFacts } from "./_facts.ts";
import { exitCode, type Found, lookAt } from "./_places.ts";
import type { SweepRow } from "./types.ts";

/**
 * Starts one run, or goes on with it, and returns as soon as its folder is ready. Aborted before that, nothing is written.
 * @param input what to train, `log_path` and what to do with what is there included
 */
export type StartRun = (input: TrainInput, signal: AbortSignal) => Promise<unknown>;

/** A configuration with its row. */
export class Place {
  /** What is wanted. */
  readonly configuration: Configuration;
  /** Its folder. */
  readonly path: string;
  readonly #template: PromptTemplate | undefined;
  readonly #changed: (row: SweepRow) => void;
  #row: SweepRow;

  /** @param changed is told of each new row */
  constructor(
    { configuration, folder, template, changed = () => {} }: {
      readonly configuration: Configuration;
      readonly folder: string;
      readonly template?: PromptTemplate | undefined;
      readonly changed?: ((row: SweepRow) => void) | undefined;
    },
  ) {
    this.configuration = configuration;
    this.path = join(folder, configuration.name);
    this.#template = template;
    this.#changed = changed;
    this.#row = {
      ...{ name: configuration.name, path: this.path, settings: configuration.settings, state: "waiting" },
      ...{ elsewhere: false, steps: 0, stepsTotal: configuration.config.max_steps, first: null, last: null },
      ...{ reward: null, secondsLeft: null, reason: null },
    };
  }

  /** How it is doing. */
  get row(): SweepRow {
    return this.#row;
  }

  /** Says how it is doing. */
  set(change: Partial<SweepRow>): void {
    this.#row = { ...this.#row, ...change };
    this.#changed(this.#row);
  }

  /** Looks at what is there. */
  async look(now: number): Promise<Found> {
    return await lookAt({ path: this.path, config: this.configuration.config, template: this.#template }, now);
  }
}

/** What the work needs. */
export interface WorkOptions {
  /** Runs at a time. */
  readonly parallel: number;
  /** Starts one. */
  readonly start: StartRun;
  /** Ends the work in good order: no run is started any more, those that were are asked to stop and waited for. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds between two looks at a run. */
  readonly pollMs: number;
}

/**
 * Works through all places, which have been looked at; those where somebody else is at work come first.
 * @throws what is wrong with this machine and not with a run, once all have ended
 */
export async function workThrough(places: readonly Place[], options: WorkOptions): Promise<void> {
  const limiter = new Limiter(options.parallel);
  const inOrder = [...places].sort((a, b) => Number(b.row.elsewhere) - Number(a.row.elsewhere));
  const results = await Promise.allSettled(inOrder.map((place) => takeTurn(place, limiter, options)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Shows what is at a place. */
export async function showFound(place: Place, now: number): Promise<void> {
  show(place, await place.look(now));
}

function show(place: Place, found: Found, code?: string): void {
  if (found.kind === "other") place.set({ ...measuredOf(found.run), state: "differs", reason: found.why });
  if (found.kind !== "run") return;
  const { state } = found.run;
  const reason = reasonOf(found.run, code);
  place.set({ ...measuredOf(found.run), state, elsewhere: state === "running", reason });
}

async function takeTurn(place: Place, limiter: Limiter, options: WorkOptions): Promise<void> {
  if (place.row.state === "finished" || place.row.state === "differs") return;
  // What somebody else runs takes a place as well: it takes as much of the machine.
  const release = await limiter.acquire(1, options.signal).catch(() => undefined);
  if (release === undefined) return;
  try {
    await work(place, options);
  } finally {
    release();
  }
}

/** Looks, and does what is to be done, until the configuration has had its one try. */
async function work(place: Place, options: WorkOptions): Promise<void> {
  const { signal, now } = options;
  while (!signal.aborted) {
    const found = await place.look(now());
    if (found.kind === "run" && found.run.state === "running") {
      await follow(place, found.run, { ...options, isOwn: false });
      continue;
    }
    show(place, found);
    if (found.kind === "other" || (found.kind === "run" && found.run.state === "finished")) return;
    const begun = await begin(place, found, options);
    if (begun === "taken") continue;
    if (begun !== undefined) await follow(place, begun, { ...options, isOwn: true });
    return;
  }
}

/** @returns the run that has begun; `taken`: somebody else was faster; undefined: there is none, and the row says why */
async function begin(
  place: Place,
  found: Found,
  { start, signal, now }: WorkOptions,
): Promise<Run | "taken" | undefined> {
  const { configuration: { input }, path: log_path } = place;
  const behavior_if_log_dir_exists = found.kind === "run" ? "resume" : "raise";
  place.set({ state: "starting", reason: null });
  try {
    await start({ ...input, log_path, behavior_if_log_dir_exists }, signal);
    return await openRun(log_path, { now: now() });
  } catch (error) {
    if (signal.aborted) {
      place.set({ state: "waiting", reason: null });
      await showFound(place, now());
      return undefined;
    }
    if (error instanceof LogFolderError) {
      const there = await place.look(now());
      if (there.kind === "run" && there.run.state === "running") return "taken";
    }
    // Whatever it was, across a process any class of error may come: it is this run's, and the others go on.
    place.set({ state: "failed", reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** Follows a run until it has ended; one that is ours is asked to stop when the sweep is. */
async function follow(
  place: Place,
  run: Run,
  { signal, now, pollMs, isOwn }: WorkOptions & { readonly isOwn: boolean },
): Promise<void> {
  const facts = new RowFacts(run);
  place.set({ ...shown(facts, place.row), ...stepsOf(run), state: "running", elsewhere: !isOwn, reason: null });
  const leave = new AbortController();
  const stop = isOwn ? stopWith(run, signal, leave) : undefined;
  try {
    const until = isOwn ? leave.signal : signal;
    for await (const news of followRun(run, { signal: until, now, pollMs })) note(place, facts, news);
  } catch (error) {
    if (!(error instanceof RunFolderError || error instanceof SyntaxError)) throw error;
    return place.set({ state: "failed", elsewhere: false, reason: error.message });
  } finally {
    await stop?.close();
  }
  if (signal.aborted && !isOwn) return;
  await showEnd(place, now());
}

/** Asks a run to stop when the signal says so. Where that cannot be asked, the run is left, for it would never end. */
function stopWith(run: Run, signal: AbortSignal, leave: AbortController): { close(): Promise<void> } {
  let asked: Promise<void> | undefined;
  let failure: unknown;
  async function ask(): Promise<void> {
    try {
      await run.stop();
    } catch (error) {
      // It has ended by itself.
      if (error instanceof RunFolderError) return;
      failure = error;
      leave.abort();
    }
  }
  const listener = () => void (asked = ask());
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
  return {
    async close() {
      signal.removeEventListener("abort", listener);
      await asked;
      if (failure !== undefined) throw failure;
    },
  };
}

function note(place: Place, facts: RowFacts, news: RunNews): void {
  if (news.type === "metrics") facts.add(news);
  if (news.type === "resumed") facts.goBackTo(news.step);
  if (news.type === "status" && news.status !== undefined) {
    place.set({ ...stepsOf({ status: news.status }), reason: news.status.stalled });
  }
  place.set(shown(facts, place.row));
}

/** So long the shell around a process may take to tell how it ended. */
const LAST_WORD_MS = 1_000;

/** What has become of a run that has ended. */
async function showEnd(place: Place, now: number): Promise<void> {
  const found = await place.look(now);
  const code = found.kind === "run" && found.run.state === "interrupted" ? await lastCode(place.path) : undefined;
  show(place, found, code);
}

async function lastCode(path: string): Promise<string | undefined> {
  for (let waited = 0; waited < LAST_WORD_MS; waited += 100) {
    const code = await exitCode(path);
    if (code !== undefined) return code;
    await sleep(100);
  }
  return undefined;
}

function interruptedText(code: string | undefined): string {
  if (code === "137") return "its process was killed (code 137), as the system does when memory runs out";
  return code === undefined ? "its process is gone" : `its process ended with code ${code}; its log.txt says more`;
}

function reasonOf({ state, status }: Run, code: string | undefined): string | null {
  if (state === "failed") return status?.last_error ?? "it is not recorded why";
  if (state === "interrupted") return interruptedText(code);
  return state === "stopped" ? status?.stop_reason ?? "it was stopped" : null;
}

function stepsOf({ status }: Pick<Run, "status">): Partial<SweepRow> {
  const { steps_done: steps = 0, steps_total } = status ?? {};
  return { steps, ...(typeof steps_total === "number" && { stepsTotal: steps_total }) };
}

function measuredOf(run: Run | undefined): Partial<SweepRow> {
  if (run === undefined) return {};
  const { secondsOfStep: _, ...measured } = new RowFacts(run).measured();
  return { ...measured, ...stepsOf(run), secondsLeft: null };
}

function shown(facts: RowFacts, { steps, stepsTotal }: SweepRow): Partial<SweepRow> {
  const { secondsOfStep, ...measured } = facts.measured();
  const secondsLeft = secondsOfStep === null || stepsTotal === null ? null : secondsOfStep * (stepsTotal - steps);
  return { ...measured, secondsLeft };
}
