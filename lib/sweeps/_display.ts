/** A sweep as people see it: a table with a row a configuration, in text and in HTML, from the same cells. */
import {
  clipLine,
  type Column,
  counted,
  duration,
  escapeHtml,
  htmlBundle,
  type MediaBundle,
  stripControls,
  tableHtml,
  type TableOptions,
  tableText,
} from "../basics/mod.ts";
import { settingsText } from "./_names.ts";
import type { Sweep } from "./sweep.ts";
import type { SweepRow, SweepState } from "./types.ts";

/** Rows of one table; a notebook takes no thousand. */
const MOST_ROWS = 200;
/** Reasons below a table. */
const MOST_NOTES = 20;

/** Colours as red, green and blue; the word always stands there too. */
const COLORS: Readonly<Record<SweepState, string>> = {
  ...{ waiting: "128,128,128", starting: "59,130,246", running: "59,130,246", finished: "22,163,74" },
  ...{ failed: "220,38,38", differs: "220,38,38", stopped: "217,119,6", interrupted: "217,119,6" },
};

/** The settings that tell a configuration from the others. */
export function rowLabel({ settings }: Pick<SweepRow, "settings">): string {
  return clipLine(settingsText(settings), 120);
}

/** `12/20`. */
export function rowSteps({ steps, stepsTotal, state }: SweepRow): string {
  if (stepsTotal !== null) return `${steps}/${stepsTotal}`;
  return steps === 0 && state !== "running" ? "-" : String(steps);
}

/** The first held-out accuracy and the last one, with its interval: `0.438 → 0.625 (0.386-0.815)`. */
export function rowAccuracy({ first, last }: SweepRow): string {
  if (first === null || last === null) return "-";
  const { value, low, high } = last;
  const interval = low === null || high === null ? "" : ` (${low.toFixed(3)}-${high.toFixed(3)})`;
  const before = first.step === last.step ? "" : `${first.value.toFixed(3)} → `;
  return `${before}${value.toFixed(3)}${interval}`;
}

/** The state, and whether somebody else is at it. */
export function rowState({ state, elsewhere }: SweepRow): string {
  return elsewhere ? `${state} elsewhere` : state;
}

/** The mean reward of the last step. */
export function rowReward({ reward }: SweepRow): string {
  return reward === null ? "-" : reward.toFixed(3);
}

/** The time left. */
export function rowTimeLeft({ secondsLeft }: SweepRow): string {
  return secondsLeft === null ? "-" : duration(secondsLeft);
}

const COLUMNS: readonly Column<SweepRow>[] = [
  { name: "configuration", text: rowLabel, width: 60 },
  { name: "state", text: rowState, html: (row) => badge(row.state, rowState(row)) },
  { name: "steps", text: rowSteps, number: true },
  {
    name: "held-out accuracy",
    text: rowAccuracy,
    number: true,
    meaning: "at the first evaluation and at the last one, with the last one's 95 % interval",
  },
  { name: "reward", text: rowReward, number: true, meaning: "mean of the last step" },
  { name: "left", text: rowTimeLeft, number: true, meaning: "time, if the steps to come take what the last ones took" },
];

function badge(state: SweepState, text: string): string {
  return `<span style="padding:1px 8px;border-radius:9px;background-color:rgba(${COLORS[state]},0.2)">${
    escapeHtml(text)
  }</span>`;
}

/** `3 of 6 finished, 2 running, 1 waiting`. */
export function sweepProgress(sweep: Sweep): string {
  const states = ["running", "starting", "waiting", "stopped", "interrupted", "failed", "differs"] as const;
  const others = states.flatMap((state) => sweep.count(state) > 0 ? [`${sweep.count(state)} ${state}`] : []);
  return [`${sweep.count("finished")} of ${sweep.rows.length} finished`, ...others].join(", ");
}

/** Why rows are in a state that is no good one, a line each. */
export function sweepReasons({ rows }: Pick<Sweep, "rows">, most: number = MOST_NOTES): string[] {
  const told = rows.filter(({ reason, state }) => reason !== null && state !== "finished");
  const lines = told.slice(0, most).map((row) =>
    `${rowLabel(row)} ${row.state}: ${clipLine(row.reason ?? "", 500)} (${clipLine(row.path, 200)})`
  );
  return told.length > most ? [...lines, `and ${counted(told.length - most, "more reason")}`] : lines;
}

function around(sweep: Sweep): TableOptions {
  return {
    caption: `sweep ${clipLine(sweep.name, 80)}: ${sweepProgress(sweep)}`,
    more: Math.max(0, sweep.rows.length - MOST_ROWS),
    notes: sweepReasons(sweep),
  };
}

/** A sweep as a table in text. */
export function sweepText(sweep: Sweep): string {
  return tableText(COLUMNS, sweep.rows.slice(0, MOST_ROWS), around(sweep));
}

/** A sweep as a table for a notebook. */
export function sweepBundle(sweep: Sweep): MediaBundle {
  const html = (show: Parameters<Parameters<typeof htmlBundle>[0]>[0]) =>
    tableHtml(COLUMNS, sweep.rows.slice(0, MOST_ROWS), around(sweep), show);
  return htmlBundle(html, stripControls(sweepText(sweep)));
}
