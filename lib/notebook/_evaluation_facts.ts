/** What a panel knows and says of an evaluation, as plain words. How it looks is in `_panel_view.ts`. */
import { wilsonInterval } from "../basics/mod.ts";
import type { HubProgress } from "../hub/mod.ts";
import type { EvaluationProgress, EvaluationStart } from "../launch/mod.ts";
import type { ServiceMessage, Waiting } from "../policy/mod.ts";
import { waitingText } from "../training/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";
import { type Notice, openingBars, type PanelFacts } from "./_panel_facts.ts";
import { counted, duration, oneLine } from "./_text.ts";

/** An evaluation as far as it is known. Times are milliseconds. */
export interface EvaluationState {
  /** When the panel was made; from the start on, when asking began. */
  readonly since: number;
  readonly start?: EvaluationStart;
  readonly progress?: EvaluationProgress;
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

/** After the server told what is waited for. */
export function afterEvaluationWaiting<S extends Pick<EvaluationState, "waiting" | "waitingSince">>(
  state: S,
  waiting: Waiting,
  now: number,
): S {
  if (waiting.state === "active") return { ...state, waiting: undefined };
  const waitingSince = state.waiting?.state === waiting.state ? state.waitingSince ?? now : now;
  return { ...state, waiting, waitingSince };
}

/** What there is to say. */
export function evaluationFacts(state: EvaluationState, now: number): PanelFacts {
  const { start, progress, message } = state;
  const about = start &&
    `${counted(start.problems, "problem")} of ${oneLine(start.config.env, 60)}${each(start)}, template ${
      oneLine(start.template.name, 60)
    }`;
  return {
    name: start === undefined ? "evaluation" : oneLine(start.target.replace(/,$/, ""), 120),
    about: about ?? "",
    status: statusOf(state),
    bars: bars(state, now),
    notices: notices(state, now),
    numbers: progress === undefined ? [] : numbers(progress, start?.samples ?? 1),
    charts: [],
    notes: message === undefined ? [] : [oneLine(`server (${message.severity}): ${message.text}`, 300)],
  };
}

function each({ samples = 1 }: EvaluationStart): string {
  return samples > 1 ? `, ${samples} completions each` : "";
}

function statusOf({ end, stopping, start, waiting }: EvaluationState): PanelFacts["status"] {
  if (end?.error !== undefined) return stopping ? ["attention", "stopped"] : ["bad", "failed"];
  if (end !== undefined) return ["good", "finished"];
  if (stopping) return ["attention", "stopping"];
  if (waiting !== undefined) return ["attention", "waiting"];
  return ["running", start === undefined ? "opening" : "evaluating"];
}

function bars({ since, start, progress, download, end }: EvaluationState, now: number): PanelFacts["bars"] {
  const seconds = ((end?.at ?? now) - since) / 1000;
  const gone = `${duration(seconds)} gone`;
  if (start === undefined) return end === undefined ? openingBars(download, gone) : [];
  const { done, total } = progress ?? { done: 0, total: start.problems };
  const left = end === undefined && done > 0 ? `, ${duration(seconds / done * (total - done))} left` : "";
  return [{ label: "evaluation", share: total === 0 ? 1 : done / total, text: `${done}/${total}, ${gone}${left}` }];
}

function notices(
  { start, waiting, waitingSince = 0, stopping, progress, end }: EvaluationState,
  now: number,
): Notice[] {
  if (end !== undefined) {
    if (end.error === undefined) return [];
    const { done, total } = progress ?? { done: 0, total: 0 };
    const noun = (start?.samples ?? 1) > 1 ? "completion" : "problem";
    const far = total === 0 ? "" : ` after ${done} of ${counted(total, noun)}; the numbers are of those`;
    if (stopping) return [{ tone: "attention", text: `stopped${far}` }];
    return [{ tone: "bad", text: `failed${far}: ${oneLine(end.error, 600)}` }];
  }
  const found: Notice[] = stopping ? [{ tone: "attention", text: "stopping; press Stop again to end at once" }] : [];
  if (waiting === undefined) return found;
  const text = `waiting: ${oneLine(waitingText(waiting), 240)} ${duration((now - waitingSince) / 1000)}`;
  return [...found, { tone: "attention", text }];
}

function numbers({ done, correct, outcomes }: EvaluationProgress, samples: number): PanelFacts["numbers"] {
  if (done === 0) return [];
  const { low, high } = wilsonInterval(Math.min(correct, done), done);
  // Completions of one problem are alike: how certain they make the figure is not told before the end.
  const ends = samples > 1 ? "" : ` (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  const counts = OUTCOMES.flatMap((outcome) =>
    outcomes[outcome] === undefined ? [] : [[
      outcome,
      String(outcomes[outcome]),
    ]] as const
  );
  return [[`accuracy${ends}`, (correct / done).toFixed(3)], ...counts];
}
