/**
 * Going on from the last checkpoint that is still there. Steps after it are done again, so their rows and rollouts are
 * set aside first: in a resumed run every step number stands once.
 */
import { join } from "node:path";
import { appendLines, parseJsonLines, readJsonLines, toJsonLine, writeAside } from "../basics/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { LogFolderError } from "./errors.ts";
import { checkpointFromFolder, missingPart } from "./_paths.ts";
import { parsePageFile, parseRolloutFile, RUN_FILES } from "./layout.ts";
import { checkpointOfRow, metricsOfRow } from "./rows.ts";

/** Where training goes on. */
export interface ResumePoint {
  /** Index of the next step; 0 when there is no usable checkpoint. */
  readonly step: number;
  /** The checkpoint to load, its paths ready for use; absent: start from the first weights. */
  readonly checkpoint?: Checkpoint;
  /** What is missing of later checkpoints that cannot be used, the latest first; absent: there are none. */
  readonly missing?: readonly string[];
}

/**
 * Finds the last checkpoint of a run whose state still exists.
 * @param gone state paths that are known to lead nowhere; what a service has cannot be told from here
 * @throws {LogFolderError} when checkpoints were recorded and none of them can be used
 */
export async function findResumePoint(run: string, gone: readonly string[] = []): Promise<ResumePoint> {
  const rows = await readJsonLines(join(run, RUN_FILES.checkpoints));
  const missing: string[] = [];
  for (const row of rows.reverse()) {
    const recorded = checkpointOfRow(row);
    if (recorded === undefined) continue;
    const checkpoint = checkpointFromFolder(run, recorded);
    const { state_path } = checkpoint;
    const part = gone.includes(state_path) ? state_path : await missingPart(checkpoint);
    if (part === undefined) return { step: checkpoint.step, checkpoint, ...(missing.length > 0 ? { missing } : {}) };
    if (!missing.includes(part)) missing.push(part);
  }
  if (missing.length === 0) return { step: 0 };
  throw new LogFolderError(
    `cannot resume ${run}: of its checkpoints none can be used, ${
      missing[0]
    } is missing; put it back, start over with ` +
      `behavior_if_log_dir_exists=delete, or choose another log_path`,
  );
}

/** Sets aside what a run recorded after a resume point: metrics and checkpoint rows, rollout files and pages. */
export async function setAside(run: string, { step, checkpoint }: ResumePoint): Promise<void> {
  await splitRows(run, RUN_FILES.metrics, RUN_FILES.supersededMetrics, (row) => {
    const recorded = metricsOfRow(row);
    return recorded !== undefined && recorded.step < step;
  });
  // A checkpoint of the same step under another name stays; what comes after the resume point does not.
  await splitRows(run, RUN_FILES.checkpoints, RUN_FILES.supersededCheckpoints, (row) => {
    const recorded = checkpointOfRow(row);
    return checkpoint !== undefined && recorded !== undefined && recorded.step <= step;
  });
  await moveRollouts(join(run, RUN_FILES.rollouts), step);
  for await (const { name } of Deno.readDir(run)) {
    if ((parsePageFile(name) ?? -1) >= step) await Deno.remove(join(run, name));
  }
}

/** Moves the rows that fail the test to another file. Order matters: a crash in between repeats rows, it loses none. */
async function splitRows(run: string, from: string, to: string, keep: (row: unknown) => boolean): Promise<void> {
  const path = join(run, from);
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return;
  const rows = parseJsonLines(text, path);
  const [kept, dropped] = [rows.filter(keep), rows.filter((row) => !keep(row))];
  if (dropped.length > 0) await appendLines(join(run, to), dropped.map(toJsonLine));
  // Also when nothing is dropped: this is where a torn last line goes.
  await writeAside(path, kept.map((row) => `${toJsonLine(row)}\n`).join(""));
}

async function moveRollouts(folder: string, step: number): Promise<void> {
  const later: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if ((parseRolloutFile(name)?.step ?? -1) >= step) later.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (later.length === 0) return;
  const parent = join(folder, RUN_FILES.supersededRollouts);
  await Deno.mkdir(parent, { recursive: true });
  let count = 1;
  for await (const _ of Deno.readDir(parent)) count++;
  // A folder for each resumption, so that two of them do not overwrite each other.
  const aside = join(parent, String(count).padStart(3, "0"));
  await Deno.mkdir(aside);
  for (const name of later) await Deno.rename(join(folder, name), join(aside, name));
}
