/** Known trigonometric values and identities. That two of them differ is shown by their floating-point values. */
import type { Random } from "../../../lib/basics/mod.ts";
import { q } from "./_exact.ts";
import { anyInk, chance, type Known, type Maker, math, until, type Written, written } from "./_known.ts";

/** sin of 0, 15, ... 90 degrees, each in several forms. */
const SINES: readonly (readonly string[])[] = [
  ["0"],
  ["\\frac{\\sqrt{6}-\\sqrt{2}}{4}", "\\frac{\\sqrt{2-\\sqrt{3}}}{2}", "\\frac{\\sqrt{3}-1}{2\\sqrt{2}}"],
  ["\\frac{1}{2}", "0.5", "\\frac{2}{4}"],
  ["\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt{2}}", "\\sqrt{\\frac{1}{2}}", "2^{-1/2}"],
  ["\\frac{\\sqrt{3}}{2}", "\\sqrt{\\frac{3}{4}}", "\\frac{3}{2\\sqrt{3}}", "\\sqrt{0.75}"],
  ["\\frac{\\sqrt{6}+\\sqrt{2}}{4}", "\\frac{\\sqrt{2+\\sqrt{3}}}{2}", "\\frac{\\sqrt{2}(\\sqrt{3}+1)}{4}"],
  ["1", "\\frac{2}{2}"],
];

type Name = "sin" | "cos" | "tan";
const NAMES: readonly Name[] = ["sin", "cos", "tan"];

function valueOf(name: Name, degrees: number): number {
  return Math[name](degrees * Math.PI / 180);
}

/** A sine or cosine in surds. */
function surds(name: "sin" | "cos", degrees: number, random: Random): string {
  const angle = (((name === "sin" ? degrees : degrees + 90) % 360) + 360) % 360;
  const acute = angle <= 90 ? angle : angle <= 180 ? 180 - angle : angle <= 270 ? angle - 180 : 360 - angle;
  const form = random.pick(SINES[acute / 15] as readonly string[]);
  return angle > 180 && form !== "0" ? `-${form}` : form;
}

function angleText(degrees: number, random: Random): string {
  const way = random.int(0, 3);
  if (way === 0 && degrees >= 0) return `${degrees}^\\circ`;
  if (way < 2) return `\\left(${degrees}^{\\circ}\\right)`;
  const { n, d } = q(degrees, 180);
  const top = n === 1n ? "\\pi" : n === -1n ? "-\\pi" : `${n}\\pi`;
  const angle = n === 0n ? "0" : d === 1n ? top : `\\frac{${top}}{${d}}`;
  return way === 2 && !angle.startsWith("-") && d !== 1n ? ` ${angle}` : `\\left(${angle}\\right)`;
}

/** The value of a function at an angle, in one of its forms. */
function write(name: Name, degrees: number, random: Random): Written {
  const turn = random.pick([0, 0, 360, -360]) as number;
  switch (random.int(0, 3)) {
    case 0:
      return math(`\\${name} ${angleText(degrees + turn, random)}`.replace("n  ", "n ").replace("s  ", "s "));
    case 1:
      if (name === "tan") {
        return math(`\\frac{\\sin ${angleText(degrees, random)}}{\\cos ${angleText(degrees, random)}}`);
      }
      return math(`\\${name === "sin" ? "cos" : "sin"} ${angleText(90 - degrees, random)}`);
    case 2: {
      const ink = anyInk(random);
      return ink.latex || degrees < 0
        ? math(`\\${name} ${angleText(degrees, random)}`)
        : written(`${name}(${ink.unicode ? `${degrees}°` : `${degrees}*pi/180`})`, ink);
    }
    default:
      if (name !== "tan") return math(surds(name, degrees, random));
      return math(`\\frac{${surds("sin", degrees, random)}}{${surds("cos", degrees, random)}}`);
  }
}

const trigonometricValues: Maker = (random) => {
  const name = random.pick(NAMES);
  const angle = (): number => random.int(0, 23) * 15;
  const degrees = until(angle, (x) => name !== "tan" || x % 180 !== 90);
  const value = valueOf(name, degrees);
  const reference = chance(random, 0.5) && name !== "tan"
    ? surds(name, degrees, random)
    : `\\${name} ${degrees}^\\circ`;
  return {
    // A decimal reference would take roundings.
    reference: reference.includes(".") ? `\\${name} ${degrees}^\\circ` : reference,
    same: (r) => write(name, degrees, r),
    other(r) {
      const [other, at] = until(
        () =>
          [
            r.pick([name, name, ...NAMES]),
            r.pick([degrees + 15, degrees - 15, degrees + 180, 90 - degrees, -degrees, degrees * 2]),
          ] as const,
        ([f, x]) => (f !== "tan" || ((x % 180) + 180) % 180 !== 90) && Math.abs(valueOf(f, x) - value) > 1e-6,
      );
      const isSurd = ((degrees % 30) + 30) % 30 === 15;
      return isSurd && name !== "tan" && chance(r, 0.15) ? math(value.toFixed(r.int(2, 8))) : write(other, at, r);
    },
  };
};

