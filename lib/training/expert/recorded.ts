/** Answers that an earlier run has given, in place of new ones. They are read and checked in `lib/launch`. */
import type { Group, Problem, Rollout } from "../../vocabulary.ts";

/** Right answers of an earlier run. */
export interface RecordedAnswers {
  /** Different ones in all: the same as long as that run stays as it is. */
  readonly count: number;
  /** Those to one problem, as the answer to the prompt that this run puts; in the order they were drawn. */
  of(problem: Problem): readonly Rollout[];
}

/** [P] what the earlier run has answered to these problems. */
export function recordedGroups(problems: readonly Problem[], answers: RecordedAnswers): Group[] {
  return problems.map((problem) => ({ problem, rollouts: answers.of(problem) }));
}
