/**
 * A training run in the terminal: one of the consumers of the event stream. A line a step stays; while somebody watches,
 * two bars below them move. Text of models is stripped before it is shown.
 */
import { estimateText, stallText, type TrainEvent, type TrainProgress, ungradedText } from "../training/mod.ts";
import type { Metrics, Rollout } from "../vocabulary.ts";
import { barLines, countStep, type Course, newCourse, startCourse, stepLine } from "./_course.ts";
import type { CliIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { asideKey } from "./_best.ts";
import { KEYS, testKey } from "./_summary.ts";
import { oneLine, type Paint, painter, quote, rate, type Style } from "./_text.ts";
import { waitNews } from "./_wait_news.ts";

/** Shows a run as it happens. */
export interface Reporter {
  /** Shows one event. */
  event(event: TrainEvent): void;
  /** Moves the bar of the current step. */
  progress(progress: TrainProgress): void;
  /** Writes a line that stays. */
  line(text: string): void;
  /** Writes a line that stays, and that is in the log already. */
  show(text: string): void;
  /** Takes the bars away. Always call it, or they stay behind. */
  close(): void;
}

/**
 * A reporter for a terminal, or, where nobody watches, for a file: plain lines only.
 * @param log takes every line that stays, without colours, but for samples and what the recorder logs itself
 */
export function createReporter(io: CliIo, log: (line: string) => void = () => {}): Reporter {
  const live = liveLines(io);
  const paint = painter(io.color);
  const course = newCourse(io.now());
  function keep(line: string, style: Style = "plain"): void {
    live.print(paint(style, line));
    log(line);
  }
  // Who watches sees it in the bar.
  const news = io.isTerminal ? () => {} : waitNews(io.now, keep);
  const redraw = () => live.show(barLines(course, io.columns(), io.now()));
  return {
    event(event) {
      if (event.type === "done") return;
      report(event, course, { io, keep, print: live.print, paint });
      if (course.total > 0) redraw();
    },
    progress(progress) {
      course.within = progress;
      news(progress.waiting);
      redraw();
    },
    line: (text) => keep(text),
    show: (text) => live.print(text),
    close: () => live.clear(),
  };
}

/** Where lines go. */
interface Lines {
  readonly io: CliIo;
  /** Writes a line that stays, and logs it. */
  readonly keep: (line: string, style?: Style) => void;
  /** Writes lines that stay. */
  readonly print: (text: string) => void;
  readonly paint: Paint;
}

/** Takes note of an event, and writes what there is to say of it. */
function report(event: TrainEvent, course: Course, { io, keep, print, paint }: Lines): void {
  switch (event.type) {
    case "start":
      startCourse(course, event.step, event.total, io.now());
      if (event.estimate !== undefined) print(estimateText(event.estimate));
      break;
    case "evaluation":
      course.within = undefined;
      keep(evaluationLine(event.step, event.metrics, event.rollouts.length), "bold");
      keepUngraded(keep, event.metrics, "test/");
      if (io.isTerminal) print(sampleText(pick(event.rollouts, event.step), io.columns(), paint));
      break;
    case "step": {
      course.within = undefined;
      const seconds = countStep(course, event.step, event.metrics, io.now());
      keep(stepLine(course, event.metrics, seconds, io.columns()));
      keepUngraded(keep, event.metrics);
      break;
    }
    case "checkpoint":
      if (course.within?.phase === "saving") course.within = undefined;
      keep(`checkpoint ${oneLine(event.checkpoint.name)}`, "dim");
      break;
    case "stall":
      print(paint("bold", oneLine(stallText(event), 500)));
      break;
  }
}

/** They count as wrong, which nobody sees in the figures above. */
function keepUngraded(keep: Lines["keep"], metrics: Metrics, prefix?: "test/"): void {
  const text = ungradedText(metrics, prefix);
  if (text !== undefined) keep(`  ${text}`, "bold");
}

/** The line of an evaluation. @param problems how many were asked */
export function evaluationLine(step: number, metrics: Metrics, problems: number): string {
  const value = (key: string) => metrics[testKey(key)];
  const aside = metrics[asideKey(KEYS.correct)];
  return [
    `evaluation after ${step} steps`,
    `accuracy ${rate(value(KEYS.correct))}`,
    `lenient ${rate(value(KEYS.lenient))}`,
    `format ${rate(value(KEYS.format))}`,
    `length ${(value(KEYS.tokens) ?? NaN).toFixed(1)}`,
    `${problems} problems`,
    ...(aside === undefined ? [] : [`set aside ${rate(aside)}`]),
  ].join("  ");
}

/** Another one at each evaluation, so that a run shows more than one problem. */
function pick(rollouts: readonly Rollout[], step: number): Rollout | undefined {
  return rollouts[step % Math.max(1, rollouts.length)];
}

/** One trajectory for people: question, completion, verdict. */
export function sampleText(rollout: Rollout | undefined, columns: number, paint: Paint): string {
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
