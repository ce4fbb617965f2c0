/**
 * Pairs of an answer and a reference as they occur in MATH, made from a seed: one value in two spellings, two values that
 * are near, text that is broken. Not adjudicated: what the recipe says of them is the question.
 */
import { type Random, randomFrom } from "../../../lib/basics/mod.ts";

/** An answer, a reference, and the kind of pair. */
export interface Pair {
  readonly kind: string;
  readonly given: string;
  readonly reference: string;
}

type Maker = (random: Random) => readonly string[];

/** As many pairs as asked for, the same for the same seed. */
export function makePairs(count: number, seed: number): Pair[] {
  const random = randomFrom(seed, "recipe pairs");
  return Array.from({ length: count }, () => {
    const kind = random.pick(Object.keys(MAKERS));
    const spellings = (MAKERS[kind] as Maker)(random);
    // Of some pairs the other side is another value of the same kind.
    const others = random.next() < 0.25 ? (MAKERS[kind] as Maker)(random) : spellings;
    const [given, reference] = [dressed(random.pick(spellings), random), random.pick(others)];
    if (random.next() < 0.85) return { kind, given, reference };
    return { kind: "broken", given: broken(given, random), reference };
  });
}

const LETTERS = ["x", "y", "a", "n", "t", "k"];
const small = (random: Random): number => random.int(1, 12);
const signed = (random: Random): number => random.pick([-1, 1]) * random.int(1, 20);

/** One spelling from the next. */
const split = (spellings: string): string[] => spellings.split(" ¦ ");

