/**
 * Answers that are taken back: `The answer is 3. Wait, that's wrong. It should be 4.` What stands before the last
 * retraction is withdrawn, unless what follows confirms it or says nothing.
 */

/** Retractions that are looked at, from the end. */
const MOST = 40;

/** What says of itself that something was wrong. */
const WRONG =
  /\b(?:oops|scratch that|my mistake|my bad|on second thought|correction\b(?=\s*[:,.\u2014-])|i (?:have )?(?:made|see|spot|notice)(?: that i made)? (?:a|an|my|the)(?: \w+)? (?:mistake|error)|i (?:was|am) (?:wrong|mistaken)|i (?:miscalculated|misread|miscounted)|(?:that|this|it)(?:(?:['\u2019]s|\sis|\swas)(?:\s(?:actually|clearly))?\s(?:wrong|incorrect|not (?:right|correct)|a mistake)|\s(?:isn|wasn|can)['\u2019]?t(?: be)? (?:right|correct))|(?:that|this|the) answer is (?:wrong|incorrect|not (?:right|correct)))/gi;
/** What begins a second thought, at the beginning of a sentence or behind a dash. */
const DOUBT =
  /(?<=^|[.!?\u2026:)*_]\s{0,3}|[,\u2014\u2013]\s?|\s-{1,2}\s?|\n\s?)(?:(?:but |oh,? |hmm+,? |no,? )?wait\b(?=\s*[,.!:\u2014\u2026-]|\s(?:that|no|i|let|actually|it|the)\b)|hold on\b|hmm+\b|no\b(?=[,:]\s|\.\s+[Ii]t\b)|sorry\b(?=,\s(?:i (?:meant|made|mis\w+)|it|that|the|no|my|should|\W{0,2}\d))|(?:or )?(?:rather|actually)\b(?=,?\s(?:it|that|the|i|no|should|there|we|wait|[-$\\(*]*\d))|let(?:'s| me| us) (?:re-?check|reconsider|re-?calculate|re-?compute|re-?do|re-?evaluate|correct (?:that|this|myself)|fix (?:that|this))\b)/gi;
/** What confirms the answer that was doubted. */
const CONFIRMED =
  /\byes\b|(?:is|was|are|that['\u2019]s|seems|looks)\s(?:indeed\s|still\s|actually\s)?(?:correct|right|fine|ok(?:ay)?|consistent)\b(?!\s(?:answer|value|result|number))|\b(?:matches|checks out|confirm(?:s|ed)|same (?:answer|result|value)|as before|stands|is still)\b/i;
const ELSEWHERE =
  /\b(?:earlier|initially|previously|at first|first|before),?\s(?:[a-z]+\s){0,3}$|(?:^|[.!?]\s)(?![^.!?]{0,100}\banswer)[^.!?]{0,100}\d[^.!?]{0,60}\bbut\s$/i;
const SOMETHING =
  /\d|\$|\\|\*\*|(?<![A-Za-z])[A-J](?![A-Za-z'])|\b[Ii]t(?:['\u2019]s| is| was| should be)\s(?:an?\s|the\s)?[A-Z]\w/;

/** A text without any of these withdraws nothing. */
const SUSPECT =
  /wait|hold on|hmm|no[,:.]|sorry|rather|actually|re-?c|re-?do|re-?eval|fix|correct|oops|scratch|mista|bad|thought|wrong|error|mis[cr]|right/i;

/**
 * Index behind the last retraction that holds; 0: nothing is withdrawn.
 * @param from where the answer stands that may be withdrawn
 */
export function endOfWithdrawn(text: string, from: number): number {
  if (!SUSPECT.test(from === 0 ? text : text.slice(from))) return 0;
  const marks = [...marksFrom(WRONG, text, from), ...marksFrom(DOUBT, text, from)].sort((a, b) => a.start - b.start);
  let behind = 0;
  for (const [i, { start, end, isWrong }] of marks.entries()) {
    // `One may say 7, but that is wrong`: said of something else.
    if (isWrong && ELSEWHERE.test(text.slice(Math.max(0, start - 100), start))) continue;
    const said = text.slice(end, marks[i + 1]?.start ?? text.length);
    if (isWrong || (SOMETHING.test(said) && !CONFIRMED.test(said))) behind = end;
  }
  return behind;
}

interface Mark {
  readonly start: number;
  /** Behind the punctuation that follows. */
  readonly end: number;
  readonly isWrong: boolean;
}

function marksFrom(pattern: RegExp, text: string, from: number): Mark[] {
  const marks: Mark[] = [];
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = match.index + match[0].length;
    const punctuation = /^[\s.,:;!\u2026\u2014]{0,8}/.exec(text.slice(end, end + 8))?.[0].length ?? 0;
    marks.push({ start: match.index, end: end + punctuation, isWrong: pattern === WRONG });
  }
  return marks.slice(-MOST);
}
