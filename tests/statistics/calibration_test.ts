/**
 * Thousands of simulated comparisons whose truth is known: how often the tests call something different that is not, how
 * often they find what is there, and how often intervals hold the truth. Each claim stands beside a test or an interval that
 * is wrong and would be found out. Every stream is named, so that a run is the same as the one before.
 */
import assert from "node:assert/strict";
import { bootstrapIntervals, type Interval, normalShare, type Random, randomFrom } from "../../lib/basics/mod.ts";
import {
  exactMcNemar,
  mcnemarPower,
  meanPower,
  problemsNeeded,
  signFlipTest,
  studentShare,
  tangoInterval,
  welch,
} from "../../lib/statistics/mod.ts";

/** Kinds of problems, equally frequent: the probabilities that either side solves one. */
type Kinds = readonly (readonly [a: number, b: number])[];

/** The same template twice, on problems from almost hopeless to almost certain. */
const SAME: Kinds = [[0.02, 0.02], [0.3, 0.3], [0.5, 0.5], [0.7, 0.7], [0.97, 0.97]];
/** Equally good on the whole, but each on problems of its own. */
const EACH_ITS_OWN: Kinds = [[0.9, 0.3], [0.3, 0.9], [0.05, 0.05], [0.8, 0.8]];
/** A gap of 7 points. */
const BETTER: Kinds = [[0.05, 0.1], [0.3, 0.4], [0.5, 0.5], [0.7, 0.85], [0.9, 0.95]];

/** Which completions were right, 0 or 1, problem by problem with `samples` of each. */
interface Asked {
  readonly samples: number;
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

function ask(random: Random, kinds: Kinds, { n, samples }: { n: number; samples: number }): Asked {
  const [a, b] = [new Uint8Array(n * samples), new Uint8Array(n * samples)];
  for (let i = 0; i < a.length; i += samples) {
    const [left, right] = random.pick(kinds);
    for (let k = i; k < i + samples; k++) {
      a[k] = random.next() < left ? 1 : 0;
      b[k] = random.next() < right ? 1 : 0;
    }
  }
  return { samples, a, b };
}

/** [N] right completions of b less those of a. */
function differencesOf({ samples, a, b }: Asked): number[] {
  const differences = new Array<number>(a.length / samples).fill(0);
  for (let i = 0; i < a.length; i++) differences[Math.floor(i / samples)]! += b[i]! - a[i]!;
  return differences;
}

/** Of single completions. */
function changesOf({ a, b }: Asked): { gained: number; lost: number } {
  let [gained, lost] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (b[i]! > a[i]!) gained++;
    if (b[i]! < a[i]!) lost++;
  }
  return { gained, lost };
}

/** The test of a comparison: McNemar's for one completion a problem, else the sign flips. */
function pairedTest(asked: Asked): number {
  if (asked.samples > 1) return signFlipTest(differencesOf(asked));
  const { gained, lost } = changesOf(asked);
  return exactMcNemar(gained, lost);
}

/** Wrong: takes the completions of a problem for problems. */
function completionsForProblems(asked: Asked): number {
  const { gained, lost } = changesOf(asked);
  return exactMcNemar(gained, lost);
}

/** Wrong: takes both sides for answers to different problems. */
function unpaired({ a, b }: Asked): number {
  const [left, right] = [a, b].map((answers) => answers.reduce((sum, one) => sum + one, 0)) as [number, number];
  const rate = (left + right) / (2 * a.length);
  const z = (right - left) / Math.sqrt(2 * a.length * rate * (1 - rate));
  return 2 * normalShare(-Math.abs(z));
}

/** The share of simulated comparisons that a test calls different at the level 0.05. */
function rejected(
  name: string,
  kinds: Kinds,
  size: { n: number; samples: number },
  rounds: number,
  test: (asked: Asked) => number = pairedTest,
): number {
  const random = randomFrom("calibration", name, size.n, size.samples);
  let calls = 0;
  for (let round = 0; round < rounds; round++) if (test(ask(random, kinds, size)) < 0.05) calls++;
  return calls / rounds;
}

