/**
 * Whether a run that is resumed goes on with the problems it was trained on. The rule: where nothing that chooses the
 * problems was changed, they have to be the same ones, by ids, questions and answers in their order; who changes one of the
 * keys that choose them asks for other problems, and gets them with `resume_changes=allow`, unless they turn out to be the
 * same. The same path spelled another way is no change. Runs of versions that recorded no problems are not judged.
 */
import { ConfigError, type ConfigKey, type TrainConfig } from "../config/mod.ts";
import { problemsText, type Run, type RunProblems } from "../runs/mod.ts";
import type { Split } from "../vocabulary.ts";
import { INSTEAD, OR_ALLOW } from "./changes.ts";
import { samePlace } from "./problem_place.ts";

const OF_BOTH = ["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"] as const;

/** The keys that choose the problems of each side. */
const CHOOSING: Readonly<Record<Split, readonly ConfigKey[]>> = {
  train: [...OF_BOTH, "train_limit", "seed"],
  test: [...OF_BOTH, "test_limit"],
};
/** Of problems that a program gives, a limit alone takes others. */
const LIMIT: Readonly<Record<Split, readonly ConfigKey[]>> = { train: ["train_limit"], test: ["test_limit"] };

/**
 * Refuses to resume with problems that are given where they were not, or the other way round.
 * @throws {ConfigError} describing those of the run
 */
export function refuseOtherSource({ path, config, facts: { problems } }: Run, given: boolean): void {
  if ((problems?.given === true) === given) return;
  const was = problems === undefined ? `env=${config.env}` : problemsText(problems.train);
  throw new ConfigError([
    given
      ? `cannot resume ${path} with problems that are given: it was trained on ${was}; leave problems out, ${INSTEAD}`
      : `cannot resume ${path} without its problems, which were given to it (${was}): they are not recorded; give them ` +
        `again, as in trainGRPO({ ... }, { problems: { train, test } }), ${INSTEAD}`,
  ]);
}

/** Whether one of the keys was changed that choose the problems of a side. @param given by a program, then and now */
export function isOtherChoice(before: TrainConfig, after: TrainConfig, side: Split, given = false): boolean {
  return otherChoices(before, after, side, given).length > 0;
}

function otherChoices(before: TrainConfig, after: TrainConfig, side: Split, given = false): readonly ConfigKey[] {
  return (given ? LIMIT : CHOOSING)[side].filter((key) =>
    key === "env" || key === "data_path"
      ? !samePlace(before[key], after[key])
      : JSON.stringify(before[key]) !== JSON.stringify(after[key])
  );
}

/**
 * Refuses to resume with other problems than the run has, unless a key that chooses them was changed, and that is allowed.
 * @param after what the resumed run would have
 * @throws {ConfigError} describing both
 */
export function refuseOtherProblems(
  { path, config: before, facts }: Run,
  config: TrainConfig,
  after: RunProblems,
): void {
  const { problems } = facts;
  if (problems === undefined) return;
  const found: string[] = [];
  for (const side of ["train", "test"] as const) {
    const [was, is] = [problems[side], after[side]];
    const chosen = otherChoices(before, config, side, after.given);
    if (was.fingerprint === is.fingerprint || (chosen.length > 0 && config.resume_changes === "allow")) continue;
    found.push(
      `cannot resume ${path} with other ${side === "train" ? "training" : "held-out"} problems: it has ` +
        `${problemsText(was)} (${was.fingerprint}), and now there are ${problemsText(is)} (${is.fingerprint}); ` +
        (chosen.length === 0
          ? `put back what they are read from, ${INSTEAD}`
          : `leave ${chosen.join(", ")} as it was, ${OR_ALLOW}`),
    );
  }
  if (found.length > 0) throw new ConfigError(found);
}
