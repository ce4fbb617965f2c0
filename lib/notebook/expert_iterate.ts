/** `expertIterate` for notebooks and programs alike: in a Jupyter kernel a live panel shows the run while it trains. */
import { type ExpertInput, expertInput, type ExpertOptions } from "../launch/mod.ts";
import type { Run } from "../runs/mod.ts";
import { type NotebookOptions, requireNotebookOptions } from "./_options.ts";
import { trainWithPanel } from "./train_grpo.ts";

/** Options of `expertIterate` besides the hyperparameters. */
export interface NotebookExpertOptions extends ExpertOptions, NotebookOptions {}

/**
 * Trains a policy by expert iteration and records the run in `log_path`. A round is a step: answers are drawn from the
 * current weights, the right ones are kept, each once and at most `max_kept_per_problem` to a problem, and imitated for
 * `epochs` passes (Anthony et al. 2017, arXiv:1705.08439; on language models STaR, arXiv:2203.14465, RFT, arXiv:2308.01825,
 * and ReST-EM, arXiv:2312.06585). With `rollouts_from` the answers are those of an earlier run. The panel, stopping and
 * resuming are as with `trainGRPO`.
 *
 * @example
 * ```ts ignore
 * const run = await expertIterate({ groups_per_batch: 128, group_size: 8, max_steps: 3 });
 * run.series("expert/kept");
 * ```
 * @returns the run, read from its folder
 * @throws {ConfigError} naming every value that cannot be used; nothing is written then
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 */
export async function expertIterate(input: ExpertInput = {}, options: NotebookExpertOptions = {}): Promise<Run> {
  requireNotebookOptions("expertIterate", options);
  const { panel, ...rest } = options;
  return await trainWithPanel(expertInput(input, rest), { ...rest, panel });
}
