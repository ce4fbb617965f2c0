/** `trainGRPO` for notebooks and programs alike: in a Jupyter kernel a live panel shows the run while it trains. */
import type { TrainInput } from "../config/mod.ts";
import { rewardName } from "../environment/mod.ts";
import { trainGRPO as train, type TrainOptions, type Watchers } from "../launch/mod.ts";
import { openPolicy } from "../policy/mod.ts";
import type { Run } from "../runs/mod.ts";
import { lineOfDiagnosis } from "./_diagnosis.ts";
import { type LivePanel, livePanel } from "./live_panel.ts";
import { both, type NotebookOptions, panelPlace, requireNotebookOptions } from "./_options.ts";
import { stopper } from "./_stop.ts";

/** Options of `trainGRPO` besides the hyperparameters. */
export interface NotebookTrainOptions extends TrainOptions, NotebookOptions {}

/**
 * Trains a policy with group-relative policy optimisation (GRPO; Shao et al., arXiv:2402.03300) and records the run in
 * `log_path`. Takes the hyperparameters of `deno task train` by the same names; what is left out has the backend's default.
 * In a notebook the running cell shows a live panel, besides whoever else watches; await the call, so that its end is shown.
 * Stop ends the run in good order there: a checkpoint is saved, and the call returns. A second Stop ends the call at once.
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
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is written then
 * @throws {LogFolderError} when `log_path` holds a run and it is not said what to do with it
 */
export async function trainGRPO(input: TrainInput = {}, options: NotebookTrainOptions = {}): Promise<Run> {
  requireNotebookOptions("trainGRPO", options);
  return await trainWithPanel(input, options);
}

/** Trains what the input says, with a panel where there is a place for one. */
export async function trainWithPanel(input: TrainInput, options: NotebookTrainOptions): Promise<Run> {
  const { panel, ...rest } = options;
  const { place, listen } = panelPlace(panel);
  // Before anything is awaited: the cell that runs now is the one that started the run.
  const live = place && livePanel(place);
  const stop = stopper({ listen, signal: rest.signal, onStop: () => live?.stops() });
  const { signal } = stop;
  try {
    const run = await stop.wait(train(input, { ...(live ? watchedBy(live, rest) : rest), signal }));
    if (live !== undefined) live.diagnoses(await lineOfDiagnosis(run));
    await live?.close();
    return run;
  } catch (error) {
    await (stop.isLeft ? live?.leave() : live?.fail(error));
    throw error;
  } finally {
    stop.close();
  }
}

/** The panel is told first, then whoever else watches. */
function watchedBy({ watchers, opens }: LivePanel, { open = openPolicy, ...others }: TrainOptions): TrainOptions {
  const { reward, problems } = others;
  const watching: Watchers = {
    onEvent: both(watchers.onEvent, others.onEvent),
    onProgress: both(watchers.onProgress, others.onProgress),
    onWaiting: both(watchers.onWaiting, others.onWaiting),
    onMessage: both(watchers.onMessage, others.onMessage),
    onDownload: both(watchers.onDownload, others.onDownload),
    onNotice: both(watchers.onNotice, others.onNotice),
  };
  return {
    ...others,
    ...watching,
    open: (config, opening) => {
      opens(config, reward && rewardName(reward), problems !== undefined);
      return open(config, opening);
    },
  };
}
