/**
 * Answers to training data for `cross_entropy`, which Tinker's API has as a sum over tokens. The weights make of it a mean
 * that a learning rate means something for, and that no problem dominates: with n_p answers kept of problem p, each token
 * of them weighs 1 / n_p, and all weights are divided by their sum a minibatch,
 *
 *   w = (1 / n_p) / c,   c = sum over all kept answers of (tokens / n_p) / minibatches.
 *
 * So a minibatch's loss is about the mean negative log-likelihood a token, in nats, and the loss of a pass is the mean over
 * problems of the mean over their answers of -log p(answer), times a constant: the objective of ReST-EM's M-step (Singh et
 * al. 2023, arXiv:2312.06585) with all problems weighing the same.
 */
import { randomFrom } from "../../basics/mod.ts";
import type { Datum, Rollout } from "../../vocabulary.ts";
import { datumOf } from "../data.ts";
import type { KeptAnswers } from "./choose.ts";

/** A datum of `cross_entropy`: its weights are there, and nothing that belongs to other losses. */
export type ExpertDatum = Required<Pick<Datum, "tokens" | "target_tokens" | "mask" | "weights">>;

/**
 * The data of a round, a datum an answer.
 * @param minibatches number of them in a pass
 * @returns [P][answers kept], in the order of the answers
 * @throws {RangeError} when a prompt has no tokens
 */
export function expertData(kept: readonly KeptAnswers[], minibatches: number): ExpertDatum[][] {
  const c = kept.reduce((sum, { answers }) => sum + meanLength(answers), 0) / minibatches;
  return kept.map(({ answers }) => answers.map(({ rollout }) => weighted(rollout, 1 / answers.length / c)));
}

/** Tokens an answer. */
function meanLength(answers: KeptAnswers["answers"]): number {
  return answers.reduce((sum, { rollout }) => sum + rollout.completion.tokens.length, 0) / answers.length;
}

function weighted(rollout: Rollout, weight: number): ExpertDatum {
  const { tokens, target_tokens, mask } = datumOf(rollout, 0);
  return { tokens, target_tokens, mask, weights: mask.map((scored) => scored * weight) };
}

/** Minibatches of a pass over so many answers; one where there are none. */
export function minibatchCount(answers: number, batch_size: number): number {
  return Math.max(1, Math.ceil(answers / batch_size));
}

/** How data are cut into minibatches. */
export interface MinibatchOptions {
  /** Most answers of a minibatch. */
  readonly batch_size: number;
  /** Passes. */
  readonly epochs: number;
  /** The run's. */
  readonly seed: number;
  /** Index of the round: with the seed and the pass it names the random stream. */
  readonly step: number;
}

/**
 * The minibatches of all passes, one after the other, each pass in an order of its own. Answers to one problem stay
 * together: an engine that reads a common prompt once then reads it once for all of them. The sizes differ by at most one:
 * a short last one would move the weights as far as the others, for Adam does not see how large a gradient is.
 * @param groups [P][answers kept]
 * @returns [epochs * minibatches][<= batch_size]
 */
export function minibatchesOf<T>(
  groups: readonly (readonly T[])[],
  { batch_size, epochs, seed, step }: MinibatchOptions,
): T[][] {
  const { length } = groups.flat();
  if (length === 0) return [];
  const count = minibatchCount(length, batch_size);
  const cut = (k: number) => Math.floor((k * length) / count);
  return Array.from({ length: epochs }, (_, epoch) => {
    const order = randomFrom(seed, "expert_order", step, epoch).shuffle(groups).flat();
    return Array.from({ length: count }, (_, k) => order.slice(cut(k), cut(k + 1)));
  }).flat();
}
