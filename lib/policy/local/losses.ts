/**
 * The losses, each a sum over scored targets of a function of their log-probability. A loss is one small function that
 * extends the graph; the trainer does not know which one runs. Definitions and names are the Tinker API's.
 */
import type { Graph, Value } from "./graph.ts";
import { exp, mul, scale, sub, sumAll } from "./ops.ts";
import type { Datum } from "../../vocabulary.ts";

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

/**
 * Checks data against a loss before any of it is used.
 * @throws {TypeError} naming the datum and what it lacks
 */
export function checkData(
  data: readonly Datum[],
  loss: LocalLossName | undefined,
  vocabSize: number,
  contextLength: number,
): void {
  data.forEach((datum, i) => {
    const length = datum.tokens.length;
    if (length === 0) throw new TypeError(`datum ${i} has no tokens`);
    if (length > contextLength) {
      throw new RangeError(`datum ${i} has ${length} tokens, more than the model's context of ${contextLength}`);
    }
    const inputs = loss === undefined ? [] : LOSSES[loss].inputs;
    for (const field of ["target_tokens", "mask", ...inputs] as const) {
      const values = datum[field];
      if (values?.length !== length) {
        throw new TypeError(
          `datum ${i} has ${values?.length ?? "no"} ${field} for ${length} tokens; one each is needed`,
        );
      }
      if (!values.every(Number.isFinite)) throw new TypeError(`datum ${i} has a ${field} that is not a finite number`);
    }
    const bad = [...datum.tokens, ...datum.target_tokens].find((id) =>
      !Number.isInteger(id) || id < 0 || id >= vocabSize
    );
    if (bad !== undefined) throw new RangeError(`datum ${i} has token ${bad}, outside the vocabulary of ${vocabSize}`);
  });
}
