/**
 * sympy 1.14's rewriting of tokens before Python evaluates them: names become symbols or stay functions, `0.2[1]` repeats,
 * numbers are wrapped, `!` becomes a call, words fall apart into letters, `*` and parentheses are put in. Every step looks
 * at neighbours only, so `sqrt2` is the product s·q·r·t·2 while `sqrt(2)` is a root. Measured step by step, not a grammar.
 */
import type { Token } from "./_tokens.ts";

/** A list of tokens that stands for one: a call with its parentheses, or parentheses. */
interface Cluster {
  readonly kind: "call" | "parentheses";
  readonly tokens: Token[];
}
type Item = Token | Cluster;

/** Functions of sympy and Python whose names can pass the recipe's limit of two letters. */
const FUNCTIONS = new Set("sqrt frac ln re im csc li jn yn hn1 hn2 rf ff gff fft ntt fu eye all id".split(" "));
const CONSTANTS = new Set(["pi", "oo", "zoo", "nan"]);
const WRAPPERS = new Set(["Symbol", "Function", "Integer", "Float", "Number", "Rational", "factorial", "factorial2"]);
/** Greek letters of two letters are not taken apart. */
const WHOLE = new Set(["mu", "nu", "xi", "pi"]);

const name = (text: string): Token => ({ kind: "name", text });
const operator = (text: string): Token => ({ kind: "operator", text });
const number = (text: string): Token => ({ kind: "number", text });
const wrapped = (wrapper: string, token: Token): Token[] => [name(wrapper), operator("("), token, operator(")")];

/** All the steps; undefined where one of them fails. */
export function transformed(tokens: readonly Token[]): Token[] | undefined {
  const numbers = repeatedDecimals(symbols(tokens)).flatMap(wrappedNumber);
  const calls = factorials(numbers);
  const letters = calls === undefined ? undefined : splitSymbols(calls);
  if (letters === undefined) return undefined;
  return functionPowers(nested(nested(letters, multiplied), applied));
}

function isCallable(item: Item | undefined): boolean {
  return item?.kind === "name" && (FUNCTIONS.has(item.text) || WRAPPERS.has(item.text));
}

function isCluster(item: Item): item is Cluster {
  return item.kind === "call" || item.kind === "parentheses";
}

function is(item: Item | undefined, text: string): boolean {
  return item?.kind === "operator" && item.text === text;
}

function symbols(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token, i) => {
    if (token.kind !== "name" || FUNCTIONS.has(token.text) || CONSTANTS.has(token.text)) return [token];
    if (is(tokens[i - 1], ".")) return [token];
    const wrapper = is(tokens[i + 1], "(") ? "Function" : "Symbol";
    return wrapped(wrapper, { kind: "quoted", text: token.text });
  });
}

/** `0.2[1]` as 0 + 2/10 + 1/90. */
function repeatedDecimals(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  let started = false;
  for (let i = 0; i < tokens.length; i++) {
    const [decimal, open, repetend, close] = tokens.slice(i, i + 4);
    const dotted = is(decimal, ".") || decimal?.kind === "number" && /^[\d_]*\.[\d_]*$/.test(decimal.text);
    const digits = repetend?.kind === "number" && /^[\d_]+$/.test(repetend.text);
    // Of two decimals without a sign between them only the first can begin.
    started = dotted && !started;
    if (!started || !digits || !is(open, "[") || !is(close, "]")) {
      result.push(tokens[i] as Token);
      continue;
    }
    const [whole = "", behind = ""] = (decimal as Token).text.replaceAll("_", "").split(".");
    const repeated = (repetend as Token).text.replaceAll("_", "");
    const zeros = "0".repeat(behind.length);
    result.push(operator("("), ...wrapped("Integer", number(whole || "0")), operator("+"));
    result.push(...rational(behind, `1${zeros}`), operator("+"));
    result.push(...rational(repeated, "9".repeat(repeated.length) + zeros), operator(")"));
    started = false;
    i += 3;
  }
  return result;
}

function rational(above: string, below: string): Token[] {
  return [name("Rational"), operator("("), number(above || "0"), operator(","), number(below), operator(")")];
}

function wrappedNumber(token: Token, at: number, tokens: readonly Token[]): Token[] {
  // The numbers of a repeated decimal are wrapped once more, which changes nothing.
  const wrapper = tokens[at - 2]?.text;
  if (token.kind !== "number" || wrapper === "Integer" || wrapper === "Rational") return [token];
  const imaginary = /j$/i.test(token.text);
  const plain = imaginary ? token.text.slice(0, -1) : token.text;
  const isFloat = plain.includes(".") || /e/i.test(plain) && !/^0x/i.test(plain);
  const real = wrapped(isFloat ? "Float" : "Integer", number(plain));
  return imaginary ? [...real, operator("*"), name("I")] : real;
}

function factorials(tokens: readonly Token[]): Token[] | undefined {
  let result: Token[] = [];
  let marks = 0;
  for (const token of tokens) {
    if (token.kind === "factorial") {
      marks++;
      continue;
    }
    if (marks > 2) return undefined;
    if (marks > 0) {
      const call = factorial(marks === 1 ? "factorial" : "factorial2", result);
      if (call === undefined) return undefined;
      result = call;
      marks = 0;
    }
    result.push(token);
  }
  return result;
}

/** Puts what stands last into a call: parentheses with a name before them, or one token. */
function factorial(call: string, tokens: readonly Token[]): Token[] | undefined {
  if (tokens.length === 0 || is(tokens.at(-1), "(")) return undefined;
  let depth = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (is(tokens[i], ")")) depth++;
    if (is(tokens[i], "(")) depth--;
    if (depth !== 0) continue;
    const before = tokens[i - 1];
    const start = before?.kind === "name" || before?.kind === "quoted" ? i - 1 : i;
    return [...tokens.slice(0, start), name(call), operator("("), ...tokens.slice(start), operator(")")];
  }
  return [...tokens];
}

