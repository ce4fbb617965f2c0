/** Which problems two cells disagree about, and which of them are shown. */
import type { ProblemResult } from "../training/mod.ts";
import type { Compared } from "./compared.ts";

/** A problem of which one side solves a larger share than the other. */
export interface DisputedProblem {
  /** Its id. */
  readonly id: string;
  /** Its place among the problems. */
  readonly place: number;
  /** Graded difficulty, where it has one. */
  readonly level: number | undefined;
}

/** Which way: cell b solves more, or less. */
export type Side = "gained" | "lost";

/** The problems that two cells disagree about, in the order of the problems. */
export interface Disagreement {
  /** Cells, as in the difference. */
  readonly a: number;
  readonly b: number;
  /** Problems of which b solves more. */
  readonly gained: readonly DisputedProblem[];
  /** Problems of which a solves more. */
  readonly lost: readonly DisputedProblem[];
}

/** What the two cells of a difference disagree about. @param index of the difference */
export function disagreementsOf(
  { result, problems }: Pick<Compared, "result" | "problems">,
  index: number,
): Disagreement {
  const difference = result.differences[index];
  if (difference === undefined) throw new RangeError(`cannot look into difference ${index}: there is none`);
  const { a, b } = difference;
  const [before, after] = [problems(a), problems(b)];
  const only = (isIt: (change: number) => boolean): DisputedProblem[] =>
    after.flatMap((result, place) => {
      const other = before[place];
      if (other === undefined || !isIt(change(other, result))) return [];
      return [{ id: result.problem_id, place, level: result.level }];
    });
  return { a, b, gained: only((by) => by > 0), lost: only((by) => by < 0) };
}

/** The sign is what counts; on a common scale, so that equal shares are equal. */
function change({ correct: a }: ProblemResult, { correct: b }: ProblemResult): number {
  return rights(b) * a.length - rights(a) * b.length;
}

function rights(correct: readonly boolean[]): number {
  return correct.reduce((sum, isRight) => sum + (isRight ? 1 : 0), 0);
}

/** The first of each level in turn, easiest level first, until there are enough; then in the order of the problems. */
export function chosenProblems(problems: readonly DisputedProblem[], most: number): DisputedProblem[] {
  const byLevel = [...Map.groupBy(problems, ({ level }) => level ?? Infinity)].sort(([a], [b]) => a < b ? -1 : 1);
  const chosen: DisputedProblem[] = [];
  for (let turn = 0; chosen.length < Math.min(most, problems.length); turn++) {
    chosen.push(...byLevel.flatMap(([, some]) => some[turn] ?? []).slice(0, most - chosen.length));
  }
  return chosen.sort((a, b) => a.place - b.place);
}
