/**
 * `attach`: the panel of a run that another process trains, from its folder alone. Any number of notebooks may attach to a
 * run, also to one that has ended; the run does not know of them.
 */
import { resolve } from "node:path";
import { inspected, unknownOptions } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { followRun, openRun, type RolloutRow, Run } from "../runs/mod.ts";
import { afterNews, isTrained, withEnd, withRun, withSample } from "./_attached_state.ts";
import { lineOfDiagnosis } from "./_diagnosis.ts";
import { type NotebookOptions, panelPlace, requireNotebookOptions } from "./_options.ts";
import { type Panel, showPanel } from "./_panel_display.ts";
import { panelFacts } from "./_panel_facts.ts";
import { afterError, newPanel, type PanelState } from "./_panel_state.ts";
import { stopper } from "./_stop.ts";

/** Options of `attach`. */
export interface AttachOptions extends NotebookOptions {
  /** Ends the watching; the run goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks at the folder. Default: 500. */
  readonly pollMs?: number | undefined;
}

/** The sample is drawn anew no more often. */
const SAMPLE_EVERY_MS = 1000;
/** Rows that are looked through for a problem with a right answer and a wrong one. */
const SAMPLE_ROWS = 256;

/**
 * Watches a run that trains elsewhere, one that was launched for example, until it has ended. In a notebook the running
 * cell shows its live panel, as `trainGRPO` does for its own; of a run that has ended the last state, at once. Stop, and
 * the signal, end the watching and leave the run alone: `run.stop()` ends the run.
 *
 * @example
 * ```ts ignore
 * const run = await launch({ prompt_template: "step_by_step", max_steps: 30 });
 * await attach(run);
 * ```
 * @param run a run, or its folder
 * @returns the run as it is then, read from its folder
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 * @throws {RunFolderError} when the folder is no run, or goes away
 */
export async function attach(run: Run | string, options: AttachOptions = {}): Promise<Run> {
  requireAttachOptions(options);
  const { place, listen } = panelPlace(options.panel);
  // Before anything is awaited: the cell that runs now is the one that shows it.
  const panel = place && showPanel(newPanel, panelFacts, place);
  const stop = stopper({ listen, signal: options.signal, onStop: () => {} });
  try {
    const opened = await openRun(run instanceof Run ? run.path : run);
    panel?.become((state, now) => withRun(state, opened, { path: nameOf(run), now }));
    await watch(opened, panel, { signal: stop.signal, pollMs: options.pollMs });
    const last = await openRun(opened.path);
    const diagnosis = last.state === "running" ? undefined : await lineOfDiagnosis(last);
    await panel?.end((state, now) => ({ ...withEnd(state, last, now), diagnosis }));
    return last;
  } catch (error) {
    await panel?.end((state, now) => afterError(state, error, now));
    throw error;
  } finally {
    stop.close();
  }
}

/** The folder as whoever attaches writes it: as it was recorded, unless that is another one from here. */
function nameOf(run: Run | string): string {
  if (!(run instanceof Run)) return run;
  return resolve(run.config.log_path) === run.path ? run.config.log_path : run.path;
}

/** Shows what the folder says until the run has ended. */
async function watch(
  run: Run,
  panel: Panel<PanelState> | undefined,
  options: Pick<AttachOptions, "signal" | "pollMs">,
): Promise<void> {
  let step = (run.metrics.findLast(isTrained) ?? run.metrics.at(-1))?.step;
  let sampledAt = -Infinity;
  const sample = async () => {
    if (panel === undefined || step === undefined) return;
    sampledAt = panel.now();
    const rows = await sampleRows(run, step);
    panel.become((state) => withSample(state, rows));
  };
  await sample();
  for await (const news of followRun(run, options)) {
    panel?.become((state, now) => afterNews(state, news, now));
    if (news.type === "metrics" && (isTrained(news) || step === undefined)) step = news.step;
    if (panel !== undefined && panel.now() - sampledAt >= SAMPLE_EVERY_MS) await sample();
  }
  await sample();
}

/** The first completions of a step; of an evaluation alone, its. Files that are being replaced are read another time. */
async function sampleRows(run: Run, step: number): Promise<RolloutRow[]> {
  for (const split of ["train", "test"] as const) {
    const rows: RolloutRow[] = [];
    try {
      for await (const row of run.rollouts({ split, step })) {
        rows.push(row);
        if (rows.length === SAMPLE_ROWS) break;
      }
    } catch {
      return [];
    }
    if (rows.length > 0) return rows;
  }
  return [];
}

const OWN: Readonly<Record<Exclude<keyof AttachOptions, "panel">, true>> = { signal: true, pollMs: true };

function requireAttachOptions(options: unknown): asserts options is AttachOptions {
  requireNotebookOptions("attach", options);
  const { signal, pollMs, panel: _, ...others } = options as Record<string, unknown>;
  const problems = unknownOptions("attach", others, Object.keys(OWN));
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    problems.push(`option signal: expected an AbortSignal, got ${inspected(signal)}.`);
  }
  if (pollMs !== undefined && !(typeof pollMs === "number" && pollMs > 0)) {
    problems.push(`option pollMs: expected milliseconds above 0, got ${inspected(pollMs)}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
