/**
 * What stands around an answer and does not change it: dollars, boxes, bold, prose, thinking; and inside of it: spaces, sizes of
 * brackets. What is dressed is bare (the answer alone) or a completion.
 */
import type { Random } from "../../../lib/basics/mod.ts";
import { chance, type Written } from "./_known.ts";

/** What is graded. */
export interface Dressed {
  readonly text: string;
  /** The answer alone. */
  readonly bare: boolean;
}

/** Dresses an answer in up to three layers. `decoy`: an answer that was given before and is not the last. */
export function dress({ text, math }: Written, decoy: string, random: Random): Dressed {
  let inside = text;
  if (math && chance(random, 0.3)) inside = spaced(inside, random);
  if (math && chance(random, 0.2)) inside = sized(inside);
  const way = random.int(0, 9);
  if (way < 4) return { text: inside, bare: true };
  if (way < 7) return { text: wrapped(inside, math, random), bare: true };
  return { text: completion(inside, math, decoy, random), bare: false };
}

/** Spaces around operators and behind commas; never beside digits that stand together. */
function spaced(text: string, random: Random): string {
  // Not where words, environments or numbers in groups are.
  if (/\\text|\\begin|\\math|\d,\d|\{,\}|\\!|\\,|\d ?[eE]|\\over/.test(text)) return ` ${text} `;
  const space = (): string => random.pick([" ", "\\,", "\\;", " ", "\\ ", "~", "\\:"]);
  return text.replace(/(?<=[\w})\]])([+=<])(?=[\w\\(])/g, (_, sign: string) => `${space()}${sign}${space()}`)
    .replace(/(?<=[\w})\]])-(?=[\w\\(])/g, () => `${space()}-${space()}`)
    .replace(/,(?=\S)/g, () => `,${space()}`);
}

/** `\left(` and `\right)` for all brackets, where they can be. */
function sized(text: string): string {
  if (/\\left|\\sqrt\[|\\text|\\begin|\\\{|\[\[|\||^[^[(]*[\])]|\\[([\])]/.test(text) || !/[[(]/.test(text)) {
    return text;
  }
  const [opened, closed] = [text.match(/[[(]/g), text.match(/[\])]/g)];
  if (opened?.length !== closed?.length) return text;
  return text.replace(/[[(]/g, "\\left$&").replace(/[\])]/g, "\\right$&");
}

function wrapped(text: string, math: boolean, random: Random): string {
  const ways = [`\\boxed{${text}}`, `The answer is ${math ? `$${text}$` : text}`];
  if (math) {
    ways.push(
      `$${text}$`,
      `\\(${text}\\)`,
      `$$${text}$$`,
      `\\[${text}\\]`,
      `\\boxed{$${text}$}`,
      `$\\boxed{${text}}$.`,
      `\\displaystyle ${text}`,
    );
  }
  if (!/[*`$]|^ | $/.test(text)) ways.push(`**${math ? `$${text}$` : text}**`);
  if (!math) ways.push(`${text} `, ` ${text}`);
  return random.pick(ways);
}

const PROSE = [
  "Let us think step by step. First we collect what is given, then we solve it.",
  "We substitute and simplify both sides.\n\nThe rest is arithmetic: $2+2=4$, $7\\cdot 8=56$.",
  "**Step 1:** Set up the equation.\n\n**Step 2:** Solve it.\n\n$$x^2-5x+6=0$$",
  "Note that $\\frac{1}{2}+\\frac{1}{3}=\\frac{5}{6}$, so there is a stray brace } here.",
  "Es gilt, wie man leicht sieht, das Folgende.",
];

/** A completion whose last box or phrase holds the answer. */
function completion(text: string, math: boolean, decoy: string, random: Random): string {
  const shown = math ? `$${text}$` : text;
  const prose = random.pick(PROSE);
  const boxed = random.pick([
    `Therefore the answer is $\\boxed{${text}}$.`,
    `\\[\\boxed{${text}}\\]`,
    `So we get \\boxed{${text}}.`,
    `**Final Answer:** \\boxed{${math && chance(random, 0.3) ? `$${text}$` : text}}`,
    `\\fbox{${text}}`,
    `The final answer is:\n\n$$\\boxed{${text}}$$\n\nThis completes the solution.`,
  ]);
  if (chance(random, 0.15)) {
    return `${prose}\n\nAt first sight it is \\boxed{${decoy}}, but that is a mistake.\n\n${boxed}`;
  }
  if (chance(random, 0.15)) return `<think>\nPerhaps \\boxed{${decoy}}?\n</think>\n\n${boxed}`;
  if (chance(random, 0.15) && math) return `${prose}\n\n#### ${text}`;
  if (chance(random, 0.2) && math) return `${prose}\n\nThe final answer is ${shown}.`;
  return `${prose}\n\n${boxed}`;
}
