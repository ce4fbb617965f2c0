/** Options of multiple choice: `B`, `(B)`, `B.`, "Option B", `(B) 12`, `B: 12`. Letters A to J. */

/** An option as it was found in a text. */
export interface FoundChoice {
  readonly letter: string;
  /** A lone small letter, which may as well be a variable. */
  readonly bare: boolean;
  /** What stands behind it; empty where nothing does. */
  readonly rest: string;
}

const ALONE =
  /^(?:(?:the )?(?:option|choice|answer|alternative) ?:? ?)?[([]?([A-Ja-j])[)\]]?[.:]?(?: is (?:correct|right|the (?:correct |right )?(?:answer|choice|option)))?$/i;
const BRACKETED = /^(?:(?:option|choice|answer) )?\(([A-J])\)[:.,]?\s*(?!or\b|and\b|,)(\S.*)$/is;
const MARKED = /^(?:(?:option|choice|answer) )?([A-Ja-j])(?:\)\s*| ?[.:]\s+)(?!or\b|and\b|,)(\S.*)$/s;
const NAMED = /^(?:option|choice) ([A-J])[:.,)]?\s+(?!or\b|and\b|,)(\S.*)$/is;

/** Reads an option; undefined when the text is none, or when it names several. */
export function readChoice(text: string): FoundChoice | undefined {
  if (!/^[([]?[A-Ja-j]|^(?:the )?(?:option|choice|answer|alternative)/i.test(text)) return undefined;
  const alone = ALONE.exec(text);
  if (alone !== null) {
    const letter = alone[1] as string;
    return { letter: letter.toUpperCase(), bare: /^[a-j]$/.test(text), rest: "" };
  }
  const found = BRACKETED.exec(text) ?? MARKED.exec(text) ?? NAMED.exec(text);
  if (found === null || namesMore(found[2] as string)) return undefined;
  return { letter: (found[1] as string).toUpperCase(), bare: false, rest: (found[2] as string).trim() };
}

/** Whether further options follow: `12 (C) 13`. */
export function namesMore(text: string): boolean {
  return /(?:^|[\s,;])(?:\([A-J]\)|[A-J][.)](?=\s|$))/.test(text);
}
