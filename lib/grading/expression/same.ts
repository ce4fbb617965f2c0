/**
 * Whether two expressions are the same: numbers exactly (or by the rule of rounding, where the reference is a decimal),
 * expressions by a first look at one point (`_quick.ts`), by their exact forms, by their values at seeded points, and where
 * these are equal by a second look in many digits (`_confirm.ts`). A decimal is never taken for an irrational number.
 * A logarithm without a base is read as natural and to base 10, the same way on both sides.
 */
import { exactlyProportional, exactlySame, exactlyShifted, exactRational, isHidden, type LogBase } from "./_exact.ts";
import { type Decimal, irrationalRoundsTo, roundsTo } from "./_decimal.ts";
import { confirmed } from "./_confirm.ts";
import { type Complex, complexValue } from "./_complex.ts";
import { toDouble } from "./_doubles.ts";
import { hasBareLog } from "./_normal.ts";
import { freeSymbols } from "./_domains.ts";
import { differsClearly, ratiosDiffer } from "./_quick.ts";
import { agree } from "./_numeric.ts";
import { equalNumbers, type Rational } from "../number.ts";
import type { Expr, Method, Sameness } from "../types.ts";

export { exactRational } from "./_exact.ts";
export { freeSymbols } from "./_domains.ts";
export { printExpr } from "./_print_expr.ts";

const MOST_STEPS = 20_000;
/** A rational number with a larger denominator stands for an irrational one: it is an approximation. */
const LARGEST_DENOMINATOR = 1_000_000n;
const LARGEST_NUMERATOR = 10n ** 12n;
const MOST_DECIMALS = 4;

/** The value of a constant; undefined when it has variables, none that is finite, or costs too much. */
export function numericValue(expr: Expr): Complex | undefined {
  const value = complexValue(expr, new Map(), { steps: MOST_STEPS, error: 0 });
  return Number.isFinite(value.re) && Number.isFinite(value.im) ? value : undefined;
}

/** Answers that are remembered with the reference they were compared with. */
const MOST_COMPARED = 8;
// Pure memory: the same expressions are always the same or not.
const compared = new WeakMap<Expr, { readonly answer: Expr; readonly found: Sameness }[]>();

/** Whether an answer is the reference; undefined when it cannot be decided. The last few answers are remembered. */
export function sameExpression(answer: Expr, reference: Expr): Sameness {
  const before = compared.get(reference);
  const known = before?.find((each) => each.answer === answer);
  if (known !== undefined) return known.found;
  const found = freshlyCompared(answer, reference);
  if (before === undefined) compared.set(reference, [{ answer, found }]);
  else {
    if (before.length >= MOST_COMPARED) before.shift();
    before.push({ answer, found });
  }
  return found;
}

function freshlyCompared(answer: Expr, reference: Expr): Sameness {
  const infinite = sameInfinities(answer, reference);
  if (infinite !== undefined) return infinite;
  if (isIdentical(answer, reference)) return verdict(true, "exact");
  const decimal = decimalOf(reference);
  if (decimal === undefined && differsClearly(answer, reference)) return verdict(false, "numeric");
  const [given, wanted] = [exactRational(answer), exactRational(reference)];
  if (given !== undefined && wanted !== undefined) {
    const same = equalNumbers(given, wanted) ||
      (decimal !== undefined && roundsTo(given, decimalOf(answer)?.decimals, decimal));
    return verdict(same, "number");
  }
  if (decimal !== undefined) return againstDecimal(answer, decimal);
  return sameByEveryReading(answer, reference, given ?? wanted, decimalOf(answer));
}

function verdict(same: boolean | undefined, method: Method): Sameness {
  return { same, method };
}

/** The same tree; of numbers that are far too large to compare, all that can be known. */
function isIdentical(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind === "symbol") return b.kind === "symbol" && a.name === b.name;
  if (a.kind === "number") return b.kind === "number" && equalNumbers(a.value, b.value);
  if (b.kind !== "apply" || a.head !== b.head || a.args.length !== b.args.length) return false;
  return a.args.every((each, i) => isIdentical(each, b.args[i] as Expr));
}

function decimalOf(expr: Expr): Decimal | undefined {
  return expr.kind === "number" && expr.decimals !== undefined
    ? { value: expr.value, decimals: expr.decimals }
    : undefined;
}

/** 1 and -1 for the two infinities. */
function infinityOf(expr: Expr): number | undefined {
  if (expr.kind === "symbol") return expr.name === "infinity" ? 1 : undefined;
  if (expr.kind === "number" || expr.args.length !== 1 || expr.head !== "Negate" && expr.head !== "Add") {
    return undefined;
  }
  const inside = infinityOf(expr.args[0] as Expr);
  return inside === undefined ? undefined : expr.head === "Negate" ? -inside : inside;
}

