/** Data sets of the hub that have one side only: some of it is held out here, by the texts of the questions. */
import { singleSpaced } from "../basics/mod.ts";
import { referenceChecker } from "../grading/mod.ts";
import { type PackedProblem, packProblems } from "./_packed.ts";
import { dataPathKind, fetchSetFiles, findSetFiles, type SetFiles } from "./_set_files.ts";
import { finishSet, type SetRow, setRows, sideOf, textOf } from "./_set_rows.ts";
import { pickShards } from "./_shards.ts";
import type { HubSetRequest } from "./hub_sets.ts";
import type { ProblemSet } from "./problem_set.ts";

/** Where a set is and what its columns hold. */
export interface OneSidedSet {
  /** Its repository. */
  readonly repo: string;
  /** The folder its files should be in. */
  readonly folder: string;
  /** The column of the questions. */
  readonly question: string;
  /** The column of the final answers. */
  readonly answer: string;
  /** What else is read of a row, from columns that may be there. */
  readonly more?: {
    readonly columns: readonly string[];
    readonly read: (row: SetRow) => Pick<PackedProblem, "level" | "subject">;
  };
}

/** One question in so many is held out. */
const TEST_SHARE = 64;

/** Loads the sides of such a set that are asked for. @throws as the loaders document */
export async function loadOneSided(set: OneSidedSet, request: HubSetRequest): Promise<ProblemSet> {
  const { env, sides, hub } = request;
  const { files, commit } = await openFiles(set, request);
  const packed = packProblems({ env });
  const columns = { needed: [set.question, set.answer], more: set.more?.columns ?? [] };
  const problemOf = referenceChecker();
  let skipped = 0;
  for await (const row of setRows(files.all, columns, hub.signal)) {
    const [question, answer] = [textOf(row, set.question), textOf(row, set.answer)?.trim()];
    if (question === undefined || answer === undefined || problemOf(answer) !== undefined) {
      skipped++;
      continue;
    }
    const split = sideOf(env, singleSpaced(question), TEST_SHARE);
    if (!sides.includes(split)) continue;
    packed.add({ id: `${env}/${split}/${row.number}`, split, question, answer, ...set.more?.read(row) });
  }
  if (packed.size === 0) {
    throw new RangeError(
      `cannot load ${env}: no problem with an answer in ${files.all[0]} for the ${sides.join(", ")} side`,
    );
  }
  return finishSet(request, packed, { revision: commit, skipped });
}

async function openFiles(
  { repo, folder }: OneSidedSet,
  { env, dataPath, revision, hub }: HubSetRequest,
): Promise<SetFiles<"all">> {
  const choose = (paths: readonly string[], place: string) => ({ all: pickShards(paths, { env, place, folder }) });
  if (dataPath === undefined) return await fetchSetFiles({ repo, revision, choose }, hub);
  if (await dataPathKind(env, dataPath) === "file") return { files: { all: [dataPath] } };
  return await findSetFiles({ choose }, dataPath);
}
