/**
 * Compares functions by cases. Where all conditions are sets of reals, the functions must have the same domain and, wherever
 * branches overlap, the same values, however they are split. Other conditions must be the same, one by one.
 */
import { type Answer, type Interval, type Piecewise, readingsOf, type Region } from "./answer.ts";
import { difference, product, quotient, sum, whole } from "./_build.ts";
import { type Comparison, decided } from "./_compare_result.ts";
import { sameRegion } from "./_compare_sets.ts";
import { asRegion, complement, endValue, EVERYTHING, intersection, union } from "./_intervals.ts";
import { progressionsOf } from "./_parametric.ts";
import { sameProgressions } from "./_progressions.ts";
import { lettersOf, mapped, renamed, substituted } from "./_rename.ts";
import type { Expr, Sameness } from "../types.ts";

type Branch = Piecewise["branches"][number];

/** A value on a set of reals. */
interface Part {
  readonly value: Answer;
  readonly region: Region;
}

const ALL: Region = { kind: "region", pieces: [EVERYTHING] };

/** A function by cases against another one, or against one formula; undefined where neither side is one. */
export function samePiecewise(a: Answer, b: Answer, compare: Comparison): Sameness | undefined {
  if (a.kind !== "piecewise" && b.kind !== "piecewise") return undefined;
  if (a.kind === "named") return samePiecewise(a.value, b, compare);
  if (b.kind === "named") return samePiecewise(a, b.value, compare);
  const [from, to] = [variableOf(a), variableOf(b)];
  const given = from !== undefined && to !== undefined && from !== to ? withVariable(a, from, to) : a;
  const name = to ?? from;
  const [x, y] = [partsOf(given), partsOf(b)];
  if (name !== undefined && x !== undefined && y !== undefined) return sameParts(x, y, name, compare);
  return given.kind === "piecewise" && b.kind === "piecewise"
    ? sameBranches(given.branches, b.branches, compare)
    : decided(false);
}

/** The variable of the conditions. */
function variableOf(answer: Answer): string | undefined {
  if (answer.kind !== "piecewise") return undefined;
  for (const { condition } of answer.branches) {
    for (const reading of condition === undefined ? [] : readingsOf(condition)) {
      if (reading.kind === "region" && reading.variable !== undefined) return reading.variable;
      if (reading.kind === "named" && /^[A-Za-z]$/.test(reading.name)) return reading.name;
      if (reading.kind === "congruence" && reading.left?.kind === "symbol") return reading.left.name;
    }
  }
  return undefined;
}

/** The function of another variable. */
function withVariable(answer: Answer, from: string, to: string): Answer {
  if (answer.kind !== "piecewise") return answer;
  const names = new Map([[from, to]]);
  const branches = answer.branches.map(({ value, condition }): Branch => ({
    value: renamed(value, names),
    ...(condition === undefined ? {} : { condition: withSubject(renamed(condition, new Map()), from, to) }),
  }));
  return { ...answer, branches };
}

function withSubject(condition: Answer, from: string, to: string): Answer {
  if (condition.kind === "readings") {
    return { ...condition, readings: condition.readings.map((reading) => withSubject(reading, from, to)) };
  }
  if (condition.kind === "region") return condition.variable === from ? { ...condition, variable: to } : condition;
  if (condition.kind === "named") return condition.name === from ? { ...condition, name: to } : condition;
  const changed = renamed(condition, new Map([[from, to]]));
  return changed.kind === "congruence" ? { ...changed, left: { kind: "symbol", name: to } } : changed;
}

/** Each branch with the set where it holds; of a formula one for all reals; undefined where a condition is no set of reals. */
function partsOf(answer: Answer): readonly Part[] | undefined {
  if (answer.kind === "value") return [{ value: answer, region: ALL }];
  if (answer.kind !== "piecewise") return undefined;
  const parts: Part[] = [];
  let rest: Region | undefined = ALL;
  for (const { value, condition } of answer.branches) {
    const region: Region | undefined = condition === undefined ? rest : regionIn(condition);
    const outside: Region | undefined = region === undefined ? undefined : complement(region);
    rest = outside === undefined || rest === undefined ? undefined : intersection(rest, outside);
    if (region === undefined) return undefined;
    parts.push({ value, region });
  }
  return parts;
}

