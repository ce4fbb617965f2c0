/** Smaller things in a run folder, each looked at before it is read: evaluations, the log's end, rollouts by step. */
import { basename, join } from "node:path";
import { EVALUATION_FILES, type EvaluationFacts, readEvaluationFacts } from "../launch/mod.ts";
import { rolloutFile, RUN_FILES } from "../runs/mod.ts";
import type { Metrics, Split } from "../vocabulary.ts";
import {
  entriesIn,
  foldersIn,
  mapLimited,
  MOST_BYTES,
  readObject,
  readPart,
  type SafeFile,
  safeFile,
  safeFolder,
  UnreadableError,
} from "./_guard.ts";
import { whyNot } from "./_page.ts";

/** An evaluation as it lies in a folder. */
export interface SeenEvaluation {
  readonly name: string;
  /** Absent: it cannot be understood. */
  readonly facts?: EvaluationFacts;
  /** Absent: it is not finished. */
  readonly metrics?: Metrics;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** More are not shown. */
const MOST_EVALUATIONS = 300;

/** The evaluations in a folder, oldest first. @param path a folder whose folders are evaluations */
export async function evaluationsIn(root: string, path: string): Promise<SeenEvaluation[]> {
  const folders = (await foldersIn(root, path)).slice(-MOST_EVALUATIONS);
  const seen = await mapLimited(folders, 8, async (folder): Promise<SeenEvaluation[]> => {
    try {
      const file = await safeFile(root, join(folder.path, EVALUATION_FILES.facts), MOST_BYTES.config);
      if (file === undefined) return [];
      const facts = await readEvaluationFacts(folder.path);
      return facts === undefined ? [] : [{ name: folder.name, facts, ...await resultOf(root, folder.path, facts) }];
    } catch (error) {
      return [{ name: folder.name, problem: whyNot(error) }];
    }
  });
  return seen.flat().sort((a, b) => (a.facts?.created_at ?? "").localeCompare(b.facts?.created_at ?? ""));
}

async function resultOf(root: string, folder: string, { state }: EvaluationFacts): Promise<{ metrics?: Metrics }> {
  if (state !== "finished") return {};
  const raw = await readObject(root, join(folder, EVALUATION_FILES.result), MOST_BYTES.result);
  const metrics = Object.entries((raw?.metrics ?? {}) as object).filter(([, value]) => typeof value === "number");
  return { metrics: Object.fromEntries(metrics) };
}

const LOG_END = 12_000;

/** The end of a run's log; empty where there is none. */
export async function logEnd(root: string, run: string): Promise<string> {
  const file = await safeFile(root, join(run, RUN_FILES.log), Infinity);
  if (file === undefined) return "";
  const from = Math.max(0, file.size - LOG_END);
  const text = new TextDecoder().decode(await readPart(file, from, LOG_END));
  return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
}

/** The steps with rollouts, ascending. */
export async function rolloutSteps(root: string, run: string): Promise<Readonly<Record<Split, readonly number[]>>> {
  const folder = await safeFolder(root, join(run, RUN_FILES.rollouts));
  const steps: Record<Split, number[]> = { train: [], test: [] };
  for (const { name } of folder === undefined ? [] : await entriesIn(folder, 200_000)) {
    const [, split, step] = /^(train|test)_(\d{6,12})\.jsonl$/.exec(name) ?? [];
    if (split !== undefined) steps[split as Split].push(Number(step));
  }
  for (const list of Object.values(steps)) list.sort((a, b) => a - b);
  return steps;
}

/** Makes sure that the rollouts of a step can be read. @throws {UnreadableError} when they cannot */
export async function requireRollouts(root: string, run: string, split: Split, step: number): Promise<SafeFile> {
  if (await safeFolder(root, join(run, RUN_FILES.rollouts)) === undefined) {
    throw new UnreadableError(`there is no folder ${RUN_FILES.rollouts}`);
  }
  const path = join(run, rolloutFile(split, step));
  const file = await safeFile(root, path, MOST_BYTES.rollouts);
  if (file === undefined) throw new UnreadableError(`there is no ${basename(path)}`);
  return file;
}
