/**
 * Python's arithmetic over transformed tokens: `+ - * / // **`, parentheses, calls. Whatever else Python could evaluate
 * (tuples, comparisons, attributes, subscripts) ends in a type error there, or in nothing that is 0.
 */
import { add, atomSum, decided, I, multiply, negate, numberOf, PI, type Sum, sumOf, Undecided } from "./_algebra.ts";
import { addNum, divNum, exact, floatOf, mulNum, negNum, type Num, ONE, ZERO } from "./_number.ts";
import { callOf, logarithm, power } from "./_powers.ts";
import type { Token } from "./_tokens.ts";

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

const LARGEST_FACTORIAL = 1000n;
const LARGEST_SHIFT = 20n;

/** The value of the tokens. @throws {Undecided} when they are no arithmetic, or past a bound */
export function evaluate(tokens: readonly Token[]): Sum {
  const reader = { tokens: tokens.filter(({ kind }) => kind !== "newline"), at: 0 };
  const value = sum(reader);
  if (reader.tokens[reader.at]?.kind !== "end") throw new Undecided();
  return value;
}

/** Takes the next token if it is this operator. */
function takes(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.at];
  if (token?.kind !== "operator" || token.text !== text) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, text: string): void {
  if (!takes(reader, text)) throw new Undecided();
}

function sum(reader: Reader): Sum {
  let value = product(reader);
  for (;;) {
    if (takes(reader, "+")) value = add(value, product(reader));
    else if (takes(reader, "-")) value = add(value, negate(product(reader)));
    else return value;
  }
}

function product(reader: Reader): Sum {
  let value = signed(reader);
  for (;;) {
    if (takes(reader, "*")) value = multiply(value, signed(reader));
    else if (takes(reader, "/")) value = divided(value, signed(reader));
    else if (takes(reader, "//")) value = floored(value, signed(reader));
    else return value;
  }
}

function signed(reader: Reader): Sum {
  if (takes(reader, "-")) return negate(signed(reader));
  if (takes(reader, "+")) return signed(reader);
  const base = atom(reader);
  return takes(reader, "**") ? power(base, signed(reader)) : base;
}

function divided(a: Sum, b: Sum): Sum {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return sumOf(decided(divNum(x, y)));
  return multiply(a, power(b, sumOf(decided(exact(-1n)))));
}

function floored(a: Sum, b: Sum): Sum {
  const quotient = numberOf(divided(a, b));
  if (quotient === undefined || quotient.precision > 0) throw new Undecided();
  return sumOf(floorOf(quotient));
}

function floorOf({ above, below }: Num): Num {
  const cut = above / below;
  return decided(exact(above < 0n && cut * below !== above ? cut - 1n : cut));
}

function atom(reader: Reader): Sum {
  if (takes(reader, "(")) {
    const value = sum(reader);
    expect(reader, ")");
    return value;
  }
  const token = reader.tokens[reader.at++];
  if (token?.kind !== "name") throw new Undecided();
  if (token.text === "pi") return atomSum(PI);
  if (token.text === "I") return atomSum(I);
  expect(reader, "(");
  const value = call(reader, token.text);
  expect(reader, ")");
  return value;
}

function call(reader: Reader, name: string): Sum {
  const first = reader.tokens[reader.at];
  const next = reader.tokens[reader.at + 1]?.text;
  if (first?.kind === "quoted") {
    reader.at++;
    if (name !== "Symbol") throw new Undecided();
    return atomSum({ kind: "symbol", key: `'${first.text}'` });
  }
  if (first?.kind === "number" && (next === ")" || next === ",")) return literal(reader, name);
  const value = sum(reader);
  return functionOf(name, value);
}

/** `Integer(2)`, `Float(0.5)`, `Rational(2, Integer(10))`, `Number(2)`. */
function literal(reader: Reader, name: string): Sum {
  const text = (reader.tokens[reader.at++] as Token).text;
  if (name === "Float") return sumOf(decided(floatOf(text)));
  const value = sumOf(decided(exact(BigInt(text.replaceAll("_", "")))));
  if (name !== "Rational") return value;
  expect(reader, ",");
  return divided(value, sum(reader));
}

function functionOf(name: string, value: Sum): Sum {
  const number = numberOf(value);
  switch (name) {
    case "sqrt":
      return power(value, sumOf(decided(exact(1n, 2n))));
    case "ln":
      return logarithm(value);
    case "frac":
      if (number === undefined) return callOf(name, value);
      return sumOf(decided(addNum(number, negNum(floorOf(number)))));
    case "re":
      return number === undefined ? callOf(name, value) : value;
    case "im":
      return number === undefined ? callOf(name, value) : new Map();
    case "factorial":
      return factorial(value, number, 1n);
    case "factorial2":
      return factorial(value, number, 2n);
    case "csc":
    case "li":
      return callOf(name, value);
    case "Integer":
    case "Number":
      return value;
    default:
      throw new Undecided();
  }
}

/** n! or n!!; (x + 3)! is (x + 3)(x + 2)(x + 1) x!, and (x - 1)! is x! / x. */
function factorial(value: Sum, number: Num | undefined, step: bigint): Sum {
  if (number === undefined) return shiftedFactorial(value, step);
  const { above, below, precision } = number;
  if (below !== 1n) return callOf(`factorial${step}`, value);
  if (above < 0n || above > LARGEST_FACTORIAL) throw new Undecided();
  let result: Num = { ...ONE, precision };
  for (let factor = above; factor > 1n; factor -= step) result = decided(mulNum(result, decided(exact(factor))));
  return sumOf(result);
}

function shiftedFactorial(value: Sum, step: bigint): Sum {
  const shift = value.get("")?.number ?? ZERO;
  if (step !== 1n || shift.below !== 1n || shift.precision > 0) return callOf(`factorial${step}`, value);
  if (shift.above > LARGEST_SHIFT || shift.above < -LARGEST_SHIFT) throw new Undecided();
  const plain = add(value, sumOf(negNum(shift)));
  let result = callOf("factorial", plain);
  for (let i = 1n; i <= shift.above; i++) result = multiply(result, add(plain, sumOf(decided(exact(i)))));
  for (let i = 0n; i > shift.above; i--) result = divided(result, add(plain, sumOf(decided(exact(i)))));
  return result;
}
