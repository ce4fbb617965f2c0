/**
 * How far a training run is and what it has spent, and how that reads: the line of a step, and the two bars below the
 * lines. Numbers and texts only; `_terminal.ts` writes them.
 */
import { allTokens, dollars, type TrainProgress } from "../training/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { KEYS } from "./_summary.ts";
import { bar, besideOrBelow, duration, oneLine, rate, short } from "./_text.ts";

/** How far a run is. Times are milliseconds. */
export interface Course {
  /** Steps the run will have; 0: not known yet. */
  total: number;
  /** Steps done. */
  done: number;
  /** What the current step is at. */
  within: TrainProgress | undefined;
  /** Tokens and dollars so far, for the bar. */
  spent: string;
  startedAt: number;
  stepStartedAt: number;
  /** Seconds of the last steps. */
  readonly recent: number[];
}

/** Steps that the estimate of the time left looks back on. */
const RECENT = 10;

/** A run of which nothing is known. */
export function newCourse(now: number): Course {
  return { total: 0, done: 0, within: undefined, spent: "", startedAt: now, stepStartedAt: now, recent: [] };
}

/** The run begins, or goes on, at a step. */
export function startCourse(course: Course, step: number, total: number, now: number): void {
  [course.done, course.total] = [step, total];
  course.startedAt = course.stepStartedAt = now;
}

/** Counts a step. @returns the seconds it took */
export function countStep(course: Course, step: number, metrics: Metrics, now: number): number {
  const seconds = metrics[KEYS.seconds] ?? (now - course.stepStartedAt) / 1000;
  course.stepStartedAt = now;
  course.recent.push(seconds);
  if (course.recent.length > RECENT) course.recent.shift();
  course.done = step + 1;
  const [cost, tokens] = [metrics[KEYS.cost], allTokens(metrics)];
  course.spent = [
    tokens === undefined ? "" : `  ${short(tokens)} tokens`,
    cost === undefined ? "" : `  ${dollars(cost)}`,
  ].join("");
  return seconds;
}

/** The line of the step that was counted last. @param columns what does not fit is the other grader's verdict */
export function stepLine(course: Course, metrics: Metrics, seconds: number, columns: number): string {
  const { done, total } = course;
  const { [KEYS.cost]: cost, [KEYS.recipe]: recipe, [KEYS.kept]: kept, [KEYS.tokens]: length } = metrics;
  // A round that imitates an earlier run's answers draws none: it has no reward.
  const drawn = metrics[KEYS.reward] !== undefined;
  const before = [
    `step ${String(done).padStart(String(total).length)}/${total}`,
    ...(drawn ? [`reward ${rate(metrics[KEYS.reward])}`, `accuracy ${rate(metrics[KEYS.correct])}`] : []),
  ];
  const behind = [
    ...(length === undefined ? [] : [`length ${length.toFixed(1)}`]),
    ...(kept === undefined ? [] : [`kept ${kept}`]),
    `${seconds.toFixed(1)} s`,
    `${duration(secondsLeft(course))} left`,
    ...(cost === undefined ? [] : [`${dollars(cost)} so far`]),
  ];
  const full = [...before, `recipe's ${rate(recipe)}`, ...behind].join("  ");
  return recipe !== undefined && full.length <= columns ? full : [...before, ...behind].join("  ");
}

/** The bars: the step's, with what is waited for, and the run's. */
export function barLines(course: Course, columns: number, now: number): string[] {
  const { within, done, total, startedAt, spent } = course;
  const share = within === undefined || within.total === 0 ? 0 : within.done / within.total;
  const width = Math.min(30, Math.max(8, columns - 50));
  const what = within === undefined ? "" : `${within.phase} ${within.done}/${within.total}`;
  const waiting = within === undefined ? "" : waitingFor(within);
  // A save comes after its steps, which are done.
  const current = within?.phase === "saving" ? 0 : share;
  const time = `${duration((now - startedAt) / 1000)} gone, ${duration(secondsLeft(course))} left`;
  return [
    ...besideOrBelow(`step  ${bar(share, width)}  ${what}`, waiting, columns - 1),
    `run   ${bar(total === 0 ? 0 : (done + current) / total, width)}  ${done}/${total}  ${time}${spent}`,
  ];
}

function secondsLeft({ recent, total, done }: Course): number {
  if (recent.length === 0) return NaN;
  return (total - done) * recent.reduce((sum, seconds) => sum + seconds, 0) / recent.length;
}

/** What the server makes the run wait for, as `waiting: paused_capacity (reason) 0:42`; nothing when it does not. */
function waitingFor({ waiting }: TrainProgress): string {
  if (waiting === undefined) return "";
  const { state, reason, seconds } = waiting;
  const why = reason === undefined ? "" : ` (${oneLine(reason, 80)})`;
  return `waiting: ${state}${why} ${duration(seconds)}`;
}
