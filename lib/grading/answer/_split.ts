/** Looking at a text outside of its brackets: where brackets close, and cutting at separators. One pass over the text each. */

/** Nesting beyond this is not read. */
const DEEPEST = 40;

/** Index behind the bracket that closes the one at `open`; any closing bracket closes any but a brace. */
export function behindBracket(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "\\" && !/[A-Za-z{}]/.test(text.charAt(i + 1))) i++;
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Whether brackets stand in pairs and are not nested too deep. */
export function isBalanced(text: string): boolean {
  let depth = 0;
  let braces = 0;
  for (const character of text) {
    if (character === "{") braces++;
    else if (character === "}") braces--;
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (depth < 0 || braces < 0 || depth > DEEPEST) return false;
  }
  return depth === 0 && braces === 0;
}

/** One piece between separators. */
export interface Piece {
  readonly text: string;
  /** The separator before it; empty for the first. */
  readonly before: string;
}

/** Cuts at the separators a sticky pattern finds outside of brackets and environments. */
export function cut(text: string, separator: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  let before = "";
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
    else if (character === "\\" && text.startsWith("\\begin", i)) depth++;
    else if (character === "\\" && text.startsWith("\\langle", i)) depth++;
    else if (character === "\\" && /^\\(?:end|rangle)/.test(text.slice(i, i + 8))) depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    separator.lastIndex = i;
    const found = separator.exec(text);
    if (found === null || found[0] === "") continue;
    pieces.push({ text: text.slice(start, i).trim(), before });
    before = found[0].trim();
    start = i + found[0].length;
    i = start - 1;
  }
  pieces.push({ text: text.slice(start).trim(), before });
  return pieces;
}

/** What stands inside one pair of brackets around the whole text, with the brackets; undefined without such a pair. */
export function insideBrackets(text: string): { open: string; close: string; inside: string } | undefined {
  const open = text.startsWith("\\{") || text.startsWith("\\langle") ? 1 : "([{<".indexOf(text.charAt(0));
  if (text === "" || open < 0) return undefined;
  if (text.startsWith("\\langle") || text.startsWith("<")) return insideAngles(text);
  const from = text.startsWith("\\{") ? 1 : 0;
  if (behindBracket(text, from) !== text.length) return undefined;
  const close = text.charAt(text.length - 1);
  const end = from === 1 && text.endsWith("\\}") ? text.length - 2 : text.length - 1;
  return { open: text.charAt(from), close, inside: text.slice(from + 1, end).trim() };
}

function insideAngles(text: string): { open: string; close: string; inside: string } | undefined {
  const angles = /^(?:\\langle|<)([^<>]*?)(?:\\rangle|>)$/.exec(text);
  return angles === null ? undefined : { open: "<", close: ">", inside: (angles[1] ?? "").trim() };
}
