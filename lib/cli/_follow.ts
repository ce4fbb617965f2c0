/**
 * A run that trains elsewhere in the terminal, from its folder alone: the lines of `deno task train`, without what only
 * the process itself knows. Leaving leaves the run alone.
 */
import { followRun, openRun, type Run, type RunNews, type RunStatus } from "../runs/mod.ts";
import { systemTicker, ungradedText } from "../training/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { followCommand } from "./_commands.ts";
import { barLines, countStep, type Course, newCourse, stepLine } from "./_course.ts";
import type { CliIo } from "./_io.ts";
import { type LiveLines, liveLines } from "./_live.ts";
import { endText } from "./_run_end.ts";
import { KEYS, testKey } from "./_summary.ts";
import { evaluationLine } from "./_terminal.ts";
import { oneLine, painter, type Style } from "./_text.ts";

/** Steps before the first look that are told. */
const STEPS_BEFORE = 10;
/** The bar tells the time. */
const TICK_MS = 1000;

/** Shows a run until it has ended, or Ctrl-C. @param path as it is to be typed @returns the exit code */
export async function follow(run: Run, path: string, io: CliIo, pollMs?: number): Promise<number> {
  const live = liveLines(io);
  const paint = painter(io.color);
  const leave = new AbortController();
  const unlisten = io.onInterrupt(() => leave.abort());
  const course = newCourse(io.now());
  const redraw = () => course.total > 0 && live.show(barLines(course, io.columns(), io.now()));
  const untick = io.isTerminal ? systemTicker(redraw, TICK_MS) : () => {};
  const screen: Screen = { io, live, course, keep: (line, style = "plain") => live.print(paint(style, line)) };
  try {
    screen.keep(headLine(run, path), "bold");
    noteStatus(course, run.status);
    for (const row of run.metrics.slice(-STEPS_BEFORE)) tell(screen, { type: "metrics", ...row });
    redraw();
    for await (const news of followRun(run, { signal: leave.signal, now: io.now, pollMs })) {
      tell(screen, news);
      redraw();
    }
    live.clear();
    const last = await openRun(run.path, { now: io.now() });
    const again = last.state === "running" ? `; to watch it again:\n  ${followCommand(path)}` : "";
    io.out(`${endText(last, path)}${again}\n`);
    return 0;
  } finally {
    untick();
    live.clear();
    unlisten();
  }
}

interface Screen {
  readonly io: CliIo;
  readonly live: LiveLines;
  readonly course: Course;
  /** Writes a line that stays. */
  readonly keep: (line: string, style?: Style) => void;
}

function headLine({ state, status, config }: Run, path: string): string {
  const where = status === undefined ? "" : `, process ${status.pid}${status.hostname ? ` on ${status.hostname}` : ""}`;
  const leaving = state === "running" ? "; Ctrl-C ends the watching, not the run" : "";
  return `${oneLine(path)}: ${oneLine(config.model_name, 80)} on ${oneLine(config.env, 60)}, ${state}${
    state === "running" ? oneLine(where) : ""
  }${leaving}`;
}

function tell(screen: Screen, news: RunNews): void {
  const { course, keep } = screen;
  switch (news.type) {
    case "metrics":
      return tellMetrics(screen, news.step, news.metrics);
    case "checkpoint":
      return keep(`checkpoint ${oneLine(news.checkpoint.name)}`, "dim");
    case "resumed":
      return keep(`resumed: step ${news.step + 1} and those after it are done again`, "bold");
    case "status":
      noteStatus(course, news.status);
      if (news.status?.stalled) keep(oneLine(news.status.stalled, 500), "bold");
  }
}

/** The row of a step stands after the evaluation before it. */
function tellMetrics({ io, course, keep }: Screen, step: number, metrics: Metrics): void {
  const ungraded = (prefix: "" | "test/") => {
    const text = ungradedText(metrics, prefix);
    if (text !== undefined) keep(`  ${text}`, "bold");
  };
  if (metrics[testKey(KEYS.correct)] !== undefined) {
    keep(evaluationLine(step, metrics, metrics[testKey(KEYS.episodes)] ?? NaN), "bold");
    ungraded("test/");
  }
  if (metrics[KEYS.reward] === undefined) return;
  const seconds = countStep(course, step, metrics, io.now());
  keep(stepLine(course, metrics, seconds, io.columns()));
  ungraded("");
}

function noteStatus(course: Course, status: RunStatus | undefined): void {
  if (status === undefined) return;
  course.total = status.steps_total ?? course.total;
  course.done = status.steps_done;
  const began = Date.parse(status.started_at);
  if (!Number.isNaN(began)) course.startedAt = began;
}
