/**
 * What a generator makes: a known answer, that is a reference and ways to write its value again or another value, known by
 * construction. Also the ink: how fractions, roots and powers are spelled in LaTeX, in plain text and in Unicode.
 */
import type { Random } from "../../../lib/basics/mod.ts";

/** An answer as written. */
export interface Written {
  readonly text: string;
  /** It may stand between the dollars of a formula. */
  readonly math: boolean;
}

/** A known answer. */
export interface Known {
  readonly reference: string;
  /** The same value, written in some way. */
  same(random: Random): Written;
  /** Another value, written in some way. */
  other(random: Random): Written;
}

/** Makes known answers of one kind. */
export type Maker = (random: Random) => Known;

/** What satisfies a claim, of what is made. @throws {Error} when a hundred do not */
export function until<T>(make: () => T, isGood: (made: T) => boolean): T {
  for (let tries = 0; tries < 100; tries++) {
    const made = make();
    if (isGood(made)) return made;
  }
  throw new Error("a generator found nothing that satisfies its claim in 100 tries");
}

/** Whether something with this probability happens. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** How mathematics is spelled. In plain inks products are always written, so that `1/2*x` has one reading. */
export interface Ink {
  readonly latex: boolean;
  readonly unicode: boolean;
  readonly times: string;
  readonly pi: string;
  readonly infinity: string;
  readonly le: string;
  readonly ge: string;
  readonly ne: string;
  readonly pm: string;
  readonly cup: string;
  /** A fraction; in plain ink its parts are put into parentheses where they are sums. */
  frac(top: string, bottom: string): string;
  sqrt(inside: string, index?: number): string;
  /** `base` has to be a letter, digits or in parentheses. */
  power(base: string, exponent: string): string;
}

const FRACTIONS = ["\\frac", "\\frac", "\\dfrac", "\\tfrac", "\\cfrac"] as const;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** LaTeX in one of its spellings. */
export function latexInk(random: Random): Ink {
  return {
    latex: true,
    unicode: false,
    times: random.pick(["\\cdot ", "\\times ", "\\cdot "]),
    pi: "\\pi ",
    infinity: "\\infty",
    le: random.pick(["\\le ", "\\leq ", "\\leqslant "]),
    ge: random.pick(["\\ge ", "\\geq ", "\\geqslant "]),
    ne: random.pick(["\\ne ", "\\neq "]),
    pm: "\\pm ",
    cup: "\\cup ",
    frac(top, bottom) {
      if (/^\d$/.test(top) && /^\d$/.test(bottom) && chance(random, 0.2)) return `\\frac${top}${bottom}`;
      return `${random.pick(FRACTIONS)}{${top}}{${bottom}}`;
    },
    sqrt(inside, index = 2) {
      if (index !== 2) return `\\sqrt[${index}]{${inside}}`;
      return /^\d$/.test(inside) && chance(random, 0.3) ? `\\sqrt${inside}` : `\\sqrt{${inside}}`;
    },
    power: (base, exponent) =>
      /^\w$/.test(exponent) && chance(random, 0.5) ? `${base}^${exponent}` : `${base}^{${exponent}}`,
  };
}

/** Plain text, or plain text with the signs of Unicode. */
export function plainInk(random: Random, unicode: boolean = chance(random, 0.4)): Ink {
  const star = chance(random, 0.3) ? "**" : "^";
  return {
    latex: false,
    unicode,
    times: unicode ? random.pick(["·", "×"]) : "*",
    pi: unicode ? "π" : "pi",
    infinity: unicode ? "∞" : random.pick(["inf", "infinity", "oo"]),
    le: unicode ? "≤" : "<=",
    ge: unicode ? "≥" : ">=",
    ne: unicode ? "≠" : "!=",
    pm: unicode ? "±" : "+-",
    cup: unicode ? " ∪ " : " U ",
    frac: (top, bottom) => `${grouped(top)}/${grouped(bottom)}`,
    sqrt(inside, index = 2) {
      if (index === 2 && unicode) return /^\w+$/.test(inside) ? `√${inside}` : `√(${inside})`;
      return index === 2 ? `sqrt(${inside})` : `(${inside})${star}(1/${index})`;
    },
    power(base, exponent) {
      if (unicode && /^\d$/.test(exponent)) return base + SUPERSCRIPTS[Number(exponent)];
      return /^\w+$/.test(exponent) ? `${base}${star}${exponent}` : `${base}${star}(${exponent})`;
    },
  };
}

/** LaTeX mostly. */
export function anyInk(random: Random): Ink {
  return chance(random, 0.7) ? latexInk(random) : plainInk(random);
}

/** What was written with an ink; in Unicode with its minus. */
export function written(text: string, ink: Ink): Written {
  return { text: ink.unicode ? text.replaceAll("-", "−") : text, math: ink.latex };
}

/** A text that is not a formula. */
export function plain(text: string): Written {
  return { text, math: false };
}

/** A formula. */
export function math(text: string): Written {
  return { text, math: true };
}

function grouped(text: string): string {
  return /^(?:\d+|[a-z]|\([^()]*\))$/.test(text) ? text : `(${text})`;
}
