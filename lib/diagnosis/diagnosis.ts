/** What a diagnosis comes to: findings as a value that shows itself, in a notebook, in a terminal, and in one line. */
import { clipLine, type Displayed, displayed, escapeHtml, htmlBundle } from "../basics/mod.ts";
import type { RunReading } from "./facts.ts";
import { type Finding, type RuleName, settingsText, type Severity } from "./finding.ts";
import { shareText } from "./words.ts";

/** What was found in a run. */
export interface Diagnosis extends Displayed {
  /** Name of the run. */
  readonly run: string;
  /** How it went, in a few words. */
  readonly progress: string;
  /** What was found, the likeliest root of the trouble first; empty: nothing is wrong. */
  readonly findings: readonly Finding[];
}

type Shown = Pick<Diagnosis, "run" | "progress" | "findings">;

/** Puts a diagnosis together. */
export function diagnosisOf(reading: RunReading, findings: readonly Finding[]): Diagnosis {
  const diagnosis: Shown = { run: reading.name, progress: progressOf(reading), findings };
  return displayed({ ...diagnosis }, () => bundleOf(diagnosis), () => diagnosisText(diagnosis)) as Diagnosis;
}

/**
 * The worst of a diagnosis in one line for a terminal; undefined where nothing blocks or slows learning.
 *
 * @example
 * ```ts ignore
 * diagnosisLine(await diagnose(run)); // not learning: Every completion is cut off ... Raise max_tokens to 128 ...
 * ```
 */
export function diagnosisLine({ findings }: Diagnosis): string | undefined {
  // The first one is the root of the worst, though it may be mild by itself.
  const [root] = findings;
  const has = (severity: Severity) => findings.some((finding) => finding.severity === severity);
  if (root === undefined || !(has("blocks") || has("slows"))) return undefined;
  const verdict = ENDED.includes(root.rule) ? "not going on" : has("blocks") ? "not learning" : "could learn better";
  return clipLine(`${verdict}: ${root.what} ${root.suggestion}`, 400);
}

/** How a run is doing, and not what it learns. */
const ENDED: readonly RuleName[] = ["failed", "stalled", "interrupted"];

const WORDS: Readonly<Record<Severity, string>> = {
  blocks: "blocks learning",
  slows: "slows learning",
  notice: "to know",
};

function progressOf({ state, steps, status, evaluations }: RunReading): string {
  const total = status?.steps_total;
  const values = evaluations.map(({ metrics }) => metrics["test/env/all/correct"]).filter((value) =>
    value !== undefined
  );
  const [first, last] = [values[0], values.at(-1)];
  const accuracy = first === undefined || last === undefined
    ? ""
    : values.length === 1
    ? `, held-out accuracy ${shareText(first)}`
    : `, held-out accuracy ${shareText(first)} to ${shareText(last)}`;
  return `${state}, ${steps.length}${total ? ` of ${total}` : ""} steps${accuracy}`;
}

function verdict({ findings }: Shown): string {
  const has = (severity: Severity) => findings.some((finding) => finding.severity === severity);
  return has("blocks") ? "learning is blocked" : has("slows") ? "learning is slowed" : "nothing is wrong";
}

function headOf(shown: Shown): string {
  return clipLine(`diagnosis of ${shown.run} (${shown.progress}): ${verdict(shown)}`, 300);
}

/** The longest line of what is foreign; what is ours is shorter. */
const LONGEST = 400;

function partsOf({ evidence, suggestion, settings }: Finding): [label: string, text: string][] {
  return [
    ...evidence.map((text, i): [string, string] => [i === 0 ? "seen" : "", clipLine(text, LONGEST)]),
    ["do", clipLine(suggestion, LONGEST)],
    ...(Object.keys(settings).length === 0 ? [] : [["set", settingsText(settings)] as [string, string]]),
  ];
}

function titleOf({ severity, rule, cause }: Finding): string {
  return `${WORDS[severity]}: ${rule}${cause === undefined ? "" : `, which follows from ${cause}`}`;
}

/** All findings for a terminal. */
function diagnosisText(shown: Shown): string {
  const findings = shown.findings.flatMap((finding) => [
    "",
    `  ${finding.what}`,
    `    ${titleOf(finding)}`,
    ...partsOf(finding).map(([label, text]) => `    ${label.padEnd(4)}  ${text}`),
  ]);
  return [headOf(shown), ...findings].join("\n");
}

/** Colours as red, green and blue; the words always stand there too. */
const COLORS: Readonly<Record<Severity, string>> = { blocks: "220,38,38", slows: "217,119,6", notice: "59,130,246" };

function bundleOf(shown: Shown): ReturnType<typeof htmlBundle> {
  const html = () =>
    `<div style="font-weight:600">${escapeHtml(headOf(shown))}</div>${shown.findings.map(findingHtml).join("")}`;
  return htmlBundle(html, diagnosisText(shown));
}

function findingHtml(finding: Finding): string {
  const cell = "text-align:left;vertical-align:top;padding:1px 12px 1px 0;border:none";
  const rows = partsOf(finding).map(([label, text]) =>
    `<tr style="background:none"><th scope="row" style="${cell};font-weight:normal;opacity:0.75">${label}</th>` +
    `<td style="${cell};overflow-wrap:anywhere">${
      label === "set" ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text)
    }</td></tr>`
  );
  return `<div style="border-left:4px solid rgba(${COLORS[finding.severity]},0.8);padding:2px 0 2px 10px;` +
    `margin:8px 0${finding.cause === undefined ? "" : " 8px 24px"}">` +
    `<div>${escapeHtml(finding.what)}</div><div style="opacity:0.75;font-size:12px">${
      escapeHtml(titleOf(finding))
    }</div>` +
    `<table style="border-collapse:collapse;border:none;margin:2px 0;font-size:inherit"><tbody>${
      rows.join("")
    }</tbody></table></div>`;
}
