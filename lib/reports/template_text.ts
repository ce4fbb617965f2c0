/**
 * A template as the text of its file, so that a report holds what can be put below `templates/` again, and so that two
 * templates can be held against each other line by line. Longer texts stand in blocks of lines.
 */
import type { PromptTemplate } from "../vocabulary.ts";

const KEYS = [
  ...["name", "description", "best_for", "extends", "system", "variables"] as const,
  ...["few_shot", "few_shot_count", "few_shot_pick", "few_shot_seed"] as const,
  ...["question", "question_suffix", "answer_format"] as const,
];

/** A template as YAML that `loadTemplate` reads; what is empty is left out. */
export function templateText(template: PromptTemplate): string {
  return KEYS.flatMap((key) => {
    const value: unknown = template[key];
    const isEmpty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    return isEmpty ? [] : entry(key, value, "");
  }).join("\n") + "\n";
}

function entry(key: string, value: unknown, margin: string): string[] {
  const inner = `${margin}  `;
  if (Array.isArray(value)) return [`${margin}${key}:`, ...value.flatMap((item) => itemLines(item, inner))];
  if (typeof value === "object" && value !== null) {
    const lines = Object.entries(value).flatMap(([name, part]) =>
      entry(isPlain(name) ? name : JSON.stringify(name), part, inner)
    );
    return lines.length === 0 ? [`${margin}${key}: {}`] : [`${margin}${key}:`, ...lines];
  }
  return textLines(`${margin}${key}:`, value, inner);
}

/** An object of a list: its first line after a dash. */
function itemLines(item: unknown, margin: string): string[] {
  const lines = Object.entries(item as object).flatMap(([key, value]) => entry(key, value, `${margin}  `));
  return lines.map((line, i) => i === 0 ? `${margin}- ${line.slice(margin.length + 2)}` : line);
}

/** White space that a block of lines does not keep as it is, and what belongs into quotes. */
// deno-lint-ignore no-control-regex
const NOT_IN_BLOCKS = /^[ \n\t]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\n\n$|[ \t]\n|[ \t]$/;

function textLines(head: string, value: unknown, margin: string): string[] {
  if (typeof value !== "string") return [`${head} ${JSON.stringify(value)}`];
  if (!value.includes("\n") || !value.isWellFormed() || NOT_IN_BLOCKS.test(value)) return [`${head} ${scalar(value)}`];
  const keep = value.endsWith("\n") ? "|" : "|-";
  const lines = value.replace(/\n$/, "").split("\n");
  return [`${head} ${keep}`, ...lines.map((line) => line === "" ? "" : `${margin}${line}`)];
}

/** Words stand as they are; backslashes are not doubled where they need not be. */
function scalar(value: string): string {
  if (isPlain(value)) return value;
  // deno-lint-ignore no-control-regex
  const isSingle = /[\\"]/.test(value) && !/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/.test(value) && value.isWellFormed();
  return isSingle ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
}

function isPlain(value: string): boolean {
  return /^[A-Za-z_]\w*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
}
