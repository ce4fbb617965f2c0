/**
 * Rollouts and advantages to training data, in Tinker's alignment: inputs are the sequence without its last token,
 * targets the sequence without its first, and position t predicts target t. The stop token is an action like any other,
 * so that a policy learns when to end.
 */
import type { OverlongRule } from "../config/mod.ts";
import type { Datum, Group, Rollout } from "../vocabulary.ts";
import { isConstant } from "./advantages/mod.ts";
import { isTruncated } from "./overlong.ts";

/** A datum of a policy-gradient loss: its optional lists are there. */
export type PolicyDatum = Datum & Required<Pick<Datum, "logprobs" | "advantages">>;

/** How data are chosen. */
export interface DataOptions {
  /** Leave groups whose rewards are all equal out. */
  readonly remove_constant_reward_groups: boolean;
  /** Where groups without a signal are refilled they are left out, whatever `remove_constant_reward_groups` says. */
  readonly max_refill_rounds?: number;
  /** Leave completions that were cut off out, with `mask`. */
  readonly overlong?: OverlongRule;
}

/**
 * The data of one step: a datum a completion, group by group. Empty completions have no action and give none.
 * @param advantages [P][G], one a rollout
 * @returns [D] with D at most P * G
 */
export function trainingData(
  groups: readonly Group[],
  advantages: readonly (readonly number[])[],
  { remove_constant_reward_groups, max_refill_rounds = 0, overlong }: DataOptions,
): PolicyDatum[] {
  return groups.flatMap((group, p) => {
    if (remove_constant_reward_groups && isConstant(group)) return [];
    if (max_refill_rounds > 0 && !advantages[p]?.some((advantage) => advantage !== 0)) return [];
    return group.rollouts.flatMap((rollout, g) => {
      if (rollout.completion.tokens.length === 0 || (overlong === "mask" && isTruncated(rollout))) return [];
      return [datumOf(rollout, advantages[p]?.[g] ?? 0)];
    });
  });
}

/**
 * One rollout as a datum; its advantage stands on every token of the completion.
 * @throws {RangeError} when the prompt has no tokens, or log-probabilities and tokens differ in number
 */
export function datumOf({ problem, prompt, completion }: Rollout, advantage: number): PolicyDatum {
  const { tokens: actions, logprobs } = completion;
  if (prompt.tokens.length === 0) {
    throw new RangeError(`cannot train on ${problem.id}: its prompt has no tokens; the policy needs a chat format`);
  }
  if (logprobs.length !== actions.length) {
    throw new RangeError(
      `cannot train on ${problem.id}: the policy gave ${logprobs.length} log-probabilities for ${actions.length} tokens`,
    );
  }
  const sequence = [...prompt.tokens, ...actions];
  // The last prompt token predicts the first action, so the prompt covers one target less than it has tokens.
  const before = new Array<number>(prompt.tokens.length - 1).fill(0);
  return {
    tokens: sequence.slice(0, -1),
    target_tokens: sequence.slice(1),
    mask: [...before, ...actions.map(() => 1)],
    logprobs: [...before, ...logprobs],
    advantages: [...before, ...actions.map(() => advantage)],
  };
}

/** Number of scored positions of a datum. */
export function actionsOf({ mask }: Datum): number {
  return mask.reduce((count, value) => count + value, 0);
}

/** Number of scored positions. */
export function scoredTokens(data: readonly Datum[]): number {
  return data.reduce((sum, datum) => sum + actionsOf(datum), 0);
}

/** Whether any action has an advantage: without one a policy-gradient loss has no gradient. */
export function hasSignal(data: readonly PolicyDatum[]): boolean {
  return data.some(({ advantages, mask }) => advantages.some((value, t) => value !== 0 && mask[t] === 1));
}

/**
 * The parts of a batch that make an update each. One without a signal makes none: it has no gradient, but Adam's momentum
 * would move the weights all the same.
 */
export function updateParts(data: readonly PolicyDatum[], count: number): PolicyDatum[][] {
  return substeps(data, count).filter(hasSignal);
}

/** Cuts data into `count` consecutive parts whose sizes differ by at most one; parts without data are left out. */
export function substeps<T>(data: readonly T[], count: number): T[][] {
  const cut = (k: number) => Math.floor((k * data.length) / count);
  return Array.from({ length: count }, (_, k) => data.slice(cut(k), cut(k + 1))).filter((part) => part.length > 0);
}
