/** Numbers among the tokens: digits in groups, mixed numbers, coefficients written as fractions, recurring decimals. */
import type { Token } from "./_ascii.ts";
import { peek, type State, UNREADABLE } from "./_cursor.ts";

/** A number; with a proper fraction behind it a mixed number, with a slash and a number the coefficient of what follows. */
export function numberAt(state: State, operand: boolean): string {
  const digits = joined(state);
  const recurring = recurringDecimal(state, digits);
  if (recurring !== undefined) return recurring;
  const following = state.tokens[state.at];
  if (following?.kind === "number") {
    const mixed = operand ? undefined : mixedNumber(digits, [following.text, peek(state, 1), peek(state, 2)]);
    if (mixed === undefined || !following.gap) throw UNREADABLE;
    state.at += 3;
    return mixed;
  }
  if (operand) return `\\cdot ${digits}`;
  if (following?.text === "\\frac") {
    const fraction = state.read.command(state, "\\frac").latex;
    const parts = /^\\frac\{ ?(\d+) ?\}\{ ?(\d+) ?\}$/.exec(fraction);
    const mixed = parts === null ? undefined : mixedNumber(digits, [parts[1] ?? "", "/", parts[2] ?? ""]);
    if (mixed !== undefined && peek(state) !== "^") return mixed;
    return `${digits}${fraction}`;
  }
  const below = state.tokens[state.at + 1];
  if (following?.text !== "/" || below?.kind !== "number" || !isWhole(digits) || !isWhole(below.text)) return digits;
  const behind = peek(state, 2);
  if (behind === "^" || behind === "!" || behind === "." || behind === "_") return digits;
  state.at += 2;
  return `\\frac{${digits}}{${below.text}}`;
}

function isWhole(digits: string): boolean {
  return /^\d+$/.test(digits);
}

/** Digits in groups of three, as in `1{,}000`, `1,000` and `1 000`, as one number. */
function joined(state: State): string {
  const first = state.tokens[state.at] as Token;
  state.at++;
  let digits = first.text;
  if (!/^\d{1,3}$/.test(digits)) return digits;
  for (;;) {
    const mark = peek(state);
    const skip = mark === "," && state.depth <= 1
      ? 1
      : mark === "{" && peek(state, 1) === "," && peek(state, 2) === "}"
      ? 3
      : 0;
    const following = state.tokens[state.at + skip];
    if (following?.kind !== "number" || !/^\d{3}(?:\.\d+)?$/.test(following.text)) return digits;
    if (skip === 0 && peek(state, 1) === "/") return digits;
    state.at += skip + 1;
    digits += following.text;
  }
}

/** `a b/c` as `(a+b/c)`; undefined when the fraction is not a proper one of whole numbers. */
function mixedNumber(whole: string, [top, slash, bottom]: readonly [string, string, string]): string | undefined {
  if (slash !== "/" || !isWhole(whole) || !isWhole(top) || !isWhole(bottom)) return undefined;
  const proper = top.length < bottom.length || (top.length === bottom.length && top < bottom);
  return proper ? `(${whole}+\\frac{${top}}{${bottom}})` : undefined;
}

/** `0.1\overline{6}`, `0.\dot{3}`, `0.\dot14\dot2`, `0.333...` as fractions; undefined when nothing recurs. */
function recurringDecimal(state: State, digits: string): string | undefined {
  const mark = peek(state);
  let start = digits;
  if (mark === "." && /^\d+$/.test(digits)) {
    const after = peek(state, 1);
    if (after !== "\\overline" && after !== "\\dot" && after !== "\\bar" && after !== "(") return undefined;
    state.at++;
    start += ".";
  }
  const command = peek(state);
  if (!start.includes(".")) return undefined;
  if (command === "\\overline" || command === "\\bar" || (command === "(" && start.endsWith("."))) {
    if (command !== "(") state.at++;
    return fraction(start, state.read.argument(state, "all"));
  }
  if (command === "\\dot") return dotted(state, start);
  if (command === "\\ldots") state.at++;
  else if (command === "." && peek(state, 1) === "." && peek(state, 2) === ".") state.at += 3;
  else return undefined;
  const repeated = start.length > 100 ? null : /(\d{3,}?)\1+$|(\d\d)\2{2,}$|(\d)\3\3+$/.exec(start);
  const period = repeated?.[1] ?? repeated?.[2] ?? repeated?.[3];
  return period === undefined ? start : fraction(start, period);
}

function dotted(state: State, start: string): string {
  state.at++;
  let period = state.read.argument(state, "one");
  const between = state.tokens[state.at];
  const middle = between?.kind === "number" && peek(state, 1) === "\\dot" ? between.text : "";
  if (middle !== "" || peek(state) === "\\dot") {
    state.at += middle === "" ? 1 : 2;
    period += middle + state.read.argument(state, "one");
  }
  return fraction(start, period);
}

/** `start` followed by `period` for ever. */
function fraction(start: string, period: string): string {
  const [whole = "", behind = ""] = start.split(".");
  if (!isWhole(period) || period.length + start.length > 100) throw UNREADABLE;
  const before = BigInt(`${whole}${behind}` || "0");
  const nines = 10n ** BigInt(period.length) - 1n;
  return `\\frac{${before * nines + BigInt(period)}}{${nines * 10n ** BigInt(behind.length)}}`;
}
