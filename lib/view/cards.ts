/**
 * What the list shows of a run: a few words of its configuration, how it is doing, and the course of two numbers. Kept from
 * one look to the next, so that a look at a thousand runs of which one moves costs a thousand glances and one read.
 */
import { join } from "node:path";
import type { SparkPoint } from "../basics/mod.ts";
import { RUN_FILES, type RunState } from "../runs/mod.ts";
import { GrowingFile } from "./_growing.ts";
import { mapLimited, MOST_BYTES, readObject, refusalText, safeFile, UnreadableError } from "./_guard.ts";
import { type LiveState, readState } from "./_state.ts";
import { AT_ONCE, type ListedRun } from "./listing.ts";

/** A run in the list. Texts are foreign. */
export interface RunCard extends Pick<ListedRun, "key" | "name" | "sweep"> {
  /** How it is doing; `unreadable`: its folder is not understood. */
  readonly state: RunState | "unreadable";
  /** What is wrong with the folder; empty: nothing. */
  readonly problem: string;
  readonly env: string;
  readonly template: string;
  readonly model: string;
  readonly backend: string;
  readonly method: string;
  /** When it started, ISO 8601; empty: not known. */
  readonly created: string;
  /** Steps done. */
  readonly done: number;
  /** Steps in all; null: not known. */
  readonly total: number | null;
  /** Held-out accuracy by step. */
  readonly heldOut: readonly SparkPoint[];
  /** Mean reward by step. */
  readonly reward: readonly SparkPoint[];
}

const HELD_OUT = "test/env/all/correct";
const REWARD = "env/all/reward/total";

/** A folder whose runs are looked at again and again. */
export class Cards {
  readonly #root: string;
  readonly #now: () => number;
  readonly #known = new Map<string, Card>();

  /** Of runs below a folder, which is without links. */
  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  /**
   * Looks at runs until the time is over; those that were not looked at yet are left for the next time.
   * @param patienceMs how long at most, so that a page comes also where the disk is slow
   */
  async look(
    runs: Iterable<ListedRun>,
    patienceMs: number,
  ): Promise<{ readonly cards: readonly RunCard[]; readonly unread: number }> {
    const listed = [...runs];
    const keys = new Set(listed.map(({ path }) => path));
    for (const path of this.#known.keys()) if (!keys.has(path)) this.#known.delete(path);
    // Those that were never looked at come first, so that all are seen in the end.
    const turns = listed.toSorted((a, b) => Number(this.#known.has(a.path)) - Number(this.#known.has(b.path)));
    const end = this.#now() + patienceMs;
    await mapLimited(turns, AT_ONCE, async (run) => {
      if (this.#now() < end) await this.#cardOf(run).look(this.#root, this.#now());
    });
    const cards = listed.flatMap((run) => this.#known.get(run.path)?.shown ?? []);
    return { cards, unread: listed.length - cards.length };
  }

  #cardOf(run: ListedRun): Card {
    const card = this.#known.get(run.path) ?? new Card(this.#root, run);
    this.#known.set(run.path, card);
    return card;
  }
}

class Card {
  shown: RunCard | undefined;
  readonly #run: ListedRun;
  readonly #metrics: GrowingFile;
  readonly #heldOut = new Map<number, number>();
  readonly #reward = new Map<number, number>();
  #looking: Promise<void> | undefined;
  #config: { readonly version: string; readonly words: Words } | undefined;
  #state: { readonly version: string | undefined; readonly live: LiveState } | undefined;

  constructor(root: string, run: ListedRun) {
    this.#run = run;
    this.#metrics = new GrowingFile(root, join(run.path, RUN_FILES.metrics), MOST_BYTES.metrics);
  }

  /** Two pages that look at the same time share one look. */
  look(root: string, now: number): Promise<void> {
    return this.#looking ??= this.#look(root, now).finally(() => this.#looking = undefined);
  }

  async #look(root: string, now: number): Promise<void> {
    try {
      const words = await this.#words(root);
      const live = await this.#live(root, now);
      const moved = await this.#metrics.look({ row: (value) => this.#take(value), anew: () => this.#forget() });
      this.#show(words, live, moved);
    } catch (error) {
      const problem = error instanceof UnreadableError ? error.message : `the folder ${refusalText(error)}`;
      this.shown = { ...identityOf(this.#run), ...(this.#config?.words ?? NO_WORDS), ...UNREADABLE, problem };
    }
  }

  async #words(root: string): Promise<Words> {
    const path = join(this.#run.path, RUN_FILES.config);
    const file = await safeFile(root, path, MOST_BYTES.config);
    if (file === undefined) throw new UnreadableError(`${RUN_FILES.config} is gone`);
    if (this.#config?.version === file.version) return this.#config.words;
    const raw = await readObject(root, path, MOST_BYTES.config) ?? {};
    if (typeof raw.run_schema !== "number") throw new UnreadableError(`${RUN_FILES.config} is not a run's`);
    this.#config = { version: file.version, words: wordsOf(raw) };
    return this.#config.words;
  }

  /** One that has ended stays so until its file changes. */
  async #live(root: string, now: number): Promise<LiveState> {
    const file = await safeFile(root, join(this.#run.path, RUN_FILES.status), MOST_BYTES.status);
    const known = this.#state;
    if (known !== undefined && known.version === file?.version && known.live.state !== "running") return known.live;
    const live = await readState(root, this.#run.path, now);
    this.#state = { version: file?.version, live };
    return live;
  }

  #take(value: unknown): void {
    const row = (value ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof row.step !== "number") return;
    if (typeof row[HELD_OUT] === "number") this.#heldOut.set(row.step, row[HELD_OUT]);
    if (typeof row[REWARD] === "number") this.#reward.set(row.step, row[REWARD]);
  }

  #forget(): void {
    this.#heldOut.clear();
    this.#reward.clear();
  }

  #show(words: Words, { state, status }: LiveState, moved: boolean): void {
    const before = moved ? undefined : this.shown;
    this.shown = {
      ...identityOf(this.#run),
      ...words,
      state,
      problem: "",
      done: status?.steps_done ?? 0,
      total: status?.steps_total ?? null,
      heldOut: before?.heldOut ?? pointsOf(this.#heldOut),
      reward: before?.reward ?? pointsOf(this.#reward),
    };
  }
}

function pointsOf(values: ReadonlyMap<number, number>): SparkPoint[] {
  return [...values].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
}

function identityOf({ key, name, sweep }: ListedRun): Pick<RunCard, "key" | "name" | "sweep"> {
  return { key, name, ...(sweep !== undefined && { sweep }) };
}

type Words = Pick<RunCard, "env" | "template" | "model" | "backend" | "method" | "created">;

const NO_WORDS: Words = { env: "", template: "", model: "", backend: "", method: "", created: "" };
const UNREADABLE = { state: "unreadable", done: 0, total: null, heldOut: [], reward: [] } as const;

/** Longest text of a configuration that a list holds. */
const LONGEST = 200;

function wordsOf(raw: Readonly<Record<string, unknown>>): Words {
  const text = (value: unknown) => typeof value === "string" ? value.slice(0, LONGEST) : "";
  const template = (raw.template ?? {}) as Readonly<Record<string, unknown>>;
  return {
    env: text(raw.env),
    template: text(template.name) || text(raw.prompt_template),
    model: text(raw.model_name),
    backend: text(raw.backend),
    method: text(raw.method) || "grpo",
    created: text(raw.created_at),
  };
}
