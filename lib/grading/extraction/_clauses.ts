/**
 * What stands beside the answer in its sentence and is none: reasons (`since $x>0$`), conditions (`for $x > 2$`), remarks in
 * brackets. They are overwritten with spaces. Sentences are bounded.
 */

/** Longest sentence that is looked at on either side of an index. */
const REACH = 600;

/** A reason or a condition goes on until another statement begins, or its sentence ends. */
const END = String
  .raw`(?=,\s+(?:so|then|we|it|he|she|they|there|thus|hence|therefore|this|the|and|but|giving|which|is)\b|,\s+[$\\]|[.;!?](?:\s|$)|\n|$)`;
const REASON = new RegExp(
  String
    .raw`(?<=[\w$)}\]%.*]\s?,?)\s+(?:since|because|provided|assuming|given that|such that|as long as|so long as|due to|unless|rejecting|discarding|excluding|ignoring|subject to|under the (?:condition|assumption|constraint)|on the interval|when (?:it is )?divided by|modulo|(?:which )?(?:is )?(?:attained|achieved|reached|occurring|occurs) (?:at|when|for|if|by)|(?<=[\d$)}\]%.]\s?,?\s+|,\s+)(?:where|as (?:we|it|the|there|they)))\b[^]*?${END}`,
  "gi",
);
/** A relation that follows directly: `$x > 2$`, `\(n \ne 0\)`, `x = 3`. */
const RELATION = String
  .raw`(?:\$(?![\s\d])(?:(?! [a-z]{3,} )[^$\n])*?(?:[<>=\u2264\u2265\u2260\u2208]|\\(?:neq?|leq?|geq?|in|to)(?![A-Za-z]))(?:(?! [a-z]{3,} )[^$\n])*(?<!\s)\$(?!\d)|\\\([^$]*?(?:[<>=]|\\(?:neq?|leq?|geq?|in|to)(?![A-Za-z]))[^$]*?\\\)|(?<![A-Za-z])[a-z]\s?(?:[<>=\u2264\u2265\u2260]|!=)=?\s?-?[\d.]+)`;
const CONDITION = new RegExp(
  String
    .raw`(?<=[\w$)}\]%]\s?,?)\s+(?:for|with|when|whenever|if|as|while|given)\s(?:(?!and\b|or\b)[a-z]+\s){0,3}?${RELATION}[^]*?${END}`,
  "g",
);
/** `in $[0, 5]$`, `on the interval $(0, 1)$`. */
const WITHIN =
  /(?<=[\w$)}\]%]\s?,?)\s+(?:in|on|over)\s(?:the\s(?:(?:open|closed)\s)?(?:interval|range|domain)\s)?(?:\$|\\\()\s?[[(][^$]{1,40}[\])]\s?(?:\$|\\\))/g;
const WORDS = /(?<![\\A-Za-z])[A-Za-z]{3,}/g;
const FUNCTIONS = /^(?:sin|cos|tan|cot|sec|csc|log|exp|sqrt|arc\w+|max|min|gcd|lcm|mod|infinity)$/;

/** Where the sentence around an index begins and ends. */
export function sentenceAround(text: string, from: number, to: number): readonly [start: number, end: number] {
  const first = Math.max(0, from - REACH);
  const before = text.slice(first, from);
  let start = first;
  for (
    const match of before.matchAll(/(?<![A-Za-z]\.[A-Za-z]|\b(?:approx|eq|no|vs|dr|mr|mrs))[.!?;]["'*_)$]{0,3}\s+|\n/gi)
  ) {
    start = first + match.index + match[0].length;
  }
  const behind = /[.!?;](?:\s|$)|\n/.exec(text.slice(to, to + REACH));
  return [start, behind === null ? Math.min(text.length, to + REACH) : to + behind.index + 1];
}

/** A sentence without its reasons and conditions. */
export function withoutClauses(sentence: string): string {
  return sentence.replace(REASON, spaces).replace(CONDITION, spaces).replace(WITHIN, spaces);
}

/** A sentence without its remarks in brackets: brackets with words in them, behind something: `(since $x > 0$)`, `(3 apples)`; not `(or 4)`. */
export function withoutRemarks(sentence: string): string {
  let result = sentence;
  for (let open = sentence.indexOf("("); open >= 0; open = sentence.indexOf("(", open + 1)) {
    if (!/\s/.test(sentence.charAt(open - 1)) || sentence.slice(0, open).trim() === "") continue;
    const close = closing(sentence, open);
    if (close < 0) return result;
    const inside = sentence.slice(open + 1, close);
    if (!/^\s*(?:or|and|maybe|perhaps|possibly)\b/i.test(inside) && hasWords(inside)) {
      result = result.slice(0, open) + spaces(result.slice(open, close + 1)) + result.slice(close + 1);
    }
    open = close;
  }
  return result;
}

function hasWords(text: string): boolean {
  return /^(?:as|if|for|with|in|by|at|of|on|to|is|no|we|he|it)\s/i.test(text) ||
    (text.match(WORDS) ?? []).some((word) => !FUNCTIONS.test(word));
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return i;
  }
  return -1;
}

function spaces(text: string): string {
  return " ".repeat(text.length);
}
