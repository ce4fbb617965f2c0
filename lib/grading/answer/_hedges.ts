/**
 * What stands around an answer and does not count: "the answer is", "approximately", "(approx.)", a trailing explanation in
 * parentheses without a number. A sentence that says no, or says or, is left whole.
 */
import { readWords } from "./_words.ts";

const LEADING = new RegExp(
  "^(?:(?:so|thus|hence|therefore|then|finally|answer|final answer|the final answer|result|solution)\\b[,: ]|" +
    "(?:(?:the |my |our )?(?:final |correct |right |exact )?(?:answer|result|solution|value)s?" +
    "(?: to the (?:problem|question))? (?:is|are|was|equals|:|=)|" +
    "approximately|approx\\.?|about|around|roughly|nearly|almost|exactly|precisely|just|only|simply|equals?|is|are|" +
    "it is|it's|there (?:are|is|will be)|we (?:get|have|find|obtain)|he|a total of|in total|total(?: of)?:?|" +
    "(?:the )?(?:points?|sets?|interval|vector|ordered (?:pair|triple)|pair|coordinates|matrix|number|value|ratio|equation|line)" +
    "(?= ?[({[<\\\\\\d-])|\\\\approx|\\\\sim(?:eq)?|\\\\Rightarrow|\\\\implies|\\\\to|\\\\boldsymbol)(?![A-Za-z])[:, ]?|#+ |[~=:])\\s*",
  "i",
);
const TRAILING = new RegExp(
  "(?:\\s*\\((?:approx(?:\\.|imately)?|rounded[^()\\d]*|exact(?:ly)?)\\)|[, ]+(?:approximately|approx\\.?|exactly|in total|" +
    "in all|total|altogether|or so|overall)|\\s*\\(not [^()]{1,40}\\)|[\\s.]+Q\\.? ?E\\.? ?D)\\.?$",
  "i",
);
/** An explanation in parentheses behind a number, closing brace or bracket. */
const EXPLAINED = /^(.*[\w}%)\]]) ?\((?=[^()]*[A-Za-z]{3})([A-Za-z][A-Za-z ,.']*(?:-[A-Za-z ,.']+)*)\)$/s;
/** `f(x) = 2x for all x`: of the argument of a function nothing is said. */
const ALWAYS =
  /^([A-Za-z]'*\(([a-z])\) ?=.*?)[,;]? ?\(?(?:for (?:all|any|every|each)|\\forall)(?: ?(?:real|positive|integers?|values? of|real numbers?))? ?\2\)?$/s;
/** "The area of the field is 18": words before, no number among them. */
const SENTENCE =
  /^([A-Za-z][A-Za-z ,'-]*) (?:is|are|equals|was|will be|has|have|had|=)(?: (?:equal to|exactly|approximately|about))?:? (?=[^A-Za-z\s]|[A-Za-z])(.+)$/s;
const DENIED =
  /\b(?:not|no|nor|neither|never|or|if|unless|than|either|least|most|between|cannot|can't|don't|isn't|maybe|perhaps)\b/i;

/** "3 (rejected)": what stands before is no answer. */
const WITHDRAWN =
  /\((?:is |was |this is )?(?:an? )?(?:reject(?:ed)?|wrong|incorrect|extraneous(?: (?:root|solution))?|invalid|discard(?:ed)?|(?:not |in)(?:valid|allowed|possible|admissible|accepted|correct|(?:a |the )?(?:solution|answer|root)))\)\.?$/i;

/** Whether an answer takes itself back. */
export function isWithdrawn(text: string): boolean {
  return text.length <= 300 && WITHDRAWN.test(text);
}

/** The text without hedges; the text itself when nothing would be left. */
export function withoutHedges(text: string): string {
  let rest = text;
  for (let count = 0; count < 8; count++) {
    const before = rest;
    if (isWithdrawn(rest)) break;
    rest = rest.replace(LEADING, "").replace(TRAILING, "").trim();
    const explained = EXPLAINED.exec(rest);
    if (
      explained !== null && !isDomain(explained) && !isOption(explained[2] as string) &&
      !isNumber(explained[2] as string) &&
      /[\d}%)\]]$|[A-Za-z]{3}$/.test(explained[1] as string)
    ) {
      rest = explained[1] as string;
    }
    if (rest === before) break;
  }
  const always = / |\\forall/.test(rest) ? ALWAYS.exec(rest) : null;
  return rest === "" ? text : always === null ? rest : always[1] as string;
}

/** What "the area is 18" says the area is; undefined when the words before deny or leave open. */
export function saidBySentence(text: string): string | undefined {
  const found = SENTENCE.exec(text);
  if (found === null || DENIED.test(text)) return undefined;
  return found[2];
}

/** "x > 3 (x integer)": not all of the numbers before. */
function isDomain([, before = "", said = ""]: RegExpExecArray): boolean {
  return /[<>]|\\(?:le|ge)(?![A-Za-z])/.test(before) && /\b(?:integer|natural|whole|rational)/i.test(said);
}

/** "18 (eighty)": a number in words is no explanation. */
function isNumber(words: string): boolean {
  return readWords(words)?.rest === "";
}

function isOption(words: string): boolean {
  return /^[A-Ja-j]$/.test(words) || /^[a-z]$/.test(words);
}

/** Whether words say that something is not so, or leave it open: "not x", "x if n is odd". */
export function isDenial(words: string): boolean {
  return /\b(?:not|never|cannot|can't|isn't|aren't|neither|nor|unless|if|wrong|incorrect|incorrectly|false|or|either)\b/i
    .test(words);
}
