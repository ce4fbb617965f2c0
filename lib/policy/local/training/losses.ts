/**
 * The losses, each a sum over scored targets of a function of their log-probability. A loss is one small function that
 * extends the graph; the trainer does not know which one runs. Definitions and names are the Tinker API's.
 */
import type { LossName } from "../../policy.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { atMost, clipped, exp, mul, scale, sub, sumAll } from "../graph/ops.ts";

/** How a loss is built, which per-target inputs it takes, and which options. */
export interface Loss {
  /** Inputs [R] that the data must carry. */
  readonly inputs: readonly ("weights" | "logprobs" | "advantages")[];
  /** Options, each a number that is the same for all targets. */
  readonly options: readonly string[];
  /** The scalar to minimise, from log-probabilities [R], the inputs [R] and the options []. */
  build(g: Graph, logprobs: Value, given: Readonly<Record<string, Value>>): Value;
}

const FROM_REWARDS = { inputs: ["logprobs", "advantages"] } as const;
const CLIPPED = { ...FROM_REWARDS, options: ["clip_low_threshold", "clip_high_threshold"] } as const;

/** All losses by name. With q the probability a target was sampled with, r = p / q, and A its advantage. */
export const LOSSES: Readonly<Record<LossName, Loss>> = {
  // -sum w log p
  cross_entropy: {
    inputs: ["weights"],
    options: [],
    build: (g, logprobs, { weights }) => negativeSum(g, mul(g, logprobs, weights as Value)),
  },
  // -sum r A
  importance_sampling: {
    ...FROM_REWARDS,
    options: [],
    build: (g, logprobs, given) => negativeSum(g, mul(g, ratioOf(g, logprobs, given), given.advantages as Value)),
  },
  // -sum min(r A, clip(r) A) (Schulman et al. 2017, arXiv:1707.06347)
  ppo: {
    ...CLIPPED,
    build: (g, logprobs, given) => {
      const ratio = ratioOf(g, logprobs, given);
      const advantages = given.advantages as Value;
      return negativeSum(g, atMost(g, mul(g, ratio, advantages), mul(g, clipOf(g, ratio, given), advantages)));
    },
  },
  // -sum sg(clip(r)) A log p, where sg stops the gradient (MiniMax 2025, arXiv:2506.13585)
  cispo: {
    ...CLIPPED,
    build: (g, logprobs, given) => {
      const weights = mul(g, clipOf(g, ratioOf(g, logprobs, given), given), given.advantages as Value);
      return negativeSum(g, mul(g, logprobs, weights));
    },
  },
  // -sum (log p A - beta / 2 (log p - log q)^2) (Richemond et al. 2024, arXiv:2405.19107)
  dro: {
    ...FROM_REWARDS,
    options: ["beta"],
    build: (g, logprobs, { logprobs: sampled, advantages, beta }) => {
      const distance = sub(g, logprobs, sampled as Value);
      const penalty = mul(g, scale(g, mul(g, distance, distance), 0.5), beta as Value);
      return negativeSum(g, sub(g, mul(g, logprobs, advantages as Value), penalty));
    },
  },
};

function negativeSum(g: Graph, terms: Value): Value {
  return scale(g, sumAll(g, terms), -1);
}

function ratioOf(g: Graph, logprobs: Value, { logprobs: sampled }: Readonly<Record<string, Value>>): Value {
  return exp(g, sub(g, logprobs, sampled as Value));
}

function clipOf(g: Graph, ratio: Value, given: Readonly<Record<string, Value>>): Value {
  return clipped(g, ratio, given.clip_low_threshold as Value, given.clip_high_threshold as Value);
}

/** A loss by name. @throws {TypeError} when there is none of that name */
export function localLoss(name: string): LossName {
  if (Object.hasOwn(LOSSES, name)) return name as LossName;
  throw new TypeError(`loss "${name}" is not one of the embedded engine's: ${Object.keys(LOSSES).join(", ")}`);
}
