/**
 * Names that stand before an equals sign: `x`, `x_1`, `y'`, `f(x)`, `f(1)`, `\frac{dy}{dx}`, "Area". When two of them cannot be
 * for the same thing, what they name is not compared.
 */
import { isDenial } from "./_hedges.ts";

/** The left side of an equation that only says what its right side is. */
const LABEL =
  /^(?:[A-Za-z]{1,3}(?:'*|_ ?\{?[A-Za-z\d+,-]{1,8}\}?|\^\{-1\})|\|(?:[A-Z]{2}|[zw](?:_\d)?)\||\[[A-Z]{3,6}\]|(?:m ?)?\\(?:angle|triangle) ?[A-Z]{1,3}|\\overline ?\{?[A-Z]{2}\}?|[fgh](?:'+|\^\{-1\}|_ ?\{?\w\}?)?\([\w\\, .+/-]{1,12}\)|[a-z]'*\([a-z]\)|[fgh]\([fgh]\(\w\)\)|[PEVQTSNCARp](?:_\{?\w\}?)? ?\([^=]{1,40}\)|\\(?:Delta|theta|alpha|beta|gamma|phi|lambda|mu|sigma|omega|rho) ?[a-zA-Z]?|\\(?:int|lim|sum|prod|Pr|det|max|min|gcd|lcm|oint|iint)(?![A-Za-z]).*|\\frac ?\{ ?(?:d|\\partial)[^{}+-]{0,12}\} ?\{ ?(?:d|\\partial)[^{}+-]{0,12}\}(?: ?[([][^=]*[)\]]|[^=+-]{0,20})|\|?\\(?:vec|mathbf|overrightarrow) ?\{?[A-Za-z]{1,2}\}?\|?|[A-Za-z]{3,}(?: [A-Za-z]+){0,6}|d[a-z]\/d[a-z]|\([a-z](?:_\d)?(?:, ?[a-z](?:_\d)?)+\)|[a-z](?:: ?[a-z])+|\|[^|=]{0,30}\\(?:cup|cap|setminus)(?![A-Za-z])[^|=]{0,30}\||(?:\\mathbb ?\{? ?)?[EP] ?\}? ?(?:\[[^=]{1,40}\]|\([^=]{1,40}\)))$/s;
const COMPOSED = /^\(([fgh]) ?\\circ ?([fgh])\) ?\((\w)\)$/;

/** The name that a text is; undefined when it is none, or denies something. */
export function labelOf(text: string): string | undefined {
  const plain = text.trim().replace(COMPOSED, "$1($2($3))");
  return LABEL.test(plain) && !isDenial(plain) ? plain.replace(/\s+/g, " ") : undefined;
}

/** A name in its parts. */
interface Label {
  readonly letter: string;
  readonly index: string | undefined;
  /** How often it is derived. */
  readonly order: number;
  /** The letter by which it is derived, where it is told. */
  readonly by: string | undefined;
  readonly isInverse: boolean;
  readonly argument: string | undefined;
}

const PARTS = /^([A-Za-z]|\\[A-Za-z]+)(?:_(\w+|\{[\w+\-,]{1,8}\}))?('*)(\^\{-1\})?(?:\((.*)\)|\[(.*)\])?$/;
const DERIVATIVE =
  /^(?:d|\\partial)(?:\^\{?(\d)\}?)?([A-Za-z])(?:\(\w\))?\/(?:d|\\partial)([a-z])(?:\^\{?\d\}?)?(?:\(.*\))?$/;
const PRIMES: Readonly<Record<string, string>> = { prime: "'", doubleprime: "''", tripleprime: "'''" };

/** A name with one spelling for what has several: `\Pr(A)` and `P(A)`, `\vec v` and `v`. */
function plainName(name: string): string {
  return name.replace(/\\Pr(?![A-Za-z])/, "P").replace(/^\\mathbb ?\{? ?([EP]) ?\}?/, "$1")
    .replace(/^\\(?:vec|mathbf|overrightarrow) ?\{? ?([A-Za-z])\}?$/, "$1")
    .replace(/ and /g, "\\cap").replace(/ or /g, "\\cup").replace(/\\mid(?![A-Za-z])/g, "|").replace(/ /g, "")
    .replace(/_\{?(prime|doubleprime|tripleprime)\}?/, (_, word: string) => PRIMES[word] ?? "");
}

function partsOf(name: string): Label | undefined {
  const plain = plainName(name);
  const derived = DERIVATIVE.exec(plain.replace(/^\\frac\{((?:[^{}]|\{\d\})*)\}\{((?:[^{}]|\{\d\})*)\}/, "$1/$2"));
  if (derived !== null) {
    const [, times = "1", letter = "", by] = derived;
    return { letter, index: undefined, order: Number(times), by, isInverse: false, argument: undefined };
  }
  const found = PARTS.exec(plain);
  if (found === null) return undefined;
  const [, letter = "", index, primes = "", inverse, round, square] = found;
  return {
    letter,
    index: index?.replace(/[{}]/g, ""),
    order: primes.length,
    by: undefined,
    isInverse: inverse !== undefined,
    argument: round ?? square,
  };
}

/** The letter that a function is given as a function of: `x` of `f(x)`. */
export function argumentOf(name: string): string | undefined {
  const argument = partsOf(name)?.argument;
  return argument !== undefined && /^[A-Za-z]$/.test(argument) ? argument : undefined;
}

/** Two names that cannot be for the same thing; `y` and `f(x)` can, and so can words and a letter. */
export function areRivals(a: string, b: string): boolean {
  if (a === b) return false;
  const [one, other] = [figureOf(a), figureOf(b)];
  if (one !== undefined && other !== undefined) return one !== other && !isSameCorner(one, other);
  const [x, y] = [partsOf(a), partsOf(b)];
  if (one !== undefined || other !== undefined) return isNotFigure((one ?? other) as string, one === undefined ? x : y);
  if (x !== undefined && y !== undefined) return areOtherLetters(x, y);
  // `|z| = 1` does not say what z is.
  const areSizes = [a, b].filter((name) => name.startsWith("|")).length;
  const letter = x ?? y;
  if (areSizes === 2 || (areSizes === 1 && letter !== undefined && letter.argument === undefined)) return true;
  if (letter !== undefined && isNotResult(x === undefined ? a : b, letter)) return true;
  if (/^\\frac/.test(a) && /^\\frac/.test(b)) return a.replace(/[ {}]/g, "") !== b.replace(/[ {}]/g, "");
  return /^[a-z]+$/.test(a) && /^[a-z]+$/.test(b);
}

function areOtherLetters(x: Label, y: Label): boolean {
  if (x.order !== y.order || (x.by !== undefined && y.by !== undefined && x.by !== y.by)) return true;
  const isOther = x.letter !== y.letter && !isValueOf(x, y) && !isValueOf(y, x);
  // The inverse of a function may be called y.
  if (isOther || (x.isInverse !== y.isInverse && x.letter === y.letter)) return true;
  if (x.argument === undefined && y.argument === undefined) {
    // x may be x_1 or x_2, but not \bar x.
    const [one, other] = [x.index, y.index];
    return one !== other && !(/^\d+$/.test(one ?? other ?? "") && (one === undefined || other === undefined));
  }
  if (x.argument === undefined || y.argument === undefined) return false;
  const areVariables = /^[a-z]$/.test(x.argument) && /^[a-z]$/.test(y.argument);
  return x.index !== y.index || x.isInverse !== y.isInverse || (x.argument !== y.argument && !areVariables);
}

/** `y` for `f(x)`, and `y'` for `f'(x)`. */
function isValueOf(name: Label, other: Label): boolean {
  if (!/^[yzw]$/.test(name.letter) || name.argument !== undefined || name.index !== undefined) return false;
  return other.argument === undefined
    ? other.order > 0 && /^[fgh]$/.test(other.letter)
    : !/^[A-Z]/.test(other.argument);
}

/** Whether a derivative, an integral or a change stands where a letter does: `F(x)` may be an integral, `f(x)` and y are none. */
function isNotResult(name: string, letter: Label): boolean {
  if (/^\\(?:int|iint|oint)(?![A-Za-z])/.test(name)) return /^[a-z]$/.test(letter.letter);
  if (/^\\frac ?\{ ?(?:d|\\partial)/.test(name)) return letter.order === 0 && letter.index === undefined;
  return /^\\Delta ./.test(name);
}

const SEGMENT = /^\|?(?:\\overline)?\{?([A-Z])([A-Z])\}?\|?$/;
const ANGLE = /^m?\\angle([A-Z])(?:([A-Z])([A-Z]))?$/;

/** The segment or angle that a name is for: the same for `AB` and `BA`, `\angle ABC` and `\angle CBA`; undefined for others. */
function figureOf(name: string): string | undefined {
  const plain = name.replace(/ /g, "");
  const segment = SEGMENT.exec(plain);
  if (segment !== null) return [segment[1], segment[2]].sort().join("");
  const angle = ANGLE.exec(plain);
  if (angle === null) return undefined;
  const [, first = "", middle, last] = angle;
  return middle === undefined ? `<${first}` : `<${[first, last].sort().join(middle)}`;
}

/** `\angle B` and `\angle ABC`. */
function isSameCorner(one: string, other: string): boolean {
  if (!one.startsWith("<") || !other.startsWith("<") || one.length === other.length) return false;
  const [short, long] = one.length === 2 ? [one, other] : [other, one];
  return short.charAt(1) === long.charAt(2);
}

/** Whether a letter is not what a figure is: A may be the angle at A. */
function isNotFigure(figure: string, letter: Label | undefined): boolean {
  return letter !== undefined && !letter.letter.startsWith("\\") && figure !== `<${letter.letter}`;
}
