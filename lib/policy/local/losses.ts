/**
 * The losses, each a sum over scored targets of a function of their log-probability. A loss is one small function that
 * extends the graph; the trainer does not know which one runs. Definitions and names are the Tinker API's.
 */
import type { Graph, Value } from "./graph.ts";
import { exp, mul, scale, sub, sumAll } from "./ops.ts";

/** How a loss is built and which per-target inputs it takes. */
export interface Loss {
  /** Inputs [R] that the data must carry. */
  readonly inputs: readonly ("weights" | "logprobs" | "advantages")[];
  /** The scalar to minimise, from log-probabilities [R] and the inputs [R]. */
  build(g: Graph, logprobs: Value, inputs: Readonly<Record<string, Value>>): Value;
}

/** Names of the losses the engine has. */
export type LocalLossName = "cross_entropy" | "importance_sampling";

/** All losses by name. */
export const LOSSES: Readonly<Record<LocalLossName, Loss>> = {
  // -sum w log p
  cross_entropy: {
    inputs: ["weights"],
    build: (g, logprobs, { weights }) => scale(g, sumAll(g, mul(g, logprobs, weights as Value)), -1),
  },
  // -sum (p / q) A, with q the probability the target was sampled with
  importance_sampling: {
    inputs: ["logprobs", "advantages"],
    build: (g, logprobs, { logprobs: sampled, advantages }) => {
      const ratio = exp(g, sub(g, logprobs, sampled as Value));
      return scale(g, sumAll(g, mul(g, ratio, advantages as Value)), -1);
    },
  },
};

/** A loss by name. @throws {TypeError} when the engine does not have it */
export function localLoss(name: string): LocalLossName {
  if (Object.hasOwn(LOSSES, name)) return name as LocalLossName;
  throw new TypeError(`loss "${name}" is not one of the embedded engine's: ${Object.keys(LOSSES).join(", ")}`);
}
