/**
 * An evaluation as people see it, in HTML and in text, from the same rows. Names of models, targets and templates come from
 * anywhere, so they are stripped and escaped; colours are see-through, so that they suit a light page and a dark one.
 */
import { counted, cut, escapeHtml, oneLine } from "../basics/mod.ts";
import { accuracyParts, passSizes } from "../training/mod.ts";
import { type Metrics, OUTCOMES } from "../vocabulary.ts";
import type { EvaluationResult } from "./evaluation_result.ts";

/** What is shown; a result before it shows itself. */
type Shown = Omit<EvaluationResult, symbol>;

type Ends = readonly [low: number, high: number];

type Row = readonly [label: string, value: string, share?: number | undefined, interval?: Ends | undefined];

/** The result for a notebook. */
export function resultHtml(result: Shown): string {
  const cell = "text-align:left;padding:2px 14px 2px 0;border:0";
  const rows = rowsOf(result).map(([label, value, share, interval]) => {
    const bar = share === undefined ? "" : barHtml(share, interval);
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
function barHtml(share: number, interval: Ends | undefined): string {
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

function headOf(result: Shown): string[] {
  const { target, env, split, template, n, samples, temperature, max_tokens, trainedWith, reward, notice } = result;
  const problems = `${counted(n, split === "test" ? "held-out problem" : "training problem")} of ${oneLine(env, 120)}`;
  const drawn = samples === 1 ? "" : ` with ${samples} completions each`;
  const how = `template ${oneLine(template, 60)}, temperature ${temperature}, max_tokens ${max_tokens}`;
  const paid = reward === null ? "the recipe's" : oneLine(reward, 80);
  return [
    oneLine(target, 160),
    `${problems}${drawn}, ${how}`,
    ...(trainedWith === undefined
      ? []
      : [`The reward here is ${paid}; the run was trained with ${oneLine(trainedWith, 80)}.`]),
    ...(notice === undefined ? [] : [oneLine(notice, 600)]),
    ...greedyNote({ samples, temperature }),
    ...recordLines(result),
  ];
}

/** What several completions of a problem are worth at temperature 0, in a sentence; none where that is not asked for. */
export function greedyNote({ samples, temperature }: Pick<EvaluationResult, "samples" | "temperature">): string[] {
  if (samples === 1 || temperature !== 0) return [];
  return [
    `At temperature 0 all ${samples} completions of a problem are the same but for a server's rounding: pass@k and maj@k ` +
    "tell no more than accuracy.",
  ];
}

/** Where it is written down, and what was there already. */
function recordLines({ record, resumed, n }: Shown): string[] {
  if (record === null || resumed === 0) return [];
  const how = resumed === n
    ? "nothing was asked again"
    : `${counted(resumed, "problem")} of ${n}; the others were asked now`;
  return [`From the record ${oneLine(record, 300)}: ${how}.`];
}

function rowsOf({ metrics, tokens, backend, k }: Shown): Row[] {
  const rate = (key: string) => (metrics[key] ?? NaN).toFixed(3);
  const share = (label: string, key: string): Row => [label, rate(key), metrics[key]];
  const bounded = (label: string, key: string): Row => {
    const [low, high] = [`${key}_low`, `${key}_high`];
    const ends = [metrics[low] ?? NaN, metrics[high] ?? NaN] as const;
    return [label, `${rate(key)} (95 %: ${rate(low)} to ${rate(high)})`, metrics[key], ends];
  };
  const graders = GRADER_RATES.filter(([, key]) => metrics[key] !== undefined);
  const counts = OUTCOMES.filter((outcome) => (metrics[`env/all/outcome/${outcome}`] ?? 0) > 0);
  const several = [...passSizes(k).slice(1).map((size) => `pass@${size}`), `maj@${k}`].filter((name) =>
    k > 1 && metrics[`env/all/${name}`] !== undefined
  );
  const spent = tokens.prompt + tokens.completion;
  return [
    bounded("accuracy (strict)", "env/all/correct"),
    ...several.map((name) => bounded(name, `env/all/${name}`)),
    share("accuracy (lenient)", "env/all/lenient"),
    ...graders.map(([label, key]) => share(label, key)),
    share("format", "env/all/format"),
    ["reward", rewardText(metrics)],
    ["length (tokens)", lengthText(metrics)],
    ...counts.map((outcome) => share(`outcome ${outcome}`, `env/all/outcome/${outcome}`)),
    ...accuracyParts(metrics).map(([label, key]) => share(label, key)),
    ...(backend === "local" || spent === 0
      ? []
      : [["tokens", `${count(tokens.prompt)} prompt, ${count(tokens.completion)} completion`] as const]),
  ];
}

/** `61.3, median 58`. */
function lengthText(metrics: Metrics): string {
  const [mean, median] = [metrics["env/all/ac_tokens_per_turn"] ?? NaN, metrics["env/all/ac_tokens_median"]];
  return median === undefined ? mean.toFixed(1) : `${mean.toFixed(1)}, median ${Number(median.toFixed(1))}`;
}

/** With `grader: "both"` alone. */
const GRADER_RATES = [
  ["correct by the recipe's grader", "env/all/recipe_correct"],
  ["graders disagree", "env/all/grader_disagreement"],
] as const;

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

function count(value: number): string {
  return value.toLocaleString("en-US");
}
