/**
 * The statistics beside scipy and statsmodels, in hundreds of random cases each: to nine digits where both are exact, and
 * within the error of simulation where both resample.
 */
import assert from "node:assert/strict";
import {
  betaShare,
  bootstrapIntervals,
  normalQuantile,
  normalShare,
  type Random,
  randomFrom,
} from "../../../lib/basics/mod.ts";
import {
  exactMcNemar,
  holm,
  mcnemarPower,
  meanPower,
  problemsNeeded,
  ratioInterval,
  signFlipTest,
  studentQuantile,
  studentShare,
  tangoInterval,
  welch,
} from "../../../lib/statistics/mod.ts";
import { Scipy } from "./_scipy.ts";

/** So many cases, each drawn from its own stream. */
function draw<T>(name: string, count: number, one: (random: Random) => T): T[] {
  return Array.from({ length: count }, (_, i) => one(randomFrom("scipy", name, i)));
}

/** A whole number whose logarithm is uniform. */
const spread = (random: Random, most: number) => Math.floor(Math.exp(random.next() * Math.log(most + 1)));

/** Roughly normal, by the sum of twelve. */
function normal(random: Random): number {
  return Array.from({ length: 12 }, () => random.next()).reduce((sum, value) => sum + value, -6);
}

/** Compares every figure of every case; relative, or absolute where a scale is given. */
function requireEqual(
  cases: readonly unknown[],
  ours: readonly unknown[],
  theirs: readonly unknown[],
  scale = 0,
): void {
  assert.equal(theirs.length, cases.length);
  ours.forEach((value, i) => {
    const [mine, other] = [value, theirs[i]].map((figures) => [figures].flat()) as [number[], number[]];
    assert.equal(other.length, mine.length);
    mine.forEach((figure, j) => {
      const allowed = 1e-9 * Math.max(scale, Math.abs(other[j]!)) + 1e-290;
      const message = `${JSON.stringify(cases[i]).slice(0, 300)}: ${figure}, and scipy has ${other[j]}`;
      assert.ok(Math.abs(figure - other[j]!) <= allowed, message);
    });
  });
}

let scipy: Scipy;

Deno.test.beforeAll(() => {
  scipy = new Scipy();
});

Deno.test.afterAll(() => scipy.close());

Deno.test("exactMcNemar() is statsmodels' exact McNemar test and scipy's binomial test", async () => {
  const cases = [
    [0, 0],
    ...draw("mcnemar", 300, (random): [number, number] => {
      const gained = spread(random, 100_000) - 1;
      return [gained, Math.max(0, Math.round(gained + normal(random) * 4 * Math.sqrt(gained)))];
    }),
    ...draw("small", 300, (random) => [random.int(0, 30), random.int(0, 30)]),
  ] as [number, number][];
  const ours = cases.map(([gained, lost]) => [exactMcNemar(gained, lost), exactMcNemar(gained, lost)]);
  requireEqual(cases, ours, await scipy.ask("mcnemar", cases));
});

Deno.test("signFlipTest() is scipy's exact permutation test of one sample", async () => {
  const cases = draw("flips", 300, (random) => {
    const [reach, shift] = [random.pick([1, 3, 8]), random.int(-1, 2)];
    return [Array.from({ length: random.int(2, 11) }, () => random.int(-reach, reach) + shift)];
  });
  requireEqual(cases, cases.map(([differences]) => signFlipTest(differences!)), await scipy.ask("signFlip", cases));
});

Deno.test("tangoInterval() is where scipy's root finder puts the ends of the score test", async () => {
  const cases = draw("tango", 300, (random) => {
    const n = spread(random, 20_000);
    const gained = random.int(0, Math.floor(n * random.next()));
    return [gained, random.int(0, Math.floor((n - gained) * random.next())), n] as const;
  });
  const ours = cases.map(([gained, lost, n]) => {
    const { low, high } = tangoInterval({ gained, lost, n });
    return [low, high];
  });
  requireEqual(cases, ours, await scipy.ask("tango", cases), 1);
});

Deno.test("holm() is statsmodels' holm", async () => {
  const cases = draw("holm", 300, (random) => {
    return [Array.from({ length: random.int(1, 30) }, () => random.next() ** random.int(1, 6))];
  });
  requireEqual(cases, cases.map(([ps]) => holm(ps!)), await scipy.ask("holm", cases));
});

Deno.test("mcnemarPower() is the sum over scipy's binomial distributions", async () => {
  const cases = draw("power", 300, (random) => {
    const [gained, rest] = [random.next() ** 2, random.next()];
    return [spread(random, 5000), gained, (1 - gained) * rest, random.pick([0.05, 0.01, 0.2, 0.0031])] as const;
  });
  const ours = cases.map(([n, gained, lost, alpha]) => mcnemarPower({ n, gained, lost }, alpha));
  requireEqual(cases, ours, await scipy.ask("power", cases), 1);
});

Deno.test("meanPower() is statsmodels' normal power", async () => {
  const cases = draw("mean power", 300, (random) => {
    const deviation = Math.exp(normal(random));
    return [random.int(30, 5000), normal(random) * deviation / 10, deviation, random.pick([0.05, 0.01])] as const;
  });
  const ours = cases.map(([n, difference, deviation, alpha]) => meanPower({ n, difference, deviation }, alpha));
  requireEqual(cases, ours, await scipy.ask("meanPower", cases), 1);
});

