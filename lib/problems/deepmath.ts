/**
 * DeepMath-103K (He et al. 2025, https://arxiv.org/abs/2504.11456): 103,022 problems, most of them hard, with their final
 * answers. It has no test side: one problem in 64 is held out, by a hash of its text. The worked answers that it also has,
 * three a problem and most of its 2 GB, are downloaded with it and never read.
 */
import { type HubSetOptions, readHubSetOptions } from "./hub_sets.ts";
import { loadOneSided } from "./_one_sided.ts";
import { type SetRow, textOf } from "./_set_rows.ts";
import type { ProblemSet } from "./problem_set.ts";

/**
 * Loads DeepMath, by default from the hub. Ids are `deepmath/train/17`, the row's number from 0 through all files. Rows
 * without a question or an answer that can be read are left out and counted. About 1,600 problems are the test side, always
 * the same ones.
 * `level` is the data set's difficulty, up to 10, rounded; the few that it puts below 1 have none. `subject` is its topic.
 * @throws {HubError} when it cannot be fetched, and is not in the cache
 * @throws {TypeError} on an option that there is not, or a value of the wrong kind
 * @throws {RangeError} when `limit` is no whole number, or files are missing
 * @throws {SyntaxError} when a row is not what the set has; the message names file, row and value
 */
export async function loadDeepMath(options: HubSetOptions = {}): Promise<ProblemSet> {
  return await loadOneSided({
    repo: "zwhe99/DeepMath-103K",
    folder: "data",
    question: "question",
    answer: "final_answer",
    more: { columns: ["difficulty", "topic"], read: details },
  }, readHubSetOptions("deepmath", options));
}

function details(row: SetRow) {
  const level = Math.round(Number(textOf(row, "difficulty") ?? NaN));
  // "Mathematics -> Algebra -> Linear Algebra"
  const subject = textOf(row, "topic")?.replace(/^\s*Mathematics\s*->\s*/, "").trim();
  return { ...(level >= 1 ? { level } : {}), ...(subject === undefined || subject === "" ? {} : { subject }) };
}
