/**
 * From the parser's MathJSON to `Expr`, by a list of what is known: every other head, an error, a gap makes the whole
 * expression unreadable. Decimals take their signs and powers of ten, degrees become radians, permutations quotients of
 * factorials.
 */
import type { Expr } from "../types.ts";

/** Heads with the same name and number of arguments on both sides: `[least, most]`. */
// deno-fmt-ignore
export const HEADS: Readonly<Record<string, readonly [number, number]>> = {
  Add: [1, 1000], Negate: [1, 1], Divide: [2, 2], Power: [2, 2], Root: [2, 2], Abs: [1, 1], Floor: [1, 1], Ceil: [1, 1],
  Factorial: [1, 1], Factorial2: [1, 1], Binomial: [2, 2], GCD: [1, 50], LCM: [1, 50], Max: [1, 50], Min: [1, 50],
  Mod: [2, 2], Sin: [1, 1], Cos: [1, 1], Tan: [1, 1], Cot: [1, 1], Sec: [1, 1], Csc: [1, 1], Arcsin: [1, 1], Arccos: [1, 1],
  Arctan: [1, 1], Arccot: [1, 1], Arcsec: [1, 1], Arccsc: [1, 1], Sinh: [1, 1], Cosh: [1, 1], Tanh: [1, 1], Coth: [1, 1],
  Sech: [1, 1], Csch: [1, 1], Arsinh: [1, 1], Arcosh: [1, 1], Artanh: [1, 1], Arcoth: [1, 1], Arsech: [1, 1], Arcsch: [1, 1],
  Ln: [1, 1], Log: [1, 2], Conjugate: [1, 1], Sign: [1, 1], Argument: [1, 1], Real: [1, 1], Imaginary: [1, 1],
  GammaFunction: [1, 1], Zeta: [1, 1],
};
const CONSTANTS: Readonly<Record<string, string>> = {
  Pi: "pi",
  ExponentialE: "e",
  ImaginaryUnit: "i",
  PositiveInfinity: "infinity",
};
const NAME = /^[A-Za-z]+(?:_\d+)?$/;
const CAPITALS = new Set("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(" "));
const DEGREE: Expr = apply("Divide", { kind: "symbol", name: "pi" }, numberOf(180n));
const LARGEST_EXPONENT = 1000;

/** An exact integer as an expression. */
export function numberOf(value: bigint | number): Expr {
  return { kind: "number", value: { numerator: BigInt(value), denominator: 1n } };
}

/** A head with its arguments. */
export function apply(head: string, ...args: readonly Expr[]): Expr {
  return { kind: "apply", head, args };
}

/**
 * MathJSON as an expression; undefined when anything in it is unknown.
 * @param names what the symbols `q_0`, `q_1` and so on stand for
 */
export function namedExprOf(json: unknown, names: readonly string[]): Expr | undefined {
  const expr = exprOf(json);
  return expr === undefined || names.length === 0 ? expr : withNames(expr, names);
}

function withNames(expr: Expr, names: readonly string[]): Expr {
  if (expr.kind === "number") return expr;
  if (expr.kind === "apply") {
    const head = expr.head.startsWith("q_") ? names[Number(expr.head.slice(2))] ?? expr.head : expr.head;
    return { kind: "apply", head, args: expr.args.map((each) => withNames(each, names)) };
  }
  const name = expr.name.startsWith("q_") ? names[Number(expr.name.slice(2))] : undefined;
  return name === undefined ? expr : { kind: "symbol", name };
}

function exprOf(json: unknown): Expr | undefined {
  if (typeof json === "number") return Number.isSafeInteger(json) ? numberOf(json) : undefined;
  if (typeof json === "string") return symbolOf(json);
  if (Array.isArray(json)) return typeof json[0] === "string" ? headOf(json[0], json.slice(1)) : undefined;
  if (typeof json === "object" && json !== null) {
    if ("num" in json && typeof json.num === "string") return literal(json.num);
    if ("sym" in json && typeof json.sym === "string") return symbolOf(json.sym);
    if ("fn" in json && Array.isArray(json.fn)) return exprOf(json.fn);
  }
  return undefined;
}

function symbolOf(name: string): Expr | undefined {
  const constant = CONSTANTS[name];
  if (constant !== undefined) return { kind: "symbol", name: constant };
  // Capitalised words are the parser's own (`Nothing`, `Sin` without an argument), but for Greek capitals.
  return NAME.test(name) && (!/^[A-Z][a-z]/.test(name) || CAPITALS.has(name)) ? { kind: "symbol", name } : undefined;
}

/** `1.50`, `2.5e3`. The decimals of a number with an exponent count from the point of its value: -2 for 2.5e3. */
export function literal(text: string): Expr | undefined {
  const parts = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", whole = "", behind, power = "0"] = parts;
  const exponent = Number(power);
  if (Math.abs(exponent) > LARGEST_EXPONENT || whole + (behind ?? "") === "") return undefined;
  const digits = BigInt(whole + (behind ?? "")) * (sign === "" ? 1n : -1n);
  const scale = exponent - (behind ?? "").length;
  const value = scale < 0
    ? { numerator: digits, denominator: 10n ** BigInt(-scale) }
    : { numerator: digits * 10n ** BigInt(scale), denominator: 1n };
  return behind === undefined ? { kind: "number", value } : { kind: "number", value, decimals: -scale };
}

function all(items: readonly unknown[]): Expr[] | undefined {
  const out: Expr[] = [];
  for (const item of items) {
    const expr = exprOf(item);
    if (expr === undefined) return undefined;
    out.push(expr);
  }
  return out;
}

function headOf(head: string, items: readonly unknown[]): Expr | undefined {
  if (head === "InvisibleOperator") return product(items);
  if (head === "Delimiter") return items.length >= 1 && !isSequence(items[0]) ? exprOf(items[0]) : undefined;
  if (head === "Sum" || head === "Product") return bigOperator(head, items);
  if (head === "Tuple" || head === "Sequence") return undefined;
  if (head === "Combinations" || head === "Permutations") return counting(head, items);
  if (head === "Applied") return applied(items);
  const args = all(items.flatMap((item) => spread(head, item)));
  if (args === undefined) return undefined;
  if (head === "Multiply") return multiply(args);
  return known(head, args);
}

/** The members of what stands in brackets behind `\max` and its like. */
function spread(head: string, item: unknown): readonly unknown[] {
  const lists = head === "Max" || head === "Min" || head === "GCD" || head === "LCM";
  if (!lists || !Array.isArray(item)) return [item];
  if (item[0] === "Set" || item[0] === "Sequence" || item[0] === "Tuple") return item.slice(1);
  return item[0] === "Delimiter" ? spread(head, item[1]) : [item];
}

function known(head: string, args: readonly Expr[]): Expr | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  switch (head) {
    case "Negate":
      return args.length === 1 ? negate(first) : undefined;
    case "Subtract":
      return second === undefined ? negate(first) : apply("Add", first, ...args.slice(1).map(negate));
    case "Square":
      return apply("Power", first, numberOf(2));
    case "Sqrt":
      return args.length === 1 ? apply("Root", first, numberOf(2)) : undefined;
    case "Exp":
      return args.length === 1 ? apply("Power", { kind: "symbol", name: "e" }, first) : undefined;
    case "Logarithm":
      return args.length === 2 ? apply("Log", ...args) : undefined;
    case "Cis":
      return apply("Add", apply("Cos", first), apply("Multiply", { kind: "symbol", name: "i" }, apply("Sin", first)));
    case "Degrees":
      return apply("Multiply", first, DEGREE);
    case "Rational":
      return args.length === 2 ? apply("Divide", ...args) : undefined;
  }
  const arity = Object.hasOwn(HEADS, head) ? HEADS[head] : undefined;
  if (arity === undefined || args.length < arity[0] || args.length > arity[1]) return undefined;
  return apply(head, ...args);
}

