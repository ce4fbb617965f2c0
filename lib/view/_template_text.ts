/**
 * A template as people read it, and what changes from one to another. Written like the files in `templates/`, but not for
 * a program to read back; whatever a folder has in place of a template is shown as well.
 */

/** Lines of a text that are compared; of longer ones the beginning. */
const MOST_LINES = 600;

/** A template, or anything else, field by field. */
export function templateText(template: unknown, indent = ""): string {
  if (typeof template !== "object" || template === null) return scalar(template, indent);
  if (indent.length > 12) return "...";
  return Object.entries(template).map(([key, value]) => `${indent}${key}: ${valueText(value, indent)}`).join("\n");
}

function valueText(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item) => `${indent}- ${templateText(item, deeper).trimStart()}`);
    return `\n${items.join("\n")}`;
  }
  if (typeof value === "object" && value !== null) return `\n${templateText(value, deeper)}`;
  return scalar(value, deeper);
}

function scalar(value: unknown, indent: string): string {
  const text = String(value);
  return text.includes("\n")
    ? `|\n${text.split("\n").map((line) => indent + line).join("\n")}`
    : text === ""
    ? '""'
    : text;
}

/** A line of one text, of the other, or of both. */
export interface DiffLine {
  readonly side: "both" | "removed" | "added";
  readonly text: string;
}

/** Two texts line by line, by their longest common subsequence. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before, after].map((text) => text.split("\n").slice(0, MOST_LINES)) as [string[], string[]];
  // [i][j] is the length of the longest common subsequence of what follows i in a and j in b.
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [row, below] = [lengths[i]!, lengths[i + 1]!];
      row[j] = a[i] === b[j] ? below[j + 1]! + 1 : Math.max(below[j]!, row[j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push({ side: "both", text: a[i++]! }), j++;
    else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push({ side: "removed", text: a[i++]! });
    } else lines.push({ side: "added", text: b[j++]! });
  }
  return lines;
}
