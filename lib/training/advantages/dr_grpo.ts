/**
 * Dr. GRPO: A_i = (r_i - mean(r)) / max_tokens, the same divisor for every completion and group (Liu et al. 2025,
 * "Understanding R1-Zero-like training", arXiv:2503.20783). It takes two biases out of GRPO: no division by the standard
 * deviation, which favours problems that are too easy or too hard, and none by a completion's own length, which favours
 * long wrong answers. A constant divisor leaves the direction of the gradient alone; with Adam it hardly shows, with
 * `grad_clip_norm` or a KL penalty, which is not divided, it does.
 */
import { centered } from "./centered.ts";

/** [G] rewards less their mean, divided by the longest completion allowed. */
export function drGrpo(rewards: readonly number[], { max_tokens }: { readonly max_tokens: number }): number[] {
  return centered(rewards).map((difference) => difference / max_tokens);
}
