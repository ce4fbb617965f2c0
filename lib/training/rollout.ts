/**
 * Draws completions: all prompts of a batch at once, so that a policy can share one decoding batch among them. Each
 * prompt has a random stream of its own, so other prompts change an answer by no more than rounding.
 */
import type { Environment } from "../environment/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import type { Completion, Group, Prompt, SamplingParams } from "../vocabulary.ts";

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
  { params, seedOf, signal, onProgress }: RolloutOptions,
): Promise<readonly (readonly Completion[])[]> {
  signal?.throwIfAborted();
  const total = prompts.length * count;
  let done = 0;
  onProgress?.(0, total);
  const drawing = prompts.map(async (prompt, index) => {
    const seed = seedOf(prompt, index);
    const completions = await policy.sample(prompt, count, { ...params, seed }, signal === undefined ? {} : { signal });
    done += completions.length;
    onProgress?.(done, total);
    return completions;
  });
  const drawn = await Promise.all(drawing);
  // A policy that cannot stop midway returns after the abort; its answers are discarded all the same.
  signal?.throwIfAborted();
  return drawn;
}

/** Grades what was drawn: [P][G] completions to P groups of G rollouts. */
export function gradeGroups(
  environment: Environment,
  prompts: readonly Prompt[],
  completions: readonly (readonly Completion[])[],
): Group[] {
  return prompts.map((prompt, i) => ({
    problem: prompt.problem,
    rollouts: (completions[i] ?? []).map((completion) => environment.grade(prompt, completion)),
  }));
}
