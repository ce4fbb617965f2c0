/**
 * `launch`: a training run in a process of its own, which goes on when the notebook, its kernel or the terminal is gone.
 * Here it is started and watched until its folder is ready; from then on the folder is all there is between the two.
 */
import { join } from "node:path";
import type { TrainInput } from "../config/mod.ts";
import { openRun, type Run, RUN_FILES } from "../runs/mod.ts";
import type { LaunchRequest } from "./_detached_messages.ts";
import { startDetached } from "./_detached_process.ts";
import { handOver } from "./_hand_over.ts";
import { requireLaunchArguments } from "./_launch_options.ts";
import { type Plan, type PlanInput, planRun } from "./plan.ts";
import type { Opening } from "./record_training.ts";
import { serverVariables } from "./_variables.ts";

export { LaunchError } from "./_hand_over.ts";

/** Options of `launch`. */
export interface LaunchOptions extends Pick<Opening, "onWaiting" | "onMessage" | "onDownload"> {
  /** Milliseconds without any news from the process after which it is not waited for any longer. Default: five minutes. */
  readonly silenceMs?: number | undefined;
  /** Threads of the embedded engine. Default: the variable `OMP_NUM_THREADS`, else all cores. */
  readonly threads?: number | undefined;
}

/** Of those who watch an opening, what crosses into another process. */
export type LaunchOpening = LaunchOptions & Pick<Opening, "signal">;

/** A run that was launched. */
export interface Launched {
  /** As its folder was when the process had made it ready. */
  readonly run: Run;
  /** Nothing was left to do, and nothing was started. */
  readonly complete: boolean;
  /** Steps done before. */
  readonly step: number;
  /** What whoever resumes the run has to know, in sentences. */
  readonly notices: readonly string[];
}

/**
 * Trains as `trainGRPO` does, in a process of its own: it outlives this one, its notebook and its terminal. Returns as
 * soon as the run folder is ready and training begins; `followRun`, `attach` and `openRun` tell how it goes, from here and
 * from anywhere else, `run.stop()` ends it. The process has the permissions of `deno task train` and the environment
 * variables of this one. What else it logs, or dies of, is in the folder's `log.txt`.
 *
 * @example
 * ```ts ignore
 * const run = await launch({ prompt_template: "step_by_step", max_steps: 30 });
 * await attach(run);
 * ```
 * @param input the hyperparameters of `deno task train`
 * @param leave ends the opening, as long as the run has not begun: nothing is written then
 * @throws {ConfigError} naming every value that cannot be used, and every option that cannot cross into another process;
 * nothing is written then
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 * @throws {LaunchError} when the process ends without a word, or says nothing for `silenceMs`
 * @throws the reason of `leave`
 */
export async function launch(
  input: TrainInput = {},
  options: LaunchOptions = {},
  leave?: AbortSignal,
): Promise<Run> {
  requireLaunchArguments(input, options);
  const parsed = { input, sources: {}, problems: [] };
  const plan = await planRun(parsed, { environment: serverVariables(), now: Date.now() });
  return (await launchPlan(plan, parsed, { ...options, signal: leave })).run;
}

/**
 * Launches what was planned. The process plans once more, for only it owns the folder; what a person was asked is decided.
 * @param parsed what the plan was made of
 * @throws what `launch` throws, and the reason of the signal, which ends the opening
 */
export async function launchPlan(plan: Plan, parsed: PlanInput, opening: LaunchOpening = {}): Promise<Launched> {
  opening.signal?.throwIfAborted();
  const { config: { log_path }, action } = plan;
  const decided = action === "create" ? {} : { behavior_if_log_dir_exists: action };
  const request: LaunchRequest = { ...parsed, input: { ...parsed.input, log_path, ...decided } };
  const { threads } = opening;
  const env = threads === undefined ? {} : { OMP_NUM_THREADS: String(threads) };
  const process = startDetached(join(log_path, RUN_FILES.log), undefined, env);
  try {
    const { complete, step, notices } = await handOver(process, request, opening);
    return { run: await openRun(log_path), complete, step, notices };
  } finally {
    // Waited for by nobody; that it has ended is taken note of, so that nothing of it stays behind.
    process.status.catch(() => {});
    process.unref();
  }
}
