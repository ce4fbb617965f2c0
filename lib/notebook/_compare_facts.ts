/** What a panel knows and says of a comparison while its cells are asked, as plain words. */
import { wilsonInterval } from "../basics/mod.ts";
import type { CellStart } from "../comparison/mod.ts";
import type { HubProgress } from "../hub/mod.ts";
import type { EvaluationProgress } from "../launch/mod.ts";
import type { ServiceMessage, Waiting } from "../policy/mod.ts";
import { waitingText } from "../training/mod.ts";
import { type Notice, openingBars, type PanelFacts } from "./_panel_facts.ts";
import { counted, duration, oneLine } from "./_text.ts";

/** How far one cell is. */
export interface CellState {
  readonly name: string;
  /** Completions that are there, and how many of them are right. */
  readonly done: number;
  readonly correct: number;
  /** Completions there will be; undefined: not known yet. */
  readonly total?: number;
  /** Whether all of them are there. */
  readonly isFinished?: boolean;
}

/** A comparison as far as it is known. Times are milliseconds. */
export interface ComparisonState {
  /** When the panel was made; from the first cell on, when asking began. */
  readonly since: number;
  /** How many cells there will be; undefined: not known yet. */
  readonly cells?: number;
  /** Those that have been begun, in the order they are asked. */
  readonly asked: readonly CellState[];
  /** Whether several completions a problem are drawn: then their number says nothing of certainty. */
  readonly several: boolean;
  readonly waiting?: Waiting | undefined;
  /** When what it waits for began. */
  readonly waitingSince?: number;
  /** The file that is being fetched from the hub. */
  readonly download?: HubProgress | undefined;
  /** What the server said last. */
  readonly message?: ServiceMessage;
  readonly stopping?: true;
  readonly end?: { readonly at: number; readonly error?: string };
}

/** Before a cell is asked. */
export function afterCell(state: ComparisonState, { cell, cells, name }: CellStart, now: number): ComparisonState {
  const since = state.cells === undefined ? now : state.since;
  return { ...state, since, cells, asked: [...state.asked.slice(0, cell), { name, done: 0, correct: 0 }] };
}

/** As completions of a cell come in. */
export function afterCellProgress(
  state: ComparisonState,
  { done, total, correct }: Pick<EvaluationProgress, "done" | "total" | "correct">,
  { cell, name }: CellStart,
): ComparisonState {
  return { ...state, asked: state.asked.with(cell, { name, done, total, correct }) };
}

/** When a cell is done, asked now or long ago. */
export function afterEvaluation(
  state: ComparisonState,
  results: readonly { readonly correct: readonly boolean[] }[],
  { cell, name }: CellStart,
): ComparisonState {
  const all = results.flatMap(({ correct }) => correct);
  const told = { done: all.length, total: all.length, correct: all.filter(Boolean).length, isFinished: true };
  return { ...state, waiting: undefined, asked: state.asked.with(cell, { name, ...told }) };
}

/** What there is to say. */
export function comparisonFacts(state: ComparisonState, now: number): PanelFacts {
  const { cells, message } = state;
  return {
    name: "comparison",
    about: cells === undefined ? "" : counted(cells, "cell"),
    status: statusOf(state),
    bars: bars(state, now),
    notices: notices(state, now),
    numbers: state.asked.map((cell) => accuracyOf(cell, state.several)),
    charts: [],
    notes: message === undefined ? [] : [oneLine(`server (${message.severity}): ${message.text}`, 300)],
  };
}

function statusOf({ end, stopping, cells, waiting }: ComparisonState): PanelFacts["status"] {
  if (end?.error !== undefined) return stopping ? ["attention", "stopped"] : ["bad", "failed"];
  if (end !== undefined) return ["good", "finished"];
  if (stopping) return ["attention", "stopping"];
  if (waiting !== undefined) return ["attention", "waiting"];
  return ["running", cells === undefined ? "opening" : "asking"];
}

function bars({ since, cells, asked, download, end }: ComparisonState, now: number): PanelFacts["bars"] {
  const gone = `${duration(((end?.at ?? now) - since) / 1000)} gone`;
  if (cells === undefined) return end === undefined ? openingBars(download, gone) : [];
  const finished = asked.filter(({ isFinished }) => isFinished === true).length;
  const current = asked.at(-1);
  const share = current === undefined || current.isFinished === true ? 0 : shareOf(current);
  const all = {
    label: "all",
    share: (finished + share) / cells,
    text: `${finished} of ${counted(cells, "cell")}, ${gone}`,
  };
  if (current === undefined || end !== undefined && end.error === undefined) return [all];
  const { name, done, total } = current;
  const far = total === undefined ? "" : `${done}/${total} `;
  return [{ label: "cell", share: shareOf(current), text: `${far}${oneLine(name, 60)}` }, all];
}

function shareOf({ done, total, isFinished }: CellState): number {
  if (isFinished === true) return 1;
  return total === undefined || total === 0 ? 0 : done / total;
}

/** Accuracy so far; how certain it is, where that can be told before the end. */
function accuracyOf(
  { name, done, correct, total, isFinished }: CellState,
  several: boolean,
): readonly [label: string, value: string] {
  const label = oneLine(name, 60);
  if (done === 0) return [label, "-"];
  const { low, high } = wilsonInterval(Math.min(correct, done), done);
  const ends = several ? "" : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  const soFar = isFinished === true || total === undefined ? "" : `, ${done} of ${total}`;
  return [`${label}${soFar}`, `${(correct / done).toFixed(3)}${ends}`];
}

function notices(
  { asked, cells = 0, end, stopping, waiting, waitingSince = 0 }: ComparisonState,
  now: number,
): Notice[] {
  if (end !== undefined) {
    if (end.error === undefined) return [];
    const finished = asked.filter(({ isFinished }) => isFinished === true).length;
    const far = cells === 0 ? "" : ` after ${finished} of ${counted(cells, "cell")}`;
    if (stopping) return [{ tone: "attention", text: `stopped${far}; what is recorded is not asked again` }];
    return [{ tone: "bad", text: `failed${far}: ${oneLine(end.error, 600)}` }];
  }
  const found: Notice[] = stopping ? [{ tone: "attention", text: "stopping; press Stop again to end at once" }] : [];
  if (waiting === undefined) return found;
  const text = `waiting: ${oneLine(waitingText(waiting), 240)} ${duration((now - waitingSince) / 1000)}`;
  return [...found, { tone: "attention", text }];
}
