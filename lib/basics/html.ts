/**
 * Text from models, data sets and files made safe to show: escaped for HTML, stripped of control characters for a
 * terminal. Whatever is not ours goes through one of these before a person sees it.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML, in an element as well as in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

// Escape sequences go whole: strings such as OSC (titles, links, clipboard), CSI (colours, cursor), two-byte ones.
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-9;:<=>?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
// Then every other control character but tab and newline, and the ones that reorder text.
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Strips escape sequences, control characters and text-direction marks, so that text cannot steer a terminal. */
export function stripControls(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(ESCAPES, "").replace(CONTROLS, "");
}