const MAKERS: Readonly<Record<string, Maker>> = {
  integer(random) {
    const n = random.pick([random.int(0, 99), random.int(-50, 2000), random.int(1000, 9_999_999)]);
    const grouped = String(n).replace(/\B(?=(\d{3})+$)/g, ",");
    const latex = grouped.replaceAll(",", random.pick(["{,}", ",\\!", "\\,", " "]));
    return split(
      `${n} ¦ ${grouped} ¦ ${latex} ¦ ${n}.0 ¦ ${n}. ¦ +${n} ¦ ${n - 1}+1 ¦ ${2 * n}/2 ¦ 0${n} ¦ ${n}e0 ¦ ` +
        `\\$${grouped} ¦ ${n}.00 ¦ ${n}.0000000001 ¦ ${n % 13}! ¦ $${n}$ ¦ x=${n} ¦ ${n} \\text{ apples} ¦ ` +
        `\\text{${n}}`,
    );
  },
  fraction(random) {
    const [a, b, k] = [signed(random), random.int(2, 16), random.int(2, 4)];
    const whole = Math.trunc(a / b);
    const rest = Math.abs(a % b);
    return split(
      `\\frac{${a}}{${b}} ¦ \\dfrac{${a}}{${b}} ¦ ${a}/${b} ¦ \\frac${a}${b} ¦ ${a * k}/${b * k} ¦ ${a / b} ¦ ` +
        `-\\frac{${-a}}{${b}} ¦ \\frac{${a * k}}{${b * k}} ¦ (${a})/(${b}) ¦ ${a} / ${b} ¦ \\tfrac${a}{${b}} ¦ ` +
        `${(a / b).toFixed(2)} ¦ ${whole}\\frac{${rest}}{${b}} ¦ ${whole} ${rest}/${b} ¦ \\frac{${a}.0}{${b}} ¦ ` +
        `${a}\\div ${b} ¦ \\left(\\frac{${a}}{${b}}\\right) ¦ \\cfrac{${a}}{${b}} ¦ {${a} \\over ${b}} ¦ ` +
        `\\frac{${a}}{${b}}\\pi ¦ .${b}`,
    );
  },
  decimal(random) {
    const text = (random.next() * random.pick([1, 10, 1000])).toFixed(random.int(1, 6));
    const [value, percent] = [Number(text), `${Math.round(Number(text) * 1e6) / 1e4}`];
    return split(
      `${text} ¦ ${text}0 ¦ ${text.replace(/^0/, "")} ¦ ${percent}\\% ¦ ${percent}% ¦ ${value} ¦ ` +
        `${percent}/100 ¦ ${value * 2}/2 ¦ ${value}*1 ¦ ${value + 1}-1 ¦ ${text}\\text{ cm} ¦ ${text} cm ¦ ` +
        `\\approx ${text} ¦ ${value * 10}/10 ¦ ${value}x/x ¦ ${text}... ¦ ${value.toExponential()} ¦ ` +
        `${value * 100} \\times 10^{-2} ¦ ${percent}*10^-2 ¦ ${text}^1`,
    );
  },
  root(random) {
    const [a, b, c] = [random.int(1, 9), random.int(2, 30), random.int(2, 9)];
    return split(
      `${a}\\sqrt{${b}} ¦ \\sqrt{${a * a * b}} ¦ ${a}*\\sqrt{${b}} ¦ ${a} \\sqrt ${b} ¦ ${a}\\sqrt${b} ¦ ` +
        `${a}sqrt(${b}) ¦ \\frac{${a * c}\\sqrt{${b}}}{${c}} ¦ \\frac{${a * b}}{\\sqrt{${b}}} ¦ ${a}√${b} ¦ ` +
        `\\sqrt{${b}}\\cdot ${a} ¦ ${a}\\cdot ${b}^{1/2} ¦ ${a}*${b}**0.5 ¦ ${a}*${b}**(1/2) ¦ ` +
        `${a}\\sqrt[3]{${b}} ¦ ${a * Math.sqrt(b)} ¦ \\frac{${a}}{${c}}\\sqrt{${b}} ¦ ` +
        `\\frac{${a}\\sqrt{${b}}}{${c}} ¦ \\frac{\\sqrt{${b}}}{${c}} ¦ ${a}\\sqrt{${b}}+\\sqrt{${b}}`,
    );
  },
  surd(random) {
    const [a, b, c, d] = [random.int(1, 9), random.int(2, 12), random.int(1, 6), random.int(2, 6)];
    const square = `${a * a + b}+${2 * a}\\sqrt{${b}}`;
    const norm = a * a - b;
    return split(
      `${a}+\\sqrt{${b}} ¦ \\sqrt{${b}}+${a} ¦ \\sqrt{${square}} ¦ \\frac{${norm}}{${a}-\\sqrt{${b}}} ¦ ` +
        `(${a}+\\sqrt{${b}}) ¦ \\frac{${a * d}+\\sqrt{${b * d * d}}}{${d}} ¦ \\frac{1}{${a}-\\sqrt{${b}}} ¦ ` +
        `\\frac{${a}+\\sqrt{${b}}}{${norm || 1}} ¦ ${a}-\\sqrt{${b}} ¦ ${a}\\pm\\sqrt{${b}} ¦ ` +
        `\\frac{-${c}+\\sqrt{${b}}}{${d}} ¦ \\frac{\\sqrt{${b}}-${c}}{${d}} ¦ \\sqrt{${b}}+\\sqrt{${c}} ¦ ` +
        `\\sqrt{${c}}+\\sqrt{${b}} ¦ \\sqrt{${b + c}+2\\sqrt{${b * c}}} ¦ \\sqrt{${b}}\\sqrt{${c}} ¦ ` +
        `\\sqrt{${b * c}}`,
    );
  },
  pi(random) {
    const [a, b] = [small(random), random.int(2, 9)];
    return split(
      `${a}\\pi ¦ ${a} \\pi ¦ \\pi ${a} ¦ ${a}*\\pi ¦ ${a}\\cdot\\pi ¦ ${a}pi ¦ ${a}π ¦ ${a * Math.PI} ¦ ` +
        `${a * 3.14} ¦ \\frac{${a}\\pi}{${b}} ¦ \\frac{${a}}{${b}}\\pi ¦ ${a}\\pi/${b} ¦ ` +
        `${a * 2}\\pi/${2 * b} ¦ ${a / b}\\pi ¦ ${a}\\pi^2 ¦ \\pi^{2} ¦ ${a}\\pi+${b} ¦ ${b}+${a}\\pi ¦ ` +
        `${a}\\pi r ¦ ${a}\\pi\\text{ cm}^2 ¦ ${a}\\pi \\sqrt{${b}} ¦ \\sqrt{${b * a * a}}\\pi`,
    );
  },
  polynomial(random) {
    const [x, p, q] = [random.pick(LETTERS), signed(random), signed(random)];
    const [sum, product] = [p + q, p * q].map((n) => (n < 0 ? `${n}` : `+${n}`)) as [string, string];
    const factor = (n: number): string => `(${x}${n < 0 ? n : `+${n}`})`;
    return split(
      `${x}^2${sum}${x}${product} ¦ ${factor(p)}${factor(q)} ¦ ${factor(q)} ${factor(p)} ¦ ` +
        `${product}+${x}^2${sum}${x} ¦ ${x}^{2}${sum}${x}${product} ¦ ${x}*${x}${sum}*${x}${product} ¦ ` +
        `${factor(p)}\\cdot${factor(q)} ¦ ${factor(p)}^2 ¦ \\frac{${factor(p)}${factor(q)}}{1} ¦ ` +
        `${x}${factor(p + q)}${product} ¦ \\frac{${x}^3${sum}${x}^2${product}${x}}{${x}} ¦ ` +
        `${x}^2${sum}.0${x}${product} ¦ 2${x}^2/2${sum}${x}${product} ¦ f(${x})=${factor(p)}${factor(q)} ¦ ` +
        `y=${factor(p)}${factor(q)}`,
    );
  },
  letters(random) {
    const [x, y, z] = random.shuffle(LETTERS) as [string, string, string];
    const [a, b] = [random.int(2, 9), random.int(2, 9)];
    return split(
      `${a}${x}+${b}${y} ¦ ${b}${y}+${a}${x} ¦ ${a}*${x}+${b}*${y} ¦ ${x}${y} ¦ ${y}${x} ¦ ${x}*${y} ¦ ` +
        `\\frac{${x}}{${y}} ¦ ${x}/${y} ¦ ${x}^2-${y}^2 ¦ (${x}-${y})(${x}+${y}) ¦ ` +
        `\\frac{${x}^2-${y}^2}{${x}+${y}} ¦ ${x}-${y} ¦ ${x}${y}${z} ¦ ${z}${x}${y} ¦ ${a}${x}${y}+${z} ¦ ` +
        `\\frac{1}{${x}}+\\frac{1}{${y}} ¦ \\frac{${x}+${y}}{${x}${y}} ¦ \\sqrt{${x}${y}} ¦ ` +
        `\\sqrt{${x}}\\sqrt{${y}} ¦ ${x}^${y} ¦ ${a}^${x} ¦ ${a}^${x}${a}^${y} ¦ ${x}_1+${y} ¦ ${x}_{1} ¦ ` +
        `${x}(${y}+1) ¦ ${x}${y}+${x} ¦ \\sqrt{${x}^2} ¦ \\sqrt{${a * a}${x}} ¦ ${a}\\sqrt{${x}} ¦ ` +
        `(${a}${x})^2 ¦ ${a * a}${x}^2 ¦ ${x}^-1 ¦ 1/${x} ¦ \\frac1${x} ¦ ${a * a}^${x} ¦ ${a}^${x}*${a}^${x} ¦ ` +
        `ln(${a}) ¦ \\ln ${a} ¦ \\ln(${a * a}) ¦ 2\\ln(${a}) ¦ ${x}! ¦ (${x}+1)!/(${x}+1)`,
    );
  },
  tuple(random) {
    const [a, b, c] = [signed(random), signed(random), random.int(2, 5)];
    const [open, close] = random.pick(
      [["(", ")"], ["[", "]"], ["(", "]"], ["[", ")"], ["\\left(", "\\right)"], ["\\{", "\\}"]] as const,
    );
    const inside = [
      `${a},${b}`,
      `${a}, ${b}`,
      `${b},${a}`,
      `${a * c}/${c},${b}`,
      `\\frac{${a}}{${c}},${b}`,
      `${a / c},${b}.0`,
      `${a},\\infty`,
    ]
      .concat(
        `-\\infty,${b}`,
        `${a},${b},${c}`,
        `${a}+0,${b}+0`,
        `1,${100 + c},${b}`,
        `${a}\\pi,${b}`,
        `\\sqrt{${c * c}},${b}`,
        `${a},,${b}`,
      );
    return inside.flatMap((text) => [`${open}${text}${close}`, `(${text})`]).concat(
      `${a},${b}`,
      `${a} and ${b}`,
      `${a} or ${b}`,
    )
      .concat(
        `(${a},${b})\\cup(${b},\\infty)`,
        `[${a},${b}]\\cup[${c},\\infty)`,
        `${a},\\ ${b}`,
        `x=${a},y=${b}`,
        `\\{${a},${b}\\}`,
      );
  },
  text(random) {
    const word = random.pick([
      "even",
      "Yes",
      "No",
      "Monday",
      "east",
      "2\\text{ hours}",
      "A",
      "B",
      "no",
      "undefined",
      "all real numbers",
    ]);
    return split(
      `${word} ¦ ${word.toLowerCase()} ¦ ${word.toUpperCase()} ¦ \\text{${word}} ¦ \\text{ ${word} } ¦ ` +
        `\\textbf{${word}} ¦ \\mathrm{${word}} ¦ (${word}) ¦ \\text{(${word})} ¦ \\mbox{${word}} ¦  ${word}. ¦ ` +
        `\\boxed{${word}} ¦ \\operatorname{${word}} ¦ "${word}"`,
    );
  },
  units(random) {
    const n = random.pick([`${small(random)}`, "1.5", "2,000", "\\frac12", "3\\sqrt2"]);
    const unit = random.pick([
      "cm",
      "miles",
      "hours",
      "degrees",
      "inches",
      "feet",
      "dollars",
      "days",
      "meters",
      "square feet",
      "kg",
    ]);
    return split(
      `${n} ¦ ${n} ${unit} ¦ ${n}\\text{ ${unit}} ¦ ${n}\\,\\text{${unit}} ¦ ${n} \\mathrm{${unit}} ¦ ` +
        `${n}^\\circ ¦ ${n}^{\\circ} ¦ ${n}\\text{ ${unit}}^2 ¦ ${n} ${unit}^2 ¦ \\$${n} ¦ ` +
        `${n}\\ \\mbox{${unit}} ¦ ${n} million ¦ ${n}*10^6 ¦ ${n}~\\text{${unit}} ¦ $${n}`,
    );
  },
  matrix(random) {
    const [a, b, c] = [signed(random), small(random), small(random)];
    return ["pmatrix", "bmatrix", "array", "vmatrix", "cases", "aligned", "align*"].flatMap((name) => {
      const begin = `\\begin{${name}}${name === "array" ? "{cc}" : ""}`;
      return [`${begin} ${a} & ${b} \\\\ ${c} & ${a} \\end{${name}}`, `${begin}${a}&${b}\\\\${c}&${a}\\end{${name}}`];
    }).concat(
      `\\begin{pmatrix} ${a} \\\\ ${b} \\end{pmatrix}`,
      `\\begin{pmatrix}${a}\\\\${b}\\\\\\end{pmatrix}`,
      `(${a},${b})`,
    );
  },
  latex(random) {
    const words = Array.from({ length: random.int(1, 6) }, () => random.pick(PIECES)).join(random.pick(["", "", " "]));
    return [
      words,
      words.replaceAll(" ", ""),
      `\\text{${words}}`,
      `{${words}}`,
      `\\left(${words}\\right)`,
      `(${words})`,
      words.toLowerCase(),
    ];
  },
};

