/**
 * Problems that show themselves: a plain readonly array that a notebook displays as a table and a terminal as a short
 * list. Only the first rows are shown. Questions come from files, so they are escaped or stripped.
 */
import { escapeHtml, stripControls } from "../basics/mod.ts";
import type { Problem, Split } from "../vocabulary.ts";

const SHOWN_ROWS = 10;
const SHOWN_CHARACTERS = 400;

/** Gives the array its name and its displays; they are not enumerable, so it stays an array to everything else. */
export function problemList(env: string, split: Split, problems: readonly Problem[]): readonly Problem[] {
  const list = [...problems];
  const title = `${env} ${split}: ${list.length} ${list.length === 1 ? "problem" : "problems"}`;
  const hidden = { enumerable: false };
  return Object.defineProperties(list, {
    [Symbol.for("Jupyter.display")]: {
      ...hidden,
      value: () => ({ "text/html": asHtml(title, list), "text/plain": asText(title, list) }),
    },
    [Symbol.for("Deno.customInspect")]: { ...hidden, value: () => asText(title, list) },
  });
}

function asText(title: string, list: readonly Problem[]): string {
  const rows = list.slice(0, SHOWN_ROWS).map((p) => {
    const question = cut(oneLine(p.question), 100);
    return `  ${oneLine(p.id)}  ${question}  -> ${cut(oneLine(p.answer), 40)}`;
  });
  return [title, ...rows, ...more(list, "  ... and ")].join("\n");
}

function asHtml(title: string, list: readonly Problem[]): string {
  const levels = list.some((p) => p.level !== undefined);
  const head = ["id", ...(levels ? ["level"] : []), "question", "answer"].map((name) => `<th>${name}</th>`).join("");
  const rows = list.slice(0, SHOWN_ROWS).map((p) => {
    const cells = [p.id, ...(levels ? [String(p.level ?? "")] : []), cut(p.question, SHOWN_CHARACTERS), p.answer];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(stripControls(cell))}</td>`).join("")}</tr>`;
  });
  const rest = more(list, "... and ").map((line) => `<p>${line}</p>`).join("");
  return `<table><caption>${escapeHtml(stripControls(title))}</caption><thead><tr>${head}</tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table>${rest}`;
}

function more(list: readonly Problem[], words: string): string[] {
  return list.length > SHOWN_ROWS ? [`${words}${list.length - SHOWN_ROWS} more`] : [];
}

function oneLine(text: string): string {
  return stripControls(cut(text, SHOWN_CHARACTERS)).replace(/\s+/g, " ");
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
