/**
 * Marks put into message text before a chat template is rendered, and found again after: where to cut text that spells
 * out a special token, and where an answer starts and ends. They are private-use characters that occur nowhere in the
 * chat, so no template trims or changes them.
 */
import type { Message } from "../vocabulary.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** One character each. */
export interface Marks {
  readonly cut: string;
  readonly start: string;
  readonly end: string;
}

/** Three private-use characters that no message holds. @throws {RangeError} when the messages hold them all */
export function chooseMarks(messages: readonly Message[]): Marks {
  const free: string[] = [];
  for (let code = 0xe000; code <= 0xf8ff && free.length < 3; code++) {
    const mark = String.fromCharCode(code);
    if (!messages.some((message) => message.content.includes(mark))) free.push(mark);
  }
  const [cut, start, end] = free;
  if (cut === undefined || start === undefined || end === undefined) {
    throw new RangeError("cannot encode a chat: its messages use every private-use character from U+E000 to U+F8FF");
  }
  return { cut, start, end };
}

/**
 * Puts a cut mark behind the first character of every special token spelled out in the text, so that no piece holds one.
 * @throws {RangeError} when a special token is a single character, which cannot be cut
 */
export function cutSpecials(text: string, tokenizer: Tokenizer, marks: Marks): string {
  let kept = "";
  let rest = text;
  for (let at = firstSpecial(rest, tokenizer); at >= 0; at = firstSpecial(rest, tokenizer)) {
    // Only the first character is passed over: specials can overlap, as in <|x<|x|>.
    kept += rest.slice(0, at + 1) + marks.cut;
    rest = rest.slice(at + 1);
  }
  return kept + rest;
}

function firstSpecial(text: string, tokenizer: Tokenizer): number {
  let first = -1;
  for (const token of tokenizer.specialTokens) {
    const at = token === "" ? -1 : text.indexOf(token);
    if (at < 0) continue;
    if (token.length === 1) {
      throw new RangeError(
        `cannot encode a message that contains ${JSON.stringify(token)}, a special token of the model`,
      );
    }
    if (first < 0 || at < first) first = at;
  }
  return first;
}

/** The message with marks around its content, inside any white space that a template may trim. */
export function markCore(message: Message, marks: Marks): Message {
  const core = message.content.trim();
  const at = message.content.indexOf(core);
  const before = message.content.slice(0, at);
  const after = message.content.slice(at + core.length);
  return { ...message, content: before + marks.start + core + marks.end + after };
}

/** A stretch of text, in UTF-16 code units. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Takes the start and end marks out again and says where they stood. */
export function plainOf(marked: string, marks: Marks): { readonly text: string; readonly places: readonly Place[] } {
  const [before = "", ...opened] = marked.split(marks.start);
  const places: Place[] = [];
  let text = before;
  for (const part of opened) {
    const [said = "", after] = part.split(marks.end);
    if (after !== undefined) places.push({ start: text.length, end: text.length + said.length });
    text += said + (after ?? "");
  }
  return { text, places };
}
