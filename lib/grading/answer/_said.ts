/**
 * Answers that are said with more words than they need: in words and figures ("seven (7)"), with an approximation behind
 * ("\sqrt2, about 1.41"), with a label before ("Area: 5"), with a reason ("Yes, because 3 is odd"). What takes something back is
 * left whole.
 */
import { expressionOf } from "./_formula.ts";
import { isDenial } from "./_hedges.ts";
import { isBalanced } from "./_split.ts";

const LABELLED = /^([A-Za-z][A-Za-z ']{2,40}): ?(\S.*)$/s;
const ABOUT = /(?:\\approx|(?<![A-Za-z\\])(?:approximately|approx\.?|about|roughly|around|nearly))(?![A-Za-z]) ?/;
const APPROXIMATED = new RegExp(
  `^(.*[^\\s,(]),? ?(\\(?)(?:or |i\\.e\\.,? |which is |that is,? )?${ABOUT.source}([^\\s(][^()]*)(\\)?)$`,
  "s",
);
const TWICE = /^(.*[^\s(]) \((?:or |i\.e\.,? |that is,? |which is |= ?)?([^()]+)\)$/s;
const ALSO = /^(.+?)[,;]? \(?(?:i\.e\.,?|that is,?|or equivalently,?|equivalently,?|which (?:is|equals)) (.+?)\)?$/s;
const REASON = /^(.{1,200}?),? (?:because|since)(?: of)? (.+)$/is;
const CONFIRMED = /^(yes|no|true|false)(?: ?[,;.!:] ?| - | ?-- ?| ?[\u2014\u2013] ?)(.*)$/is;
/** Words that may take an answer back, or give another. */
const REVERSED =
  /\b(?:but|unless|only|if|or|however|except|although|though|sometimes|maybe|perhaps|depends|might|may|could|yes|no|true|false|otherwise|actually|wait)\b/i;

/** Longer texts say nothing in a few words. */
const LONGEST = 300;

/** What stands behind a label. */
export function behindLabel(text: string): string | undefined {
  const found = LABELLED.exec(text);
  return found === null || isDenial(found[1] as string) ? undefined : found[2];
}

/** "\sqrt2 (about 1.41)" as a chain; undefined when nothing of the kind stands there. */
export function withApproximation(text: string): string | undefined {
  const found = text.length <= LONGEST && ABOUT.test(text) ? APPROXIMATED.exec(text) : null;
  const [, exact = "", open = "", rounded = "", close = ""] = found ?? [];
  if (found === null || (open === "") !== (close === "") || !isBalanced(exact) || !isBalanced(rounded)) {
    return undefined;
  }
  const isFormula = exact.includes("=") || expressionOf(exact.replace(/\s*\\?[%A-Za-z]*$/, "")) !== undefined;
  const chain = `${exact} \\approx ${rounded}`;
  return isFormula && chain !== text.replace(/ ?\\approx ?/, " \\approx ") ? chain : undefined;
}

/** "seven (7)", `1/2 (0.5)`: both spellings; undefined when there is only one. */
export function saidTwice(text: string): readonly [string, string] | undefined {
  const found = text.length > LONGEST ? null : TWICE.exec(text);
  return found === null ? undefined : [found[1] as string, found[2] as string];
}

/** "1/2, i.e. 50%": what is said to be one thing. */
export function saidOtherwise(text: string): readonly [string, string] | undefined {
  const found = text.length > LONGEST ? null : ALSO.exec(text);
  const [, one = "", other = ""] = found ?? [];
  return found === null || !isBalanced(one) || !isBalanced(other) ? undefined : [one, other];
}

/** What stands before a reason: "Yes" of "Yes, because 3 is odd"; undefined when there is no reason or it may take that back. */
export function beforeReason(text: string): string | undefined {
  const found = CONFIRMED.exec(text) ?? REASON.exec(text);
  if (found === null || found[2] === "" || REVERSED.test(found[2] as string)) return undefined;
  return isDenial(found[1] as string) ? undefined : found[1];
}
