/**
 * Training data on their way to a server and back: checked before any of them is sent, put into the inputs that the loss
 * takes there, and the log-probabilities that come back laid on the mask.
 */
import type { Datum } from "../../vocabulary.ts";
import type { LossConfig, LossName } from "../policy.ts";
import { logprobsOf } from "./custom_loss.ts";
import { LOSS_INPUTS } from "../losses.ts";
import type { Dialect, ForwardFirst } from "./training_types.ts";
import type { TensorData, WireDatum, WireForwardBackwardOutput } from "./wire_types.ts";

/**
 * Data as they travel for a loss. Where the mask is 0, weights and advantages are 0, and so are sampled
 * log-probabilities but those of `dro`, which reaches every token.
 */
export function wireData(data: readonly Datum[], loss: LossName, dialect: Dialect): WireDatum[] {
  return data.map((datum) => {
    const tensors = LOSS_INPUTS[loss].map((name) => {
      const values = datum[name] ?? [];
      return [name, floats(loss === "dro" && name === "logprobs" ? values : masked(values, datum.mask))];
    });
    // SkyRL multiplies every loss with weights, and takes 1 where there are none.
    if (dialect === "skyrl" && loss !== "cross_entropy") tensors.push(["weights", floats(datum.mask)]);
    return wireDatum(datum, Object.fromEntries(tensors));
  });
}

/** Data as they travel when only log-probabilities are wanted, for `cross_entropy`. */
export function scoredData(data: readonly Datum[]): WireDatum[] {
  return data.map((datum) => wireDatum(datum, { weights: floats(datum.mask) }));
}

/** [D][T] log-probabilities of the targets, 0 where the mask is 0. @throws {TypeError} when they do not fit the data */
export function maskedLogprobs(
  data: readonly Datum[],
  wire: readonly WireDatum[],
  output: WireForwardBackwardOutput,
): number[][] {
  return logprobsOf(wire, output).map((logprobs, d) => masked(logprobs, (data[d] as Datum).mask));
}

/**
 * Whether `dro` would pull at tokens that are masked out: its quadratic term has no advantage to be switched off with.
 * Data that say how likely their masked-out tokens are have seen to it themselves.
 */
export function pullsAtMasked(data: readonly Datum[], loss: LossName): boolean {
  if (loss !== "dro") return false;
  return data.some(({ mask, logprobs = [] }) => mask.includes(0) && mask.every((m, t) => m !== 0 || logprobs[t] === 0));
}

/** `dro` with masked-out tokens sampled at their own current log-probability, where its quadratic term vanishes. */
export function droFirst(
  data: readonly Datum[],
  config: LossConfig | undefined,
  dialect: Dialect,
): ForwardFirst<undefined> {
  const wire = scoredData(data);
  return {
    data: wire,
    then: (outputs) => {
      const current = logprobsOf(wire, outputs);
      const filled = wireData(data, "dro", dialect).map((datum, d) => {
        const { mask, logprobs = [] } = data[d] as Datum;
        const sampled = floats(mask.map((scored, t) => (scored === 0 ? current[d]?.[t] : logprobs[t]) as number));
        return { ...datum, loss_fn_inputs: { ...datum.loss_fn_inputs, logprobs: sampled } };
      });
      return { data: filled, loss: "dro", ...(config === undefined ? {} : { config }), extra: undefined };
    },
  };
}

function wireDatum({ tokens, target_tokens }: Datum, tensors: Readonly<Record<string, TensorData>>): WireDatum {
  const targets: TensorData = { data: target_tokens, dtype: "int64", shape: [target_tokens.length] };
  return { model_input: [{ type: "encoded_text", tokens }], loss_fn_inputs: { target_tokens: targets, ...tensors } };
}

function masked(values: readonly number[], mask: readonly number[]): number[] {
  return values.map((value, t) => (mask[t] === 0 ? 0 : value));
}

function floats(data: readonly number[]): TensorData {
  return { data, dtype: "float32", shape: [data.length] };
}