/** A condition on one variable as a set of reals with ends that are numbers. */
function regionIn(condition: Answer): Region | undefined {
  const found = readingsOf(condition).find(({ kind }) => kind === "region" || kind === "named");
  const region = found === undefined ? undefined : asRegion(found);
  if (region === undefined) return undefined;
  const isKnown = region.pieces.every(({ from, to }) => endValue(from) !== undefined && endValue(to) !== undefined);
  return isKnown ? { kind: "region", pieces: region.pieces } : undefined;
}

function sameParts(a: readonly Part[], b: readonly Part[], name: string, compare: Comparison): Sameness {
  const [x, y] = [domainOf(a), domainOf(b)];
  if (x === undefined || y === undefined) return decided(undefined);
  const domains = sameRegion(x, y);
  if (domains.same !== true) return domains;
  for (const one of a) {
    for (const other of b) {
      const common = intersection(one.region, other.region);
      if (common === undefined) return decided(undefined);
      for (const piece of common.pieces) {
        const same = sameOn(piece, one.value, other.value, name, compare);
        if (same.same !== true) return same;
      }
    }
  }
  return decided(true);
}

function domainOf(parts: readonly Part[]): Region | undefined {
  return parts.reduce<Region | undefined>(
    (all, { region }) => all === undefined ? undefined : union(all, region),
    { kind: "region", pieces: [] },
  );
}

/** Whether two values are the same on an interval: as they are, or with a variable that cannot leave it. */
function sameOn(piece: Interval, a: Answer, b: Answer, name: string, compare: Comparison): Sameness {
  const direct = compare(a, b);
  if (direct.same === true) return direct;
  const inside = within(piece, { kind: "symbol", name });
  if (inside === undefined || !(lettersOf(a).has(name) || lettersOf(b).has(name))) return direct;
  const put = (answer: Answer): Answer => mapped(answer, (expr) => substituted(expr, new Map([[name, inside]])));
  return compare(put(a), put(b));
}

/** An expression of a letter that takes the values of an interval, up to its ends. */
function within({ from, to }: Interval, letter: Expr): Expr | undefined {
  const [low, high] = [endValue(from), endValue(to)];
  const square = product(letter, letter);
  if (low === undefined || high === undefined || (low === -Infinity && high === Infinity)) return undefined;
  if (low === high) return from;
  if (high === Infinity) return sum(from, square);
  if (low === -Infinity) return difference(to, square);
  return quotient(sum(from, product(to, square)), sum(whole(1), square));
}

/** Each branch of one side with one of the other: the same condition and the same value. */
function sameBranches(a: readonly Branch[], b: readonly Branch[], compare: Comparison): Sameness {
  if (a.length !== b.length) return decided(false);
  const left = [...withoutRest(b)];
  for (const { value, condition } of withoutRest(a)) {
    const at = left.findIndex((other) => sameCondition(condition, other.condition, compare));
    const other = left[at];
    if (other === undefined) return decided(false);
    const same = compare(value, other.value);
    if (same.same !== true) return same;
    left.splice(at, 1);
  }
  return decided(true);
}

function sameCondition(a: Answer | undefined, b: Answer | undefined, compare: Comparison): boolean {
  return a === undefined || b === undefined ? a === b : compare(a, b).same === true;
}

/** "Otherwise" as what is left of two classes of remainders: odd where the other branch is even. */
function withoutRest(branches: readonly Branch[]): readonly Branch[] {
  const [one, ...more] = branches.filter(({ condition }) => condition !== undefined);
  const first = one?.condition?.kind === "congruence" ? one.condition : undefined;
  if (first === undefined || more.length !== 0 || branches.length !== 2) return branches;
  const modulus = first.modulus.kind === "number" ? Number(first.modulus.value.numerator) : 0;
  const given = progressionsOf(first) ?? [];
  if (!(modulus > 1 && modulus <= 60)) return branches;
  const rest = Array.from({ length: modulus }, (_, i) => whole(i)).filter((start) =>
    sameProgressions([...given, { start, step: first.modulus }], given) !== true
  );
  return branches.map((branch) =>
    branch.condition === undefined ? { ...branch, condition: { ...first, residues: rest } } : branch
  );
}
