/**
 * The chance that one of k completions is right, estimated from n of them without bias: 1 - C(n-c, k) / C(n, k), with c of
 * the n right. Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv:2107.03374.
 */

/**
 * pass@k of one problem, in [0, 1].
 * @param n completions drawn @param correct how many of them are right @param k how many are looked at, at most n
 * @throws {RangeError} unless 0 <= correct <= n and 1 <= k <= n, all whole numbers
 */
export function passAtK(n: number, correct: number, k: number): number {
  const whole = [n, correct, k].every(Number.isSafeInteger);
  if (!whole || correct < 0 || correct > n || k < 1 || k > n) {
    throw new RangeError(`cannot give pass@${k} of ${correct} right ones among ${n} completions`);
  }
  if (k === 1) return correct / n;
  if (n - correct < k) return 1;
  // The product of (n-c-i)/(n-i), arranged so that no binomial, which overflows, is ever formed.
  let allWrong = 1;
  for (let i = n - correct + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** The k that are reported of k completions: 1, 2, 4, ... and k itself. */
export function passSizes(k: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < k; size *= 2) sizes.push(size);
  return [...sizes, k];
}
