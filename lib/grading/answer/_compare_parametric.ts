/**
 * Compares answers with parameters and remainders: by their members where these are numbers, else with the parameters of one
 * side put in the place of the other's. A quantifier that was left out is forgiven where the letters are the same.
 */
import {
  type Answer,
  type Congruence,
  plainValue,
  type Quantified,
  readingsOf,
  type Region,
  type Relation,
} from "./answer.ts";
import { product, sum, whole } from "./_build.ts";
import { type Comparison, decided } from "./_compare_result.ts";
import { sameLine } from "./_lines.ts";
import { progressionsOf, wholeOf } from "./_parametric.ts";
import { type Progression, sameProgressions } from "./_progressions.ts";
import type { Domain } from "./_quantifiers.ts";
import { lettersOf, mapped, renamed, substituted } from "./_rename.ts";
import { exactRational, freeSymbols, numericValue, sameExpression } from "../expression/same.ts";
import type { Expr, Sameness } from "../types.ts";

/** Letters that count, where no quantifier says so. */
const COUNTING = /^[jklmnst]$/;
/** Letters that usually stand for whole numbers. */
const WHOLE_NAME = /^[ijkmnpqN]$/;
/** More parameters are not tried in each other's place. */
const MOST_PARAMETERS = 3;

/** Two answers of which one has parameters or remainders; undefined where neither has. */
export function sameParametric(a: Answer, b: Answer, compare: Comparison): Sameness | undefined {
  if (!isParametric(a) && !isParametric(b)) return undefined;
  const [given, wanted] = [progressionsOf(a) ?? unsaid(a, b), progressionsOf(b)];
  if (given !== undefined && wanted !== undefined) {
    if (!sameSubject(a, b)) return decided(false);
    return { same: sameProgressions(given, wanted), method: "exact" };
  }
  if (a.kind === "congruence") return residuesAre(a, b);
  if (b.kind === "congruence") return residuesAre(b, a);
  if (a.kind === "region" && b.kind === "quantified") return wholeRegion(a, b);
  if (b.kind === "region" && a.kind === "quantified") {
    return wholeRegion(b, a) ?? (isNarrowed(a) ? decided(false) : compare(a.body, b));
  }
  if (a.kind === "quantified" && b.kind === "quantified") return sameBodies(a, b, compare);
  if (a.kind === "quantified") return isNarrowed(a) ? decided(false) : compare(unwrapped(a.body, b), b);
  return b.kind === "quantified" ? compare(a, unwrapped(b.body, a)) : undefined;
}

/** Whether a condition behind an answer takes something away from it: `x > 3, x \in \mathbb{Q}`, `y = 2x + 1` for `x \ge 1`. */
function isNarrowed({ body, parameters, domain }: Quantified): boolean {
  const isSet = body.kind === "region" || isInequality(body) ||
    (body.kind === "list" && body.items.every(isInequality));
  if (isSet) return /^[ZNQ]$/.test(domain.set);
  const [name] = parameters;
  const said = body.kind === "named" ? plainValue(body.value) : isFunction(body) ? body.right : undefined;
  if (said === undefined || name === undefined || parameters.length > 1 || WHOLE_NAME.test(name)) return false;
  if (/^[ZNQ]$/.test(domain.set)) return !COUNTING.test(name);
  const bound = /^.*?(?:>=?|\\geq?)(-?\d+)$/.exec(domain.but ?? "")?.[1];
  if (bound === undefined || freeSymbols(said).size !== 1) return false;
  // `y = \ln x` for x > 0 has no other values.
  const outside = numericValue(substituted(said, new Map([[name, whole(Number(bound) - 1)]])));
  return outside !== undefined && outside.im === 0 && Number.isFinite(outside.re);
}

/** `y = 2x + 1` as an equation. */
function isFunction(body: Answer): body is Relation {
  return body.kind === "relation" && body.operator === "=" && body.left.kind === "symbol";
}

function isInequality(answer: Answer): boolean {
  return readingsOf(answer).every((it) => it.kind === "relation" && it.operator !== "=");
}

function isParametric(answer: Answer): boolean {
  if (answer.kind === "quantified" || answer.kind === "congruence") return true;
  return answer.kind === "list" && answer.items.length > 0 &&
    answer.items.every((item) => readingsOf(item).some(({ kind }) => kind === "quantified" || kind === "congruence"));
}

/** `\{2^n\}` with its one member against `2^n`. */
function unwrapped(body: Answer, other: Answer): Answer {
  return body.kind === "list" && body.items.length === 1 && other.kind !== "list" ? body.items[0] as Answer : body;
}

/** `12k + 5` for numbers that are 5 modulo 12: no quantifier says that k is an integer. */
function unsaid(answer: Answer, reference: Answer): readonly Progression[] | undefined {
  if (reference.kind !== "congruence" && reference.kind !== "quantified") return undefined;
  const [name, ...more] = [...lettersOf(withoutRelations(answer))];
  if (name === undefined || more.length > 0 || !COUNTING.test(name)) return undefined;
  const domain = reference.kind === "congruence" ? { set: "Z" } as const : reference.domain;
  return progressionsOf({ kind: "quantified", body: answer, parameters: [name], domain });
}

/** `n = 4k + 1` is read as a value by its name, and as an equation with one more letter. */
function withoutRelations(answer: Answer): Answer {
  if (answer.kind === "list") return { ...answer, items: answer.items.map(withoutRelations) };
  return readingsOf(answer).find(({ kind }) => kind === "value" || kind === "named") ?? answer;
}

