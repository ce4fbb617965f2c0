/**
 * What of a completion is no place for its answer: thoughts, and where there is another place also fenced code and tables.
 * They are overwritten with spaces, so that what is found elsewhere stands at the same index as in the completion. One
 * pass each.
 */

/** More thoughts or blocks of code than this are not told apart: all of them are hidden, with what stands between. */
const MOST_BLOCKS = 500;
/** Marks of code that are looked at. */
const MOST_FENCES = 5000;

/** Marks that open and close a thought, in several model families; and those that close one alone. */
const THOUGHT =
  /<(\/?)(?:think|thinking|thought|reasoning|seed:think)>|<\|(begin|end)_of_thought\|>|\[(\/?)THINK\]|\u25c1(\/?)think\u25b7/g;
const CLOSING =
  /<\/(?:think|thinking|thought|reasoning|seed:think)>|<\|end_of_thought\|>|\[\/THINK\]|\u25c1\/think\u25b7/g;

/**
 * The text without its thoughts. A mark that closes what none has opened closes what the prompt did; a thought that is
 * never closed goes on to the end.
 */
export function withoutThoughts(text: string): string {
  if (text.includes("<|channel|>")) return withoutThoughts(finalChannel(text));
  if (text.startsWith("analysis") && text.includes(BARE_FINAL)) {
    return blanked(text, [[0, text.lastIndexOf(BARE_FINAL) + BARE_FINAL.length]]);
  }
  if (!mayThink(text)) return text;
  const hidden: [start: number, end: number][] = [];
  let behind = 0;
  let open = -1;
  for (let at = 0; at < text.length;) {
    // Within a thought no other begins.
    const match = nextMatch(open < 0 ? THOUGHT : CLOSING, text, at);
    if (match === null) break;
    at = match.index + match[0].length;
    if (open < 0 && !isClosing(match)) {
      open = match.index;
      continue;
    }
    hidden.push([open < 0 ? behind : open, at]);
    behind = at;
    open = -1;
    if (hidden.length > MOST_BLOCKS) return blanked(text, [[0, text.length]]);
  }
  if (open >= 0) hidden.push([open, text.length]);
  return blanked(text, hidden);
}

function nextMatch(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  pattern.lastIndex = 0;
  return match;
}

function isClosing(match: RegExpExecArray): boolean {
  return match[1] === "/" || match[2] === "end" || match[3] === "/" || match[4] === "/";
}

const FINAL = "<|channel|>final";
/** The same channels where the marks were left out. */
const BARE_FINAL = "assistantfinal";

/** Only the last `final` channel of a text in channels; where there is none, what stands before the first. Marks are hidden. */
function finalChannel(text: string): string {
  const final = text.lastIndexOf(FINAL);
  const mark = final < 0 ? -1 : text.indexOf("<|message|>", final);
  const isOpen = mark >= 0 && mark - final < 80;
  const [from, to] = isOpen ? [mark + 11, text.length] : [0, text.indexOf("<|channel|>")];
  const visible = text.slice(from, to).replace(/<\|\w{1,20}\|>/g, (found) => " ".repeat(found.length));
  return " ".repeat(from) + visible + " ".repeat(text.length - to);
}

function mayThink(text: string): boolean {
  return text.includes("think>") || text.includes("thinking>") || text.includes("thought") ||
    text.includes("<reasoning>") || text.includes("THINK]") || text.includes("think\u25b7");
}

const STOP = /<\|[\w-]{1,30}\|>|<\/s>|<(?:eos|end_of_turn|eot)>/g;

/** The text without the marks that end a turn. */
export function withoutStops(text: string): string {
  return text.includes("<") ? text.replace(STOP, (mark) => " ".repeat(mark.length)) : text;
}

/** The text without fenced code; a fence that is never closed goes on to the end. */
export function withoutFences(text: string): string {
  if (!text.includes("```")) return text;
  const hidden: [start: number, end: number][] = [];
  let open = -1;
  let count = 0;
  for (let at = text.indexOf("```"); at >= 0 && count < MOST_FENCES; at = text.indexOf("```", at + 3)) {
    count++;
    if (!startsLine(text, at)) continue;
    const lineEnd = endOfLine(text, at);
    // Three backticks, code and three backticks on one line are not a block.
    if (open < 0 && text.slice(at + 3, Math.min(lineEnd, at + 203)).includes("`")) {
      at = lineEnd;
      continue;
    }
    if (open < 0) open = at;
    else {
      hidden.push([open, lineEnd]);
      open = -1;
      if (hidden.length > MOST_BLOCKS) return blanked(text, [[hidden[0]?.[0] ?? 0, text.length]]);
    }
  }
  if (open >= 0) hidden.push([open, text.length]);
  return blanked(text, hidden);
}

/** The text without the rows of tables: lines with a bar at both ends. */
export function withoutTables(text: string): string {
  if (!text.includes("|")) return text;
  const hidden: [start: number, end: number][] = [];
  for (let from = 0; from < text.length;) {
    const end = endOfLine(text, from);
    if (/^\s*\|.*\|\s*$/.test(text.slice(from, Math.min(end, from + 2000)))) hidden.push([from, end]);
    from = end + 1;
  }
  return blanked(text, hidden);
}

/** Index of the end of a line. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function startsLine(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 20; i--) {
    const character = text.charAt(i);
    if (character === "\n") return true;
    if (!" \t>-*".includes(character)) return false;
  }
  return at < 20;
}

function blanked(text: string, hidden: readonly (readonly [start: number, end: number])[]): string {
  if (hidden.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of hidden) {
    parts.push(text.slice(from, start), " ".repeat(end - start));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}