/** What follows from the kinds: shares gained and lost by one completion, mean and deviation of a problem's difference. */
function truthOf(kinds: Kinds, samples: number) {
  const mean = (of: (a: number, b: number) => number) =>
    kinds.reduce((sum, [a, b]) => sum + of(a, b), 0) / kinds.length;
  const difference = mean((a, b) => b - a);
  const variance = mean((a, b) => (b - a - difference) ** 2 + (a * (1 - a) + b * (1 - b)) / samples);
  const [gained, lost] = [mean((a, b) => (1 - a) * b), mean((a, b) => a * (1 - b))];
  return { gained, lost, difference, deviation: Math.sqrt(variance), step: 1 / samples };
}

/** Three standard errors of a share. */
const threeErrors = (share: number, rounds: number): number => 3 * Math.sqrt(share * (1 - share) / rounds);

const SIZES = [{ n: 60, samples: 1 }, { n: 256, samples: 1 }, { n: 60, samples: 4 }, { n: 256, samples: 4 }] as const;

Deno.test("of 2,000 comparisons of a template with itself at most 5 % are called different", () => {
  for (const size of SIZES) {
    const share = rejected("same", SAME, size, 2000);
    assert.ok(share <= 0.05 + threeErrors(0.05, 2000), `${JSON.stringify(size)}: ${share}`);
    // A test that never says anything would pass too.
    assert.ok(share >= 0.015, `${JSON.stringify(size)}: ${share}`);
  }
});

Deno.test("of 2,000 comparisons of templates that are each better on problems of their own at most 5 % are called different", () => {
  for (const size of SIZES) {
    const share = rejected("own", EACH_ITS_OWN, size, 2000);
    assert.ok(share <= 0.05 + threeErrors(0.05, 2000), `${JSON.stringify(size)}: ${share}`);
  }
});

Deno.test("taking completions for problems is found out: it calls more than 5 % different", () => {
  const share = rejected("own", EACH_ITS_OWN, { n: 256, samples: 4 }, 2000, completionsForProblems);
  assert.ok(share > 0.05 + 2 * threeErrors(0.05, 2000), `${share}`);
});

Deno.test("of 4,000 comparisons with a known gap as many are called different as the exact power says, within 2 points", () => {
  for (const [n, widened] of [[60, 3], [256, 1.4], [1319, 0.6]] as const) {
    const kinds = BETTER.map(([a, b]) => [a, Math.min(1, a + widened * (b - a))] as const);
    const share = rejected("gap", kinds, { n, samples: 1 }, 4000);
    const power = mcnemarPower({ n, ...truthOf(kinds, 1) });
    assert.ok(power > 0.3 && power < 0.97, `${n}: a power of ${power} shows little`);
    assert.ok(Math.abs(share - power) < 0.02, `${n}: ${share}, and by theory ${power}`);
  }
});

Deno.test("of 4,000 comparisons with a known gap and several completions as many are called different as the power of means says, within 2 points", () => {
  for (const [n, samples, widened] of [[60, 4, 1.5], [256, 4, 0.7], [256, 2, 1], [120, 8, 0.8]] as const) {
    const kinds = BETTER.map(([a, b]) => [a, Math.min(1, a + widened * (b - a))] as const);
    const share = rejected("gap", kinds, { n, samples }, 4000);
    const power = meanPower({ n, ...truthOf(kinds, samples) });
    assert.ok(power > 0.3 && power < 0.97, `${n}: a power of ${power} shows little`);
    assert.ok(Math.abs(share - power) < 0.02, `${n} of ${samples}: ${share}, and by theory ${power}`);
  }
});

Deno.test("with as many problems as are said to be needed 80 % of 8,000 comparisons find the gap, within 2 points", () => {
  for (const samples of [1, 4]) {
    const { gained, lost, difference, deviation, step } = truthOf(BETTER, samples);
    const n = problemsNeeded(samples === 1 ? { gained, lost } : { difference, deviation, step })!;
    const share = rejected("needed", BETTER, { n, samples }, 8000);
    assert.ok(Math.abs(share - 0.8) < 0.02, `${n} problems: ${share}`);
  }
});

Deno.test("an unpaired test is found out: on the same problems it has far less than the power", () => {
  const share = rejected("gap", BETTER, { n: 120, samples: 4 }, 2000, unpaired);
  const power = meanPower({ n: 120, ...truthOf(BETTER, 4) });
  assert.ok(power - share > 0.1, `${share} and ${power}`);
  assert.ok(rejected("same", SAME, { n: 256, samples: 4 }, 2000, unpaired) < 0.02);
});

