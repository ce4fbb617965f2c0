/**
 * An evaluation as people see it, in HTML and in text, from the same rows. Names of models, targets and templates come from
 * anywhere, so they are stripped and escaped; colours are see-through, so that they suit a light page and a dark one.
 */
import { cut, escapeHtml, oneLine } from "../basics/mod.ts";
import { type Metrics, OUTCOMES } from "../vocabulary.ts";
import type { EvaluationResult } from "./evaluation_result.ts";

/** What is shown; a result before it shows itself. */
type Shown = Omit<EvaluationResult, symbol>;

type Row = readonly [label: string, value: string, share?: number | undefined];

/** The result for a notebook. */
export function resultHtml(result: Shown): string {
  const cell = "text-align:left;padding:2px 14px 2px 0;border:0";
  const rows = rowsOf(result).map(([label, value, share]) => {
    const bar = share === undefined ? "" : barHtml(share, intervalOf(label, result.metrics));
    return `<tr style="background:none"><th scope="row" style="${cell};font-weight:normal">${escapeHtml(label)}</th>` +
      `<td style="${cell};font-variant-numeric:tabular-nums">${escapeHtml(value)}</td>` +
      `<td style="${cell};width:180px">${bar}</td></tr>`;
  });
  const [title, about, ...notes] = headOf(result);
  const faint = "font-size:12px;opacity:0.75";
  return `<div style="font-size:13px;line-height:1.4"><strong>${escapeHtml(title!)}</strong> ` +
    `<span style="${faint}">${escapeHtml(about!)}</span>` +
    notes.map((note) => `<div style="${faint}">${escapeHtml(note)}</div>`).join("") +
    `<table style="border-collapse:collapse;margin:6px 0"><tbody>${rows.join("")}</tbody></table></div>`;
}

/** A bar, with the interval over it where there is one. */
function barHtml(share: number, interval: readonly [number, number] | undefined): string {
  const percent = (value: number) => `${(100 * Math.min(1, Math.max(0, value || 0))).toFixed(1)}%`;
  const whisker = interval && `<div style="position:absolute;top:3px;height:2px;left:${percent(interval[0])};` +
      `width:${percent(interval[1] - interval[0])};background-color:currentColor;opacity:0.7"></div>`;
  return `<div style="position:relative;width:180px;height:8px;border-radius:4px;` +
    `background-color:rgba(128,128,128,0.25)"><div style="width:${percent(share)};height:8px;border-radius:4px;` +
    `background-color:rgba(59,130,246,0.75)"></div>${whisker ?? ""}</div>`;
}

/** The result for a terminal. */
export function resultText(result: Shown): string {
  const rows = rowsOf(result);
  const width = Math.max(...rows.map(([label]) => label.length));
  const [title, about, ...notes] = headOf(result);
  return [`${title}: ${about}`, ...notes, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join(
    "\n",
  );
}

function headOf(
  { target, env, split, template, n, temperature, max_tokens, trainedWith, reward, notice }: Shown,
): string[] {
  const problems = `${n} ${split === "test" ? "held-out" : "training"} problem${n === 1 ? "" : "s"} of ${env}`;
  const how = `template ${oneLine(template, 60)}, temperature ${temperature}, max_tokens ${max_tokens}`;
  const paid = reward === null ? "the recipe's" : oneLine(reward, 80);
  return [
    oneLine(target, 160),
    `${problems}, ${how}`,
    ...(trainedWith === undefined
      ? []
      : [`The reward here is ${paid}; the run was trained with ${oneLine(trainedWith, 80)}.`]),
    ...(notice === undefined ? [] : [oneLine(notice, 600)]),
  ];
}

function rowsOf({ metrics, tokens, backend }: Shown): Row[] {
  const rate = (key: string) => (metrics[key] ?? NaN).toFixed(3);
  const share = (label: string, key: string): Row => [label, rate(key), metrics[key]];
  const graders = GRADER_RATES.filter(([, key]) => metrics[key] !== undefined);
  const [low, high] = [rate("env/all/correct_low"), rate("env/all/correct_high")];
  const counted = OUTCOMES.filter((outcome) => (metrics[`env/all/outcome/${outcome}`] ?? 0) > 0);
  const spent = tokens.prompt + tokens.completion;
  return [
    [ACCURACY, `${rate("env/all/correct")} (95 %: ${low} to ${high})`, metrics["env/all/correct"]],
    share("accuracy (lenient)", "env/all/lenient"),
    ...graders.map(([label, key]) => share(label, key)),
    share("format", "env/all/format"),
    ["reward", rewardText(metrics)],
    ["length (tokens)", (metrics["env/all/ac_tokens_per_turn"] ?? NaN).toFixed(1)],
    ...counted.map((outcome) => share(`outcome ${outcome}`, `env/all/outcome/${outcome}`)),
    ...levelsOf(metrics).map((level) => share(`accuracy, level ${level}`, `env/level_${level}/correct`)),
    ...(backend === "local" || spent === 0
      ? []
      : [["tokens", `${count(tokens.prompt)} prompt, ${count(tokens.completion)} completion`] as const]),
  ];
}

const ACCURACY = "accuracy (strict)";

/** With `grader: "both"` alone. */
const GRADER_RATES = [
  ["correct by the recipe's grader", "env/all/recipe_correct"],
  ["graders disagree", "env/all/grader_disagreement"],
] as const;

function intervalOf(label: string, metrics: Metrics): readonly [number, number] | undefined {
  if (label !== ACCURACY) return undefined;
  return [metrics["env/all/correct_low"] ?? NaN, metrics["env/all/correct_high"] ?? NaN];
}

/** `0.412`, and the parts of a reward function where there is one. */
function rewardText(metrics: Metrics): string {
  const prefix = "env/all/reward/";
  const parts = Object.entries(metrics).flatMap(([key, value]) => {
    const part = key.startsWith(prefix) ? key.slice(prefix.length) : "total";
    return part === "total" || part === "std" ? [] : [`${part} ${value.toFixed(3)}`];
  });
  const total = (metrics[`${prefix}total`] ?? NaN).toFixed(3);
  return parts.length === 0 ? total : `${total} (${cut(parts.join(", "), 200)})`;
}

function levelsOf(metrics: Metrics): number[] {
  const levels = Object.keys(metrics).flatMap((key) => /^env\/level_(\d+)\/correct$/.exec(key)?.[1] ?? []).map(Number);
  return levels.length < 2 ? [] : levels.sort((a, b) => a - b);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
