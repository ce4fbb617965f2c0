/**
 * The folder of an evaluation: what was evaluated (`evaluation.json`), every completion (`rollouts.jsonl`, in the order the
 * problems were finished) and what came of it (`result.json`). One process writes it at a time; one that was broken off goes
 * on with the problems that are left. What counts are the rows: the figures are always worked out from them.
 */
import { join } from "node:path";
import {
  appendLines,
  asidePath,
  explainWriteError,
  isAsideName,
  oneLine,
  StorageError,
  syncFile,
  writeAside,
} from "../basics/mod.ts";
import { LogFolderError, RUN_FILES, runVersions, takeLock } from "../runs/mod.ts";
import type { Evaluation } from "../training/mod.ts";
import type { Group } from "../vocabulary.ts";
import {
  EVALUATION_FILES,
  EVALUATION_SCHEMA,
  type EvaluationFacts,
  type EvaluationState,
  requireSame,
  writeFacts,
} from "./evaluation_facts.ts";
import { groupLines, recordedGroups, type RowsAsked } from "./_evaluation_rows.ts";

/** What is known of an evaluation before it begins. */
export interface RecordOptions extends Pick<EvaluationFacts, "target" | "env" | "problem_set" | "identity"> {
  /** The folder. */
  readonly folder: string;
  /** What its rows have to fit. */
  readonly rows: RowsAsked;
  /** The step of the checkpoint, for the rows. */
  readonly step: number;
  /** Starts anew: what was recorded is deleted. */
  readonly fresh?: boolean | undefined;
  /** What is kept of a group that was read. */
  readonly keep?: ((group: Group) => Group) | undefined;
  /** The time in milliseconds since 1970. */
  readonly now?: () => number;
}

/** Problems by id. */
export type FinishedProblems = ReadonlyMap<string, Group>;

/** The record of one evaluation, open for writing. Made by `openRecord`; close it. */
export class EvaluationRecord {
  /** The folder. */
  readonly folder: string;
  /** Problems that were finished before. */
  readonly finished: FinishedProblems;
  readonly #options: RecordOptions;
  readonly #lock: { close(): void | Promise<void> };
  #facts: EvaluationFacts;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  #count: number;

  /** `openRecord` is the way in. */
  constructor(
    options: RecordOptions,
    parts: {
      readonly facts: EvaluationFacts;
      readonly finished: FinishedProblems;
      readonly lock: { close(): void | Promise<void> };
    },
  ) {
    this.folder = options.folder;
    this.finished = parts.finished;
    this.#options = options;
    this.#lock = parts.lock;
    this.#facts = parts.facts;
    this.#count = parts.finished.size;
  }

  /** How many problems are recorded. */
  get count(): number {
    return this.#count;
  }