/** `Symbol(xy2)` as `Symbol(x) Symbol(y) Number(2)`; undefined for digits that are no numbers to sympy. */
function splitSymbols(tokens: readonly Token[]): Token[] | undefined {
  const result: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    result.push(token);
    if (token.kind !== "quoted" || token.text.includes("_") || WHOLE.has(token.text)) continue;
    if (token.text.length === 1 || [...token.text].length === 1) continue;
    result.splice(-3);
    for (const part of token.text.match(/\p{Nd}+|[^\p{Nd}]/gu) ?? []) {
      if (/^[0-9]+$/.test(part)) result.push(...wrapped("Number", { kind: "number", text: part }));
      else if (/^[\p{Nd}¹²³⁰-⁹₀-₉]/u.test(part)) return undefined;
      else result.push(...wrapped("Symbol", { kind: "quoted", text: part }));
    }
    // The closing parenthesis of the symbol that was taken apart.
    i++;
  }
  return result;
}

/** Runs a step on the insides of parentheses first, then on the whole with calls as one item. */
function nested(tokens: readonly Token[], step: (items: readonly Item[]) => Item[]): Token[] {
  const items: Item[] = [];
  let depth = 0;
  let start = 0;
  tokens.forEach((token, i) => {
    if (is(token, "(") && depth++ === 0) start = i;
    if (is(token, ")") && --depth === 0) {
      const inside = nested(tokens.slice(start + 1, i), step);
      items.push({ kind: "parentheses", tokens: [operator("("), ...inside, token] });
      return;
    }
    if (depth === 0) items.push(token);
  });
  return step(withCalls(items)).flatMap((item) => isCluster(item) ? item.tokens : [item]);
}

/** A function with parentheses behind it becomes one item; other parentheses are tokens again. */
function withCalls(items: readonly Item[]): Item[] {
  const result: Item[] = [];
  let symbol: Token | undefined;
  for (const item of items) {
    if (item.kind === "parentheses") {
      if (symbol !== undefined && isCallable(symbol)) {
        result[result.length - 1] = { kind: "call", tokens: [symbol, ...item.tokens] };
        symbol = undefined;
      } else result.push(...item.tokens);
      continue;
    }
    symbol = item.kind === "name" || item.kind === "quoted" ? item as Token : undefined;
    result.push(item);
  }
  return result;
}

/** Puts `*` between neighbours that are factors. */
function multiplied(items: readonly Item[]): Item[] {
  const result: Item[] = [];
  let skip = false;
  items.forEach((item, i) => {
    const next = items[i + 1];
    if (next === undefined || skip) {
      skip = false;
      result.push(item);
      return;
    }
    skip = is(item, ".") && next.kind === "name";
    const opens = is(next, "(");
    const isFactor = next.kind === "call" || next.kind === "name" || next.kind === "quoted" || opens;
    const constant = (item.kind === "name" || item.kind === "quoted") && !isCallable(item);
    const multiplies = !skip && isFactor && (item.kind === "call" || is(item, ")") || constant);
    result.push(item.kind === "call" && opens ? asSymbol(item) : item);
    if (multiplies) result.push(operator("*"));
  });
  return result;
}

function asSymbol(call: Cluster): Cluster {
  const [first, ...rest] = call.tokens;
  return first?.text === "Function" ? { kind: "call", tokens: [name("Symbol"), ...rest] } : call;
}

/** Puts parentheses around what follows a function without them. */
function applied(items: readonly Item[]): Item[] {
  const result: Item[] = [];
  let open = 0;
  let skip = 0;
  let inPower = false;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item;
    const next = items[i + 1];
    result.push(item);
    if (next === undefined) break;
    const isName = item.kind === "name" || item.kind === "quoted";
    if (isName && next.kind !== "operator" && next.kind !== "end") {
      if (isCallable(item)) {
        result.push(operator("("));
        open++;
      }
    } else if (isName && is(next, "**")) {
      if (isCallable(item)) inPower = true;
    } else if (inPower) {
      if (item.kind !== "call" && !is(item, "*") || is(next, "*")) continue;
      if (!is(next, "(")) {
        result.push(operator("("));
        open++;
      }
      inPower = false;
    } else if (open > 0) {
      if (is(next, "**") || is(next, "*")) {
        skip = 1;
        continue;
      }
      if (skip > 0) {
        skip--;
        continue;
      }
      result.push(operator(")"));
      open--;
    }
  }
  for (; open > 0; open--) result.push(operator(")"));
  return result;
}

/** `ln**2(x)` as `ln(x)**2`. */
function functionPowers(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  let power: Token[] = [];
  let reading = false;
  let depth = 0;
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (next === undefined) {
      result.push(token);
      return;
    }
    if ((token.kind === "name" || token.kind === "quoted") && is(next, "**")) {
      if (isCallable(token)) reading = true;
    } else if (reading) {
      power.push(token.text === "Function" ? name("Symbol") : token);
      if (is(token, ")") && is(next, "(")) reading = false;
      if (is(token, "*") && is(next, "(")) {
        reading = false;
        power.pop();
      }
      return;
    } else if (power.length > 0) {
      if (is(token, "(")) depth++;
      if (is(token, ")")) depth--;
      if (depth === 0) {
        result.push(token, ...power);
        power = [];
        return;
      }
    }
    result.push(token);
  });
  return [...result, ...power];
}
