/** Sets by a condition or a parameter: `\{x \mid x > 3\}`, `\{2k : k \in \mathbb{Z}\}`, `\{n \in \mathbb{N} : n < 10\}`. */
import { type Answer, oneOf, type Region } from "./answer.ts";
import { whole } from "./_build.ts";
import type { Reader } from "./_equations.ts";
import { asRegion } from "./_intervals.ts";
import { readNumberSet } from "./_number_sets.ts";
import { listedIn, quantified, wholeOf } from "./_parametric.ts";
import { type Domain, readQuantifier } from "./_quantifiers.ts";
import { lettersOf } from "./_rename.ts";

const MEMBER = /^([A-Za-z]) ?\\in(?![A-Za-z]) ?(.+)$/s;

/** Readings of what stands before and behind the bar of a set. */
export function setByCondition(head: string, condition: string, read: Reader): readonly Answer[] {
  const said = readQuantifier(condition);
  // `n \ge 2` alone is a condition.
  const quantifier = said?.isAlone === true ? undefined : said;
  if (quantifier !== undefined && !/^[A-Za-z]$/.test(head)) {
    return read(head).flatMap((member) => asSet(quantified(member, quantifier)));
  }
  const found = MEMBER.exec(head);
  const domain = found === null ? undefined : readNumberSet((found[2] as string).trim());
  const variable = found?.[1] ?? (/^[A-Za-z]$/.test(head) ? head : undefined);
  if (variable === undefined || (found !== null && domain === undefined)) return [];
  if (quantifier !== undefined) return read(condition.replace(/^.*?\\in(?![A-Za-z])/s, ""));
  const readings = read(condition.replace(/, ?[A-Za-z] ?\\in ?\\mathbb ?\{? ?R ?\}?$/, ""));
  const solved = readings.flatMap((reading) => solutions(reading, variable));
  if (solved.length > 0) return domain === undefined || domain.set === "Z" ? solved : [];
  const region = asRegion(oneOf(readings) ?? { kind: "text", words: "" });
  if (region === undefined || (region.variable !== undefined && region.variable !== variable)) return [];
  const { variable: _, ...set } = region;
  return domain === undefined ? [set] : within(set, domain);
}

/** A body with parameters as the set of its members. */
function asSet(answer: Answer | undefined): readonly Answer[] {
  if (answer === undefined) return [];
  if (answer.kind === "list") return [{ ...answer, set: true }];
  if (answer.kind !== "quantified") return [];
  const { body } = answer;
  return [{
    ...answer,
    body: body.kind === "list" ? { ...body, set: true } : { kind: "list", items: [body], set: true },
  }];
}

/** `x = 2k + 1, k \in \mathbb{Z}` and `x \equiv 3 \pmod 7` as sets of x. */
function solutions(reading: Answer, variable: string): readonly Answer[] {
  if (reading.kind === "congruence") {
    const { left, ...rest } = reading;
    return left === undefined || (left.kind === "symbol" && left.name === variable) ? [rest] : [];
  }
  if (reading.kind === "text") return parity(reading.words, variable);
  if (reading.kind !== "quantified") return [];
  if (reading.body.kind === "relation" || (reading.body.kind === "list" && !reading.body.set)) {
    return lettersOf(reading.body).has(variable) ? [reading] : [];
  }
  if (reading.body.kind !== "named" || reading.body.name !== variable) return [];
  return asSet({ ...reading, body: reading.body.value });
}

/** "n is even". */
function parity(words: string, variable: string): readonly Answer[] {
  const found = /^([a-z]) (?:is )?(odd|even)$/.exec(words);
  if (found === null || found[1] !== variable) return [];
  return [{ kind: "congruence", residues: [whole(found[2] === "odd" ? 1 : 0)], modulus: whole(2) }];
}

/** What of a set of reals lies in a domain. */
function within(region: Region, domain: Domain): readonly Answer[] {
  if (domain.set === "R" && domain.but === undefined) return [region];
  if (domain.but !== undefined || (domain.set !== "Z" && domain.set !== "N")) return [];
  const least = domain.set === "N" ? 1 : domain.from;
  const unbounded = wholeOf(region, least === undefined ? { set: "Z" } : { set: "Z", from: least });
  return unbounded === undefined ? listedIn(region, least ?? -Infinity) : [unbounded];
}
