/**
 * Compares two answers of any kind: each reading of the answer with each reading of the reference, by the rule for their kinds.
 * Right when one pair is the same; undecided when no pair of a kind could tell.
 */
import { product } from "./_build.ts";
import {
  type Answer,
  type Choice,
  type List,
  type Ratio,
  readingsOf,
  type Region,
  type Relation,
  type Tuple,
} from "./answer.ts";
import {
  areOtherLetters,
  isSetOfMembers,
  joinedOtherwise,
  sameItems,
  sameMatrix,
  sameMembers,
  sameNames,
  vectorOf,
} from "./_compare_lists.ts";
import { allOf, type Comparison, decided } from "./_compare_result.ts";
import { holdsOn, isCircular, isValueOf, sameNamed, sameRelation, saysValue } from "./_compare_relations.ts";
import { sameParametric } from "./_compare_parametric.ts";
import { sameLine } from "./_lines.ts";
import { samePiecewise } from "./_compare_piecewise.ts";
import { sameRegion } from "./_compare_sets.ts";
import { sameSymbolicRegion } from "./_symbolic_regions.ts";
import { sameValue } from "./_compare_values.ts";
import { isConstant } from "./_equations.ts";
import { asRegion } from "./_intervals.ts";
import { sameExpression } from "../expression/same.ts";
import { sameTime } from "./_times.ts";
import type { Expr, Sameness } from "../types.ts";

/** Whether an answer is the reference's; undefined when it cannot be decided. */
export function compareAnswers(answer: Answer, reference: Answer): Sameness {
  const given = readingsOf(answer);
  const wanted = readingsOf(reference);
  // What can be a time on both sides is nothing else.
  const times = given.some(({ kind }) => kind === "time") && wanted.some(({ kind }) => kind === "time");
  // Sets of reals tell more surely than the inequalities they were read from.
  const sets = given.some(isSetOfNumbers) && wanted.some(isSetOfNumbers);
  let undecided = false;
  let refused: Sameness | undefined;
  for (const one of given) {
    for (const other of wanted) {
      if (times && (one.kind !== "time" || other.kind !== "time")) continue;
      if (sets && (one.kind === "relation" || other.kind === "relation")) continue;
      const found = comparePair(one, other);
      if (found.same === true) return found;
      if (found.same === undefined) undecided = true;
      else if (one.kind === other.kind) refused ??= found;
    }
  }
  if (refused !== undefined) return refused;
  return { same: undecided ? undefined : false, method: given.some(({ kind }) => kind === "text") ? "text" : "exact" };
}

const compare: Comparison = compareAnswers;
const NO_INTEGERS = "no integer solutions";

/** A set of reals whose ends are numbers. */
function isSetOfNumbers(answer: Answer): boolean {
  return answer.kind === "region" && answer.pieces.every(({ from, to }) => isConstant(from) && isConstant(to));
}

function comparePair(a: Answer, b: Answer): Sameness {
  if (a.kind === "written" || b.kind === "written") return sameSigns(a, b);
  if (a.kind === "choice" || b.kind === "choice") return sameChoice(a, b);
  const cases = samePiecewise(a, b, compare);
  if (cases !== undefined) return cases;
  const parametric = sameParametric(a, b, compare);
  if (parametric !== undefined) return parametric;
  if (sameLine(a, b) === true) return { same: true, method: "exact" };
  if (a.kind === b.kind) return sameKind(a, b);
  if (a.kind === "list" && a.joined === "or" && b.kind !== "region") return allOf(spellings(a.items, b));
  if (a.kind === "named" || b.kind === "named") return withName(a, b);
  // What has no solution at all has none among the integers.
  if (a.kind === "region" && b.kind === "text" && a.pieces.length === 0 && b.words === NO_INTEGERS) {
    return decided(true);
  }
  if (a.kind === "region" || b.kind === "region") return withRegion(a, b);
  if (a.kind === "relation") return saysValue(a, b);
  if (b.kind === "relation") return isValueOf(a, b);
  if (a.kind === "list" && b.kind === "tuple") return listAndTuple(a, b);
  if (a.kind === "tuple" && b.kind === "list") return listAndTuple(b, a, true);
  if (a.kind === "text") return { same: areDigits(a, b) || areOptions(a, b), method: "text" };
  if (a.kind === "matrix" || b.kind === "matrix") return withMatrix(a, b);
  if (a.kind === "list" && b.kind === "value") return onlyMember(a, (item) => compare(item, b));
  if (b.kind === "list" && a.kind === "value") return onlyMember(b, (item) => compare(a, item));
  if (a.kind === "ratio" && b.kind === "value" && b.unit === undefined) return ratioAndValue(a, b.value, false);
  if (a.kind === "value" && b.kind === "ratio" && a.unit === undefined) return ratioAndValue(b, a.value, true);
  return decided(false);
}

