/**
 * A template as people read it. Written like the files in `templates/`, but not for a program to read back; whatever a
 * folder has in place of a template is shown as well.
 */

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
