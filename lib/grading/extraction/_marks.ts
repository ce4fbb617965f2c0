/**
 * Numbers of steps, items, tables and figures, and tags of HTML: overwritten with spaces before the last number of a text is
 * looked for, so that everything else stays where it is. One pass each.
 */

const LABEL =
  /^([ \t>#*_-]*)((?:step|part|case|phase|stage|question|problem|section)\s*#?\d{1,3}(?!\d)|\(?\d{1,3}[.)](?=\**[ \t]+[^\s*]))/gim;
const BRACKETED = /(?<=(?:^|[.!?])\s*)\(\d{1,2}\)(?!\s*[-+*/^=])/gm;
const NAMED =
  /\b(?:step|part|case|table|figure|fig\.|equation|eq\.|section|theorem|lemma|example|appendix)s?\s*#?\(?\d{1,3}(?:\.\d+)?\)?(?![\d%])/gi;
const TAG = /<\/?(?:b|i|u|p|em|strong|span|div|br|code|li|ul|ol|td|tr|h\d)(?:\s[^<>]{0,80})?\/?>/gi;

/** The text without numbers that only name something, and without tags. */
export function withoutMarks(text: string): string {
  let rest = text.includes("<") ? text.replace(TAG, blanks) : text;
  if (!/\d/.test(rest)) return rest;
  rest = rest.replace(LABEL, (_, before: string, label: string) => before + blanks(label));
  return rest.replace(BRACKETED, blanks).replace(NAMED, blanks);
}

function blanks(text: string): string {
  return " ".repeat(text.length);
}
