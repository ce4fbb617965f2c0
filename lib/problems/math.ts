/**
 * MATH (Hendrycks et al. 2021, https://arxiv.org/abs/2103.03874) with the recipe's split: the test side is MATH-500
 * (Lightman et al. 2023, https://arxiv.org/abs/2305.20050), the training side all other problems of MATH, whichever side
 * they had there: 12,000 and 500. Problems are held against each other without regard to white space. The reference is the
 * last box of the solution; rows without one, or with one that cannot be read, are left out and counted.
 */
import { singleSpaced } from "../basics/mod.ts";
import { referenceChecker } from "../grading/mod.ts";
import type { Split } from "../vocabulary.ts";
import { boxedAnswer } from "./_boxed.ts";
import { type PackedProblem, packProblems, type ProblemPacker } from "./_packed.ts";
import { shown } from "./_row.ts";
import { dataPathKind, fetchSetFiles, findSetFiles, type SetFiles } from "./_set_files.ts";
import { finishSet, type SetRow, setRows, textOf } from "./_set_rows.ts";
import { pickShards } from "./_shards.ts";
import { type HubSetOptions, type HubSetRequest, readHubSetOptions, readText } from "./hub_sets.ts";
import type { ProblemSet } from "./problem_set.ts";

/** Which part of MATH, and from where. */
export interface MathOptions extends HubSetOptions {
  /** `train` has 12,000 problems, `test` the 500 of MATH-500; absent: both, which `.split()` parts. */
  readonly split?: Split | undefined;
  /** Branch, tag or commit of `EleutherAI/hendrycks_math`; default `main`. */
  readonly revision?: string | null | undefined;
  /** Branch, tag or commit of `HuggingFaceH4/MATH-500`; default `main`. */
  readonly test_revision?: string | null | undefined;
  /**
   * A folder read in place of the hub: with the folders of the first repository (`algebra/` and so on) and the test file of
   * the second.
   */
  readonly data_path?: string | null | undefined;
}

const REPOSITORY = "EleutherAI/hendrycks_math";
const TEST_REPOSITORY = "HuggingFaceH4/MATH-500";

const SUBJECTS = [
  "algebra",
  "counting_and_probability",
  "geometry",
  "intermediate_algebra",
  "number_theory",
  "prealgebra",
  "precalculus",
] as const;

const SIDES: readonly Split[] = ["train", "test"];
const OF_A_SUBJECT = new RegExp(`^(?:${SUBJECTS.join("|")})/`);
const COLUMNS = { needed: ["problem", "solution"], more: ["level", "type"] };
const TEST_COLUMNS = { needed: ["problem", "answer"], more: ["solution", "subject", "level", "unique_id"] };

/** A file of the first repository, by its folder and its side there. */
type Part = `${(typeof SUBJECTS)[number]}/${Split}`;

/**
 * Loads MATH, by default from the hub. Ids are `math/test/algebra/1072`, after the `unique_id` of MATH-500, and
 * `math/train/algebra/test-17`: the folder, the side that the problem had, and its row's number from 0. Levels are 1 to 5.
 *
 * `revision` of the result names both commits, with a comma between, as `data_revision` takes them. Of the test side alone
 * the first is what was asked for, such as `main`: the repository of the training side was not looked at.
 * @throws {HubError} when it cannot be fetched, and is not in the cache
 * @throws {TypeError} on an option that there is not, or a value of the wrong kind
 * @throws {RangeError} when `limit` is no whole number, or files are missing
 * @throws {SyntaxError} when a row is not what MATH has; the message names file, row and value
 */
export async function loadMath(options: MathOptions = {}): Promise<ProblemSet> {
  const request = readHubSetOptions("math", options, ["test_revision"]);
  const testRevision = readText("math", "test_revision", options.test_revision) ?? "main";
  await requireFolder(request);
  const held = await readTest(request, testRevision);
  const packed = packProblems({ env: "math" });
  const skippedOf = { train: 0, test: request.sides.includes("test") ? held.skipped : 0 };
  let revision = request.revision;
  if (request.sides.includes("train")) {
    const read = await readTrain(request, packed, held.questions);
    skippedOf.train = read.skipped;
    revision = read.commit ?? revision;
  }
  if (request.sides.includes("test")) { for (const problem of held.problems) packed.add(problem); }
  return finishSet(request, packed, {
    skipped: skippedOf.train + skippedOf.test,
    skippedOf,
    revision: held.commit === undefined ? undefined : `${revision},${held.commit}`,
  });
}

