/**
 * A loss of one's own, computed here. With g the derivative of the loss C by the log-probability lp of each target,
 * `cross_entropy` with weights -g is the sum of g * lp, whose gradient by the weights of the model is that of C.
 */
import type { TensorData, WireDatum, WireForwardBackwardOutput } from "./wire_types.ts";

/** What a loss of one's own returns. */
export interface CustomLossOutput {
  /** The loss. */
  readonly loss: number;
  /** [D][T] its derivative by each log-probability. */
  readonly gradients: readonly (readonly number[])[];
  /** More numbers to report. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A loss from the log-probabilities [D][T] of the targets of the data [D]. */
export type CustomLoss = (logprobs: readonly (readonly number[])[], data: readonly WireDatum[]) => CustomLossOutput;

/** The data for the forward pass: targets alone, without weights. @throws {TypeError} when there are no targets */
export function forwardData(data: readonly WireDatum[]): WireDatum[] {
  return data.map((datum, i) => crossEntropyDatum(datum, new Float32Array(targetsOf(datum, i).data.length), i));
}

/**
 * The data whose `cross_entropy` has the gradient of a loss.
 * @throws {TypeError} when the loss is not finite or does not return a finite gradient for each target
 */
export function customLossData(
  data: readonly WireDatum[],
  outputs: WireForwardBackwardOutput,
  loss: CustomLoss,
): { data: WireDatum[]; loss: string; extra: CustomLossOutput } {
  const logprobs = logprobsOf(data, outputs);
  const extra = loss(logprobs, data);
  if (!Number.isFinite(extra.loss)) throw new TypeError(`the custom loss is ${extra.loss}, not a finite number`);
  if (extra.gradients.length !== data.length) {
    throw new TypeError(`the custom loss gave gradients for ${extra.gradients.length} data, there are ${data.length}`);
  }
  return {
    data: data.map((datum, i) => weighted(datum, extra.gradients[i] as number[], i)),
    loss: "cross_entropy",
    extra,
  };
}

/** [D][T] log-probabilities from the outputs of a loss. @throws {TypeError} when they do not fit the data */
export function logprobsOf(data: readonly WireDatum[], { loss_fn_outputs }: WireForwardBackwardOutput): number[][] {
  if (loss_fn_outputs.length !== data.length) {
    throw new TypeError(`the server gave outputs for ${loss_fn_outputs.length} data, there are ${data.length}`);
  }
  return data.map((datum, i) => {
    const length = targetsOf(datum, i).data.length;
    const found = loss_fn_outputs[i]?.logprobs?.data;
    if (found?.length === length) return Array.from(found);
    throw new TypeError(
      `the server gave ${found?.length ?? "no"} log-probabilities for the ${length} targets of datum ${i}`,
    );
  });
}

function weighted(datum: WireDatum, gradient: readonly number[], i: number): WireDatum {
  const { length } = targetsOf(datum, i).data;
  if (gradient.length !== length || !gradient.every(Number.isFinite)) {
    throw new TypeError(
      `the custom loss has to give ${length} finite derivatives for datum ${i}, one a target; it gave ${gradient.length}`,
    );
  }
  return crossEntropyDatum(datum, Float32Array.from(gradient, (g) => -g), i);
}

function crossEntropyDatum(datum: WireDatum, weights: Float32Array, i: number): WireDatum {
  const target_tokens = targetsOf(datum, i);
  const { shape } = target_tokens;
  return { ...datum, loss_fn_inputs: { target_tokens, weights: { data: weights, dtype: "float32", shape } } };
}

function targetsOf({ loss_fn_inputs }: WireDatum, i: number): TensorData {
  const targets = loss_fn_inputs.target_tokens;
  if (targets !== undefined) return targets;
  throw new TypeError(`datum ${i} has no target_tokens`);
}