const PIECES = [
  ..."2 3 1/2 x y + - = < \\le \\geq \\ne \\in \\infty \\pi \\theta \\alpha \\cdot \\times \\div \\pm \\sqrt \\sqrt2 \\sqrt{3}"
    .split(" "),
  ..."\\frac12 \\frac{1}{3} \\frac1{x} ^2 ^{2} ^\\circ _1 _{10} ! \\! \\, \\; \\quad \\ ~ \\\\ & \\text{a} \\mathbb{R} \\mathbf{x}"
    .split(" "),
  ..."\\overline{AB} \\bar{x} \\vec{v} \\hat{y} \\not= \\log \\ln \\sin \\left| \\right| \\lfloor \\rfloor \\ldots \\cup \\{ \\} \\( \\)"
    .split(" "),
  ..."\\[ \\] { } [ ] ( ) | , . \\% \\$ # ' '' -- \\begin{x} \\end{x} \\dfrac \\binom{3}{2} \\mathcal{O} \\boxed{2} \\unknown \\sqrt[3]{8}"
    .split(" "),
];

/** Dressed up a little, as answers are. */
function dressed(text: string, random: Random): string {
  const chance = random.next();
  if (chance < 0.85) return text;
  return random.pick([
    ` ${text} `,
    `$${text}$`,
    `${text}.`,
    `{${text}}`,
    `\\text{${text}}`,
    `x = ${text}`,
    `\\displaystyle ${text}`,
    `${text}\\;`,
  ]);
}

