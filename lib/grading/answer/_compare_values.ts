/**
 * Compares two values with their units, percent signs and bases. A unit on one side only is ignored; two units must be the same or
 * convertible. `50%` is 0.5, and for a reference from 1 on also 50.
 */
import { product } from "./_build.ts";
import type { Value } from "./answer.ts";
import { decided } from "./_compare_result.ts";
import { differByConstant, exactRational, freeSymbols, sameExpression } from "../expression/same.ts";
import { withConstantsOf } from "./_constants.ts";
import { sameFamily } from "./_families.ts";
import { conversion, type Unit } from "./_units.ts";
import type { Rational } from "../number.ts";
import type { Expr, Sameness } from "../types.ts";

const PI: Expr = { kind: "symbol", name: "pi" };
const STRAIGHT: Expr = { kind: "number", value: { numerator: 180n, denominator: 1n } };

/** Whether two values are the same. */
export function sameValue(answer: Value, reference: Value): Sameness {
  if (reference.comma === true && answer.comma !== true) return decided(false);
  if (answer.base !== undefined || reference.base !== undefined) return sameBased(answer, reference);
  const [from, to] = [answer.unit, reference.unit];
  if (isPercent(from) || isPercent(to)) return samePercent(answer, reference);
  if (from !== undefined && to !== undefined) return sameQuantity(answer, reference, from, to);
  if (from === undefined && to === undefined) return sameFormula(answer.value, reference.value);
  // `1+2pt` is hardly 3.
  const isSum = answer.value.kind === "apply" && answer.value.head === "Add";
  if (reference.loose === true || (answer.loose === true && isSum)) return decided(false);
  const same = sameExpression(answer.value, reference.value);
  if (same.same === true) return same;
  return convertedOtherwise(answer, reference) ?? same;
}

/** Two expressions; where the reference has a constant of integration, the answer needs one, of any value. */
function sameFormula(answer: Expr, reference: Expr): Sameness {
  const same = sameExpression(answer, reference);
  if (same.same === true) return same;
  const families = sameFamily(answer, reference);
  if (families?.same === true) return families;
  for (const way of withConstantsOf(answer, reference)) {
    const renamed = sameExpression(way, reference);
    if (renamed.same === true) return renamed;
  }
  const wanted = withoutConstant(reference);
  const given = wanted === undefined ? undefined : withoutConstant(answer);
  if (wanted === undefined || given === undefined) return same;
  const direct = sameExpression(given, wanted);
  if (direct.same === true) return direct;
  return { same: differByConstant(given, wanted) === true ? true : direct.same, method: "numeric" };
}

/** What stands beside a lone `C`, `K` or `c` in a sum with other variables; undefined without one. */
function withoutConstant(expr: Expr): Expr | undefined {
  const terms = termsOf(expr);
  const at = terms.findIndex((term) => term.kind === "symbol" && /^[CKc](?:_\d)?$/.test(term.name));
  const name = terms[at];
  if (terms.length < 2 || name?.kind !== "symbol") return undefined;
  const args = terms.filter((_, i) => i !== at);
  const rest: Expr = args.length === 1 ? args[0] as Expr : { kind: "apply", head: "Add", args };
  const names = freeSymbols(rest);
  return names.has(name.name) || names.size === 0 ? undefined : rest;
}

function termsOf(expr: Expr): readonly Expr[] {
  return expr.kind === "apply" && expr.head === "Add" ? expr.args.flatMap(termsOf) : [expr];
}

/** One side without a unit: degrees may be radians there, a dozen twelve. */
function convertedOtherwise(answer: Value, reference: Value): Sameness | undefined {
  const unit = answer.unit ?? reference.unit;
  const scale = unit?.dimension === "degree:1" ? RADIANS : unit?.dimension === "dozen:1" ? TWELVE : undefined;
  if (scale === undefined) return undefined;
  const scaled = (value: Value): Expr => value.unit === undefined ? value.value : product(value.value, scale);
  return sameExpression(scaled(answer), scaled(reference));
}

const RADIANS: Expr = { kind: "apply", head: "Divide", args: [PI, STRAIGHT] };
const TWELVE: Expr = { kind: "number", value: { numerator: 12n, denominator: 1n } };

function sameQuantity(answer: Value, reference: Value, from: Unit, to: Unit): Sameness {
  const factor = conversion(from, to);
  if (factor !== undefined) return sameExpression(scaledBy(answer.value, factor), reference.value);
  if (from.dimension === "radian:1" && to.dimension === "degree:1") {
    return sameExpression(answer.value, product(reference.value, RADIANS));
  }
  if (from.dimension === "degree:1" && to.dimension === "radian:1") {
    return sameExpression(product(answer.value, RADIANS), reference.value);
  }
  if (from.dimension === "dozen:1" || to.dimension === "dozen:1") {
    const dozens = (value: Value): Expr =>
      value.unit?.dimension === "dozen:1" ? product(value.value, TWELVE) : value.value;
    const counted = conversion({ ...from, dimension: "", top: "" }, { ...to, dimension: "", top: "" });
    if (counted !== undefined) return sameExpression(dozens(answer), dozens(reference));
  }
  return decided(false);
}

/** Numbers in bases: by value; a bare answer stands for the digits of the reference, its base left out. */
function sameBased(answer: Value, reference: Value): Sameness {
  const given = exactRational(answer.value);
  if (given === undefined) return decided(false);
  if (reference.base !== undefined && answer.base === undefined) {
    const digits = /^-?\d+$/.test(reference.base.digits) ? BigInt(reference.base.digits) : undefined;
    return { same: digits !== undefined && given.numerator === digits * given.denominator, method: "number" };
  }
  return sameExpression(answer.value, reference.value);
}

function isPercent(unit: Unit | undefined): boolean {
  return unit?.dimension === "percent:1";
}

function samePercent(answer: Value, reference: Value): Sameness {
  const both = isPercent(answer.unit) && isPercent(reference.unit);
  const other = isPercent(answer.unit) ? reference : answer;
  if (!both && other.unit !== undefined && !other.unit.any) return decided(false);
  const hundredth = { numerator: 1n, denominator: 100n };
  if (both) return sameExpression(answer.value, reference.value);
  if (isPercent(reference.unit)) {
    const same = sameExpression(answer.value, reference.value);
    return same.same === true ? same : sameExpression(answer.value, scaledBy(reference.value, hundredth));
  }
  const part = sameExpression(scaledBy(answer.value, hundredth), reference.value);
  return part.same === true || isPart(reference.value) ? part : sameExpression(answer.value, reference.value);
}

/** Whether a reference is between 0 and 1, and so no number of percents. */
function isPart(value: Expr): boolean {
  const exact = exactRational(value);
  if (exact === undefined) return false;
  const size = exact.numerator < 0n ? -exact.numerator : exact.numerator;
  return size > 0n && size < exact.denominator;
}

/** A value times a fraction; a decimal that is not scaled stays one. */
function scaledBy(value: Expr, factor: Rational): Expr {
  if (factor.numerator === factor.denominator) return value;
  if (value.kind !== "number") return product(value, { kind: "number", value: factor });
  const { numerator, denominator } = value.value;
  return {
    kind: "number",
    value: { numerator: numerator * factor.numerator, denominator: denominator * factor.denominator },
  };
}
