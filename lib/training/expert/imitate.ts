/**
 * Moves the policy towards chosen answers: a gradient of `cross_entropy` and an optimizer step a minibatch. Like every
 * update it takes no signal: there is no way back from half of it, so once begun it is finished.
 */
import type { ForwardBackwardOutput, TrainablePolicy } from "../../policy/mod.ts";
import type { Metrics } from "../../vocabulary.ts";
import { requireFinite } from "../divergence.ts";
import type { CountProgress } from "../rollout.ts";
import { adamOf, type UpdateConfig } from "../update.ts";
import type { ExpertDatum } from "./expert_data.ts";

/** Minibatches submitted ahead: a remote trainer never waits for this process, and an error leaves few behind. */
const AHEAD = 4;

/** What `imitate` takes. */
export interface ImitateArgs {
  /** Learns. */
  readonly policy: TrainablePolicy;
  /** [B][D] in the order they are learned from. */
  readonly minibatches: readonly (readonly ExpertDatum[])[];
  /** Of the optimizer. */
  readonly config: UpdateConfig;
  /** Index of the round, for messages. */
  readonly step: number;
  /** Told how many minibatches are done. */
  readonly onUpdate?: CountProgress | undefined;
}

type Submitted = Promise<[PromiseSettledResult<ForwardBackwardOutput>, PromiseSettledResult<Metrics>]>;

/**
 * Trains on minibatches, one after the other.
 * @returns what the optimizer reported last, with `optim/grad_norm` as the mean over updates; `optim/loss_per_token`, the
 * weighted mean over tokens of minus the log-probability; `optim/updates`
 * @throws {DivergenceError} when a loss or gradient norm is not finite
 */
export async function imitate({ policy, minibatches, config, step, onUpdate }: ImitateArgs): Promise<Metrics> {
  const adam = adamOf(config);
  const place = { step, learning_rate: config.learning_rate };
  const underWay: Submitted[] = [];
  const submit = (data: readonly ExpertDatum[] | undefined) =>
    data && underWay.push(Promise.allSettled([policy.forwardBackward(data, "cross_entropy"), policy.optimStep(adam)]));
  minibatches.slice(0, AHEAD).forEach(submit);
  let [lossSum, normSum, last]: [number, number, Metrics] = [0, 0, {}];
  try {
    for (let done = 0; done < minibatches.length; done++) {
      const [gradient, update] = await underWay.shift()!;
      if (gradient.status === "rejected") throw gradient.reason;
      lossSum += gradient.value.metrics["loss:sum"] ?? NaN;
      // Before the optimizer's own refusal, which does not know the step.
      requireFinite("loss", lossSum, place);
      if (update.status === "rejected") throw update.reason;
      last = update.value;
      normSum += last["optim/grad_norm"] ?? 0;
      requireFinite("gradient norm", normSum, place);
      onUpdate?.(done + 1, minibatches.length);
      submit(minibatches[done + AHEAD]);
    }
  } finally {
    // All have to settle before an error leaves: whoever catches it may use the policy.
    await Promise.all(underWay);
  }
  return {
    ...last,
    ...("optim/grad_norm" in last ? { "optim/grad_norm": normSum / minibatches.length } : {}),
    "optim/loss_per_token": lossSum / weightOf(minibatches.flat()),
    "optim/updates": minibatches.length,
  };
}

/** The sum of all weights. */
function weightOf(data: readonly ExpertDatum[]): number {
  let sum = 0;
  for (const { weights } of data) for (const weight of weights) sum += weight;
  return sum;
}