const SLIPS = [..."{ } \\ ( ) [ ^ _ & \\frac \\sqrt \\text{ \\left , . = ² ½".split(" "), " ", "\n"];

function broken(text: string, random: Random): string {
  const at = random.int(0, text.length);
  const piece = random.pick(SLIPS);
  return random.next() < 0.5 ? text.slice(0, at) + piece + text.slice(at) : text.slice(0, at) + text.slice(at + 1);
}

/** Completions around such answers: several boxes, nested and open ones, words behind `\boxed`, braces too many. */
export function makeCompletions(count: number, seed: number): Pair[] {
  const random = randomFrom(seed, "recipe completions");
  return makePairs(count, seed + 1).map(({ kind, given, reference }) => {
    const words = Array.from({ length: random.int(0, 3) }, () => random.pick(AROUND));
    const parts = random.shuffle([...words, random.pick(BOXES).replace("#", () => given)]);
    return { kind: `completion, ${kind}`, given: parts.join(random.pick([" ", "", "\n"])), reference };
  });
}

const BOXES = split(
  "\\boxed{#} ¦ \\boxed{#} ¦ \\boxed{ # } ¦ \\boxed # ¦ \\boxed\n# ¦ \\boxed\u00a0# ¦ \\boxed {#} ¦ \\fbox{#} ¦ \\boxed{\\boxed{#}}",
);
const AROUND = "So { } \\boxed{1} \\boxed{\\text{a}} \\boxed\t7 $x^{2}$ \\frac{1}{2} \\boxed \\} {} \\boxed{}".split(
  " ",
);
