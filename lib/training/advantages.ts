/**
 * How much better a completion was than the others of its group: A_i = r_i - mean(r). This is the baseline of GRPO (Shao
 * et al. 2024, "DeepSeekMath", arXiv:2402.03300) without its division by the standard deviation, which weighs groups
 * that are nearly all right or nearly all wrong too much (Liu et al. 2025, Dr. GRPO, arXiv:2503.20783).
 */
import type { Group } from "../vocabulary.ts";

/** Whether all rewards of a group are equal, so that it says nothing about what to do differently. */
export function isConstant(group: Group): boolean {
  return group.rollouts.every(({ reward }) => reward === group.rollouts[0]?.reward);
}

/** [G] advantages of a group's rollouts; exactly 0 where all rewards are equal. */
export function advantagesOf(group: Group): number[] {
  // Not left to the subtraction: the mean of equal numbers can differ from them in the last bit.
  if (isConstant(group)) return group.rollouts.map(() => 0);
  const mean = group.rollouts.reduce((sum, { reward }) => sum + reward, 0) / group.rollouts.length;
  return group.rollouts.map(({ reward }) => reward - mean);
}
