/** `evaluate` for notebooks and programs alike: in a Jupyter kernel a panel shows how far it is, and Stop ends it. */
import { evaluate as run, type Evaluated, type EvaluateOptions, type EvaluationResult } from "../launch/mod.ts";
import { afterEvaluationWaiting, evaluationFacts, type EvaluationState } from "./_evaluation_facts.ts";
import { afterDownload } from "./_panel_state.ts";
import { type Panel, showPanel } from "./_panel_display.ts";
import { both, type NotebookOptions, type PanelOptions, panelPlace, requireNotebookOptions } from "./_options.ts";
import { stopper } from "./_stop.ts";

/** Options of `evaluate` in a notebook and outside. */
export interface NotebookEvaluateOptions extends EvaluateOptions, NotebookOptions {}

/**
 * Evaluates on held-out problems: one completion a problem or several, with random streams that depend on nothing but the
 * seed and the problem, so that what is evaluated twice can be compared pairwise. The result shows itself. In a notebook the
 * running cell shows how far it is, besides whoever else watches, and Stop ends it: then the signal's reason is thrown, and
 * where the evaluation is recorded the same call goes on with the problems that are left.
 *
 * @example
 * ```ts ignore
 * const before = await evaluate("abacus", { prompt_template: "step_by_step", limit: 200 });
 * const after = await evaluate("runs/first", { checkpoint: "best", limit: 200, k: 4 });
 * after.metrics["env/all/pass@4"];
 * ```
 * @param target a run, its folder or name, a checkpoint's folder, `tinker://...`, a model's name, or an open policy
 * @throws {ConfigError} naming every value that cannot be used
 * @throws {TemplateError} when the template cannot be used, or not be put to all problems; nothing is asked then
 * @throws the signal's reason, when it was aborted
 */
export async function evaluate(target: Evaluated, options: NotebookEvaluateOptions = {}): Promise<EvaluationResult> {
  requireNotebookOptions("evaluate", options);
  const { panel, ...rest } = options;
  const { place, listen } = panelPlace(panel);
  const live = place && evaluationPanel(place);
  const stop = stopper({ listen, signal: rest.signal, onStop: () => live?.become(stops) });
  const { signal } = stop;
  try {
    const result = await stop.wait(run(target, { ...(live ? watchedBy(live, rest) : rest), signal }));
    await live?.end((state, now) => ({ ...state, waiting: undefined, end: { at: now } }));
    return result;
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    const end = (now: number) => ({ waiting: undefined, end: { at: now, error: message } });
    await live?.end((state, now) => ({ ...(signal?.aborted ? stops(state) : state), ...end(now) }));
    throw error;
  } finally {
    stop.close();
  }
}

function evaluationPanel(place: PanelOptions): Panel<EvaluationState> {
  return showPanel((since): EvaluationState => ({ since }), evaluationFacts, place);
}

function stops(state: EvaluationState): EvaluationState {
  return { ...state, stopping: true };
}

/** The panel is told first, then whoever else watches. */
function watchedBy({ become }: Panel<EvaluationState>, others: EvaluateOptions): EvaluateOptions {
  return {
    ...others,
    onStart: both((start) => become((state, now) => ({ ...state, start, since: now })), others.onStart),
    onProgress: both((progress) => become((state) => ({ ...state, progress })), others.onProgress),
    onWaiting: both((waiting) => become((state, now) => afterEvaluationWaiting(state, waiting, now)), others.onWaiting),
    onMessage: both((message) => become((state) => ({ ...state, message })), others.onMessage),
    onDownload: both((progress) => become((state) => afterDownload(state, progress)), others.onDownload),
  };
}
