/** Which problems a step sees. A function of the step's index alone, so resuming needs no other state. */
import { randomFrom } from "../basics/mod.ts";
import type { Problem, Problems } from "../vocabulary.ts";

/** Steps of one pass over the problems; the last one may reach into the next pass. */
export function stepsPerPass(problemCount: number, groupsPerBatch: number): number {
  return Math.ceil(problemCount / groupsPerBatch);
}

/**
 * [P] the problems of a step: consecutive ones of an endless sequence of passes, each pass shuffled anew.
 * @throws {RangeError} when there are no problems
 */
export function problemsOfStep(
  problems: Problems,
  { step, groups_per_batch, seed }: { step: number; groups_per_batch: number; seed: number },
): Problem[] {
  return problemsFrom(problems, { place: step * groups_per_batch, count: groups_per_batch, seed });
}

/**
 * `count` consecutive problems of the same sequence, from a place on.
 * @throws {RangeError} when there are no problems
 */
export function problemsFrom(
  problems: Problems,
  slice: { place: number; count: number; seed: number },
): Problem[] {
  return indexesFrom(problems.length, slice).map((index) => problems[index] as Problem);
}

/**
 * Which of `size` problems these are.
 * @throws {RangeError} when there are no problems
 */
export function indexesFrom(
  size: number,
  { place: first, count, seed }: { place: number; count: number; seed: number },
): number[] {
  if (size === 0) throw new RangeError("cannot train on no problems");
  let pass = -1;
  let order: readonly number[] = [];
  return Array.from({ length: count }, (_, p) => {
    const place = first + p;
    const wanted = Math.floor(place / size);
    if (wanted !== pass) {
      pass = wanted;
      order = randomFrom(seed, "shuffle", pass).shuffle(Array.from({ length: size }, (_, i) => i));
    }
    return order[place % size] as number;
  });
}
