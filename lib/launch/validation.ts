/**
 * Training problems that are set aside, for the evaluations that `keep_best` and `early_stop` go by: choosing weights by
 * the held-out problems would make their accuracy look better than it is. The pick depends on the seed and on which
 * training problems there are, so a resumed run has the same.
 */
import { counted, randomFrom } from "../basics/mod.ts";
import { ConfigError, type TrainConfig } from "../config/mod.ts";
import { createProblemSet, type ProblemSet } from "../problems/mod.ts";
import type { Problem } from "../vocabulary.ts";

/** What is trained on, and what is set aside. */
export interface WithValidation {
  /** The training problems that are left, in their order. */
  readonly train: ProblemSet;
  /** Those set aside; absent: none. */
  readonly validation?: ProblemSet;
}

/**
 * Sets `validation_limit` training problems aside.
 * @param heldOut number of held-out problems
 * @throws {ConfigError} when none would be left, or `keep_best` or `early_stop` have nothing to go by
 */
export function withValidation(
  train: ProblemSet,
  { seed, validation_limit, keep_best, early_stop }: Pick<
    TrainConfig,
    "seed" | "validation_limit" | "keep_best" | "early_stop"
  >,
  heldOut: number,
): WithValidation {
  if (validation_limit === 0) {
    const who = keep_best ? "keep_best" : early_stop > 0 ? "early_stop" : undefined;
    if (who === undefined || heldOut > 0) return { train };
    throw new ConfigError([
      `${who} goes by evaluations, and there are no held-out problems; set training problems aside with validation_limit`,
    ]);
  }
  const { length } = train;
  if (validation_limit >= length) {
    throw new ConfigError([
      `validation_limit=${validation_limit} would leave nothing to train on: there ${length === 1 ? "is" : "are"} ` +
      `${counted(length, "training problem")}; ` +
      (length < 2 ? "leave it out" : `use validation_limit=${Math.max(1, Math.floor(length / 10))}`),
    ]);
  }
  const order = randomFrom(seed, "validation").shuffle(Array.from({ length }, (_, i) => i));
  const [aside, rest] = [order.slice(0, validation_limit), order.slice(validation_limit)];
  return { train: part(train, rest), validation: part(train, aside) };
}

/** Some problems of a set in its order; each is made when it is asked for, as in the set itself. */
function part(set: ProblemSet, indexes: readonly number[]): ProblemSet {
  const rows = Uint32Array.from(indexes).sort();
  const problem = (row: number) => set[rows[row] as number] as Problem;
  const { env, name, revision, skipped } = set;
  return createProblemSet({ size: rows.length, id: (row) => problem(row).id, problem }, {
    ...{ env, name, revision, skipped },
  });
}
