/**
 * Whether a sum is zero: denominators are multiplied out, and if anything is left, constants in it that may hide a zero
 * (nested roots, logarithms) are computed. Letters are not: what does not cancel, sympy does not call equal either.
 */
import { add, type Atom, atomSum, type Factor, multiply, type Sum, type Term, Undecided } from "./_algebra.ts";
import { doubleOf } from "./_number.ts";

type Complex = readonly [re: number, im: number];

/** Denominators beyond this number are not multiplied out. */
const MOST_ROUNDS = 15;
/** Relative error below which a constant counts as zero; doubles are off by about 1e-15 an operation. */
const NEAR = 1e-11;

/** Whether sympy would simplify the sum to 0. @throws {Undecided} out of bounds */
export function isZero(difference: Sum): boolean {
  const cleared = withoutDenominators(difference);
  if (cleared.size === 0) return true;
  const terms = [...cleared.values()];
  if (hasFloat(cleared)) return false;
  const groups = new Map<string, Term[]>();
  for (const term of terms) {
    const letters = term.factors.filter(({ atom }) => !isConstant(atom));
    const key = letters.map(({ atom, exponent }) => `${atom.key}^${exponent}`).join("*");
    groups.set(key, [...groups.get(key) ?? [], term]);
  }
  return [...groups.values()].every(cancels);
}

function hasFloat(sum: Sum): boolean {
  return [...sum.values()].some(({ number, factors }) => {
    return number.precision > 0 ||
      factors.some(({ atom: { inside, exponent } }) => [inside, exponent].some((part) => part && hasFloat(part)));
  });
}

function withoutDenominators(sum: Sum): Sum {
  let result = sum;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const least = new Map<string, { atom: Atom; exponent: number }>();
    for (const { factors } of result.values()) {
      for (const { atom, exponent: [p, q] } of factors) {
        const whole = Math.floor(p / q);
        if (atom.kind === "sum" && whole < (least.get(atom.key)?.exponent ?? 0)) {
          least.set(atom.key, { atom, exponent: whole });
        }
      }
    }
    const [first] = least.values();
    if (first === undefined) return result;
    result = timesPower(result, first.atom, -first.exponent);
  }
  throw new Undecided();
}

/** Every term times a power of one atom; that the power is expanded only with the exponent each term has matters. */
function timesPower(sum: Sum, atom: Atom, power: number): Sum {
  let result: Sum = new Map();
  for (const [key, term] of sum) {
    const own = term.factors.find((factor) => factor.atom.key === atom.key);
    const [p, q] = own?.exponent ?? [0, 1];
    const rest = term.factors.filter((factor) => factor !== own);
    const without: Sum = own === undefined
      ? new Map([[key, term]])
      : rest.map(({ atom, exponent }) => atomSum(atom, exponent)).reduce(multiply, numberSum(term));
    result = add(result, multiply(without, atomSum(atom, [p + power * q, q])));
  }
  return result;
}

function numberSum({ number }: Term): Sum {
  return new Map([["", { number, factors: [] }]]);
}

function isConstant({ kind, inside, exponent }: Atom): boolean {
  if (kind === "symbol") return false;
  return [inside, exponent].every((sum) => {
    return [...sum?.values() ?? []].every(({ factors }) => factors.every(({ atom }) => isConstant(atom)));
  });
}

/** Whether constants of one group are 0 together; without anything that could hide it, they are not. */
function cancels(terms: readonly Term[]): boolean {
  const mayHide = ({ atom }: Factor): boolean => isConstant(atom) && !["pi", "i", "prime"].includes(atom.kind);
  if (!terms.some(({ factors }) => factors.some(mayHide))) return false;
  let total: Complex = [0, 0];
  let size = 0;
  for (const { number, factors } of terms) {
    let value: Complex = [doubleOf(number), 0];
    for (const { atom, exponent: [p, q] } of factors) {
      if (isConstant(atom)) value = times(value, raisedTo(valueOf(atom), [p / q, 0]));
    }
    total = [total[0] + value[0], total[1] + value[1]];
    size += Math.hypot(...value);
  }
  return Number.isFinite(size) && Math.hypot(...total) <= NEAR * size;
}

function valueOf(atom: Atom): Complex {
  switch (atom.kind) {
    case "pi":
      return [Math.PI, 0];
    case "i":
      return [0, 1];
    case "root":
      return [-1, 0];
    case "prime":
      return [Number(atom.value), 0];
    case "sum":
      return valueOfSum(atom.inside as Sum);
    case "power":
      return raisedTo(valueOfSum(atom.inside as Sum), valueOfSum(atom.exponent as Sum));
    case "call":
      return atom.key.startsWith("ln(") ? logarithmOf(valueOfSum(atom.inside as Sum)) : [NaN, NaN];
    case "symbol":
      return [NaN, NaN];
  }
}

function valueOfSum(sum: Sum): Complex {
  let total: Complex = [0, 0];
  for (const { number, factors } of sum.values()) {
    let value: Complex = [doubleOf(number), 0];
    for (const { atom, exponent: [p, q] } of factors) value = times(value, raisedTo(valueOf(atom), [p / q, 0]));
    total = [total[0] + value[0], total[1] + value[1]];
  }
  return total;
}

function times([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

function logarithmOf([a, b]: Complex): Complex {
  return [Math.log(Math.hypot(a, b)), Math.atan2(b, a)];
}

function raisedTo(base: Complex, exponent: Complex): Complex {
  if (exponent[0] === 1 && exponent[1] === 0) return base;
  const [re, im] = times(exponent, logarithmOf(base));
  return [Math.exp(re) * Math.cos(im), Math.exp(re) * Math.sin(im)];
}
