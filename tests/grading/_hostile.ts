/**
 * Hostile completions: what a model under pressure of a reward, a broken sampler or an attacker may write. None is right, by
 * construction: numbers in them are none of the references, and where a reference is quoted it is contradicted.
 */
import type { Random } from "../../lib/basics/mod.ts";
import { EXPRESSION_BOMBS, NEAR_MISSES } from "./_hostile_mathematics.ts";
import { TEXT_BOMBS } from "./_hostile_texts.ts";

/** A hostile item. */
export interface Hostile {
  /** The kind it is of. */
  readonly shape: string;
  readonly text: string;
  readonly reference: string;
  /** The text is the answer alone. */
  readonly bare: boolean;
}

/** Makes one text; `n` says how large it is. */
export type Bomb = (random: Random, n: number, reference: string) => string;

/** Plain and symbolic references; their numbers occur in no bomb by themselves. */
export const REFERENCES: readonly string[] = [
  "3571",
  "0.0729",
  "\\frac{31}{47}",
  "x^2-5x+6",
  "2\\sqrt{3}",
  "\\{11,13,17\\}",
  "(2,5)",
  "isosceles triangle",
  "B",
  "\\pi",
  "[0,1)",
  "x=67",
  "59\\text{ cm}",
  "37\\%",
  "10110_2",
  "7:45 AM",
  "8:15",
  "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
  "Wednesday",
  "1\\pm\\sqrt{2}",
  "x>53",
  "y=2x+1",
  "\\sin^2 x",
  "3+4i",
];

/** Longest text, in UTF-16 code units. */
const LONGEST = 5_000_000;
const SHAPES: readonly (readonly [string, Bomb])[] = Object.entries({ ...EXPRESSION_BOMBS, ...TEXT_BOMBS });
const MISSES = Object.entries(NEAR_MISSES);

/** One item: of a megabyte or more now and then. */
export function hostile(random: Random, index: number): Hostile {
  // One in twelve is nearly right.
  if (index % 12 === 0) {
    const [reference, misses] = random.pick(MISSES);
    const text = random.pick(misses);
    return { shape: `near miss of ${reference}`, reference, ...dressed(text, random) };
  }
  const [shape, bomb] = random.pick(SHAPES);
  const reference = random.pick(REFERENCES);
  const n = index % 100 === 1 ? random.int(200_000, 1_000_000) : random.pick([3, 10, 30, 100, 300, 1000, 3000, 10_000]);
  return { shape, reference, ...dressed(bomb(random, n, reference).slice(0, LONGEST), random) };
}

function dressed(text: string, random: Random): Pick<Hostile, "text" | "bare"> {
  switch (random.int(0, 5)) {
    case 0:
      return { text, bare: true };
    case 1:
      return { text: `$${text}$`, bare: true };
    case 2:
      return { text: `Therefore \\boxed{${text}}`, bare: false };
    case 3:
      return { text: `The answer is ${text}.`, bare: false };
    case 4:
      return { text: `Hm.\n\n#### ${text}`, bare: false };
    default:
      return { text: `\\[\\boxed{${text}}\\] is the answer.`, bare: false };
  }
}
