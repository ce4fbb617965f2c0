/** Correction for many tests: Holm 1979, "A simple sequentially rejective multiple test procedure". */

/**
 * p-values adjusted for all of them together, in the same order: calling different what is below a level calls any falsely
 * different with at most that probability, however the tests depend on one another. Never below the p-value itself.
 * @param ps [M] p-values
 * @returns [M]
 * @throws {RangeError} when one is not from 0 to 1
 */
export function holm(ps: readonly number[]): number[] {
  const wrong = ps.findIndex((p) => !(p >= 0 && p <= 1));
  if (wrong >= 0) throw new RangeError(`cannot correct p-value ${wrong}, ${ps[wrong]}: it is not from 0 to 1`);
  const adjusted = ps.map(() => 0);
  let largest = 0;
  ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p).forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * p));
    adjusted[index] = largest;
  });
  return adjusted;
}
