/**
 * Shares of binomial and beta distributions, from which Student's and the exact tests follow. Both rest on the saddle-point
 * form of Loader 2000, "Fast and accurate computation of binomial probabilities": Stirling's formula with its error and the
 * deviance worked out separately, so that nothing large is taken from anything large and counts of millions keep their digits.
 */

/** ln(x!) less Stirling's formula for it, for any real x > 0. */
function stirlingError(x: number): number {
  let sum = 0;
  // s(x) = s(x + 1) + (x + 1/2) ln(1 + 1/x) - 1, up to where the series is exact.
  for (; x < 16; x++) sum += (x + 0.5) * Math.log1p(1 / x) - 1;
  const s = 1 / (x * x);
  const series = 1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * 691 / 360360))));
  return sum + series / x;
}

/** x ln(x / mean) + mean - x, without cancellation where both are close. */
function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const apart = x - mean;
  if (Math.abs(apart) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - apart;
  const v = apart / (x + mean);
  let sum = apart * v;
  let power = 2 * x * v;
  for (let k = 3;; k += 2) {
    power *= v * v;
    const next = sum + power / k;
    if (next === sum) return sum;
    sum = next;
  }
}

/** sqrt((a + b) / (2 pi a b)) (a + b)^(a + b) / (a^a b^b) x^a y^b with both errors of Stirling; a, b > 0 and x + y = 1. */
function saddlePoint(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.sqrt(n / (2 * Math.PI * a * b)) * Math.exp(exponent);
}

/**
 * The probability of exactly `k` successes in `n` trials that each succeed with probability `rate`; 0 where it is below
 * about 1e-308.
 */
export function binomialPoint(k: number, n: number, rate: number): number {
  if (k < 0 || k > n) return 0;
  if (rate === 0 || rate === 1) return k === n * rate ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-rate));
  if (k === n) return Math.exp(n * Math.log(rate));
  return saddlePoint(k, n - k, rate, 1 - rate);
}

/** The continued fraction of the incomplete beta function by Lentz's method; it converges fast for x < a / (a + b). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => Math.abs(value) < tiny ? tiny : value;
  let d = 1 / away(1 - (a + b) * x / (a + 1));
  let c = 1;
  let fraction = d;
  for (let k = 1; k <= 1_000_000; k++) {
    const even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return fraction;
}

/**
 * The share of a beta distribution below `x`: the regularised incomplete beta function I_x(a, b), by its continued fraction
 * (Abramowitz and Stegun 26.5.8).
 * @param rest 1 - x, where it is known more exactly than by taking x from 1
 * @throws {RangeError} when x is not from 0 to 1, or a or b not above 0
 */
export function betaShare(x: number, a: number, b: number, rest: number = 1 - x): number {
  if (!(x >= 0 && x <= 1 && rest >= 0) || !(a > 0 && b > 0 && Number.isFinite(a + b))) {
    throw new RangeError(`cannot give the share below ${x} of a beta distribution with ${a} and ${b}`);
  }
  if (x === 0 || rest === 0) return x === 0 ? 0 : 1;
  // x^a (1 - x)^b / B(a, b)
  const front = saddlePoint(a, b, x, rest) * a * b / (a + b);
  if (x < (a + 1) / (a + b + 2)) return front * betaFraction(x, a, b) / a;
  return 1 - front * betaFraction(rest, b, a) / b;
}
