/**
 * Numbers that name a place and no quantity: labels of steps and list items (`3.`, `## Step 2:`, `(3)`), references
 * (`equation 4`, `in Table 2`), and the marks of HTML. They are overwritten with spaces. One pass over a bounded text each.
 */

/** `Step 2:` and the like at the beginning of a line, after the marks of headings, quotes, bullets and bold. */
const HEADED =
  /^([ \t>#*_-]{0,12})((?:step|part|case|problem|question|example|method|exercise|task|approach|phase|stage|item|solution|q)\s?#?\d{1,3}[a-z]?(?:\s?(?:\/|of)\s?\d{1,3})?)(?=[\s.:)*_\u2013\u2014-]|$)/gim;
/** `3.`, `3)` and `(3)` at the beginning of a line that goes on. */
const NUMBERED = /^([ \t>#*_-]{0,12})(\(?(\d{1,3})[.)]\*{0,2}|(\d{1,3})\\\.)(?=[ \t]+\S)/gm;
/** `(3)` in the midst of a line. */
const PARENTHESISED = /(?<![^\s*_])\((\d{1,2})\)(?=[\s.,;:*_]|$)/g;
/** A number behind the noun for a part of a text. */
const REFERENCE =
  /(?<![\p{L}\d])(?:steps?|eqs?\.?|equations?|formulas?|table|figure|fig\.|section|chapter|theorem|lemma|corollary|proposition|definition|property|identity|problem|question|exercise|example|case|part|method|(?:see|from) page)\s(?:\(\d{1,3}\)|#?\d{1,3}(?![\d.]*\d|[\w%^/*=+-]))(?:(?:,|,? and|,? or| to|\u2013)\s?\(?\d{1,3}\)?(?![\w%]))*/giu;
const HTML = /<\/?(?:b|i|u|em|strong|p|br|span|code|div|center|font|li|ul|ol|h[1-6])(?:\s[^<>]{0,80})?\/?>/gi;

/** The text without labels, references and the marks of HTML. */
export function withoutLabels(text: string): string {
  const plain = text.includes("<") ? text.replace(HTML, spaces) : text;
  return withoutNumbers(plain)
    .replace(HEADED, (_, marks: string, label: string) => marks + spaces(label))
    .replace(REFERENCE, (reference) => reference.replace(/[()#\d]/g, " "));
}

/** Whether a line's text begins with a label. */
export function isLabelled(text: string): boolean {
  HEADED.lastIndex = NUMBERED.lastIndex = 0;
  const found = HEADED.test(text) || /^[\s>#*_-]{0,12}\(?\d{1,3}[.)]\s*\p{L}/u.test(text);
  HEADED.lastIndex = 0;
  return found;
}

/** A number that begins a line is a label when the one before it is; `18. So we are done.` is none. */
function withoutNumbers(text: string): string {
  const seen = new Set<number>();
  const listed = text.replace(NUMBERED, (all: string, marks: string, label: string, first?: string, other?: string) => {
    const number = Number(first ?? other);
    if (number > 1 && !seen.has(number - 1)) return all;
    seen.add(number);
    return marks + spaces(label);
  });
  const inside = [...listed.matchAll(PARENTHESISED)].map((match) => Number(match[1]));
  for (const number of inside) seen.add(number);
  return listed.replace(PARENTHESISED, (all: string, digits: string) => {
    const number = Number(digits);
    return seen.has(number - 1) || (number === 1 && seen.has(2)) ? spaces(all) : all;
  });
}

function spaces(text: string): string {
  return " ".repeat(text.length);
}
