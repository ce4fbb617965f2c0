/**
 * Polaris (https://hkunlp.github.io/blog/2025/Polaris): 53,291 hard problems with their final answers. It has no test side:
 * one problem in 64 is held out, by a hash of its text. The data set's `difficulty`, such as `3/8`, is the share of attempts
 * in which one particular model was right, so more is easier; `level` means the opposite and is left out.
 */
import { type HubSetOptions, readHubSetOptions } from "./hub_sets.ts";
import { loadOneSided } from "./_one_sided.ts";
import type { ProblemSet } from "./problem_set.ts";

/**
 * Loads Polaris, by default from the hub. Ids are `polaris/train/17`, the row's number from 0. Rows without a problem or an
 * answer that can be read are left out and counted. About 830 problems are the test side, always the same ones.
 * @throws {HubError} when it cannot be fetched, and is not in the cache
 * @throws {TypeError} on an option that there is not, or a value of the wrong kind
 * @throws {RangeError} when `limit` is no whole number, or files are missing
 * @throws {SyntaxError} when a row is not what the set has; the message names file, row and value
 */
export async function loadPolaris(options: HubSetOptions = {}): Promise<ProblemSet> {
  return await loadOneSided({
    repo: "POLARIS-Project/Polaris-Dataset-53K",
    folder: "",
    question: "problem",
    answer: "answer",
  }, readHubSetOptions("polaris", options));
}
