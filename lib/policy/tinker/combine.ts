/**
 * Puts the results of the parts of one forward_backward together. A metric's name says how: `name:reduction`, where a
 * part weighs as many data as it has.
 */
import type { WireForwardBackwardOutput } from "./wire_types.ts";

/**
 * One result from the results of the parts, in the order of the parts. A metric that a part lacks, or whose reduction is
 * not known, is left out.
 * @throws {RangeError} when there is no part
 */
export function combineOutputs(parts: readonly WireForwardBackwardOutput[]): WireForwardBackwardOutput {
  const [first] = parts;
  if (first === undefined) throw new RangeError("cannot put together the results of no request");
  if (parts.length === 1) return first;
  return {
    loss_fn_output_type: first.loss_fn_output_type,
    loss_fn_outputs: parts.flatMap(({ loss_fn_outputs }) => loss_fn_outputs),
    metrics: combineMetrics(parts),
  };
}

function combineMetrics(parts: readonly WireForwardBackwardOutput[]): Record<string, number> {
  const weights = parts.map(({ loss_fn_outputs }) => loss_fn_outputs.length);
  const combined: Record<string, number> = {};
  for (const key of Object.keys((parts[0] as WireForwardBackwardOutput).metrics)) {
    const values = parts.map(({ metrics }) => metrics[key]);
    if (!values.every((value) => value !== undefined)) continue;
    const reduction = key.slice(key.lastIndexOf(":") + 1);
    if (reduction === "unique") {
      values.forEach((value, i) => combined[i === 0 ? key : `${key}_${i}`] = value);
      continue;
    }
    const value = key.includes(":") ? reduce(reduction, values, weights) : undefined;
    if (value !== undefined) combined[key] = value;
  }
  return combined;
}

function reduce(reduction: string, values: readonly number[], weights: readonly number[]): number | undefined {
  switch (reduction) {
    case "sum":
      return values.reduce((a, b) => a + b, 0);
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "mean":
      return mean(values, weights);
    case "slack":
      return Math.max(...values) - mean(values, weights);
    case "hash_unordered":
      // The official client's hash cannot be had outside its language; the first part's stands for all.
      return values[0];
    default:
      return undefined;
  }
}

function mean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b, 0);
  return values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / total;
}
