/**
 * Messages that show themselves: as a chat of coloured turns in a notebook, as indented text in a terminal. The text is
 * the model's or a data set's, so it is escaped for HTML and stripped of control characters for the terminal.
 */
import { escapeHtml, stripControls } from "../basics/mod.ts";
import type { Message, Role } from "../vocabulary.ts";

const COLORS: Readonly<Record<Role, string>> = { system: "#8a8f98", user: "#3b82f6", assistant: "#22a06b" };

/** The same array, with the symbols that notebooks and `console.log` look for; they are not enumerable. */
export function asChat(messages: Message[]): Message[] {
  const plain = () => toText(messages);
  const display = () => ({ "text/html": toHtml(messages), "text/plain": plain() });
  return Object.defineProperties(messages, {
    [Symbol.for("Jupyter.display")]: { value: display },
    [Symbol.for("Deno.customInspect")]: { value: plain },
  });
}

function toText(messages: readonly Message[]): string {
  const turns = messages.map(({ role, content }) => {
    const lines = stripControls(content).split("\n").map((line) => `  ${line}`);
    return [`${role}:`, ...lines].join("\n");
  });
  return turns.join("\n");
}

// Colours are translucent or inherited, so that the chat reads on light and dark pages alike.
function toHtml(messages: readonly Message[]): string {
  const turns = messages.map(({ role, content }) => {
    const color = COLORS[role];
    return `<div style="border-left:3px solid ${color};background:rgba(127,127,127,0.10);` +
      `border-radius:4px;margin:6px 0;padding:6px 10px">` +
      `<div style="color:${color};font-size:0.8em;font-weight:600">${role}</div>` +
      `<div style="white-space:pre-wrap;overflow-wrap:anywhere">${escapeHtml(stripControls(content))}</div></div>`;
  });
  return `<div style="max-width:48em;color:inherit;font-family:system-ui,sans-serif">${turns.join("")}</div>`;
}
