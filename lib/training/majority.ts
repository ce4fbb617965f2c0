/**
 * The vote among several completions of one problem: the most frequent answer wins (self-consistency; Wang et al. 2022,
 * arXiv:2203.11171). Answers are one where the grader calls them equivalent, not where their texts are equal. The right
 * ones are known to be one already, so that only wrong ones have to be compared, and only where they could win.
 */
import { createJudge, type Judge } from "../grading/mod.ts";
import type { Rollout } from "../vocabulary.ts";

/** What a completion says in a vote. */
export interface Vote {
  /** Its final answer; absent: it does not vote. */
  readonly answer?: string | undefined;
  /** The answer is right, wherever it stands. */
  readonly lenient: boolean;
  /** It is right, and stands in a box. */
  readonly correct: boolean;
}

/** Says of each answer whether it is the same as one other. */
export type SameAnswers = (answers: readonly string[], other: string) => Promise<readonly boolean[]>;

/** Different texts of wrong answers that are compared; those beyond, the rarest, count as answers of their own. */
const MOST_COMPARED = 64;
/** Comparisons of one vote that may run into the time limit; after that, texts alone are compared. */
const MOST_OVERRUNS = 4;

/** The vote of a graded completion. */
export function voteOf({ grade: { extracted, lenient, correct } }: Rollout): Vote {
  return { answer: extracted, lenient, correct };
}

/**
 * How often the winner of a vote is right: 1 or 0, and where the right answer ties with t others for the first place
 * 1 / (t + 1), what drawing lots comes to. The right answer counts where one of those who gave it is strictly right: with
 * one vote this is strict accuracy.
 */
export async function majority(votes: readonly Vote[], same: SameAnswers): Promise<number> {
  const right = votes.filter(({ lenient }) => lenient);
  if (!right.some(({ correct }) => correct)) return 0;
  const wrong = new Map<string, number>();
  for (const { answer = "", lenient } of votes) {
    const text = answer.trim();
    if (!lenient && text !== "") wrong.set(text, (wrong.get(text) ?? 0) + 1);
  }
  const total = [...wrong.values()].reduce((sum, count) => sum + count, 0);
  if (right.length > total) return 1;
  let ties = 0;
  for await (const size of classSizes(wrong, right.length, same)) {
    if (size > right.length) return 0;
    if (size === right.length) ties++;
  }
  return 1 / (ties + 1);
}

/**
 * The sizes of the classes of equal answers, as they are found; it ends once no class that is left can have `least` votes.
 * @param counts votes by text
 */
async function* classSizes(
  counts: ReadonlyMap<string, number>,
  least: number,
  same: SameAnswers,
): AsyncGenerator<number> {
  let open = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  for (const [, count] of open.splice(MOST_COMPARED)) yield count;
  while (open.reduce((sum, [, count]) => sum + count, 0) >= least) {
    const [[text, count], ...others] = open as [[string, number], ...[string, number][]];
    const joins = others.length === 0 ? [] : await same(others.map(([other]) => other), text);
    yield others.reduce((sum, [, more], i) => joins[i] ? sum + more : sum, count);
    open = others.filter((_, i) => !joins[i]);
  }
}

/**
 * Compares answers by the standard grader, in workers where that takes time.
 * @param judge decides; it is the caller's to close
 * @returns for one vote: it gives up comparing once that has taken too long too often
 */
export function judgedSame(judge: Judge, signal?: AbortSignal): SameAnswers {
  let overruns = 0;
  return async (answers, other) => {
    if (overruns >= MOST_OVERRUNS) return answers.map(() => false);
    const verdicts = await judge.judge(answers.map((text) => ({ text, reference: other, bare: true })), { signal });
    overruns += verdicts.filter(({ outcome }) => outcome === "grader_timeout").length;
    return verdicts.map(({ correct }) => correct);
  };
}

/** Options of `majorities`. */
export interface MajorityOptions {
  /** Completions that vote together. */
  readonly k: number;
  /** Longest comparison of two answers in milliseconds; default 1000. */
  readonly timeoutMs?: number | undefined;
  /** Ends it early, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * [P] maj@k of each problem. Of more than k completions the first k vote, then the next k, and so on; what is left over
 * does not vote, and the mean counts.
 * @throws the signal's reason, when it was aborted
 */
export async function majorities(
  groups: readonly { readonly rollouts: readonly Rollout[] }[],
  { k, timeoutMs, signal }: MajorityOptions,
): Promise<number[]> {
  const judge = createJudge({ timeoutMs });
  const shares: number[] = [];
  try {
    for (const { rollouts } of groups) {
      signal?.throwIfAborted();
      const votes = rollouts.map(voteOf);
      const rounds = Math.floor(votes.length / k);
      let won = 0;
      for (let i = 0; i < rounds; i++) {
        won += await majority(votes.slice(i * k, (i + 1) * k), judgedSame(judge, signal));
      }
      shares.push(won / rounds);
    }
    return shares;
  } finally {
    await judge.close();
  }
}
