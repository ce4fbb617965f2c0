/**
 * The losses of the Tinker API as formulas on log-probabilities: each is a sum over tokens. The embedded engine and servers
 * compute them; here they stand for servers that do not report the value, and for tests. With lp the log-probability under
 * the current weights, q the one the token was sampled with, A its advantage, w its weight and r = exp(lp - q).
 *
 * The thresholds of ppo need not be alike on both sides. DAPO's clip-higher (Yu et al. 2025, arXiv:2503.14476, section 3.1)
 * lets tokens that were unlikely grow further, against the loss of entropy:
 * `loss_fn=ppo loss_fn_config={"clip_low_threshold":0.8,"clip_high_threshold":1.28}`.
 */
import { LOSS_OPTIONS, lossOptionsProblem } from "../config/mod.ts";
import type { Datum } from "../vocabulary.ts";
import type { LossConfig, LossName } from "./policy.ts";

/** What a loss takes of a datum beside its targets. */
export type LossInput = "weights" | "logprobs" | "advantages";

/** The inputs of each loss. */
export const LOSS_INPUTS: Readonly<Record<LossName, readonly LossInput[]>> = {
  cross_entropy: ["weights"],
  importance_sampling: ["logprobs", "advantages"],
  ppo: ["logprobs", "advantages"],
  cispo: ["logprobs", "advantages"],
  dro: ["logprobs", "advantages"],
};

/**
 * All options of a loss, as they are sent: servers differ in their own defaults.
 * @throws {TypeError} when the loss has no such option or cannot take the value
 */
export function lossConfigOf(loss: LossName, config: LossConfig | undefined): LossConfig | undefined {
  const own = config === undefined || Object.keys(config).length === 0 ? null : { ...config };
  const problem = lossOptionsProblem({ loss_fn: loss, loss_fn_config: own });
  if (problem !== undefined) throw new TypeError(`cannot train with loss ${loss}: ${problem}`);
  const all = { ...LOSS_OPTIONS[loss], ...own };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** The value of a loss over data, from the log-probabilities [D][T] of their targets; only masked-in targets count. */
export function lossSum(
  loss: LossName,
  config: LossConfig | undefined,
  data: readonly Datum[],
  logprobs: readonly (readonly number[])[],
): number {
  const value = TOKEN_LOSSES[loss]({ ...LOSS_OPTIONS[loss], ...config });
  let sum = 0;
  data.forEach(({ mask, weights = [], logprobs: sampled = [], advantages = [] }, d) =>
    mask.forEach((scored, t) => {
      if (scored === 0) return;
      sum += value({ lp: logprobs[d]?.[t] ?? NaN, q: sampled[t] ?? 0, A: advantages[t] ?? 0, w: weights[t] ?? 0 });
    })
  );
  return sum;
}

interface Token {
  readonly lp: number;
  readonly q: number;
  readonly A: number;
  readonly w: number;
}

type TokenLoss = (config: LossConfig) => (token: Token) => number;

const TOKEN_LOSSES: Readonly<Record<LossName, TokenLoss>> = {
  // -w lp
  cross_entropy: () => ({ lp, w }) => -w * lp,
  // -r A
  importance_sampling: () => ({ lp, q, A }) => -Math.exp(lp - q) * A,
  // -min(r A, clip(r) A)
  ppo: (config) => ({ lp, q, A }) => {
    const r = Math.exp(lp - q);
    return -Math.min(r * A, clip(r, config) * A);
  },
  // -clip(r) A lp, the clipped ratio being a constant to the gradient
  cispo: (config) => ({ lp, q, A }) => -clip(Math.exp(lp - q), config) * A * lp,
  // -(lp A - beta / 2 (lp - q)^2)
  dro: ({ beta = 0 }) => ({ lp, q, A }) => -(lp * A - 0.5 * beta * (lp - q) ** 2),
};

function clip(
  ratio: number,
  { clip_low_threshold: low = 0, clip_high_threshold: high = Infinity }: LossConfig,
): number {
  return Math.min(Math.max(ratio, low), high);
}