/** The share of simulated comparisons whose interval holds the true difference. */
function covered(
  name: string,
  kinds: Kinds,
  size: { n: number; samples: number },
  rounds: number,
  interval: (asked: Asked, random: Random) => Interval,
): number {
  const random = randomFrom("coverage", name, size.n, size.samples);
  const { difference } = truthOf(kinds, size.samples);
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const { low, high } = interval(ask(random, kinds, size), random);
    if (low <= difference && difference <= high) held++;
  }
  return held / rounds;
}

const tango = (asked: Asked): Interval => tangoInterval({ ...changesOf(asked), n: asked.a.length });

/** Wrong for few: the normal interval around what was seen. */
function wald(asked: Asked): Interval {
  const { gained, lost } = changesOf(asked);
  const n = asked.a.length;
  const seen = (gained - lost) / n;
  const half = 1.96 * Math.sqrt((gained + lost) / n - seen ** 2) / Math.sqrt(n);
  return { low: seen - half, high: seen + half };
}

Deno.test("Tango's interval holds the true difference of 4,000 comparisons 95 times in 100", () => {
  for (const [n, kinds] of [[60, BETTER], [256, BETTER], [256, SAME], [1319, EACH_ITS_OWN]] as const) {
    const share = covered("tango", kinds, { n, samples: 1 }, 4000, tango);
    // An interval of counts holds a little more or less, by which counts there are.
    assert.ok(Math.abs(share - 0.95) < 0.005 + threeErrors(0.95, 4000), `${n}: ${share}`);
  }
});

Deno.test("the normal interval is found out where few problems differ, and Tango's holds", () => {
  const rare: Kinds = [[1, 1], [0, 0], [0.98, 0.98], [0.02, 0.06]];
  const size = { n: 60, samples: 1 };
  const [score, normal] = [tango, wald].map((interval) => covered("rare", rare, size, 4000, interval)) as [
    number,
    number,
  ];
  assert.ok(score > 0.95 - threeErrors(0.95, 4000), `${score}`);
  assert.ok(normal < 0.9, `${normal}`);
});

Deno.test("the bootstrap over problems holds the true difference of 1,000 comparisons about 95 times in 100, that over completions does not", () => {
  const overProblems = (asked: Asked, random: Random): Interval => {
    return bootstrapIntervals([differencesOf(asked).map((d) => d / asked.samples)], { random, resamples: 300 })[0]!;
  };
  const overCompletions = (asked: Asked, random: Random): Interval => {
    return bootstrapIntervals([differencesOf({ ...asked, samples: 1 })], { random, resamples: 300 })[0]!;
  };
  for (const [n, kinds] of [[60, BETTER], [120, EACH_ITS_OWN]] as const) {
    const share = covered("bootstrap", kinds, { n, samples: 4 }, 1000, overProblems);
    // Ends out of 300 resamples are blurred, which costs about half a point; 60 problems another.
    assert.ok(share > 0.94 - threeErrors(0.95, 1000) && share < 0.95 + threeErrors(0.95, 1000), `${n}: ${share}`);
  }
  const wrong = covered("bootstrap", EACH_ITS_OWN, { n: 60, samples: 4 }, 300, overCompletions);
  assert.ok(wrong < 0.9, `${wrong}`);
});

/** Roughly normal, by the sum of twelve. */
const normal = (random: Random): number =>
  Array.from({ length: 12 }, () => random.next()).reduce((sum, x) => sum + x, -6);

/** Student's test, wrong where the groups vary unequally. */
function pooled(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = (values: readonly number[]) => values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0);
  const freedom = a.length + b.length - 2;
  const variance = (squares(a) + squares(b)) / freedom * (1 / a.length + 1 / b.length);
  return 2 * studentShare(-Math.abs(mean(a) - mean(b)) / Math.sqrt(variance), freedom);
}

Deno.test("of 4,000 comparisons of seeds that vary unequally Welch's test calls about 5 % different, Student's far more", () => {
  const random = randomFrom("calibration", "seeds");
  const rounds = 4000;
  let [unequal, equal] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const a = Array.from({ length: 5 }, () => 0.6 + 0.05 * normal(random));
    const b = Array.from({ length: 12 }, () => 0.6 + 0.01 * normal(random));
    if (welch(a, b)!.p < 0.05) unequal++;
    if (pooled(a, b) < 0.05) equal++;
  }
  assert.ok(Math.abs(unequal / rounds - 0.05) < threeErrors(0.05, rounds), `${unequal / rounds}`);
  assert.ok(equal / rounds > 0.1, `${equal / rounds}`);
});