async function requireFolder({ dataPath }: HubSetRequest): Promise<void> {
  if (dataPath === undefined || await dataPathKind("math", dataPath) === "folder") return;
  throw new RangeError(
    `cannot load math: data_path ${dataPath} is a file; name a folder with the folders ${SUBJECTS.join(", ")} ` +
      "and a test file, or leave it out",
  );
}

/** MATH-500 as it was read. */
interface TestRead {
  readonly problems: readonly PackedProblem[];
  /** The texts of all its questions, whether the rows could be used or not. */
  readonly questions: ReadonlySet<string>;
  readonly skipped: number;
  readonly commit: string | undefined;
}

async function readTest({ dataPath, hub }: HubSetRequest, revision: string): Promise<TestRead> {
  const choose = (paths: readonly string[], place: string) => ({
    test: pickShards(paths, { env: "math", place, side: "test", folder: "", not: OF_A_SUBJECT }),
  });
  const { files, commit } = dataPath === undefined
    ? await fetchSetFiles({ repo: TEST_REPOSITORY, revision, choose }, hub)
    : await findSetFiles({ choose }, dataPath);
  const problems = new Map<string, PackedProblem>();
  const questions = new Set<string>();
  const problemOf = referenceChecker();
  let skipped = 0;
  for await (const row of setRows(files.test, TEST_COLUMNS, hub.signal)) {
    const [question, answer] = [textOf(row, "problem"), textOf(row, "answer")];
    if (question !== undefined) questions.add(singleSpaced(question));
    const id = testId(row);
    if (question === undefined || answer === undefined || problemOf(answer) !== undefined) skipped++;
    else if (problems.has(id)) {
      throw new SyntaxError(`${row.where}: an earlier row has the same unique_id, ${shown(id)}`);
    } else problems.set(id, { id, split: "test", question, answer, ...details(row, "subject") });
  }
  requireSome(problems.size, files.test);
  return { problems: [...problems.values()], questions, skipped, commit };
}

/** `test/algebra/1072.json` is `math/test/algebra/1072`. */
function testId(row: SetRow): string {
  const unique = textOf(row, "unique_id")?.trim().replace(/^test\//, "").replace(/\.json$/, "");
  return `math/test/${unique ?? row.number}`;
}

async function readTrain(request: HubSetRequest, packed: ProblemPacker, without: ReadonlySet<string>) {
  const { hub } = request;
  const { files, commit } = await openTrain(request);
  const problemOf = referenceChecker();
  let skipped = 0;
  for (const subject of SUBJECTS) {
    for (const side of SIDES) {
      const paths = files[`${subject}/${side}`];
      for await (const row of setRows(paths, COLUMNS, hub.signal)) {
        const question = textOf(row, "problem");
        const answer = boxedAnswer(textOf(row, "solution") ?? "");
        if (question !== undefined && without.has(singleSpaced(question))) continue;
        const id = `math/train/${subject}/${side}-${row.number}`;
        if (question === undefined || answer === undefined || problemOf(answer) !== undefined) skipped++;
        else packed.add({ id, split: "train", question, answer, ...details(row, "type") });
      }
    }
  }
  requireSome(packed.size, Object.values(files).flat());
  return { skipped, commit };
}

async function openTrain({ dataPath, revision, hub }: HubSetRequest): Promise<SetFiles<Part>> {
  const choose = (paths: readonly string[], place: string) => {
    const parts = SUBJECTS.flatMap((folder) =>
      SIDES.map((side) =>
        [`${folder}/${side}`, pickShards(paths, { env: "math", place, side, folder, strict: true })] as const
      )
    );
    return Object.fromEntries(parts) as Record<Part, readonly string[]>;
  };
  if (dataPath !== undefined) return await findSetFiles({ choose }, dataPath);
  return await fetchSetFiles({ repo: REPOSITORY, revision, choose }, hub);
}

/** What else is known: `Level 5` is 5, and the few `Level ?` are none. */
function details(row: SetRow, subjectColumn: string): Pick<PackedProblem, "solution" | "level" | "subject"> {
  const [solution, subject] = [textOf(row, "solution"), textOf(row, subjectColumn)];
  const [, level] = /^\s*(?:Level\s*)?([1-5])(?:\.0*)?\s*$/i.exec(textOf(row, "level") ?? "") ?? [];
  return {
    ...(solution === undefined ? {} : { solution }),
    ...(level === undefined ? {} : { level: Number(level) }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function requireSome(count: number, files: readonly string[]): void {
  if (count > 0) return;
  throw new RangeError(`cannot load math: there is no problem with an answer in ${files.slice(0, 3).join(", ")}`);
}