/** `\{5\}` is 5, but `\{\{5\}\}` is not. */
function onlyMember({ items, set }: List, compared: (item: Answer) => Sameness): Sameness {
  const [item] = items;
  return items.length !== 1 || item === undefined || (set && isSetOfMembers(item)) ? decided(false) : compared(item);
}

/** Of what is not understood only the same signs tell. */
function sameSigns(a: Answer, b: Answer): Sameness {
  const same = a.kind === "written" && b.kind === "written" && a.signs === b.signs;
  return { same: same || undefined, method: "text" };
}

/** "1/2 or 0.5" for 0.5: one answer in several spellings, each of them right. */
function* spellings(items: readonly Answer[], reference: Answer): Generator<Sameness> {
  for (const item of items) yield compare(item, reference);
}

/** `B6` for the digits of `B6_{16}`. */
function areDigits(words: Answer, number: Answer): boolean {
  return words.kind === "text" && number.kind === "value" && number.base?.digits.toLowerCase() === words.words;
}

/** `AC` for `A, C`. */
function areOptions(words: Answer, list: Answer): boolean {
  if (words.kind !== "text" || list.kind !== "list" || !/^[a-j]{2,6}$/.test(words.words)) return false;
  const letters = list.items.map((item) =>
    readingsOf(item).find(({ kind }) => kind === "choice") as Choice | undefined
  );
  return letters.every((choice) => choice !== undefined && choice.rest === undefined) &&
    letters.map((choice) => choice?.letter.toLowerCase()).sort().join("") === [...words.words].sort().join("");
}

function sameKind(a: Answer, b: Answer): Sameness {
  if (isCollection(a) && isCollection(b) && areOtherLetters(a, b)) return { same: false, method: "text" };
  if (a.kind === "value" && b.kind === "value") return sameValue(a, b);
  if (a.kind === "list" && b.kind === "list") {
    return joinedOtherwise(a, b) ? decided(false) : sameMembers(a, b, compare);
  }
  if (a.kind === "tuple" && b.kind === "tuple") return sameTuple(a, b);
  if (a.kind === "region" && b.kind === "region") return sameRegion(a, b);
  if (a.kind === "named" && b.kind === "named") return sameNamed(a, b, compare);
  if (a.kind === "relation" && b.kind === "relation") return sameRelation(a, b);
  if (a.kind === "matrix" && b.kind === "matrix") return sameMatrix(a, b);
  if (a.kind === "ratio" && b.kind === "ratio") return sameRatio(a, b);
  if (a.kind === "time" && b.kind === "time") return decided(sameTime(a, b));
  if (a.kind === "text" && b.kind === "text") return { same: a.words === b.words, method: "text" };
  return decided(false);
}

function isCollection(answer: Answer): answer is List | Tuple {
  return answer.kind === "list" || answer.kind === "tuple";
}

/** Options are the same by their letters and, where both have one, by what stands behind. */
function sameChoice(a: Answer, b: Answer): Sameness {
  if (a.kind === "choice" && b.kind === "choice") {
    // A small e or i is a constant before it is an option.
    const isConstantLetter = b.bare && /^[EI]$/.test(b.letter);
    if (a.letter !== b.letter || (a.bare && b.bare) || isConstantLetter) return { same: false, method: "text" };
    if (a.rest === undefined || b.rest === undefined) return { same: true, method: "text" };
    const rest = compare(a.rest, b.rest);
    return rest.same === false ? rest : { same: true, method: "text" };
  }
  const { rest } = (a.kind === "choice" ? a : b) as Choice;
  if (rest === undefined) return decided(false);
  return a.kind === "choice" ? compare(rest, b) : compare(a, rest);
}