Deno.test("problemsNeeded() of means is statsmodels' number, rounded up", async () => {
  const cases = draw("mean needed", 200, (random) => {
    return [
      0.01 + random.next() / 10,
      0.2 + random.next(),
      0.5 + 0.45 * random.next(),
      random.pick([0.05, 0.01]),
    ] as const;
  });
  const ours = cases.map(([difference, deviation, power, alpha]) => {
    return problemsNeeded({ difference, deviation }, { power, alpha });
  });
  const theirs = (await scipy.ask("meanNeeded", cases)).map((n) => Math.ceil(n as number));
  requireEqual(cases, ours, theirs);
});

Deno.test("welch() is scipy's t test without equal variances, with its interval", async () => {
  const cases = draw("welch", 300, (random) => {
    return [0, 1].map((shift) => {
      const scale = Math.exp(normal(random));
      return Array.from({ length: random.int(2, 12) }, () => shift * random.next() + scale * normal(random));
    }) as [number[], number[]];
  });
  const ours = cases.map(([a, b]) => {
    const { difference, low, high, p, freedom } = welch(a, b)!;
    return [difference, low, high, p, freedom];
  });
  requireEqual(cases, ours, await scipy.ask("welch", cases), 1e-3);
});

Deno.test("studentShare(), studentQuantile() and betaShare() are scipy's, at any degrees of freedom", async () => {
  const shares = draw("share", 500, (random) => [8 * normal(random), Math.exp(random.next() * 14 - 1)] as const);
  requireEqual(shares, shares.map(([t, freedom]) => studentShare(t, freedom)), await scipy.ask("studentShare", shares));
  const points = draw("point", 500, (random) => [random.next() ** 3, Math.exp(random.next() * 14 - 1)] as const);
  const quantiles = points.map(([share, freedom]) => studentQuantile(share, freedom));
  requireEqual(points, quantiles, await scipy.ask("studentQuantile", points));
  const betas = draw("beta", 500, (random) => {
    const [a, b] = [Math.exp(random.next() * 14 - 2), Math.exp(random.next() * 14 - 2)];
    const deviation = Math.sqrt(a * b / (a + b + 1)) / (a + b);
    return [Math.min(0.999, Math.max(0.001, a / (a + b) + 4 * deviation * (random.next() - 0.5))), a, b] as const;
  });
  requireEqual(betas, betas.map(([x, a, b]) => betaShare(x, a, b)), await scipy.ask("betaShare", betas));
});

Deno.test("normalShare() and normalQuantile() are scipy's, in far tails as well", async () => {
  const points = draw("normal", 500, (random) => [5 * normal(random)] as const);
  requireEqual(points, points.map(([z]) => normalShare(z)), await scipy.ask("normalShare", points));
  const shares = draw("normal", 500, (random) => [random.next() ** random.int(1, 5)] as const);
  requireEqual(shares, shares.map(([share]) => normalQuantile(share)), await scipy.ask("normalQuantile", shares));
});

const RESAMPLES = 5000;

/**
 * Compares intervals in standard errors of the figure. An end has a simulation error of about 0.05 of them with 5,000 resamples
 * (sqrt(0.025 * 0.975 / 5000) / 0.0584, and twice that of the bias), the difference of two 0.075, and more on a skewed side.
 */
function requireAlike(ours: readonly (readonly [number, number])[], theirs: readonly unknown[]): void {
  for (const end of [0, 1] as const) {
    const apart = ours.map((interval, i) => {
      const [low, high, error] = theirs[i] as [number, number, number];
      return (interval[end] - [low, high][end]!) / error;
    });
    const worst = Math.max(...apart.map(Math.abs));
    const mean = apart.reduce((sum, value) => sum + value) / apart.length;
    assert.ok(worst < 0.45, `an end is ${worst} standard errors apart`);
    // Of 200 cases the mean has an error of 0.006.
    assert.ok(Math.abs(mean) < 0.025, `ends are ${mean} standard errors apart on the average`);
  }
}

Deno.test("bootstrapIntervals() are scipy's BCa intervals of a mean", async () => {
  const cases = draw("bootstrap", 200, (random) => {
    const power = random.pick([1, 3]);
    return [Array.from({ length: random.int(40, 120) }, () => random.next() ** power), RESAMPLES] as const;
  });
  const ours = cases.map(([values], i) => {
    const [interval] = bootstrapIntervals([values], { random: randomFrom("ours", i), resamples: RESAMPLES });
    return [interval!.low, interval!.high] as const;
  });
  requireAlike(ours, await scipy.ask("bootstrapMean", cases));
});

Deno.test("ratioInterval() is scipy's BCa interval of a ratio of paired sums", async () => {
  const cases = draw("ratio", 200, (random) => {
    const tokens = Array.from({ length: random.int(60, 150) }, () => random.int(10, 300));
    const rate = 0.3 + 0.5 * random.next();
    return [tokens, tokens.map(() => random.next() < rate ? 1 : 0), RESAMPLES] as const;
  });
  const ours = cases.map(([over, under], i) => {
    const { low, high } = ratioInterval(over, under, { random: randomFrom("ours", i), resamples: RESAMPLES });
    return [low, high] as const;
  });
  requireAlike(ours, await scipy.ask("bootstrapRatio", cases));
});
