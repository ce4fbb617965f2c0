/** `launch` for notebooks and programs alike: in a Jupyter kernel Stop ends the opening, and the kernel goes on. */
import type { TrainInput } from "../config/mod.ts";
import { launch as launchRun, type LaunchOptions } from "../launch/mod.ts";
import type { Run } from "../runs/mod.ts";
import { kernelStop, stopper } from "./_stop.ts";

/**
 * Trains as `trainGRPO` does, in a process of its own: it outlives this one, its notebook and its terminal. Returns as
 * soon as the run folder is ready and training begins; `attach`, `followRun` and `openRun` tell how it goes, from here and
 * from anywhere else, `run.stop()` ends it. The process has the permissions of `deno task train` and the environment
 * variables of this one. What else it logs, or dies of, is in the folder's `log.txt`. Stop in a notebook ends the opening,
 * and nothing is written then; of a run that has begun it ends nothing.
 *
 * @example
 * ```ts ignore
 * const run = await launch({ prompt_template: "step_by_step", max_steps: 30 });
 * await attach(run);
 * ```
 * @param input the hyperparameters of `deno task train`
 * @throws {ConfigError} naming every value that cannot be used, and every option that cannot cross into another process;
 * nothing is written then
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 * @throws {LaunchError} when the process ends without a word, or says nothing for `silenceMs`
 */
export async function launch(input: TrainInput = {}, options: LaunchOptions = {}): Promise<Run> {
  const stop = stopper({ listen: kernelStop(), signal: undefined, onStop: () => {} });
  try {
    return await stop.wait(launchRun(input, options, stop.signal));
  } finally {
    stop.close();
  }
}