/** Forms of one function of x; forms on different lines are different functions. */
const IDENTITIES: readonly (readonly [(x: number) => number, readonly string[]])[] = [
  [(x) => Math.sin(2 * x), [
    "\\sin 2x",
    "\\sin(2x)",
    "2\\sin x\\cos x",
    "2\\cos(x)\\sin(x)",
    "\\frac{2\\tan x}{1+\\tan^2 x}",
    "(\\sin x+\\cos x)^2-1",
  ]],
  [(x) => Math.cos(2 * x), ["\\cos 2x", "\\cos^2 x-\\sin^2 x", "1-2\\sin^2 x", "2\\cos^2 x-1", "\\cos^4 x-\\sin^4 x"]],
  [(x) => Math.sin(x) ** 2, [
    "\\sin^2 x",
    "1-\\cos^2 x",
    "\\frac{1-\\cos 2x}{2}",
    "(\\sin x)^2",
    "(1-\\cos x)(1+\\cos x)",
  ]],
  [(x) => Math.cos(x) ** 2, ["\\cos^2 x", "1-\\sin^2 x", "\\frac{1+\\cos(2x)}{2}", "(1-\\sin x)(1+\\sin x)"]],
  [(x) => 1 / Math.cos(x) ** 2, ["\\sec^2 x", "1+\\tan^2 x", "\\frac{1}{\\cos^2 x}", "\\frac{1}{1-\\sin^2 x}"]],
  [(x) => Math.sin(x + Math.PI / 3), [
    "\\sin\\left(x+\\frac{\\pi}{3}\\right)",
    "\\frac{1}{2}\\sin x+\\frac{\\sqrt{3}}{2}\\cos x",
    "\\frac{\\sin x+\\sqrt{3}\\cos x}{2}",
    "\\cos\\left(x-\\frac{\\pi}{6}\\right)",
  ]],
  [(x) => Math.cos(x), [
    "\\cos x",
    "\\sin\\left(\\frac{\\pi}{2}-x\\right)",
    "\\cos(-x)",
    "-\\cos(\\pi-x)",
    "\\sin\\left(x+\\frac{\\pi}{2}\\right)",
    "\\cos(x+2\\pi)",
  ]],
  [(x) => Math.sin(x), [
    "\\sin x",
    "\\cos\\left(\\frac{\\pi}{2}-x\\right)",
    "-\\sin(-x)",
    "\\sin(\\pi-x)",
    "2\\sin\\frac{x}{2}\\cos\\frac{x}{2}",
  ]],
  [(x) => Math.cos(3 * x), [
    "\\cos 3x",
    "4\\cos^3 x-3\\cos x",
    "\\cos x(4\\cos^2 x-3)",
    "\\cos 2x\\cos x-\\sin 2x\\sin x",
  ]],
  [(x) => Math.sin(3 * x), ["\\sin 3x", "3\\sin x-4\\sin^3 x", "\\sin x(3-4\\sin^2 x)"]],
  [(x) => Math.tan(x), ["\\tan x", "\\frac{\\sin x}{\\cos x}", "\\frac{\\sin 2x}{1+\\cos 2x}", "\\frac{1}{\\cot x}"]],
  [(x) => 1 / Math.tan(x), ["\\cot x", "\\frac{\\cos x}{\\sin x}", "\\frac{1}{\\tan x}"]],
];

const trigonometricIdentities: Maker = (random) => {
  const line = random.pick(IDENTITIES);
  const letter = random.pick(["x", "x", "\\theta", "t", "\\alpha"]);
  const put = (text: string): string => text.replace(/(?<![a-z\\])x/g, letter.length > 1 ? `${letter} ` : letter);
  const [f, forms] = line;
  return {
    reference: put(random.pick(forms)),
    same: (r) => math(put(r.pick(forms))),
    other(r) {
      const [, wrong] = until(() => r.pick(IDENTITIES), ([g]) => Math.abs(f(0.7) - g(0.7)) > 1e-6);
      const form = r.pick(wrong);
      const another = letter === "x" ? "y" : "x";
      if (chance(r, 0.2)) return math(r.pick(forms).replace(/(?<![a-z\\])x/g, another));
      return math(chance(r, 0.2) ? `-\\left(${put(r.pick(forms))}\\right)` : put(form));
    },
  };
};

/** The kinds of this file, by name. */
export const TRIGONOMETRY_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  "trigonometric values": trigonometricValues,
  "trigonometric identities": trigonometricIdentities,
};
