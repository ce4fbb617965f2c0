/**
 * A panel's facts as HTML and as text. The HTML has no script and no style sheet: notebooks strip both when they are opened
 * again. Colours are see-through or inherited, so that they suit a light page and a dark one.
 */
import { bar, escapeHtml, NO_TYPESETTING } from "../basics/mod.ts";
import { type Chart, CHART_WIDTH, chartHtml, chartText, HELD_OUT_COLOR } from "./_charts.ts";
import type { Notice, PanelFacts, Tone } from "./_panel_facts.ts";
import { sampleHtml, sampleText } from "./_sample.ts";

const COLORS: Readonly<Record<Tone, string>> = {
  running: "59,130,246",
  good: "22,163,74",
  attention: "217,119,6",
  bad: "220,38,38",
};

const BOX = "border:1px solid rgba(128,128,128,0.35);border-radius:6px;padding:10px 14px 6px;max-width:720px;" +
  "font-size:13px;line-height:1.45;font-variant-numeric:tabular-nums";
const FAINT = "font-size:12px;opacity:0.75";
/** What most notices with something to type are about. */
const LEAD = "To go on";

/** The panel for a notebook. @param math makes HTML of text with formulas */
export function panelHtml(
  { name, about, status: [tone, status], bars, notices, numbers, charts, sample, notes }: PanelFacts,
  math: (text: string) => string,
): string {
  const pill = `font-size:12px;padding:1px 8px;margin-right:4px;border-radius:9px;background-color:rgba(${
    COLORS[tone]
  },0.2)`;
  const head = span(pill, status) + " " + `<strong>${escapeHtml(name)}</strong> ` + span(FAINT, about);
  return `<div class="${NO_TYPESETTING}" style="${BOX}">` + [
    div("margin-bottom:8px", [head]),
    ...bars.map((bar) => barHtml(bar, tone)),
    ...notices.map(noticeHtml),
    charts.length === 0 ? "" : div("margin-top:8px", charts.map(chartCell)),
    numbers.length === 0 ? "" : div("margin-top:6px", numbers.map(numberHtml)),
    sample === undefined ? "" : sampleHtml(sample, math),
    ...notes.map((note) => div(`${FAINT};margin-bottom:4px;overflow-wrap:anywhere`, [escapeHtml(note)])),
  ].join("") + "</div>";
}

function div(style: string, parts: readonly string[]): string {
  return `<div style="${style}">${parts.join("")}</div>`;
}

/** @param text plain */
function span(style: string, text: string): string {
  return text === "" ? "" : `<span style="${style}">${escapeHtml(text)}</span>`;
}

function barHtml({ label, share, text }: PanelFacts["bars"][number], tone: Tone): string {
  const percent = (100 * clamp(share)).toFixed(1);
  const track = "display:inline-block;vertical-align:middle;width:38%;height:8px;border-radius:4px;margin:0 12px 0 0;" +
    "background-color:rgba(128,128,128,0.25)";
  const full = `width:${percent}%;height:8px;border-radius:4px;background-color:rgb(${COLORS[tone]})`;
  return div("margin-bottom:4px;white-space:nowrap", [
    span("display:inline-block;width:84px", label),
    div(track, [div(full, [])]),
    span("", text),
  ]);
}

function noticeHtml({ tone, text, code, lead = LEAD }: Notice): string {
  const style = `border-left:4px solid rgb(${COLORS[tone]});background-color:rgba(${COLORS[tone]},0.12);` +
    "padding:4px 10px;margin:8px 0;overflow-wrap:anywhere";
  const typed = code === undefined ? "" : ` ${lead}:<br><code>${escapeHtml(code)}</code>`;
  return div(style, [escapeHtml(code === undefined ? text : `${text}.`), typed]);
}

function numberHtml([label, value]: PanelFacts["numbers"][number]): string {
  const style = "display:inline-block;margin:0 22px 6px 0";
  return div(style, [div(FAINT, [escapeHtml(label)]), div("font-size:15px", [escapeHtml(value)])]);
}

function chartCell(chart: Chart): string {
  const dot = `<span style="color:${HELD_OUT_COLOR}">●</span> held-out`;
  const title = escapeHtml(chart.title) + (chart.heldOut.length === 0 ? "" : ` ${dot}`);
  return div(`display:inline-block;margin:0 14px 6px 0;width:${CHART_WIDTH}px;white-space:nowrap;overflow:hidden`, [
    div(FAINT, [title]),
    div("font-size:13px", [escapeHtml(chart.value)]),
    chartHtml(chart),
  ]);
}

/** The panel for whatever shows no HTML: the same facts. */
export function panelText(
  { name, about, status: [, status], bars, notices, numbers, charts, sample, notes }: PanelFacts,
): string {
  const width = Math.max(0, ...bars.map(({ label }) => label.length));
  return [
    `${name}: ${status}${about === "" ? "" : ` (${about})`}`,
    ...bars.map(({ label, share, text }) => `${label.padEnd(width)}  ${bar(share, 20)}  ${text}`),
    ...notices.flatMap(({ text, code, lead = LEAD }) =>
      code === undefined ? [text] : [`${text}; ${lead[0]!.toLowerCase()}${lead.slice(1)}:`, `  ${code}`]
    ),
    ...charts.map((chart) => `${chart.title.padEnd(19)}  ${chart.value.padEnd(17)}  ${chartText(chart)}`),
    ...(numbers.length === 0 ? [] : [numbers.map(([label, value]) => `${label} ${value}`).join("  ")]),
    ...(sample === undefined ? [] : sampleText(sample)),
    ...notes,
  ].join("\n");
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share || 0));
}
