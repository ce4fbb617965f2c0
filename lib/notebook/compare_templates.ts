/**
 * `compareTemplates` for notebooks and programs alike: in a Jupyter kernel a panel shows which cell is asked, how far it is
 * and the accuracy so far, and Stop ends it.
 */
import { type CompareOptions, compareTemplates as run, type Comparison } from "../comparison/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import {
  afterCell,
  afterCellProgress,
  afterEvaluation,
  comparisonFacts,
  type ComparisonState,
} from "./_compare_facts.ts";
import { afterEvaluationWaiting } from "./_evaluation_facts.ts";
import { both, type NotebookOptions, type PanelOptions, panelPlace, requireNotebookOptions } from "./_options.ts";
import { type Panel, showPanel } from "./_panel_display.ts";
import { afterDownload } from "./_panel_state.ts";
import { stopper } from "./_stop.ts";

/** Options of `compareTemplates` in a notebook and outside. */
export interface NotebookCompareOptions extends CompareOptions, NotebookOptions {}

/**
 * Compares templates, by one policy or several, on the same problems: paired by problem, with intervals, and corrected for
 * the number of comparisons. The comparison shows itself. In a notebook the running cell shows how far it is, besides
 * whoever else watches, and Stop ends it: then the signal's reason is thrown, and the same call goes on with what is left.
 *
 * @example
 * ```ts ignore
 * const comparison = await compareTemplates(["baseline", "step_by_step", "concise"], { limit: 200 });
 * await compareTemplates(["baseline", "concise"], { runs: ["runs/first"], checkpoints: ["base", 20, "final"] });
 * ```
 * @param templates names, paths of files, or templates
 * @throws {ConfigError} naming every value that cannot be used
 * @throws {TemplateError} when a template cannot be used, or not be put to all problems
 * @throws {ComparisonError} when the folder holds something else
 * @throws the signal's reason, when it was aborted; what was answered by then is recorded
 */
export async function compareTemplates(
  templates: readonly (string | PromptTemplate)[],
  options: NotebookCompareOptions = {},
): Promise<Comparison> {
  requireNotebookOptions("compareTemplates", options);
  const { panel, ...rest } = options;
  const { place, listen } = panelPlace(panel);
  const live = place && comparisonPanel(place, (rest.samples ?? rest.k ?? 1) > 1);
  const stop = stopper({ listen, signal: rest.signal, onStop: () => live?.become(stops) });
  const { signal } = stop;
  try {
    const comparison = await stop.wait(run(templates, { ...(live ? watchedBy(live, rest) : rest), signal }));
    await live?.end((state, now) => ({ ...state, waiting: undefined, end: { at: now } }));
    return comparison;
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    const end = (now: number) => ({ waiting: undefined, end: { at: now, error: message } });
    await live?.end((state, now) => ({ ...(signal?.aborted ? stops(state) : state), ...end(now) }));
    throw error;
  } finally {
    stop.close();
  }
}

function comparisonPanel(place: PanelOptions, several: boolean): Panel<ComparisonState> {
  return showPanel((since): ComparisonState => ({ since, asked: [], several }), comparisonFacts, place);
}

function stops(state: ComparisonState): ComparisonState {
  return { ...state, stopping: true };
}

/** The panel is told first, then whoever else watches. */
function watchedBy({ become }: Panel<ComparisonState>, others: CompareOptions): CompareOptions {
  return {
    ...others,
    onCell: both((cell) => become((state, now) => afterCell(state, cell, now)), others.onCell),
    onProgress: both(
      (progress, cell) => become((state) => afterCellProgress(state, progress, cell)),
      others.onProgress,
    ),
    onEvaluation: both(
      ({ perProblem }, cell) => become((state) => afterEvaluation(state, perProblem, cell)),
      others.onEvaluation,
    ),
    onWaiting: both((waiting) => become((state, now) => afterEvaluationWaiting(state, waiting, now)), others.onWaiting),
    onMessage: both((message) => become((state) => ({ ...state, message })), others.onMessage),
    onDownload: both((progress) => become((state) => afterDownload(state, progress)), others.onDownload),
  };
}
