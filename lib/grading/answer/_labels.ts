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
  readonly primes: number;
  readonly argument: string | undefined;
}

const PARTS = /^([A-Za-z]|\\[A-Za-z]+)(?: ?_ ?\{?(\w+)\}?)?('*)(?: ?\((.*)\))?$/;

function partsOf(name: string): Label | undefined {
  const found = PARTS.exec(name);
  if (found === null) return undefined;
  const [, letter = "", index, primes = "", argument] = found;
  return { letter, index, primes: primes.length, argument: argument?.replace(/ /g, "") };
}

/** The letter that a function is given as a function of: `x` of `f(x)`. */
export function argumentOf(name: string): string | undefined {
  const argument = partsOf(name)?.argument;
  return argument !== undefined && /^[A-Za-z]$/.test(argument) ? argument : undefined;
}

/** Two names that cannot be for the same thing; `y` and `f(x)` can, and so can words and a letter. */
export function areRivals(a: string, b: string): boolean {
  if (a === b) return false;
  const [x, y] = [partsOf(a), partsOf(b)];
  if (x === undefined || y === undefined) {
    // `|z| = 1` does not say what z is.
    const areSizes = [a, b].filter((name) => name.startsWith("|")).length;
    if (areSizes === 2 || (areSizes === 1 && (x ?? y)?.argument === undefined && (x ?? y) !== undefined)) return true;
    if (/^\\frac/.test(a) && /^\\frac/.test(b)) return a.replace(/[ {}]/g, "") !== b.replace(/[ {}]/g, "");
    return /^[a-z]+$/.test(a) && /^[a-z]+$/.test(b);
  }
  if (x.primes !== y.primes) return true;
  if (x.argument === undefined && y.argument === undefined) {
    // x may be x_1 or x_2, but not \bar x.
    const [one, other] = [x.index, y.index];
    return x.letter !== y.letter ||
      (one !== other && !(/^\d+$/.test(one ?? other ?? "") && (one === undefined || other === undefined)));
  }
  if (x.argument === undefined || y.argument === undefined) return false;
  const areLetters = /^[A-Za-z]$/.test(x.argument) && /^[A-Za-z]$/.test(y.argument);
  return x.letter !== y.letter || x.index !== y.index || (x.argument !== y.argument && !areLetters);
}
