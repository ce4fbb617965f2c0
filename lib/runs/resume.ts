/**
 * Going on from the last checkpoint that can be used. Steps after it are done again, so what was recorded of them is set
 * aside first: in a resumed run every step number stands once, and nothing that was recorded is lost. All of it may be cut
 * short at any place: done again it comes to the same.
 */
import { join } from "node:path";
import { parseJsonLines, pathKind, readJsonLines, toJsonLine, writeAside } from "../basics/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { LogFolderError } from "./errors.ts";
import { parsePageFile, parsePendingFile, parseRolloutFile, pendingFile, RUN_FILES } from "./layout.ts";
import { checkpointFromFolder, type Flaw, flawOf, flawText } from "./_paths.ts";
import { checkpointOfRow, metricsOfRow } from "./rows.ts";
import { entriesOf, removeUnnamedWeights } from "./_sweep.ts";

/** Where training goes on. */
export interface ResumePoint {
  /** Index of the next step; 0 when there is no usable checkpoint. */
  readonly step: number;
  /** The checkpoint to load, its paths ready for use; absent: start from the first weights. */
  readonly checkpoint?: Checkpoint;
  /** Why later checkpoints cannot be used, the latest first; absent: there are none. */
  readonly unusable?: readonly Flaw[];
}

/** The weights that did best are kept to be looked at: their evaluation, and so they, belong to the step after them. */
const BEST = "best";

/**
 * Finds the last checkpoint of a run whose state is there, and whole.
 * @param gone state paths that are known to lead nowhere; what a service has cannot be told from here
 * @throws {LogFolderError} when checkpoints were recorded and none of them can be used
 */
export async function findResumePoint(run: string, gone: readonly string[] = []): Promise<ResumePoint> {
  const rows = await readJsonLines(join(run, RUN_FILES.checkpoints));
  const flaws: Flaw[] = [];
  for (const row of rows.reverse()) {
    const recorded = checkpointOfRow(row);
    if (recorded === undefined || recorded.name === BEST) continue;
    const checkpoint = checkpointFromFolder(run, recorded);
    const flaw: Flaw | undefined = gone.includes(checkpoint.state_path)
      ? { path: checkpoint.state_path, why: "no longer on the server" }
      : await flawOf(checkpoint);
    if (flaw === undefined) {
      return { step: checkpoint.step, checkpoint, ...(flaws.length > 0 && { unusable: flaws }) };
    }
    if (!flaws.some(({ path }) => path === flaw.path)) flaws.push(flaw);
  }
  const [last] = flaws;
  if (last === undefined) return { step: 0 };
  throw new LogFolderError(
    `cannot resume ${run}: of its checkpoints none can be used, ${flawText(last)}; put it back, start over with ` +
      `behavior_if_log_dir_exists=delete, or choose another log_path`,
  );
}

/**
 * Sets aside what a run recorded after a resume point: rows of metrics and checkpoints, files of rollouts and of pending
 * batches. Pages, and weights that no row names, are removed: they are made again.
 */
export async function setAside(run: string, { step, checkpoint }: ResumePoint): Promise<void> {
  await splitRows(run, RUN_FILES.metrics, RUN_FILES.supersededMetrics, (row) => {
    const recorded = metricsOfRow(row);
    return recorded !== undefined && recorded.step < step;
  });
  const states = (await readJsonLines(join(run, RUN_FILES.checkpoints))).flatMap((row) => {
    const recorded = checkpointOfRow(row);
    return recorded === undefined || recorded.final || recorded.name === BEST ? [] : [recorded.state_path];
  });
  await splitRows(run, RUN_FILES.checkpoints, RUN_FILES.supersededCheckpoints, (row) => {
    const recorded = checkpointOfRow(row);
    if (checkpoint === undefined || recorded === undefined) return false;
    // One of the same step under another name stays. What was best by an evaluation that is made again does not, nor does
    // the claim that the run has ended, where the same state has another row.
    if (recorded.name === BEST) return recorded.step < step;
    return recorded.step < step ||
      (recorded.step === step && !(recorded.final && states.includes(recorded.state_path)));
  });
  await moveLater(run, step);
  for (const { name } of await entriesOf(run)) {
    if ((parsePageFile(name) ?? -1) >= step) await Deno.remove(join(run, name));
  }
  await removeUnnamedWeights(run);
}

/** The rows of the batches that were drawn and not yet learnt from at a resume point; none where none were recorded. */
export async function readPending(run: string, { step, checkpoint }: ResumePoint): Promise<unknown[]> {
  return checkpoint === undefined ? [] : await readJsonLines(join(run, pendingFile(step)));
}

/**
 * Moves the rows that fail the test to another file. Cut short in between, they stand in both files: so the last rows of
 * the other file that are here as well are not moved again.
 */
async function splitRows(run: string, from: string, to: string, keep: (row: unknown) => boolean): Promise<void> {
  const [path, aside] = [join(run, from), join(run, to)];
  const text = await readIfThere(path);
  if (text === undefined) return;
  const rows = parseJsonLines(text, path);
  const dropped = rows.filter((row) => !keep(row)).map(toJsonLine);
  if (dropped.length > 0) {
    const before = parseJsonLines(await readIfThere(aside) ?? "", aside).map(toJsonLine);
    const moved = new Set(before.slice(-dropped.length));
    const more = dropped.filter((line) => !moved.has(line));
    if (more.length > 0) await writeAside(aside, asLines([...before, ...more]), { sync: true });
  }
  // Also when nothing is dropped: this is where a torn last line goes.
  const kept = asLines(rows.filter(keep).map(toJsonLine));
  if (kept !== text) await writeAside(path, kept, { sync: true });
}

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Moves the files of rollouts from a step on, and of batches that wait at later checkpoints. */
async function moveLater(run: string, step: number): Promise<void> {
  const [rollouts, pending] = [join(run, RUN_FILES.rollouts), join(run, RUN_FILES.pending)];
  const later: (readonly [from: string, name: string])[] = [];
  for (const { name } of await entriesOf(rollouts)) {
    if ((parseRolloutFile(name)?.step ?? -1) >= step) later.push([join(rollouts, name), name]);
  }
  for (const { name } of await entriesOf(pending)) {
    if ((parsePendingFile(name) ?? -1) > step) later.push([join(pending, name), `pending_${name}`]);
  }
  if (later.length === 0) return;
  const aside = await newFolder(join(rollouts, RUN_FILES.supersededRollouts));
  for (const [from, name] of later) await Deno.rename(from, join(aside, name));
}

/** A folder for each resumption, so that two of them do not overwrite each other. */
async function newFolder(parent: string): Promise<string> {
  const numbers = (await entriesOf(parent)).map(({ name }) => /^\d{3,9}$/.test(name) ? Number(name) : 0);
  const last = Math.max(0, ...numbers);
  const name = (number: number) => join(parent, String(number).padStart(3, "0"));
  // One that was made and not filled is used.
  if (last > 0 && await pathKind(name(last)) === "folder" && (await entriesOf(name(last))).length === 0) {
    return name(last);
  }
  await Deno.mkdir(name(last + 1), { recursive: true });
  return name(last + 1);
}