function sameInfinities(a: Expr, b: Expr): Sameness | undefined {
  const [x, y] = [infinityOf(a), infinityOf(b)];
  if (x === undefined && y === undefined) return undefined;
  return verdict(x === y, "exact");
}

/** An answer that is no rational number, or not known to be one, against a decimal. */
function againstDecimal(answer: Expr, reference: Decimal): Sameness {
  const value = numericValue(answer);
  if (value === undefined) return verdict(freeSymbols(answer).size > 0 ? false : undefined, "numeric");
  if (Math.abs(value.im) > 1e-9 * Math.abs(value.re)) return verdict(false, "numeric");
  return verdict(irrationalRoundsTo(value.re, reference, toDouble(reference.value)), "numeric");
}

function sameByEveryReading(a: Expr, b: Expr, rational: Rational | undefined, decimal: Decimal | undefined): Sameness {
  const readings: readonly LogBase[] = hasBareLog(a) || hasBareLog(b) ? ["10", "e"] : ["e"];
  let last: Sameness = verdict(undefined, "numeric");
  for (const base of readings) {
    const found = sameByReading(a, b, base, rational, decimal);
    if (found.same === true) return found;
    if (last.same !== false || found.same === undefined) last = found;
  }
  return last;
}

function sameByReading(
  a: Expr,
  b: Expr,
  base: LogBase,
  rational: Rational | undefined,
  decimal: Decimal | undefined,
): Sameness {
  const exact = exactlySame(a, b, base);
  if (exact !== undefined) return verdict(exact, "exact");
  const [x, y] = [withLogBase(a, base), withLogBase(b, base)];
  // A missing absolute value is missed: ln x is not ln|x|.
  const same = agree(x, y, hasHead(b, "Abs") && !hasHead(a, "Abs") ? "covering" : "equal");
  if (same === undefined && dividesByZero(a) !== dividesByZero(b)) return verdict(false, "exact");
  if (same === false) return verdict(false, "numeric");
  const sure = confirmed(x, y, same === true && !isHidden(a, b, base));
  if (sure !== true) return verdict(sure, "numeric");
  // One side is a rational number and the other is not known to be one.
  if (rational !== undefined && isApproximation(rational, decimal)) return verdict(false, "numeric");
  return verdict(true, "numeric");
}

function hasHead(expr: Expr, head: string): boolean {
  return expr.kind === "apply" && (expr.head === head || expr.args.some((each) => hasHead(each, head)));
}

function dividesByZero(expr: Expr): boolean {
  if (expr.kind !== "apply") return false;
  const below = expr.head === "Divide" ? expr.args[1] : undefined;
  return (below !== undefined && exactRational(below)?.numerator === 0n) || expr.args.some(dividesByZero);
}

function isApproximation({ numerator, denominator }: Rational, decimal: Decimal | undefined): boolean {
  if (decimal !== undefined && decimal.decimals > MOST_DECIMALS) return true;
  const size = numerator < 0n ? -numerator : numerator;
  return denominator > LARGEST_DENOMINATOR || size > LARGEST_NUMERATOR;
}

/** Logarithms without a base as natural ones, where they are to be read so; the numeric values take base 10. */
function withLogBase(expr: Expr, base: LogBase): Expr {
  if (base === "10" || expr.kind !== "apply" || !hasBareLog(expr)) return expr;
  const args = expr.args.map((each) => withLogBase(each, base));
  return { kind: "apply", head: expr.head === "Log" && args.length === 1 ? "Ln" : expr.head, args };
}

/** Whether `a = c b` for a constant c other than 0, by exact forms or at seeded points; undefined when undecided. */
export function proportional(a: Expr, b: Expr): boolean | undefined {
  if (ratiosDiffer(a, b)) return false;
  const readings: readonly LogBase[] = hasBareLog(a) || hasBareLog(b) ? ["10", "e"] : ["e"];
  let found: boolean | undefined = false;
  for (const base of readings) {
    const one = exactlyProportional(a, b, base) ?? agree(withLogBase(a, base), withLogBase(b, base), "proportional");
    if (one === true) return true;
    if (one === undefined) found = undefined;
  }
  return found;
}

/** Whether `a = b + c` for a constant c, as two antiderivatives are; undefined when undecided. */
export function differByConstant(a: Expr, b: Expr): boolean | undefined {
  const readings: readonly LogBase[] = hasBareLog(a) || hasBareLog(b) ? ["10", "e"] : ["e"];
  let found: boolean | undefined = false;
  for (const base of readings) {
    const one = exactlyShifted(a, b, base) ?? agree(withLogBase(a, base), withLogBase(b, base), "shifted");
    if (one === true) return true;
    if (one === undefined) found = undefined;
  }
  return found;
}
