/**
 * Adam with decoupled weight decay (Kingma and Ba, arXiv:1412.6980; Loshchilov and Hutter, arXiv:1711.05101) and clipping
 * by the global norm, as plain loops: on a CPU they beat the same arithmetic as a graph, whose results are copied.
 */
import type { AdamParams } from "../../../vocabulary.ts";

/** First and second moments, and the number of steps taken. */
export interface AdamState {
  readonly m: Float32Array<ArrayBuffer>;
  readonly v: Float32Array<ArrayBuffer>;
  step: number;
}

/** A fresh state for n parameters. */
export function emptyAdam(n: number): AdamState {
  return { m: new Float32Array(n), v: new Float32Array(n), step: 0 };
}

/** Global L2 norm. */
export function norm(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum);
}

/**
 * Takes one step in place and leaves the gradient as it is.
 * @returns the gradient's norm before clipping
 * @throws {RangeError} when the gradient is not finite; nothing is changed then
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  { learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm }: AdamParams,
): number {
  const length = norm(gradient);
  if (!Number.isFinite(length)) {
    throw new RangeError(
      `the gradient's norm is ${length}: the step was not taken. Lower learning_rate (now ${learning_rate}) or set grad_clip_norm`,
    );
  }
  const clip = grad_clip_norm > 0 && length > grad_clip_norm ? grad_clip_norm / length : 1;
  state.step++;
  const rate = learning_rate / (1 - beta1 ** state.step);
  const correction = 1 / (1 - beta2 ** state.step);
  const { m, v } = state;
  for (let i = 0; i < weights.length; i++) {
    const grad = (gradient[i] as number) * clip;
    const first = beta1 * (m[i] as number) + (1 - beta1) * grad;
    const second = beta2 * (v[i] as number) + (1 - beta2) * grad * grad;
    m[i] = first;
    v[i] = second;
    const weight = weights[i] as number;
    weights[i] = weight - rate * first / (Math.sqrt(second * correction) + eps) - learning_rate * weight_decay * weight;
  }
  return length;
}
