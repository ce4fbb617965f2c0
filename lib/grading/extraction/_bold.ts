/**
 * Answers that stand out: bold text that is mathematics or a letter (`**x = 3**`, `**C. 12 cm**`), several of them in one sentence,
 * the bold words of the last sentence (`The winner is **Alice**.`), and letters that are said to be right.
 */
import { trimmed } from "./box.ts";
import { unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

const BOLD = /\*\*([^*\n]{1,300})\*\*/g;
/** Bold text that is looked at, from the end. */
const MOST_TRIED = 200;
/** Begins like a number, a formula, a point, an equation, an option, or is one letter. */
const MATHEMATICAL =
  /^\s*(?:[-+\u2212]?[$\u20ac\u00a3]?\s?\.?\d|[-+\u2212]?\\|\$|[([{]\s?[-+]?[\d\\A-Ja-z]|[a-z](?:\([a-z]\))?\s?[=<>\u2264\u2265]|\(?[A-J]\)?[.)]?\s*$|[A-J][.):]\s|(?:option|choice)\s+\(?[A-J](?!\w)|[-+]?[\u221a\u03c0\u221e])/i;
const OPTION = /^\s*\(?[A-J]\)?[.)]?\s*$/;

interface Bold {
  readonly inside: string;
  readonly start: number;
  readonly end: number;
}

/** The last bold text that can be an answer, with those it is listed with: no heading, no number of a step. */
export function boldAnswer(text: string): FoundAnswer | undefined {
  const all = boldTexts(text).filter((bold) => isMathematical(text, bold));
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const joined = [last];
  let word = "";
  for (const before of all.slice(0, -1).reverse()) {
    const between = text.slice(before.end, joined[0]?.start);
    const joint = /^\s*(?:,\s*)?(and|or|&|,)\s*$/.exec(between);
    if (joint === null) break;
    word ||= joint[1] === "or" ? " or " : ", ";
    joined.unshift(before);
  }
  const items = joined.map(({ start, end }) => unwrapped("bold", text, start + 2, end - 2));
  const [first] = items as [FoundAnswer];
  if (items.length === 1) return first;
  return {
    place: "bold",
    text: items.map((item) => item.text).join(word),
    start: first.start,
    end: items.at(-1)?.end as number,
  };
}

function boldTexts(text: string): Bold[] {
  const found: Bold[] = [];
  for (const match of text.matchAll(BOLD)) {
    found.push({ inside: match[1] as string, start: match.index, end: match.index + match[0].length });
  }
  return found.slice(-MOST_TRIED);
}

function isMathematical(text: string, { inside, end }: Bold): boolean {
  if (/:\s*$/.test(inside) || /^\s*\d+[.)]\s+\p{L}/u.test(inside) || !MATHEMATICAL.test(inside)) return false;
  return OPTION.test(inside) || !/^\s*:/.test(text.slice(end, end + 4));
}

/** The bold words of the last sentence where they are what it says: behind "is", at its beginning, or alone. */
export function boldWords(text: string): FoundAnswer | undefined {
  const end = text.trimEnd().length;
  const from = Math.max(0, end - 400);
  const tail = text.slice(from, end);
  const sentence = Math.max(tail.search(/(?:^|[.!?]\s+|\n)[^.!?\n]*(?:[.!?][^\s.!?]+)*[.!?]?\**$/), 0);
  const [bold, ...more] = boldTexts(tail).filter(({ start }) => start >= sentence);
  if (
    bold === undefined || more.length > 0 || /[:\d]/.test(bold.inside) || bold.inside.trim().split(/\s+/).length > 4
  ) {
    return undefined;
  }
  const before = tail.slice(sentence, bold.start).replace(/^[.!?\s]+/, "");
  const behind = tail.slice(bold.end);
  const isAlone = before === "" && /^[.!?]*$/.test(behind);
  const isSubject = before === "" && /^\s+(?:is|has|are|have|was|wins?|gets?)\b[^\d]*$/.test(behind);
  const isSaid = /\b(?:is|are|was|were|be|on)\s+(?:an?\s+|the\s+)?$/i.test(before);
  return isAlone || isSubject || isSaid
    ? unwrapped("bold", text, from + bold.start + 2, from + bold.end - 2)
    : undefined;
}

const CHOSEN = [
  /\b(?:[Oo]ption|[Cc]hoice|[Aa]lternative|[Aa]nswer)\s+\(?([A-J])\)?\s+(?:is|must be)\s+(?:the\s+)?(?:correct|right|best)\b/g,
  /\b(?:[Cc]hoose|[Pp]ick|[Ss]elect)\s+(?:option\s+|choice\s+|answer\s+)?\(?([A-J])\)?(?![\w'\u2019])/g,
  /(?:^|[.!?:]\s+|\n|\b(?:[Ss]o|[Tt]hus|[Hh]ence|[Tt]herefore|that|then),?\s+)\**\(?([A-J])\)?\**\s+is\s+(?:the\s+)?(?:correct|right|best)\b/g,
  /\b(?:[Ss]o|[Tt]hus|[Hh]ence|[Tt]herefore)[,:]?\s+\(([A-J])\)\.?\s*$/g,
];

/** The letter in `option (A) is correct` or `I choose B`. */
export function chosenLetter(text: string): FoundAnswer | undefined {
  const matches = CHOSEN.flatMap((pattern) => [...text.matchAll(pattern)]);
  const [last] = matches.sort((a, b) => b.index - a.index);
  if (last === undefined) return undefined;
  const start = last.index + last[0].search(/(?<![A-Za-z])[A-J](?![A-Za-z'])/);
  return { place: "phrase", text: last[1] as string, start, end: start + 1 };
}

const SAID = /^[^]*\b(?:is|are|was|were|be|equals)\s+((?:[\w'\u2019-]+\s?){1,3})[.!]?\s*$/;

/** The few words at the very end in `The day is Monday.` */
export function saidLast(text: string): FoundAnswer | undefined {
  const from = Math.max(0, text.length - 200);
  const tail = text.slice(from);
  const match = SAID.exec(tail);
  if (match === null || /^\d/.test(match[1] as string)) return undefined;
  const start = from + match[0].lastIndexOf(match[1] as string);
  return trimmed("phrase", text, start, start + (match[1] as string).length);
}
