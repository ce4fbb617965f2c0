/**
 * How much better a completion was than the others of its group: A_i = r_i - mean(r). This is the baseline of GRPO (Shao
 * et al. 2024, "DeepSeekMath", arXiv:2402.03300) without its division by the standard deviation; the math_rl recipe's way,
 * and what the other rules are made of.
 */

/** [G] rewards less their mean; exactly 0 where all are equal. */
export function centered(rewards: readonly number[]): number[] {
  // Not left to the subtraction: the mean of equal numbers can differ from them in the last bit.
  if (areEqual(rewards)) return rewards.map(() => 0);
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  return rewards.map((reward) => reward - mean);
}

/** Whether all rewards are equal, so that they say nothing about what to do differently. */
export function areEqual(rewards: readonly number[]): boolean {
  return rewards.every((reward) => reward === rewards[0]);
}
