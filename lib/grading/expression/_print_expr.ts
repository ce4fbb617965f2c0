/** An expression as one line of plain text with every bracket it needs, for people to see how an answer was read. */
import { HEADS } from "./_mathjson.ts";
import type { Expr } from "../types.ts";

/** Binding: sums 1, products 2, signs 3, powers 4, values 5. */
const SUM = 1;
const PRODUCT = 2;
const SIGN = 3;
const POWER = 4;
const VALUE = 5;
const LONGEST = 500;

/** An expression as plain text, at most 500 characters: `2*sqrt(3)/x^2`. */
export function printExpr(expr: Expr): string {
  const text = shown(expr, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function shown(expr: Expr, around: number): string {
  const [text, binding] = written(expr);
  return binding < around ? `(${text})` : text;
}

function written(expr: Expr): readonly [text: string, binding: number] {
  if (expr.kind === "symbol") return [expr.name, VALUE];
  if (expr.kind === "number") return writtenNumber(expr);
  const { head, args } = expr;
  const [first, second] = args;
  if (first === undefined) return [`${head}()`, VALUE];
  if (head === "Add") return [writtenSum(args), SUM];
  if (head === "Multiply") return [args.map((each) => shown(each, PRODUCT)).join("*"), PRODUCT];
  if (head === "Negate") return [`-${shown(first, SIGN)}`, SIGN];
  if (second !== undefined) {
    if (head === "Divide") return [`${shown(first, PRODUCT)}/${shown(second, SIGN)}`, PRODUCT];
    if (head === "Power") return [`${shown(first, VALUE)}^${shown(second, VALUE)}`, POWER];
    if (head === "Root" && second.kind === "number" && second.value.numerator === 2n * second.value.denominator) {
      return [`sqrt(${shown(first, 0)})`, VALUE];
    }
  }
  if (head === "Factorial") return [`${shown(first, VALUE)}!`, POWER];
  const name = Object.hasOwn(HEADS, head) || head.length > 2 && !head.includes("_") ? head.toLowerCase() : head;
  return [`${name}(${args.map((each) => shown(each, 0)).join(", ")})`, VALUE];
}

function writtenSum(args: readonly Expr[]): string {
  let text = "";
  for (const each of args) {
    const part = shown(each, PRODUCT);
    text += text === "" ? part : part.startsWith("-") ? ` - ${part.slice(1)}` : ` + ${part}`;
  }
  return text;
}

function writtenNumber(expr: Expr & { readonly kind: "number" }): readonly [string, number] {
  const { numerator, denominator } = expr.value;
  const sign = numerator < 0n ? SIGN : VALUE;
  if (denominator === 1n) return [clipped(numerator), sign];
  if (expr.decimals !== undefined && expr.decimals > 0 && expr.decimals <= 100) {
    const digits = String(numerator < 0n ? -numerator : numerator);
    if (denominator === 10n ** BigInt(expr.decimals)) {
      const padded = digits.padStart(expr.decimals + 1, "0");
      return [`${numerator < 0n ? "-" : ""}${padded.slice(0, -expr.decimals)}.${padded.slice(-expr.decimals)}`, sign];
    }
  }
  return [`${clipped(numerator)}/${clipped(denominator)}`, PRODUCT];
}

function clipped(value: bigint): string {
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