function sameTuple(a: Tuple, b: Tuple): Sameness {
  if (a.names !== undefined && b.names !== undefined) return sameNames(a, b, compare);
  // Two numbers in square brackets are an interval, in round ones a point or another interval.
  const brackets = [a.bracket, b.bracket];
  if (a.items.length === 2 && brackets.includes("[") && brackets.includes("(")) return decided(false);
  return sameItems(a.items, b.items, compare);
}

/** A bare list is a tuple in the same order; a set is none. */
function listAndTuple(
  list: List,
  tuple: Tuple,
  turned = false,
): Sameness {
  if (list.set || list.joined === "or" || areOtherLetters(turned ? tuple : list, turned ? list : tuple)) {
    return decided(false);
  }
  return turned ? sameItems(tuple.items, list.items, compare) : sameItems(list.items, tuple.items, compare);
}

function withName(a: Answer, b: Answer): Sameness {
  if (a.kind === "named" && b.kind === "relation") return sameNamed(a, b, compare);
  if (a.kind === "relation" && b.kind === "named") return sameNamed(a, b, compare);
  if (a.kind === "named") return isCircular(a) ? decided(false) : compare(a.value, b);
  return b.kind === "named" && !isCircular(b) ? compare(a, b.value) : decided(false);
}

function withRegion(a: Answer, b: Answer): Sameness {
  const [region, other] = a.kind === "region" ? [a, b] : [b as Region, a];
  const symbolic = sameSymbolicRegion(other, region);
  if (symbolic !== undefined) return symbolic;
  const relations = inequalitiesOf(other);
  if (relations !== undefined) return holdsOn(relations, region);
  if (other.kind === "list" && other.set && other.items.some(isSetOfMembers)) return decided(false);
  if (a.kind !== "list" && a.kind !== "value" && b.kind !== "list" && b.kind !== "value") return decided(false);
  const [x, y] = [asRegion(a), asRegion(b)];
  return x === undefined || y === undefined ? decided(false) : sameRegion(x, y);
}

/** Inequalities that hold together; undefined for anything else. */
function inequalitiesOf(answer: Answer): readonly Relation[] | undefined {
  if (answer.kind === "relation") return [answer];
  if (answer.kind !== "list" || answer.joined === "or") return undefined;
  const relations = answer.items.filter((item) => item.kind === "relation");
  return relations.length === answer.items.length ? relations : undefined;
}

function withMatrix(a: Answer, b: Answer): Sameness {
  const [x, y] = [vectorOf(a), vectorOf(b)];
  return x === undefined || y === undefined ? decided(false) : sameItems(x, y, compare);
}

function sameRatio({ parts: a, names }: Ratio, { parts, names: others }: Ratio): Sameness {
  const order = names !== undefined && others !== undefined ? names.map((name) => others.indexOf(name)) : undefined;
  if (a.length !== parts.length || order?.includes(-1)) return decided(false);
  const b = order === undefined ? parts : order.map((at) => parts[at] as Expr);
  let last = decided(false);
  for (let i = 1; i < a.length; i++) {
    last = sameExpression(product(a[i] as Expr, b[0] as Expr), product(b[i] as Expr, a[0] as Expr));
    if (last.same !== true) return last;
  }
  return last;
}

function ratioAndValue({ parts }: Ratio, value: Expr, turned: boolean): Sameness {
  const [top, bottom] = parts;
  if (parts.length !== 2 || top === undefined || bottom === undefined) return decided(false);
  const quotient: Expr = { kind: "apply", head: "Divide", args: [top, bottom] };
  return turned ? sameExpression(value, quotient) : sameExpression(quotient, value);
}
