/**
 * Draws completions: all prompts of a batch at once, so that a policy can share one decoding batch among them. Each
 * prompt has a random stream of its own, so other prompts change an answer by no more than rounding.
 */
import { AbortListeners, untilAborted } from "../basics/mod.ts";
import { type Environment, REWARDS_AT_ONCE } from "../environment/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import type { Completion, Group, Prompt, Rollout, SamplingParams } from "../vocabulary.ts";

/** Called as work proceeds. */
export type CountProgress = (done: number, total: number) => void;

/** How a batch is drawn. */
export interface RolloutOptions {
  /** Sampling parameters but the seed. */
  readonly params: Omit<SamplingParams, "seed">;
  /** The seed of the prompt at this index. */
  readonly seedOf: (prompt: Prompt, index: number) => number;
  /** Ends sampling early. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many completions are there. */
  readonly onProgress?: CountProgress | undefined;
  /** Given the completions of a prompt, by its index, as soon as they are there; they count once it is done with them. */
  readonly onDrawn?: ((index: number, completions: readonly Completion[]) => void | Promise<void>) | undefined;
  /** Nothing is kept once `onDrawn` has had it: an empty list comes back for each prompt. */
  readonly drop?: boolean | undefined;
}

/**
 * Draws `count` completions of each prompt. Every call is issued in the same tick and only then awaited.
 * @returns [P][G] completions
 * @throws the signal's reason, when it was aborted
 */
export async function rollOut(
  policy: SamplingPolicy,
  prompts: readonly Prompt[],
  count: number,
  { params, seedOf, signal, onProgress, onDrawn, drop = false }: RolloutOptions,
): Promise<readonly (readonly Completion[])[]> {
  signal?.throwIfAborted();
  const total = prompts.length * count;
  let done = 0;
  onProgress?.(0, total);
  const drawing = prompts.map(async (prompt, index) => {
    const seed = seedOf(prompt, index);
    const completions = await policy.sample(prompt, count, { ...params, seed }, signal === undefined ? {} : { signal });
    await onDrawn?.(index, completions);
    done += completions.length;
    onProgress?.(done, total);
    return drop ? [] : completions;
  });
  const drawn = await Promise.all(drawing);
  // A policy that cannot stop midway returns after the abort; its answers are discarded all the same.
  signal?.throwIfAborted();
  return drawn;
}

/**
 * Grades what was drawn: [P][G] completions to P groups of G rollouts.
 * @throws what `Environment.grade` throws
 */
export async function gradeGroups(
  environment: Environment,
  prompts: readonly Prompt[],
  completions: readonly (readonly Completion[])[],
  signal?: AbortSignal,
): Promise<Group[]> {
  const answers = prompts.flatMap((prompt, i) => (completions[i] ?? []).map((completion) => ({ prompt, completion })));
  const rollouts = await environment.grade(answers, { signal });
  let from = 0;
  return prompts.map(({ problem }, i) => {
    const count = completions[i]?.length ?? 0;
    return { problem, rollouts: rollouts.slice(from, from += count) };
  });
}

/**
 * Pays graded rollouts by the environment's reward function, `REWARDS_AT_ONCE` at a time; without one they are paid
 * already, and come back as they are.
 * @returns the same groups in the same order
 * @throws what the reward function is at fault for, see `payRollout`; the signal's reason, when it was aborted
 */
export async function payGroups(
  environment: Environment,
  groups: readonly Group[],
  signal?: AbortSignal,
): Promise<readonly Group[]> {
  if (environment.pay === undefined) return groups;
  const paid = await payAll(environment.pay, groups.flatMap((group) => group.rollouts), signal);
  let from = 0;
  return groups.map((group) => ({ ...group, rollouts: paid.slice(from, from += group.rollouts.length) }));
}

/** The first error ends the batch: no other rollout is begun, and the calls under way are told by their signal. */
async function payAll(
  pay: NonNullable<Environment["pay"]>,
  rollouts: readonly Rollout[],
  outer: AbortSignal | undefined,
): Promise<readonly Rollout[]> {
  outer?.throwIfAborted();
  const ending = new AbortController();
  const listeners = new AbortListeners();
  // Not AbortSignal.any: a run's signal outlives thousands of batches, and nothing of theirs may stay registered there.
  const unlisten = outer && listeners.add(outer, () => ending.abort(outer.reason));
  const { signal } = ending;
  const paid: Rollout[] = [];
  let next = 0;
  const work = async () => {
    while (next < rollouts.length) {
      signal.throwIfAborted();
      const index = next++;
      try {
        paid[index] = await untilAborted(pay(rollouts[index]!, { signal }), signal, listeners);
      } catch (error) {
        // At once, before another worker has its turn; as the reason, so that all of them end with the first error.
        ending.abort(error);
        throw error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: REWARDS_AT_ONCE }, work));
    return paid;
  } finally {
    unlisten?.();
  }
}
