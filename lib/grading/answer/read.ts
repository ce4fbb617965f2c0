/**
 * Reads an answer of any kind, from the outside in: phrases, options, times, ratios, matrices, lists, relations, sets, brackets,
 * and at last one value or words. What could be two things is read as both; what is neither is not read.
 */
import { type Answer, oneOf, type Ratio } from "./answer.ts";
import { asWritten } from "./_written.ts";
import { sameValue } from "./_compare_values.ts";
import { namesMore, readChoice } from "./_choice.ts";
import { cleanAnswer } from "./_clean.ts";
import { isWithdrawn, saidBySentence } from "./_hedges.ts";
import { complement } from "./_intervals.ts";
import { readMatrix, withEnvironments } from "./_matrix.ts";
import { readMatrixFormula } from "./_matrix_arithmetic.ts";
import { readList, readPlusMinus } from "./_read_list.ts";
import { readBrackets, readSetOperation, withoutFrench } from "./_read_sets.ts";
import { expressionOf } from "./_formula.ts";
import { readNamedSet } from "./_named_sets.ts";
import { quantified } from "./_parametric.ts";
import { withQuantifier } from "./_quantifiers.ts";
import { readRemainders } from "./_remainders.ts";
import { readValues } from "./_read_value.ts";
import { allReals, readRelation } from "./_relations.ts";
import { beforeReason, behindLabel, saidOtherwise, saidTwice, withApproximation } from "./_said.ts";
import { readPiecewise } from "./_piecewise.ts";
import { cut, isBalanced } from "./_split.ts";
import { meansEverything, meansNothing, normalWords } from "./_text.ts";
import { mayBeWords } from "./_words.ts";
import { readTime } from "./_times.ts";
import type { Expr } from "../types.ts";

/** How deep answers stand in answers. */
const DEEPEST = 6;
/** Pieces of one answer that are looked at. */
const MOST_PIECES = 600;
const MOST_READINGS = 8;

/** How many pieces may still be read. */
interface Budget {
  left: number;
}

/** Reads an answer; undefined when it is empty or cannot be read. */
export function readAnswer(text: string): Answer | undefined {
  const source = cleanAnswer(text);
  if (source === undefined) return undefined;
  if (source.endsWith(")") && isWithdrawn(source)) return { kind: "text", words: `${source} taken back` };
  return oneOf(readAll(withoutFrench(source), 0, { left: MOST_PIECES }));
}

/** The readings of a piece, at most 8; empty when there is none. */
function readAll(text: string, depth: number, budget: Budget): readonly Answer[] {
  if (depth > DEEPEST || --budget.left < 0 || text === "") return [];
  const read = (piece: string): readonly Answer[] => readAll(piece, depth + 1, budget);
  // Digits alone are a number and nothing else.
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return readValues(text);
  const chain = depth === 0 ? withApproximation(text) : undefined;
  if (chain !== undefined) return readAll(chain, 0, budget);
  const otherwise = depth === 0 ? readOtherwise(text, read) : undefined;
  if (otherwise !== undefined) return [otherwise];
  const readings = [...(text.endsWith(")") ? readTwice(text, read) : [])];
  const claim = depth === 0 ? beforeReason(text) : undefined;
  readings.push(...(claim === undefined ? structured(text, read) : readAll(claim, 0, budget)));
  if (depth > 0 && readings.length > 0) return readings.slice(0, MOST_READINGS);
  const said = saidBySentence(text) ?? behindLabel(text);
  if (said !== undefined && readings.length === 0) readings.push(...read(said));
  if (!readings.some(isFormula) && isWord(text) && !LETTERS.test(text)) {
    const words = wordsOf(text);
    if (words !== undefined) readings.push(words);
  } else if (/^\d+[A-F][\dA-F]*$/.test(text)) readings.push({ kind: "text", words: text.toLowerCase() });
  if (depth === 0 && readings.length === 0) {
    const written = asWritten(text);
    if (written !== undefined) readings.push({ kind: "written", signs: written });
  }
  return readings.slice(0, MOST_READINGS);
}

/** "Seven (7)": the same number in words and figures. */
function readTwice(text: string, read: (text: string) => readonly Answer[]): readonly Answer[] {
  const [first, second] = saidTwice(text) ?? [];
  if (first === undefined || second === undefined) return [];
  const [one, two] = [oneOf(read(first)), oneOf(read(second))];
  if (one?.kind !== "value" || two?.kind !== "value") return [];
  return sameValue(one, two).same === true || sameValue(two, one).same === true ? [one, two] : [];
}

/** "1/2, i.e. 50%" as one answer in two spellings. */
function readOtherwise(text: string, read: (text: string) => readonly Answer[]): Answer | undefined {
  const items = saidOtherwise(text)?.map((piece) => oneOf(read(piece)));
  return items === undefined || items.includes(undefined)
    ? undefined
    : { kind: "list", items: items as Answer[], set: false, joined: "or" };
}

function isFormula(answer: Answer): boolean {
  return answer.kind !== "text" && answer.kind !== "choice" && !(answer.kind === "value" && isProduct(answer.value)) &&
    answer.kind !== "list";
}

