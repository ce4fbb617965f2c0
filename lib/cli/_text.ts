/**
 * Text for a terminal: tables, bars, sparklines, times, and text of models and data made safe and short. Knows nothing
 * of runs.
 */
import { stripControls } from "../basics/mod.ts";

export { cut, duration, oneLine, short } from "../basics/mod.ts";

/** A style of text; `plain` is none. */
export type Style = "bold" | "dim" | "green" | "red" | "plain";

const CODES: Readonly<Record<Style, string>> = { bold: "1", dim: "2", green: "32", red: "31", plain: "" };

/** Colours text where colours are wanted. */
export type Paint = (style: Style, text: string) => string;

/** The painter for a terminal with or without colours. */
export function painter(color: boolean): Paint {
  return (style, text) => color && CODES[style] !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** Two parts on one line where they fit the width, else one below the other. */
export function besideOrBelow(first: string, second: string, width: number): readonly string[] {
  if (second === "") return [first];
  return first.length + second.length + 2 <= width ? [`${first}  ${second}`] : [first, `  ${second}`];
}

/** Foreign text wrapped to a width, every line after `margin`; at most `most` lines. */
export function quote(text: string, margin: string, width: number, most: number): string {
  const room = Math.max(10, width - margin.length);
  const lines = stripControls(text).trim().split("\n").flatMap((line) => wrap(line.replaceAll("\t", "    "), room));
  const shown = lines.slice(0, most);
  if (shown.length < lines.length) shown.push("…");
  return shown.map((line) => margin + line).join("\n");
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = [...line];
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end).join(""));
    rest = rest.slice(space > 0 ? end + 1 : end);
  }
  return [...lines, rest.join("")];
}

/** A table with columns as wide as they need to be; all but the first are aligned to the right. */
export function table(rows: readonly (readonly string[])[], { left = 1 }: { readonly left?: number } = {}): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  const pad = (cell: string, i: number) => i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

/** A bar of `width` characters. @param share 0-1 */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share || 0)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** Values as a line of bars, at most `width` of them; each stands for the mean of its share of the values. */
export function sparkline(values: readonly number[], width = 60): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return "";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const count = Math.min(width, finite.length);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * finite.length / count);
    const part = finite.slice(from, Math.max(from + 1, Math.floor((i + 1) * finite.length / count)));
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    return LEVELS[high === low ? 3 : Math.round((mean - low) / (high - low) * (LEVELS.length - 1))];
  }).join("");
}

/** A rate or reward with three decimals; `-` where there is none. */
export function rate(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "-" : value.toFixed(3);
}
