/**
 * REINFORCE leave-one-out: the baseline of a completion is the mean reward of the others, A_i = r_i - mean of r_j, j != i
 * (Kool et al. 2019, "Buy 4 REINFORCE samples, get a baseline for free!"; Ahmadian et al. 2024, "Back to basics",
 * arXiv:2402.14740). A baseline that does not hold the completion itself leaves the gradient unbiased. It comes to
 * G / (G - 1) times `centered`.
 */
import { centered } from "./centered.ts";

/** [G] rewards less the mean of the other ones. */
export function rloo(rewards: readonly number[]): number[] {
  // A group of one has no others; its difference is 0 all the same.
  const factor = rewards.length / Math.max(1, rewards.length - 1);
  return centered(rewards).map((difference) => difference * factor);
}
