/**
 * Which answers are imitated: of what was drawn the right ones, each once, and of one problem at most so many. It is the
 * selection of STaR (Zelikman et al. 2022, arXiv:2203.14465), of RFT (Yuan et al. 2023, arXiv:2308.01825), which keeps
 * different answers only, and of ReST-EM (Singh et al. 2023, arXiv:2312.06585), which bounds the answers to a problem so
 * that easy ones do not crowd out the others. What they weigh is in `expert_data.ts`.
 */
import { randomFrom, singleSpaced } from "../../basics/mod.ts";
import type { Group, Problem, Rollout } from "../../vocabulary.ts";

/** An answer and its place in the batch. */
export interface PlacedAnswer {
  /** Index of its group. */
  readonly group: number;
  /** Its index in the group. */
  readonly sample: number;
  /** The answer. */
  readonly rollout: Rollout;
}

/** The answers to one problem that are imitated. */
export interface KeptAnswers {
  /** What was asked. */
  readonly problem: Problem;
  /** In the order they were drawn; never empty. */
  readonly answers: readonly PlacedAnswer[];
}

/** What was chosen from a batch. */
export interface Choice {
  /** One entry a problem that has a right answer, in the batch's order. */
  readonly kept: readonly KeptAnswers[];
  /** Problems of the batch; one that is in it twice counts once. */
  readonly problems: number;
  /** Right answers that equal an earlier one to the same problem. */
  readonly duplicates: number;
}

/** How answers are chosen. */
export interface ChoiceOptions {
  /** Most answers to a problem. */
  readonly max_kept_per_problem: number;
  /** The run's. */
  readonly seed: number;
  /** Index of the round: with the seed and the problem it names the random stream. */
  readonly step: number;
}

/**
 * Whether an answer may be imitated: strictly right, and ended by the policy itself. One that was cut off would teach not
 * to end.
 */
export function isExpert({ grade, completion }: Rollout): boolean {
  return grade.correct && completion.stopReason === "stop" && completion.tokens.length > 0;
}

/**
 * Chooses what is imitated of a batch. Where a problem has more answers than may be kept each is as likely as another.
 * Answers are equal whose tokens are, or whose texts are but for white space.
 */
export function chooseAnswers(
  groups: readonly Group[],
  { max_kept_per_problem, seed, step }: ChoiceOptions,
): Choice {
  // By problem: a small set of problems comes more than once in a large batch.
  const byProblem = Map.groupBy(groups.entries(), ([, { problem }]) => problem.id);
  const kept: KeptAnswers[] = [];
  let duplicates = 0;
  for (const [id, entries] of byProblem) {
    const right = entries.flatMap(([group, { rollouts }]) =>
      rollouts.flatMap((rollout, sample) => isExpert(rollout) ? [{ group, sample, rollout }] : [])
    );
    const distinct = distinctAnswers(right);
    duplicates += right.length - distinct.length;
    if (distinct.length === 0) continue;
    const chosen = randomFrom(seed, "expert", step, id).shuffle([...distinct.keys()]).slice(0, max_kept_per_problem);
    const answers = chosen.sort((a, b) => a - b).map((i) => distinct[i] as PlacedAnswer);
    kept.push({ problem: entries[0]![1].problem, answers });
  }
  return { kept, problems: byProblem.size, duplicates };
}

/** The first of each kind, in order. */
function distinctAnswers(answers: readonly PlacedAnswer[]): PlacedAnswer[] {
  const seen = answerFilter();
  return answers.filter(({ rollout: { text, completion } }) => seen(text, completion.tokens));
}

/**
 * Tells different answers to one problem apart.
 * @returns a function that says whether an answer differs from all that it was asked about before
 */
export function answerFilter(): (text: string, tokens: readonly number[]) => boolean {
  const texts = new Set<string>();
  const sequences = new Set<string>();
  return (text, tokens) => {
    const [words, sequence] = [singleSpaced(text), tokens.join(" ")];
    if (texts.has(words) || sequences.has(sequence)) return false;
    texts.add(words);
    sequences.add(sequence);
    return true;
  };
}