/** What is said to be congruent is the same on both sides, or left out on one. */
function sameSubject(a: Answer, b: Answer): boolean {
  const [x, y] = [subjectOf(a), subjectOf(b)];
  return x === undefined || y === undefined || sameExpression(x, y).same === true;
}

function subjectOf(answer: Answer): Expr | undefined {
  if (answer.kind === "congruence") return answer.left;
  return answer.kind === "list" ? subjectOf(readingsOf(answer.items[0] as Answer)[0] as Answer) : undefined;
}

/** A number for the remainder that it is: as written if that is less than the modulus, or the least that is not negative. */
function residuesAre({ residues, modulus, left }: Congruence, other: Answer): Sameness {
  const named = other.kind === "named" ? other.value : other;
  const items = named.kind === "list" ? named.items : [named];
  const values = items.map(plainValue);
  if (values.includes(undefined) || values.length !== residues.length) return decided(false);
  // `x \bmod 10` is a number, and not x.
  if (left === undefined && residues.some((residue) => freeSymbols(residue).size > 0)) return decided(false);
  if (other.kind === "named" && left?.kind === "symbol" && left.name !== other.name) return decided(false);
  const least = residues.map((residue) => remainder(residue, modulus));
  const isSame = residues.every((residue, i) =>
    values.some((value) =>
      [isReduced(residue, modulus) ? residue : undefined, least[i]].some((one) =>
        one !== undefined && sameExpression(value as Expr, one).same === true
      )
    )
  );
  return decided(isSame);
}

/** `-1` modulo 7, but not 18 modulo 5; letters are. */
function isReduced(residue: Expr, modulus: Expr): boolean {
  const [a, m] = [exactRational(residue), exactRational(modulus)];
  if (a === undefined || m === undefined) return true;
  const size = a.numerator < 0n ? -a.numerator : a.numerator;
  return size * m.denominator < m.numerator * a.denominator;
}

function remainder(value: Expr, modulus: Expr): Expr | undefined {
  const [a, m] = [exactRational(value), exactRational(modulus)];
  if (a?.denominator !== 1n || m?.denominator !== 1n || m.numerator <= 0n) return undefined;
  return whole(((a.numerator % m.numerator) + m.numerator) % m.numerator);
}

/** `n \ge 2` for the whole numbers from 2 on: a variable that stands for whole numbers. */
function wholeRegion(region: Region, other: Quantified): Sameness | undefined {
  if (region.variable === undefined || !WHOLE_NAME.test(region.variable)) return undefined;
  const numbers = wholeOf(region, { set: "Z" });
  const [given, wanted] = [numbers && progressionsOf(numbers), progressionsOf(other)];
  if (given === undefined || wanted === undefined) return undefined;
  return { same: sameProgressions(given, wanted), method: "exact" };
}

/** With the parameters of one side in the place of the other's, in every order; for integers also shifted and turned round. */
function sameBodies(a: Quantified, b: Quantified, compare: Comparison): Sameness {
  const count = a.parameters.length;
  if (!sameDomain(a.domain, b.domain) || count !== b.parameters.length || count > MOST_PARAMETERS) {
    return decided(false);
  }
  const fresh = a.parameters.map((_, i) => `par_${i + 1}`);
  const body = withNames(a, fresh);
  let last = decided(false);
  if (a.domain.set === "R" && count === 1 && sameLine(only(a), only(b), [a.parameters[0], b.parameters[0]]) === true) {
    return decided(true);
  }
  for (const order of orders(fresh)) {
    const wanted = withNames(b, order);
    last = compare(body, wanted);
    if (last.same === true) return last;
    if (count > 1 || b.domain.set !== "Z" || b.domain.from !== undefined || b.domain.but !== undefined) continue;
    for (const shifted of shifts(wanted, order[0] as string)) {
      const same = compare(body, shifted);
      if (same.same === true) return same;
    }
  }
  return last;
}

/** `\{2^n\}` as its one member. */
function only({ body }: Pick<Quantified, "body">): Answer {
  return body.kind === "list" && body.items.length === 1 ? body.items[0] as Answer : body;
}

function withNames({ body, parameters }: Quantified, names: readonly string[]): Answer {
  return renamed(only({ body }), new Map(parameters.map((name, i) => [name, names[i] as string])));
}

/** A body with `k` replaced by `k + 1`, `-k` and so on. */
function* shifts(body: Answer, name: string): Generator<Answer> {
  for (const sign of [1, -1]) {
    for (const shift of [0, 1, -1, 2, -2]) {
      if (sign === 1 && shift === 0) continue;
      const value = sum(product(whole(sign), { kind: "symbol", name }), whole(shift));
      yield mapped(body, (expr) => substituted(expr, new Map([[name, value]])));
    }
  }
}

function sameDomain(a: Domain, b: Domain): boolean {
  if (a.but !== b.but) return false;
  if (a.set === b.set) return a.from === b.from;
  // The natural numbers begin with 0 or 1.
  const [natural, other] = a.set === "N" ? [a, b] : [b, a];
  if (natural.set === "N" && other.set === "Z") return other.from === 0 || other.from === 1;
  return [a.set, b.set].includes("any") && /^[RC]$/.test(a.set === "any" ? b.set : a.set);
}

function orders(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]];
  return names.flatMap((name, i) =>
    orders([...names.slice(0, i), ...names.slice(i + 1)]).map((rest) => [name, ...rest])
  );
}
