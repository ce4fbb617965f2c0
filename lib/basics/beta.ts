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

/** x ln(x / mean) + mean - x; `apart` is x - mean, which callers know more exactly than this difference gives. */
function deviance(x: number, mean: number, apart: number): number {
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

/** sqrt((a + b) / (2 pi a b)) (a + b)^(a + b) / (a^a b^b) x^a y^b with the errors of Stirling; a, b > 0 and x + y = 1. */
function saddlePoint(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const apart = a * y - b * x;
  const deviances = deviance(a, n * x, apart) + deviance(b, n * y, -apart);
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.sqrt(n / (2 * Math.PI * a * b)) * Math.exp(errors - deviances);
}

/** n over k, without an error of rounding up to n = 50. */
function combinations(k: number, n: number): number {
  let ways = 1;
  for (let j = 1; j <= Math.min(k, n - k); j++) ways = ways * (n - j + 1) / j;
  return ways;
}

/**
 * The probability of exactly `k` successes in `n` trials that each succeed with probability `rate`; 0 where it is below
 * about 1e-308.
 */
export function binomialPoint(k: number, n: number, rate: number): number {
  if (k < 0 || k > n) return 0;
  if (rate === 0 || rate === 1) return k === n * rate ? 1 : 0;
  if (n <= 50) return combinations(k, n) * rate ** k * (1 - rate) ** (n - k);
  if (k === 0) return Math.exp(n * Math.log1p(-rate));
  if (k === n) return Math.exp(n * Math.log(rate));
  return saddlePoint(k, n - k, rate, 1 - rate);
}

/**
 * I_x(a, b) B(a, b) / (x^a y^b) by the continued fraction of Didonato and Morris 1992, "Algorithm 708", (9), by Lentz's method.
 * It keeps its digits where a is large and x close to 1, for it takes a y - b x instead of a - (a + b) x.
 */
function betaFraction(a: number, b: number, x: number, y: number): number {
  const lambda = a * y - b * x;
  const beta = (n: number): number =>
    n + n * (b - n) * x / (a + 2 * n - 1) + (a + n) / (a + 2 * n + 1) * (lambda + 1 + n * (1 + y));
  const away = (value: number): number => Math.abs(value) < 1e-300 ? 1e-300 : value;
  let fraction = away(a / (a + 1) * (lambda + 1));
  let [c, d] = [fraction, 0];
  for (let n = 1; n <= 1_000_000; n++) {
    const root = x / (a + 2 * n - 1);
    const alpha = (a + n - 1) * root * (a + b + n - 1) * root * n * (b - n);
    d = 1 / away(beta(n) + alpha * d);
    c = away(beta(n) + alpha / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 3e-16) break;
  }
  return 1 / fraction;
}

/**
 * The share of a beta distribution below `x`: the regularised incomplete beta function I_x(a, b).
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
  // The fraction converges fast below the middle of the distribution, and from the other end above it.
  if (a * rest - b * x > x - rest) return front * betaFraction(a, b, x, rest);
  return 1 - front * betaFraction(b, a, rest, x);
}
