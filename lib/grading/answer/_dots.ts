/**
 * Lists that leave out members: `1, 2, ..., 10` is written out, `1, 2, 3, ...` and `..., -2, 0, 2, ...` go on for ever. Members
 * are equally far apart, and at least two of them stand there, three where there is no end.
 */
import type { Answer, Quantified } from "./answer.ts";
import { expressionOf } from "./_formula.ts";
import type { Piece } from "./_split.ts";
import { equalNumbers, type Rational } from "../number.ts";
import { exactRational } from "../expression/same.ts";
import { product, sum } from "./_build.ts";
import type { Expr } from "../types.ts";

/** More members are not written out. */
const MOST_MEMBERS = 200;
const DOTS = "...";

/** Members with those between in the place of dots; the same pieces where there are no dots or nothing is known. */
export function withoutDots(pieces: readonly Piece[]): readonly Piece[] {
  const at = pieces.findIndex(({ text }) => text === DOTS);
  if (at < 2 || at > pieces.length - 2) return pieces;
  const numbers = pieces.map(({ text }, i) => i === at ? undefined : wholeOf(text));
  if (numbers.some((value, i) => i !== at && value === undefined)) return pieces;
  const known = numbers as number[];
  const step = (known[1] as number) - (known[0] as number);
  const [before, after] = [known.slice(0, at), known.slice(at + 1)];
  const [first, last] = [known[0] as number, known.at(-1) as number];
  const count = (last - first) / step;
  if (step === 0 || !isEven(before, step) || !isEven(after, step)) return pieces;
  if (!Number.isInteger(count) || count < pieces.length - 2 || count > MOST_MEMBERS) return pieces;
  return Array.from({ length: count + 1 }, (_, i) => ({ text: String(first + i * step), before: i === 0 ? "" : "," }));
}

function wholeOf(text: string): number | undefined {
  return /^-? ?\d{1,7}$/.test(text) ? Number(text.replace(" ", "")) : undefined;
}

function isEven(values: readonly number[], step: number): boolean {
  return values.every((value, i) => i === 0 || value - (values[i - 1] as number) === step);
}

/** A list without end: numbers from the first on, or in both directions; undefined for any other. */
export function endlessList(pieces: readonly Piece[]): Quantified | undefined {
  const texts = pieces.map(({ text }) => text);
  if (texts.at(-1) !== DOTS) return undefined;
  const isBoth = texts[0] === DOTS;
  const members = texts.slice(isBoth ? 1 : 0, -1).map((text) => {
    const expr = expressionOf(text);
    return expr === undefined ? undefined : exactRational(expr);
  });
  const [first, second, third] = members;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const step = minus(second, first);
  const isRegular = members.every((value, i) =>
    value !== undefined && (i === 0 || equalNumbers(minus(value, members[i - 1] as Rational), step))
  );
  if (!isRegular || step.numerator === 0n) return undefined;
  const value = sum(numberOf(first), product(numberOf(step), { kind: "symbol", name: "n" }));
  const body: Answer = { kind: "list", items: [{ kind: "value", value }], set: true };
  return { kind: "quantified", body, parameters: ["n"], domain: isBoth ? { set: "Z" } : { set: "Z", from: 0 } };
}

function minus(a: Rational, b: Rational): Rational {
  return {
    numerator: a.numerator * b.denominator - b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

function numberOf(value: Rational): Expr {
  return { kind: "number", value };
}
