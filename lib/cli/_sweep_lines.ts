/**
 * A sweep in the terminal: a table that fills in place while somebody watches, else a line whenever a run has ended.
 * The whole table stays at the end.
 */
import {
  rowAccuracy,
  rowLabel,
  rowReward,
  rowState,
  rowSteps,
  rowTimeLeft,
  type Sweep,
  sweepProgress,
  sweepReasons,
  type SweepRow,
  type SweepState,
} from "../sweeps/mod.ts";
import { systemTicker, type Ticker } from "../training/mod.ts";
import type { CliIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { duration, oneLine, table } from "./_text.ts";

/** Rows that are redrawn in place: what does not fit a screen cannot be. */
const MOST_LIVE = 16;
const REDRAW_MS = 500;

/** Of more rows than fit, what is happening comes first. */
const ORDER: readonly SweepState[] = [
  ...["running", "starting", "failed", "differs", "interrupted", "stopped", "finished", "waiting"] as const,
];

const ENDED: readonly SweepState[] = ["finished", "failed", "differs", "interrupted", "stopped"];

/** Shows a sweep as it goes. */
export interface SweepScreen {
  /** Something has changed. */
  show(sweep: Sweep): void;
  /** Writes a line that stays. */
  line(text: string): void;
  /** Takes the table away that is redrawn. Always call it, or it stays behind. */
  close(): void;
}

/** A screen for a terminal, or for a file where nobody watches. */
export function sweepScreen(io: CliIo, ticker: Ticker = systemTicker): SweepScreen {
  const live = liveLines(io);
  const begun = io.now();
  let before: Sweep | undefined;
  let now: Sweep | undefined;
  const redraw = () => {
    if (now !== undefined) live.show([...liveTable(now), `${sweepProgress(now)}; ${since(begun, io)} gone`]);
  };
  const untick = io.isTerminal ? ticker(redraw, REDRAW_MS) : () => {};
  return {
    show(sweep) {
      if (before === undefined) redrawFirst(sweep);
      else if (!io.isTerminal) endedLines(before, sweep).forEach((line) => live.print(line));
      [before, now] = [sweep, sweep];
    },
    line: (text) => live.print(text),
    close() {
      untick();
      live.clear();
    },
  };

  function redrawFirst(sweep: Sweep): void {
    now = sweep;
    live.print(headLine(sweep));
    redraw();
  }
}

function since(begun: number, io: CliIo): string {
  return duration((io.now() - begun) / 1000);
}

function headLine(sweep: Sweep): string {
  const { rows, parallel, path } = sweep;
  const many = rows.length === 1 ? "1 configuration" : `${rows.length.toLocaleString("en-US")} configurations`;
  const done = rows.some(({ state }) => state !== "waiting") ? `; ${sweepProgress(sweep)}` : "";
  return `sweep ${oneLine(sweep.name, 80)}: ${many}, ${parallel} at a time; its runs are in ${oneLine(path)}${done}`;
}

/** What is new of runs that have ended since the last look. */
function endedLines(before: Sweep, sweep: Sweep): string[] {
  return sweep.rows.flatMap((row, i) => {
    if (!ENDED.includes(row.state) || before.rows[i]?.state === row.state) return [];
    const accuracy = row.last === null ? "" : `, held-out accuracy ${rowAccuracy(row)}`;
    const why = row.reason === null ? "" : `: ${oneLine(row.reason, 500)}`;
    const steps = rowSteps(row) === "-" ? "" : ` after ${rowSteps(row)} steps`;
    return [`${row.state} ${rowLabel(row)}${steps}${accuracy}${why}  (${sweepProgress(sweep)})`];
  });
}

const HEAD = ["", "state", "steps", "held-out accuracy", "reward", "left"];

function cells(row: SweepRow): string[] {
  return [rowLabel(row), rowState(row), rowSteps(row), rowAccuracy(row), rowReward(row), rowTimeLeft(row)];
}

/** The rows that fit, in the order of the file. */
function liveTable({ rows }: Sweep): string[] {
  const place = ({ state }: SweepRow) => ORDER.indexOf(state);
  const shown = rows.length <= MOST_LIVE
    ? new Set(rows)
    : new Set([...rows].sort((a, b) => place(a) - place(b)).slice(0, MOST_LIVE));
  const lines = table([HEAD, ...rows.filter((row) => shown.has(row)).map(cells)], { left: 2 }).split("\n");
  const more = rows.length - shown.size;
  return [...lines, ...(more > 0 ? [`... and ${more} more`] : [])];
}

/** The table that stays, with the reasons of what did not finish. */
export function finalTable(sweep: Sweep): string {
  const lines = table([HEAD, ...sweep.rows.map(cells)], { left: 2 });
  const reasons = sweepReasons(sweep, 50).map((reason) => `\n${reason}`).join("");
  return `${lines}\n${sweepProgress(sweep)}\n${reasons === "" ? "" : `${reasons}\n`}`;
}