/** Letters side by side, which may be a word. */
function isProduct(expr: Expr): boolean {
  return expr.kind === "symbol" || (expr.kind === "apply" && expr.head === "Multiply" && expr.args.every(isProduct));
}

/** Whether a run of letters may be a word: `no`, `odd`, but not `x`, `ab`, `abc`. */
function isWord(text: string): boolean {
  const letters = /^[A-Za-z]{1,3}$/.test(text) ? text.toLowerCase() : undefined;
  if (letters === undefined || isName(text)) return true;
  if (letters.length < 3) return /^(?:no|up|am|pm|at|on|it|he|me|we|ok)$/.test(letters);
  return !(letters.charAt(0) < letters.charAt(1) && letters.charAt(1) < letters.charAt(2) && letters.charAt(2) <= "d");
}

function wordsOf(text: string): Answer | undefined {
  const words = /[A-Za-z\u00c0-\uffff]/.test(text) ? normalWords(text) : undefined;
  return words === undefined ? undefined : { kind: "text", words };
}

/** Readings with a structure or as one value. */
function structured(text: string, read: (text: string) => readonly Answer[]): readonly Answer[] {
  const phrase = phraseOf(text, read);
  if (phrase !== undefined) return phrase;
  const remainders = readRemainders(text, read);
  if (remainders !== undefined) return [remainders];
  const first: Answer[] = [];
  if (OPTIONS.test(text)) return readList(text.replace(/[()]/g, ""), read) ?? [];
  const choice = readChoice(text);
  if (choice !== undefined) {
    const rest = choice.rest === "" ? undefined : oneOf(read(choice.rest));
    first.push({ kind: "choice", letter: choice.letter, bare: choice.bare, ...(rest === undefined ? {} : { rest }) });
    // `d: 6/8` may be a ratio all the same.
    if ((choice.rest !== "" && !/^[a-j] ?:/.test(text)) || (choice.rest === "" && text.length > 1)) return first;
  } else if (/^[([]?[A-J][).\]]/.test(text) && namesMore(text.slice(2))) return [];
  const time = readTime(text);
  if (time !== undefined) first.push(time);
  const ratio = readRatio(text);
  if (ratio !== undefined) return [...first, ratio];
  if (time !== undefined) {
    return /^noon|^mid/i.test(text) || !/[a-z]/i.test(text) ? first : [...first, ...readValues(hourOf(text))];
  }
  const cases = readPiecewise(text, read);
  if (cases !== undefined) return [cases];
  const matrix = readMatrix(text);
  if (matrix !== undefined) return [matrix, ...(text.includes("\\") ? [] : readValues(text))];
  return [...first, ...plural(text, read)];
}

