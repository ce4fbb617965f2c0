/** `trainGRPO`: what `deno task train` does, as one call from a program or a notebook. */
import type { TrainInput } from "../config/mod.ts";
import { type RewardFunction, rewardName } from "../environment/mod.ts";
import { openPolicy } from "../policy/mod.ts";
import { openRun, type Run, settleRun } from "../runs/mod.ts";
import { serverVariables } from "./_variables.ts";
import { type GivenProblems, givenSides } from "./given_problems.ts";
import { openingLines } from "./opening_lines.ts";
import { planRun } from "./plan.ts";
import { isComplete, totalSteps } from "./history.ts";
import { openPlan, openRecorder, recordTraining, type Watchers } from "./record_training.ts";
import { closeTask, type OpenPolicy } from "./task.ts";
import { requireTrainArguments } from "./_train_options.ts";

/** Options of `trainGRPO` besides the hyperparameters. */
export interface TrainOptions extends Watchers {
  /** Opens the policy; by default the one that the configuration names. */
  readonly open?: OpenPolicy;
  /**
   * What a completion is worth, in place of the recipe's reward: a function of the graded rollout, see `RewardFunction`.
   * Its parts are recorded in `reward_parts` and measured as `env/all/reward/<part>`. A run that is resumed needs it again, under the
   * same name.
   */
  readonly reward?: RewardFunction | undefined;
  /**
   * Problems in place of those that `env` names: sets, views of them, or arrays, asked in the order they have;
   * `train_limit` and `test_limit` take the first of them. Where `env` is left out, it is the set's. What describes them is
   * recorded, they themselves are not: a run that is resumed needs them again.
   */
  readonly problems?: GivenProblems | undefined;
}

/**
 * Trains a policy with group-relative policy optimisation (GRPO; Shao et al., arXiv:2402.03300) and records the run in
 * `log_path`. Takes the hyperparameters of `deno task train` by the same names; what is left out has the backend's default.
 * A signal stops the run in good order; call again with `behavior_if_log_dir_exists: "resume"` to go on. While the model is
 * still being opened there is no run to stop: then nothing is written and the signal's reason is thrown.
 *
 * @example
 * ```ts ignore
 * const run = await trainGRPO({ prompt_template: "step_by_step", max_steps: 30 });
 * run.series("test/env/all/correct");
 * ```
 * @returns the run, read from its folder
 * @throws {ConfigError} naming every value that cannot be used, and options that there are not; nothing is written then
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 */
export async function trainGRPO(input: TrainInput = {}, options: TrainOptions = {}): Promise<Run> {
  requireTrainArguments(input, options);
  const { reward, problems: given } = options;
  const problems = given === undefined ? undefined : givenSides(given);
  const named = problems === undefined ? input : { ...input, env: input.env ?? problems.train.env };
  const told = { reward: reward && rewardName(reward), problemsGiven: problems !== undefined };
  const planning = { environment: serverVariables(), now: Date.now(), ...told };
  const plan = await planRun({ input: named, sources: {}, problems: [] }, planning);
  const { config, resume } = plan;
  const task = await openPlan(plan, options.open ?? openPolicy, { ...options, problems });
  try {
    if (resume !== undefined && isComplete(resume.from, totalSteps(plan, task))) {
      await settleRun(config.log_path);
      return await openRun(config.log_path);
    }
    const recorder = await openRecorder(plan, task, { ...options, problems });
    try {
      for (const line of openingLines(plan, task, recorder.from)) options.onNotice?.(line);
      await recordTraining(plan, task, recorder, options);
    } catch (error) {
      await recorder.fail(error);
      throw error;
    } finally {
      await recorder.close();
    }
  } finally {
    await closeTask(task);
  }
  return await openRun(config.log_path);
}
