/**
 * How often comparisons are wrong, by simulation through `figuresOf`: two identical templates that are called different, a
 * known gap that is found, and intervals that hold the truth. Problems are drawn anew each time, each with a chance of its own
 * to be solved, so that completions of one problem are alike. Run it with
 * `deno run tests/peers/comparison/calibration.ts [comparisons] [resamples]`; it prints a table.
 */
import { type Random, randomFrom } from "../../../lib/basics/mod.ts";
import { figuresOf } from "../../../lib/comparison/mod.ts";
import { mcnemarPower, meanPower } from "../../../lib/statistics/mod.ts";
import type { ProblemResult } from "../../../lib/training/mod.ts";

/** What is simulated. */
export interface Simulated {
  /** How many comparisons. */
  readonly comparisons: number;
  /** Problems of each. */
  readonly problems: number;
  /** Completions a problem. */
  readonly samples: number;
  /** By how much the second template is better on every problem. */
  readonly gap: number;
  /** Resamples of bootstraps. */
  readonly resamples: number;
}

/** What came of it; rates are 0-1. */
export interface Calibration {
  /** How often the two were called different. */
  readonly told: number;
  /** How often they ought to be: of a gap the power by theory, of none the level. */
  readonly theory: number;
  /** How often the interval of the difference holds the gap. */
  readonly covered: number;
  /** How often the gap lies below the interval, and how often above: both ought to be 0.025. */
  readonly missed: readonly [below: number, above: number];
}

/** Chances to be solved lie evenly between these ends, those of the better template higher by the gap. */
const [EASIEST, HARDEST] = [0.75, 0.15];
const LEVEL = 0.05;

/** The standard error of a rate over so many comparisons. */
export function errorOf(rate: number, comparisons: number): number {
  return Math.sqrt(rate * (1 - rate) / comparisons);
}

/** Simulates. */
export function calibrate(simulated: Simulated): Calibration {
  const { comparisons, samples, gap, resamples } = simulated;
  let [told, below, above] = [0, 0, 0];
  for (let i = 0; i < comparisons; i++) {
    const random = randomFrom("calibration", samples, gap, i);
    const cells = cellsOf(simulated, random);
    const { differences: [one] } = figuresOf(cells, { kind: "templates", seed: i, resamples });
    const { difference: { low, high }, verdict } = one!;
    if (verdict !== "not_told_apart") told++;
    if (low !== null && gap < low) below++;
    if (high !== null && gap > high) above++;
  }
  return {
    told: told / comparisons,
    theory: gap === 0 ? LEVEL : powerOf(simulated),
    covered: 1 - (below + above) / comparisons,
    missed: [below / comparisons, above / comparisons],
  };
}

function cellsOf({ problems, samples, gap }: Simulated, random: Random) {
  const chances = Array.from({ length: problems }, () => HARDEST + (EASIEST - HARDEST) * random.next());
  const cellOf = (name: string, template: number, more: number) => ({
    ...{ name, template, policy: 0 },
    results: chances.map((chance, i) =>
      resultOf(i, Array.from({ length: samples }, () => random.next() < chance + more))
    ),
  });
  return [cellOf("before", 0, 0), cellOf("after", 1, gap)];
}

function resultOf(index: number, correct: readonly boolean[]): ProblemResult {
  return {
    ...{ problem_id: `problem ${index}`, prompt_tokens: 50, correct, lenient: correct },
    completion_tokens: correct.map(() => 100),
    outcome: correct.map((right) => right ? "correct" : "wrong"),
    format: correct.map(() => true),
    truncated: correct.map(() => false),
    reward: correct.map(Number),
  };
}

/** The power by theory: exact for one completion a problem, by the normal distribution for several. */
function powerOf({ problems: n, samples, gap }: Simulated): number {
  // Means of p and p^2, for p even between both ends.
  const [a, b] = [HARDEST, EASIEST];
  const [one, square] = [(a + b) / 2, (a * a + a * b + b * b) / 3];
  if (samples === 1) {
    const gained = one + gap - (square + gap * one);
    return mcnemarPower({ n, gained, lost: gained - gap });
  }
  // Within a problem p (1 - p) / samples on each side; between problems the gap is the same.
  const before = one - square;
  const after = one + gap - (square + 2 * gap * one + gap * gap);
  return meanPower({ n, difference: gap, deviation: Math.sqrt((before + after) / samples), step: 1 / samples });
}

/** What is printed: 2,000 comparisons without a gap and 2,000 with one, for one completion a problem and for four. */
export const CASES: readonly Pick<Simulated, "problems" | "samples" | "gap">[] = [
  { problems: 200, samples: 1, gap: 0 },
  { problems: 200, samples: 1, gap: 0.13 },
  { problems: 200, samples: 4, gap: 0 },
  { problems: 200, samples: 4, gap: 0.065 },
];

if (import.meta.main) {
  const [comparisons = 2000, resamples = 1000] = Deno.args.map(Number);
  const percent = (rate: number) => `${(100 * rate).toFixed(2)} %`;
  for (const one of CASES) {
    const found = calibrate({ ...one, comparisons, resamples });
    const { told, theory, covered, missed } = found;
    console.log(
      `${one.problems} problems, ${one.samples} each, gap ${one.gap}: told apart ${percent(told)} ` +
        `(theory ${percent(theory)}, standard error ${percent(errorOf(theory, comparisons))}), ` +
        `interval holds the gap ${percent(covered)} (misses ${missed.map(percent).join(" and ")})`,
    );
  }
}