/** `6 pm` as 6 hours of a clock. */
function hourOf(text: string): string {
  return /^(\d{1,2}) ?(?:[ap]\.? ?m\.?|o'clock)$/i.exec(text)?.[1] ?? "";
}

/** Lists, relations, sets, brackets, or one value. */
function plural(text: string, read: (text: string) => readonly Answer[]): readonly Answer[] {
  if (text.startsWith("<") && text.endsWith(">")) return readBrackets(text, read) ?? [];
  const clause = withQuantifier(text);
  if (clause !== undefined) {
    const readings = read(clause.head).map((reading) => quantified(reading, clause.quantifier));
    const found = readings.filter((reading) => reading !== undefined);
    if (found.length > 0) return found;
  }
  const mayList = /[,;\n&]|\band\b|\bor\b|\\(?:lor|land|\\)/.test(text);
  const single = mayList ? readValues(text) : [];
  // "one hundred and five": a number; but `12,5` and `100,200` may be two.
  if (single.length > 0 && !/\d,\d/.test(text)) return single;
  if (single.length > 0 && /^[1-9]\d{0,2}(?:,[1-9]\d{2})+$/.test(text)) {
    const lists = readList(text.replace(/,/g, ", "), read) ?? [];
    return [...single, ...lists.map((list): Answer => list.kind === "list" ? { ...list, loose: true } : list)];
  }
  const list = mayList ? readList(text, read) : undefined;
  if (list !== undefined) return [...single, ...list];
  const both = readPlusMinus(text, read);
  if (both !== undefined) return both;
  const relation = readRelation(text, read);
  if (relation !== undefined) return relation;
  const vectors = readMatrixFormula(withEnvironments(text), read);
  if (vectors !== undefined) return vectors;
  const sets = readSetOperation(text, read);
  if (sets !== undefined) return sets;
  const brackets = isBracketed(text) ? readBrackets(text, read) : undefined;
  if (brackets !== undefined) return brackets;
  const point = /^[A-Z](?:_\d)? ?(\([^()]*,.*\))$/s.exec(text)?.[1];
  if (point !== undefined) {
    const tuples = readBrackets(point, read)?.filter(({ kind }) => kind === "tuple") ?? [];
    // `P(5, 2)` may count permutations all the same.
    const counts = /^[CP]\(\d+ ?, ?\d/.test(text) ? readValues(text) : [];
    if (tuples.length > 0) return [...counts, ...tuples];
  }
  if (single.length > 0) return single;
  return isName(text) ? [] : readValues(text);
}

/** `ABC`, `act`: letters that are a name or a word and no product. */
function isName(text: string): boolean {
  if (/^(?:one|two|six|ten)$/i.test(text)) return false;
  if (/^[A-Z]{2,}$|^(?:Yes|No|[A-Z][aeiou][a-z]|[A-Z][a-z][aeiou])$/.test(text)) return true;
  if (!/^[a-z]{3}$/.test(text) || !/[aeiou]/.test(text)) return false;
  return !(text.charAt(0) < text.charAt(1) && text.charAt(1) < text.charAt(2));
}

function isBracketed(text: string): boolean {
  return /^(?:[([{\]<]|\\\{|\\langle)/.test(text);
}

/** Whole answers in words or signs: nothing, everything, everything but. */
function phraseOf(text: string, read: (text: string) => readonly Answer[]): readonly Answer[] | undefined {
  if (text === "\\emptyset" || text === "\\{ \\}") return [{ kind: "region", pieces: [] }];
  const reduced = /^([[(\\].*[)\]}]) (?:except|excluding|but not|other than)(?: for)? (.+)$/.exec(text);
  if (reduced !== null) return read(`${reduced[1]} \\setminus \\{${listed(reduced[2] as string)}\\}`);
  if (!/^[A-Za-z]/.test(text)) return undefined;
  const but =
    /^(?:all|any|every)(?: real)?(?: numbers?| reals?| values?)?(?: of)?(?: [a-z])?,? (?:except|but|other than|excluding|besides)(?: for)? (.+)$/i
      .exec(text)?.[1] ??
      /^(?:all )?(?:real numbers|reals) (?:except|but|other than|excluding)(?: for)? (.+)$/i.exec(text)?.[1];
  if (but !== undefined) return allBut(but, read);
  const named = readNamedSet(text, read);
  if (named !== undefined) return named;
  const words = /^[A-Za-z ',.]+$/.test(text) ? normalWords(text) : undefined;
  if (words === undefined) return undefined;
  if (meansNothing(words)) return [{ kind: "region", pieces: [] }, { kind: "text", words }];
  if (meansEverything(words)) return [allReals()];
  return words === "infinity" || words === "negative infinity" || words === "minus infinity"
    ? read(words === "infinity" ? "\\infty" : "-\\infty")
    : undefined;
}

/** "x = 1 and 2" as `1,2`. */
function listed(text: string): string {
  return text.replace(/[a-z] ?= ?/gi, "").replace(/,? ?\b(?:and|or)\b ?/g, ",");
}

function allBut(text: string, read: (text: string) => readonly Answer[]): readonly Answer[] {
  const excluded = read(`\\{${listed(text)}\\}`);
  for (const reading of excluded) {
    if (reading.kind !== "list") continue;
    const points = reading.items.flatMap((item) => item.kind === "value" ? [item.value] : []);
    const region = points.length === reading.items.length
      ? complement({
        kind: "region",
        pieces: points.map((at) => ({ from: at, to: at, closedFrom: true, closedTo: true })),
      })
      : undefined;
    if (region !== undefined) return [region];
  }
  return [];
}

/** `1:2`, `2:3:5`, "1 to 2". */
function readRatio(text: string): Ratio | undefined {
  if (!text.includes(":") && !/\b(?:to|out of)\b/.test(text)) return undefined;
  const named = /^([a-zA-Z](?: ?: ?[a-zA-Z])+) ?= ?(.+)$/s.exec(text);
  if (named !== null) {
    const ratio = readRatio(named[2] as string);
    const names = (named[1] as string).split(":").map((name) => name.trim());
    return ratio?.parts.length === names.length ? { ...ratio, names } : ratio;
  }
  const pieces = cut(text.replace(/ ratio$/, ""), / ?: ?| to | out of /y);
  if (pieces.length < 2 || pieces.length > 6 || !isBalanced(text)) return undefined;
  const parts = pieces.map((piece) => /[=<>,]/.test(piece.text) ? undefined : partOf(piece.text));
  return parts.includes(undefined) ? undefined : { kind: "ratio", parts: parts as Expr[] };
}

/** A part of a ratio, also in words. */
function partOf(text: string): Expr | undefined {
  if (/^[A-Za-z]{3,}$/.test(text) && !mayBeWords(text)) return undefined;
  const expression = expressionOf(text);
  if (expression !== undefined) return expression;
  const [value] = readValues(text);
  return value?.unit === undefined ? value?.value : undefined;
}

/** `X, Y`, `(a, b)`: letters, whose case counts. */
const LETTERS = /^[([]?[A-Za-z](?:(?:[,;] ?| and | or )[A-Za-z])+[)\]]?$/;
/** `(A), (C) and (D)` */
const OPTIONS = /^\([A-J]\)(?:(?:, ?|,? and |,? or | & |; ?)\([A-J]\))+$/;
