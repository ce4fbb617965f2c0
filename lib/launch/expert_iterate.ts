/** `expertIterate`: what `deno task train method=expert_iteration` does, as one call from a program or a notebook. */
import { ConfigError, type TrainInput } from "../config/mod.ts";
import type { Run } from "../runs/mod.ts";
import { requireTrainArguments } from "./_train_options.ts";
import { trainGRPO, type TrainOptions } from "./train_grpo.ts";

/** What a caller of expert iteration may give: any hyperparameter but the method. */
export type ExpertInput = Omit<TrainInput, "method">;

/** Options of `expertIterate` besides the hyperparameters: right answers are imitated, so nothing is paid for. */
export type ExpertOptions = Omit<TrainOptions, "reward">;

/**
 * Trains a policy by expert iteration and records the run in `log_path`. A round is a step: answers are drawn from the
 * current weights, the right ones are kept, each once and at most `max_kept_per_problem` to a problem, and imitated for
 * `epochs` passes. Takes the hyperparameters of `deno task train` by the same names; what is left out has the default of
 * the backend for this method. With `rollouts_from` the answers are those of an earlier run. Stopping and resuming are as
 * with `trainGRPO`.
 *
 * Papers: Anthony et al. 2017 (Expert Iteration, arXiv:1705.08439), Zelikman et al. 2022 (STaR, arXiv:2203.14465), Yuan et
 * al. 2023 (RFT, arXiv:2308.01825), Singh et al. 2023 (ReST-EM, arXiv:2312.06585).
 *
 * @example
 * ```ts ignore
 * const run = await expertIterate({ groups_per_batch: 128, group_size: 8, max_steps: 3 });
 * run.series("expert/kept");
 * ```
 * @returns the run, read from its folder
 * @throws {ConfigError} naming every value that cannot be used, and options that there are not; nothing is written then
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 */
export async function expertIterate(input: ExpertInput = {}, options: ExpertOptions = {}): Promise<Run> {
  return await trainGRPO(expertInput(input, options), options);
}

/**
 * The same as input of `trainGRPO`.
 * @throws {TypeError} when one of the arguments is not an object
 * @throws {ConfigError} naming every option that there is not, or another method
 */
export function expertInput(input: ExpertInput, options: ExpertOptions): TrainInput {
  requireTrainArguments(input, options, "expertIterate");
  const { method = "expert_iteration" } = input as TrainInput;
  if (method === "expert_iteration") return { ...input, method };
  throw new ConfigError([`option method: expertIterate trains by expert iteration; for ${method} use trainGRPO.`]);
}
