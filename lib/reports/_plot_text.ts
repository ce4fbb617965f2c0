/** Plots of comparisons as text: what remains of them in a terminal. */
import { estimate, figure, type FigureFormat, type WithResult } from "./figure.ts";
import { inlineText } from "./_text.ts";

/** Characters of a drawn interval. */
const WIDTH = 32;

/** An estimate to draw; without ends where they cannot be told. */
interface Drawn {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** An interval as a line of characters over a range, with a mark at the value, and one at 0 where that is asked. */
export function intervalText(
  { value, low, high }: Drawn,
  [from, to]: readonly [number, number],
  zero: boolean,
): string {
  const at = (place: number) =>
    Math.max(0, Math.min(WIDTH - 1, Math.round((place - from) / (to - from) * (WIDTH - 1))));
  const line: string[] = new Array(WIDTH).fill(" ");
  if (zero) line[at(0)] = "|";
  if (low !== undefined && high !== undefined) line.fill("-", at(low), at(high) + 1);
  line[at(value)] = "o";
  return line.join("");
}

/** Rows in columns that line up, below a heading where there is one. The last column is not padded. */
export function textTable(rows: readonly (readonly string[])[], heading = ""): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? "")].length)));
  const lines = rows.map((row) =>
    `  ${row.map((part, i) => part + " ".repeat(widths[i]! - [...part].length)).join("  ")}`.trimEnd()
  );
  return [heading, ...lines].filter(Boolean).join("\n");
}

/** A figure of the result with its interval, as all of a report writes it: `0.461 (0.421 to 0.502)`. */
export function estimateText(comparison: WithResult, pointer: string, format: FigureFormat): string {
  return inlineText(estimate(comparison, pointer, format));
}

/** A figure of the result as all of a report writes it. */
export function figureText(comparison: WithResult, pointer: string, format: FigureFormat): string {
  return inlineText([figure(comparison, pointer, format)]);
}