  /**
   * Records a problem; when it returns, killing this process does not lose it. After `close` nothing is recorded any more.
   * @throws {StorageError} when the disk will not take it
   */
  async add(group: Group, index: number): Promise<void> {
    const turn = this.#writing.then(async () => {
      if (this.#closed) return;
      const lines = groupLines(group, { index, step: this.#options.step });
      await appendLines(join(this.folder, EVALUATION_FILES.rollouts), [lines.join("\n")]);
      this.#count++;
    });
    this.#writing = turn.catch(() => {});
    await turn;
  }

  /** Records the figures. */
  async finish({ metrics, tokens, perProblem }: Evaluation): Promise<void> {
    const content = {
      evaluation_schema: EVALUATION_SCHEMA,
      metrics,
      tokens,
      // A line a problem, so that the file can be read by people as well.
      problems: perProblem,
    };
    await writeAside(join(this.folder, EVALUATION_FILES.result), `${resultText(content)}\n`);
    await this.#say("finished");
  }

  /** Ends writing, and frees the folder. What was not finished is recorded as stopped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#writing;
      if (this.#facts.state === "running") await this.#say("stopped").catch(() => {});
    } finally {
      await this.#lock.close();
    }
  }

  async #say(state: EvaluationState): Promise<void> {
    this.#facts = { ...this.#facts, state };
    await writeFacts(this.folder, this.#facts);
  }
}

function resultText(
  { problems, ...rest }: { readonly problems: readonly unknown[] } & Record<string, unknown>,
): string {
  const head = JSON.stringify(rest, null, 2).replace(/\n\}$/, "");
  return `${head},\n  "problems": [\n${problems.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]\n}`;
}

/**
 * Opens the record of an evaluation for writing: a new one, or one that was broken off.
 * @throws {LogFolderError} when the folder holds something else, another evaluation, or is being written
 * @throws {RunFolderError} when it cannot be understood
 * @throws {StorageError} when the disk will not take it
 */
export async function openRecord(options: RecordOptions): Promise<EvaluationRecord> {
  const { folder, identity, target, env, problem_set, fresh = false, now = Date.now } = options;
  await requireOwnFolder(folder, options, fresh);
  await makeFolder(folder);
  const lock = await takeLock(folder);
  if (lock === undefined) throw new LogFolderError(inUse(folder));
  try {
    await sweep(folder);
    if (fresh) await forget(folder);
    const before = await requireSame(folder, identity);
    const finished = await readFinished(options, { mend: true });
    const facts: EvaluationFacts = {
      ...{ evaluation_schema: EVALUATION_SCHEMA, created_at: before?.created_at ?? new Date(now()).toISOString() },
      ...{ state: "running", target, env, problem_set, identity, versions: runVersions() },
    };
    await writeFacts(folder, facts);
    return new EvaluationRecord(options, { facts, finished, lock });
  } catch (error) {
    await lock.close();
    throw error;
  }
}

/**
 * The problems of a record that says it is finished, and has them all; undefined where there is something left to do.
 * Writes nothing.
 * @throws {LogFolderError} when it is another evaluation @throws {RunFolderError} when it cannot be understood
 */
export async function finishedRecord(options: RecordOptions): Promise<FinishedProblems | undefined> {
  const facts = await requireSame(options.folder, options.identity);
  if (facts?.state !== "finished") return undefined;
  const finished = await readFinished(options, { mend: false });
  return finished.size === options.rows.problems.size ? finished : undefined;
}

/** Reads what is finished. @param mend whether lines that are of no use are taken out of the file */
async function readFinished(
  { folder, rows, keep = (group) => group }: RecordOptions,
  { mend }: { readonly mend: boolean },
): Promise<FinishedProblems> {
  const path = join(folder, EVALUATION_FILES.rollouts);
  const finished = new Map<string, Group>();
  let bad = 0;
  for await (const { group } of recordedGroups(path, rows, () => bad++)) finished.set(group.problem.id, keep(group));
  if (mend && bad > 0) await rewrite(path, rows);
  return finished;
}

/** A problem whose rows are only partly there is drawn again: its rows would stand there twice. */
async function rewrite(path: string, rows: RowsAsked): Promise<void> {
  const aside = asidePath(path);
  try {
    {
      using file = await Deno.open(aside, { write: true, createNew: true });
      const writer = file.writable.getWriter();
      const encoder = new TextEncoder();
      for await (const { lines } of recordedGroups(path, rows)) {
        await writer.write(encoder.encode(`${lines.join("\n")}\n`));
      }
      // Before it takes the place of what is there.
      await syncFile(file);
      await writer.close();
    }
    await Deno.rename(aside, path);
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw explainWriteError(path, error);
  }
}

/** Nothing of somebody else's is written over, or mixed with. */
async function requireOwnFolder(folder: string, { identity }: RecordOptions, fresh: boolean): Promise<void> {
  if (!fresh) await requireSame(folder, identity);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw explainWriteError(folder, error);
  }
  const own: readonly string[] = Object.values(EVALUATION_FILES);
  const others = names.filter((name) => name !== RUN_FILES.lock && !own.includes(name) && !isAsideName(name));
  const isRecord = names.includes(EVALUATION_FILES.facts);
  if (isRecord || (others.length === 0 && names.every((name) => !own.includes(name)))) return;
  throw new LogFolderError(
    `cannot record an evaluation in ${folder}: it holds ${oneLine((others[0] ?? names[0]) as string, 80)} and no ` +
      `${EVALUATION_FILES.facts}; name another folder`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw explainWriteError(folder, error);
  }
}

/** Copies that a killed process left half-written. */
async function sweep(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const isOurs = Object.values(EVALUATION_FILES).some((own) => name.startsWith(`${own}.`));
    if (isFile && isOurs && isAsideName(name)) await Deno.remove(join(folder, name)).catch(() => {});
  }
}

/** Deletes the files of an evaluation, and nothing else. */
async function forget(folder: string): Promise<void> {
  for (const name of [EVALUATION_FILES.result, EVALUATION_FILES.rollouts, EVALUATION_FILES.facts]) {
    await Deno.remove(join(folder, name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw explainWriteError(join(folder, name), error);
    });
  }
}

function inUse(folder: string): string {
  return `${folder} is in use: this evaluation is being written already, by another call or another process; wait for it, or ` +
    "evaluate with record=false";
}

/** Whether a record could not be made for lack of a place to write to. */
export function isUnwritable(error: unknown): boolean {
  if (error instanceof Deno.errors.NotCapable) return true;
  return error instanceof StorageError && ["EROFS", "EACCES", "EPERM"].includes(error.code ?? "");
}