/** `-x`; a literal takes the sign itself, so that `-0.5` stays a decimal. */
function negate(expr: Expr): Expr {
  if (expr.kind !== "number") return apply("Negate", expr);
  const { numerator, denominator } = expr.value;
  return { ...expr, value: { numerator: -numerator, denominator } };
}

/** A product; a decimal times a power of ten is one number. */
function multiply(args: readonly Expr[]): Expr | undefined {
  const [first, second] = args;
  if (args.length < 2) return first;
  if (args.length === 2 && first?.kind === "number" && second?.kind === "apply" && second.head === "Power") {
    const [base, exponent] = second.args;
    if (first.decimals !== undefined && isInteger(base) === 10n) {
      const power = isInteger(exponent);
      if (power !== undefined && power >= -1000n && power <= 1000n) return shifted(first, Number(power));
    }
  }
  return apply("Multiply", ...args);
}

function isInteger(expr: Expr | undefined): bigint | undefined {
  if (expr?.kind === "apply" && expr.head === "Negate") {
    const inside = isInteger(expr.args[0]);
    return inside === undefined ? undefined : -inside;
  }
  return expr?.kind === "number" && expr.value.denominator === 1n ? expr.value.numerator : undefined;
}

function shifted(mantissa: Expr & { readonly kind: "number" }, power: number): Expr {
  const { numerator, denominator } = mantissa.value;
  const ten = 10n ** BigInt(Math.abs(power));
  const value = power < 0 ? { numerator, denominator: denominator * ten } : { numerator: numerator * ten, denominator };
  return { kind: "number", value, decimals: (mantissa.decimals ?? 0) - power };
}

function isSequence(item: unknown): item is readonly unknown[] {
  return Array.isArray(item) && item[0] === "Sequence";
}

/** What stands side by side multiplies. */
function product(items: readonly unknown[]): Expr | undefined {
  const factors = all(items);
  return factors === undefined || factors.length < 2 ? factors?.[0] : apply("Multiply", ...factors);
}

/** `q_3(x)`: the head is known by its number until the names are put in. */
function applied(items: readonly unknown[]): Expr | undefined {
  const [number, ...args] = all(items) ?? [];
  if (number?.kind !== "number" || args.length === 0) return undefined;
  return apply(`q_${number.value.numerator}`, ...args);
}

/** How many ways there are to choose or to arrange k of n. */
function counting(head: string, items: readonly unknown[]): Expr | undefined {
  const [n, k, ...more] = all(items) ?? [];
  if (n === undefined || k === undefined || more.length > 0 || isNegative(n) || isNegative(k)) return undefined;
  if (head === "Combinations") return apply("Binomial", n, k);
  return apply("Divide", apply("Factorial", n), apply("Factorial", apply("Add", n, negate(k))));
}

function isNegative(expr: Expr): boolean {
  return expr.kind === "number" && expr.value.numerator < 0n;
}

/** A sum or product: `[term, index, from, to]`. */
function bigOperator(head: string, items: readonly unknown[]): Expr | undefined {
  const [body, range] = items;
  if (items.length !== 2 || !Array.isArray(range) || range.length !== 4 || range[0] !== "Tuple") return undefined;
  const args = all([body, ...range.slice(1)]);
  return args?.[1]?.kind === "symbol" ? apply(head, ...args) : undefined;
}
