/** `trainGRPO` for notebooks and programs alike: in a Jupyter kernel a live panel shows the run while it trains. */
import type { TrainInput } from "../config/mod.ts";
import { trainGRPO as train, type TrainOptions, type Watchers } from "../launch/mod.ts";
import { openPolicy } from "../policy/mod.ts";
import type { Run } from "../runs/mod.ts";
import { kernelBroadcast } from "./kernel.ts";
import { type LivePanel, livePanel, type PanelOptions } from "./live_panel.ts";

/** Options of `trainGRPO` besides the hyperparameters. */
export interface NotebookTrainOptions extends TrainOptions {
  /** How the panel in a notebook is shown; `false`: there is none. */
  readonly panel?: PanelOptions | false | undefined;
}

/**
 * Trains a policy with group-relative policy optimisation (GRPO; Shao et al., arXiv:2402.03300) and records the run in
 * `log_path`. Takes the hyperparameters of `deno task train` by the same names; what is left out has the backend's default.
 * In a notebook the running cell shows a live panel, besides whoever else watches; await the call, so that its end is shown.
 * A signal stops the run in good order; call again with `behavior_if_log_dir_exists: "resume"` to go on. While the model is
 * still being opened there is no run to stop: then nothing is written and the signal's reason is thrown.
 *
 * @example
 * ```ts ignore
 * const run = await trainGRPO({ prompt_template: "step_by_step", max_steps: 30 });
 * run.series("test/env/all/correct");
 * ```
 * @returns the run, read from its folder
 * @throws {ConfigError} naming every value that cannot be used; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 */
export async function trainGRPO(input: TrainInput = {}, options: NotebookTrainOptions = {}): Promise<Run> {
  const { panel, ...rest } = options;
  const broadcast = panel === false ? undefined : panel?.broadcast ?? kernelBroadcast();
  if (broadcast === undefined) return await train(input, rest);
  // Before anything is awaited: the cell that runs now is the one that started the run.
  const live = livePanel({ ...(panel || {}), broadcast });
  let run: Run;
  try {
    run = await train(input, watchedBy(live, rest));
  } catch (error) {
    await live.fail(error);
    throw error;
  }
  await live.close();
  return run;
}

/** The panel is told first, then whoever else watches. */
function watchedBy({ watchers, opens }: LivePanel, { open = openPolicy, ...others }: TrainOptions): TrainOptions {
  type Told<T> = ((value: T) => void) | undefined;
  const both = <T>(panel: Told<T>, other: Told<T>) => (value: T): void => {
    panel?.(value);
    other?.(value);
  };
  const watching: Watchers = {
    onEvent: both(watchers.onEvent, others.onEvent),
    onProgress: both(watchers.onProgress, others.onProgress),
    onWaiting: both(watchers.onWaiting, others.onWaiting),
    onMessage: both(watchers.onMessage, others.onMessage),
  };
  return {
    ...others,
    ...watching,
    open: (config, opening) => {
      opens(config);
      return open(config, opening);
    },
  };
}
