/**
 * GRPO as it was published: A_i = (r_i - mean(r)) / (std(r) + 1e-6) (Shao et al. 2024, "DeepSeekMath", arXiv:2402.03300).
 * The paper does not say which standard deviation it means. Taken here is the sample's, which divides by G - 1: both TRL's
 * trainer and verl's do so; the constant is verl's (TRL has 1e-4). Groups that are nearly all right or nearly all wrong
 * weigh more than with `centered`, which Dr. GRPO (arXiv:2503.20783) calls a bias towards too easy and too hard problems.
 */
import { centered } from "./centered.ts";

/** Keeps the division finite. */
const EPSILON = 1e-6;

/** [G] rewards less their mean, in standard deviations of the group. */
export function grpo(rewards: readonly number[]): number[] {
  const differences = centered(rewards);
  const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0);
  // A group of one has no deviation, and no difference either.
  const deviation = Math.sqrt(squares / Math.max(1, rewards.length - 1));
  return differences.map((difference) => difference / (deviation + EPSILON));
}
