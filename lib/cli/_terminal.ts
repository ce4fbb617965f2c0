/**
 * A training run in the terminal: one of the consumers of the event stream. A line a step stays; while somebody watches,
 * two bars below them move. Text of models is stripped before it is shown.
 */
import {
  allTokens,
  dollars,
  estimateText,
  stallText,
  type TrainEvent,
  type TrainProgress,
  ungradedText,
} from "../training/mod.ts";
import type { Metrics, Rollout } from "../vocabulary.ts";
import { liveLines } from "./_live.ts";
import type { CliIo } from "./_io.ts";
import { KEYS, testKey } from "./_summary.ts";
import { bar, besideOrBelow, duration, oneLine, painter, quote, rate, short, type Style } from "./_text.ts";
import { waitNews } from "./_wait_news.ts";

/** Shows a run as it happens. */
export interface Reporter {
  /** Shows one event. */
  event(event: TrainEvent): void;
  /** Moves the bar of the current step. */
  progress(progress: TrainProgress): void;
  /** Writes a line that stays. */
  line(text: string): void;
  /** Takes the bars away. Always call it, or they stay behind. */
  close(): void;
}

/** Steps that the estimate of the time left looks back on. */
const RECENT = 10;

/**
 * A reporter for a terminal, or, where nobody watches, for a file: plain lines only.
 * @param log takes every line that stays, without colours, but for samples and what the recorder logs itself
 */
export function createReporter(io: CliIo, log: (line: string) => void = () => {}): Reporter {
  const live = liveLines(io);
  const paint = painter(io.color);
  const recent: number[] = [];
  let total = 0;
  let done = 0;
  let within: TrainProgress | undefined;
  /** Tokens and dollars so far. */
  let spent = "";
  let startedAt = io.now();
  let stepStartedAt = io.now();

  function keep(line: string, style: Style = "plain"): void {
    live.print(paint(style, line));
    log(line);
  }
  /** They count as wrong, which nobody sees in the figures above. */
  function keepUngraded(metrics: Metrics, prefix?: "test/"): void {
    const text = ungradedText(metrics, prefix);
    if (text !== undefined) keep(`  ${text}`, "bold");
  }
  // Who watches sees it in the bar.
  const news = io.isTerminal ? () => {} : waitNews(io.now, keep);

  function secondsLeft(): number {
    if (recent.length === 0) return NaN;
    return (total - done) * recent.reduce((sum, seconds) => sum + seconds, 0) / recent.length;
  }
  function redraw(): void {
    const share = within === undefined || within.total === 0 ? 0 : within.done / within.total;
    const width = Math.min(30, Math.max(8, io.columns() - 50));
    const what = within === undefined ? "" : `${within.phase} ${within.done}/${within.total}`;
    const waiting = within === undefined ? "" : waitingFor(within);
    // A save comes after its steps, which are done.
    const current = within?.phase === "saving" ? 0 : share;
    const time = `${duration((io.now() - startedAt) / 1000)} gone, ${duration(secondsLeft())} left`;
    live.show([
      ...besideOrBelow(`step  ${bar(share, width)}  ${what}`, waiting, io.columns() - 1),
      `run   ${bar(total === 0 ? 0 : (done + current) / total, width)}  ${done}/${total}  ${time}${spent}`,
    ]);
  }
  function stepLine(step: number, metrics: Metrics): string {
    const seconds = metrics[KEYS.seconds] ?? (io.now() - stepStartedAt) / 1000;
    stepStartedAt = io.now();
    recent.push(seconds);
    if (recent.length > RECENT) recent.shift();
    done = step + 1;
    const [cost, tokens] = [metrics[KEYS.cost], allTokens(metrics)];
    spent = [tokens === undefined ? "" : `  ${short(tokens)} tokens`, cost === undefined ? "" : `  ${dollars(cost)}`]
      .join("");
    const digits = String(total).length;
    return [
      `step ${String(done).padStart(digits)}/${total}`,
      `reward ${rate(metrics[KEYS.reward])}`,
      `accuracy ${rate(metrics[KEYS.correct])}`,
      `length ${(metrics[KEYS.tokens] ?? NaN).toFixed(1)}`,
      `${seconds.toFixed(1)} s`,
      `${duration(secondsLeft())} left`,
      ...(cost === undefined ? [] : [`${dollars(cost)} so far`]),
    ].join("  ");
  }
  return {
    event(event) {
      switch (event.type) {
        case "start":
          [done, total] = [event.step, event.total];
          startedAt = stepStartedAt = io.now();
          if (event.estimate !== undefined) live.print(estimateText(event.estimate));
          break;
        case "evaluation":
          within = undefined;
          keep(evaluationLine(event.step, event.metrics, event.rollouts.length), "bold");
          keepUngraded(event.metrics, "test/");
          if (io.isTerminal) live.print(sampleText(pick(event.rollouts, event.step), io.columns(), paint));
          break;
        case "step":
          within = undefined;
          keep(stepLine(event.step, event.metrics));
          keepUngraded(event.metrics);
          break;
        case "checkpoint":
          if (within?.phase === "saving") within = undefined;
          keep(`checkpoint ${oneLine(event.checkpoint.name)}`, "dim");
          break;
        case "stall":
          live.print(paint("bold", oneLine(stallText(event), 500)));
          break;
        case "done":
          return;
      }
      if (total > 0) redraw();
    },
    progress(progress) {
      within = progress;
      news(progress.waiting);
      redraw();
    },
    line: (text) => keep(text),
    close: () => live.clear(),
  };
}

/** What the server makes the run wait for, as `waiting: paused_capacity (reason) 0:42`; nothing when it does not. */
function waitingFor({ waiting }: TrainProgress): string {
  if (waiting === undefined) return "";
  const { state, reason, seconds } = waiting;
  const why = reason === undefined ? "" : ` (${oneLine(reason, 80)})`;
  return `waiting: ${state}${why} ${duration(seconds)}`;
}

function evaluationLine(step: number, metrics: Metrics, problems: number): string {
  const value = (key: string) => metrics[testKey(key)];
  return [
    `evaluation after ${step} steps`,
    `accuracy ${rate(value(KEYS.correct))}`,
    `lenient ${rate(value(KEYS.lenient))}`,
    `format ${rate(value(KEYS.format))}`,
    `length ${(value(KEYS.tokens) ?? NaN).toFixed(1)}`,
    `${problems} problems`,
  ].join("  ");
}

/** Another one at each evaluation, so that a run shows more than one problem. */
function pick(rollouts: readonly Rollout[], step: number): Rollout | undefined {
  return rollouts[step % Math.max(1, rollouts.length)];
}

/** One trajectory for people: question, completion, verdict. */
export function sampleText(rollout: Rollout | undefined, columns: number, paint: ReturnType<typeof painter>): string {
  if (rollout === undefined) return "";
  const { grade, problem, text } = rollout;
  const verdict = `${grade.outcome}: answered ${oneLine(grade.extracted ?? "nothing", 40)}, ` +
    `right is ${oneLine(grade.reference, 40)}`;
  return [
    paint("dim", quote(problem.question, "  | ", columns, 6)),
    quote(text === "" ? "(empty)" : text, "  > ", columns, 10),
    `  ${paint(grade.correct ? "green" : "red", verdict)}`,
  ].join("\n");
}
