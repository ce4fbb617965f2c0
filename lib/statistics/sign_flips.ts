/**
 * The exact sign-flip test of paired whole numbers (the randomisation test of Fisher 1935, The Design of Experiments, section
 * 21): if nothing told the sides apart, each difference would as likely have had the other sign. No permutation is drawn: the
 * distribution of the sum over all 2^n of them is worked out.
 */
import { binomialPoint } from "../basics/mod.ts";
import { exactMcNemar } from "./mcnemar.ts";

/** A table of more entries, or of more multiplications to fill it, is refused. */
const MOST_ENTRIES = 10_000_000;
const MOST_WORK = 4_000_000_000;
/** What is less probable is left out: it is beyond what numbers hold soon after, and slow on the way there. */
const LEAST = 1e-300;
/** Standard deviations within which a fair binomial, or a sum of such, is more probable than that, on both sides together. */
const WIDTH = 76;

/**
 * The two-sided p-value of the sum of whole-number differences, one a problem (right completions of one side less those of
 * the other): the probability that the sum of as many independent fair flips of their signs is at least as far from 0.
 * Differences of 0 tell nothing and change nothing; of -1, 0 and 1 it is McNemar's exact test. Digits are lost
 * below about 1e-290.
 * @param differences [N] whole numbers
 * @throws {TypeError} when one is not a whole number
 * @throws {RangeError} when, over their greatest common divisor, they sum to more than 10 million in size, or the exact
 * distribution takes more than 4 billion multiplications: 100,000 problems of 8 completions are within both
 */
export function signFlipTest(differences: readonly number[]): number {
  const counts = new Map<number, number>();
  let [sum, divisor] = [0, 0];
  for (const [index, difference] of differences.entries()) {
    if (!Number.isSafeInteger(difference)) {
      throw new TypeError(`cannot flip the sign of difference ${index}, ${difference}: it takes whole numbers`);
    }
    if (difference === 0) continue;
    const size = Math.abs(difference);
    sum += difference;
    divisor = greatestCommonDivisor(size, divisor);
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  if (sum === 0) return 1;
  if (counts.size === 1) {
    const [[size, count]] = counts as unknown as [[number, number]];
    const gained = (count + sum / size) / 2;
    return exactMcNemar(gained, count - gained);
  }
  const sizes = [...counts].map(([size, count]): Size => ({ size: size / divisor, count }));
  return Math.min(1, 2 * lowerTail(sizes, Math.abs(sum) / divisor));
}

/** So many differences of a size. */
interface Size {
  readonly size: number;
  readonly count: number;
}

/**
 * The probability that the flipped sum is at most -`sum`. With D the sum of all sizes and T that of the differences that come
 * out positive, the flipped sum is 2 T - D, and T a sum of binomials, each times its size.
 */
function lowerTail(sizes: readonly Size[], sum: number): number {
  // Small tables first: each is walked once for each entry of the next binomial.
  const ordered = [...sizes].sort((a, b) => a.size * a.count - b.size * b.count);
  const total = ordered.reduce((all, { size, count }) => all + size * count, 0);
  requireFeasible(ordered, total);
  // What lies above the tail is not needed, so the tables end there.
  const last = (total - sum) / 2;
  let table = Float64Array.of(1);
  for (const { size, count } of ordered) table = withBinomial(table, size, count, last);
  let tail = 0;
  for (const probability of table) tail += probability;
  return tail;
}

/** The distribution of the table's sum plus `size` times a fair binomial of `count`, from 0 to at most `last`. */
function withBinomial(table: Float64Array, size: number, count: number, last: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(Math.min(last, table.length - 1 + size * count) + 1);
  const first = table.findIndex((probability) => probability >= LEAST);
  const end = table.findLastIndex((probability) => probability >= LEAST) + 1;
  for (let heads = 0; first >= 0 && heads <= count && heads * size <= last; heads++) {
    const weight = binomialPoint(heads, count, 0.5);
    if (weight < LEAST) continue;
    const from = heads * size;
    const to = Math.min(end, result.length - from);
    for (let t = first; t < to; t++) result[from + t]! += weight * table[t]!;
  }
  return result;
}

function requireFeasible(sizes: readonly Size[], total: number): void {
  let [entries, variance, work] = [1, 0, 0];
  for (const { size, count } of sizes) {
    work += Math.min(entries, 1 + WIDTH * Math.sqrt(variance)) * Math.min(count + 1, WIDTH * Math.sqrt(count / 4));
    entries += size * count;
    variance += size ** 2 * count / 4;
  }
  if (total > MOST_ENTRIES || work > MOST_WORK) {
    throw new RangeError(
      `cannot work out all sign flips of differences that sum to ${total} in size, with about ${Math.round(work)} ` +
        `multiplications: ${MOST_ENTRIES} and ${MOST_WORK} are the most; take fewer problems or smaller counts`,
    );
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
