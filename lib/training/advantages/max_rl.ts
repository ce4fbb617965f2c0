/**
 * Maximum likelihood reinforcement learning: A_i = (r_i - mean(r)) / mean(r) (Tajwar et al. 2026, arXiv:2602.02710). Their
 * rewards are 0 and 1, so the mean is the pass rate p, and dividing by it turns the gradient of p into an estimate of the
 * gradient of log p: a problem that is solved rarely weighs as much as one that is solved often.
 *
 * Our rewards may be negative, by `format_coef` or a reward function of one's own, and then their mean may be too, or as
 * good as 0, though a completion is right. The divisor is therefore the mean of max(r, 0): the paper's where no reward is
 * negative, and never so small that one group outweighs all. Where no reward is positive every advantage is 0, as in the
 * paper where no answer is right: such a group has no likelihood to raise, and teaches no format either.
 */
import { centered } from "./centered.ts";

/** [G] rewards less their mean, divided by the mean of what is positive; 0 where nothing is. */
export function maxRl(rewards: readonly number[]): number[] {
  const divisor = rewards.reduce((sum, reward) => sum + Math.max(0, reward), 0) / rewards.length;
  return centered(rewards).map((difference) => divisor > 0 ? difference / divisor : 0);
}
