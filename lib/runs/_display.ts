/**
 * Runs as people see them: a summary of one, a table of many, in text and in HTML. Both are made from the same rows.
 * What stands in a run folder may come from anyone, so it is stripped or escaped here.
 */
import { escapeHtml, stripControls } from "../basics/mod.ts";
import { dollars } from "../training/mod.ts";
import type { Run } from "./run.ts";

/** The metrics a summary shows, by their keys in `metrics.jsonl`. */
const SHOWN = [
  ["held-out accuracy", "test/env/all/correct"],
  ["held-out lenient", "test/env/all/lenient"],
  ["training reward", "env/all/reward/total"],
] as const;

function facts(run: Run): [string, string][] {
  const { config, status } = run;
  const done = status?.steps_done ?? 0;
  const total = status?.steps_total;
  const error = status?.last_error;
  return [
    ["state", `${run.state}, ${done}${total ? ` of ${total}` : ""} steps`],
    ...(error ? [["error", oneLine(error)] as [string, string]] : []),
    ...(status?.stop_reason ? [["stopped by", oneLine(status.stop_reason)] as [string, string]] : []),
    ...(status?.stalled && run.state === "running" ? [["stalled", oneLine(status.stalled)] as [string, string]] : []),
    ["env", oneLine(config.env)],
    ["template", oneLine(run.template.name)],
    ["model", oneLine(`${config.model_name} (${config.backend})`)],
    ["seed", String(config.seed)],
    ...SHOWN.flatMap(([name, key]): [string, string][] => {
      const change = changeOf(run, key);
      return change === undefined ? [] : [[name, change]];
    }),
    ...run.series("cost/total").slice(-1).map(({ value }): [string, string] => ["cost", dollars(value)]),
    ["checkpoints", String(new Set(run.checkpoints.map(({ state_path }) => state_path)).size)],
    ["folder", oneLine(run.path)],
  ];
}

/** The first and the last value of a metric: `0.41 -> 0.73`. */
function changeOf(run: Run, key: string): string | undefined {
  const values = run.series(key).filter(({ value }) => Number.isFinite(value));
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return first === last ? first.value.toFixed(3) : `${first.value.toFixed(3)} -> ${last.value.toFixed(3)}`;
}

function oneLine(text: string): string {
  return stripControls(text).replace(/\s+/g, " ").slice(0, 300);
}

/** A run's summary as text. */
export function runText(run: Run): string {
  const rows = facts(run);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [`run ${oneLine(run.name)}`, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join("\n");
}

/** A run's summary as HTML. */
export function runHtml(run: Run): string {
  const rows = facts(run).map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`);
  return `<table><caption>${escapeHtml(`run ${oneLine(run.name)}`)}</caption><tbody>${rows.join("")}</tbody></table>`;
}

const COLUMNS = ["run", "state", "steps", "env", "template", "model", "accuracy", "reward"] as const;

function row(run: Run): string[] {
  const { steps_done: done = 0, steps_total: total } = run.status ?? {};
  return [
    run.name,
    run.state,
    total ? `${done}/${total}` : String(done),
    run.config.env,
    run.template.name,
    run.config.model_name,
    changeOf(run, "test/env/all/correct") ?? "-",
    changeOf(run, "env/all/reward/total") ?? "-",
  ].map(oneLine);
}

/** A table of runs as text. */
export function runsText(runs: readonly Run[]): string {
  if (runs.length === 0) return "no runs";
  const rows = [[...COLUMNS], ...runs.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()).join("\n");
}

/** A table of runs as HTML. */
export function runsHtml(runs: readonly Run[]): string {
  if (runs.length === 0) return "<p>no runs</p>";
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((t) => `<${tag}>${escapeHtml(t)}</${tag}>`).join("");
  const body = runs.map((run) => `<tr>${cells("td", row(run))}</tr>`).join("");
  return `<table><thead><tr>${cells("th", COLUMNS)}</tr></thead><tbody>${body}</tbody></table>`;
}
