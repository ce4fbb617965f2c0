/**
 * Which options each loss has, by Tinker's names, and what they are when nobody says. They are always sent: servers differ
 * in their own defaults.
 */
import type { LossFn, TrainConfig } from "./schema.ts";

/** The options of each loss with their defaults; thresholds are ratios of probabilities. */
export const LOSS_OPTIONS: Readonly<Record<LossFn, Readonly<Record<string, number>>>> = {
  importance_sampling: {},
  ppo: { clip_low_threshold: 0.8, clip_high_threshold: 1.2 },
  cispo: { clip_low_threshold: 0, clip_high_threshold: 4 },
  dro: { beta: 0.05 },
  cross_entropy: {},
};

/** The options that a run's loss is given: all that it has, with the configuration's values where there are any. */
export function lossOptionsOf(
  { loss_fn, loss_fn_config }: Pick<TrainConfig, "loss_fn" | "loss_fn_config">,
): Readonly<Record<string, number>> {
  return { ...LOSS_OPTIONS[loss_fn], ...loss_fn_config };
}

/** What is wrong with the options of a loss, in words; undefined when all is well. */
export function lossOptionsProblem(
  { loss_fn, loss_fn_config }: Pick<TrainConfig, "loss_fn" | "loss_fn_config">,
): string | undefined {
  const has = Object.keys(LOSS_OPTIONS[loss_fn]);
  const unknown = Object.keys(loss_fn_config ?? {}).find((name) => !has.includes(name));
  if (unknown !== undefined || (loss_fn_config !== null && has.length === 0)) {
    const takes = has.length === 0 ? "has no options; leave loss_fn_config out" : `takes ${has.join(" and ")}`;
    return unknown === undefined ? `${loss_fn} ${takes}` : `"${unknown}": ${loss_fn} ${takes}`;
  }
  const options = lossOptionsOf({ loss_fn, loss_fn_config });
  const negative = has.find((name) => !((options[name] ?? 0) >= 0));
  if (negative !== undefined) return `${negative} is ${options[negative]}; use 0 or more`;
  const { clip_low_threshold: low = 0, clip_high_threshold: high = Infinity } = options;
  return low <= high ? undefined : `clip_low_threshold (${low}) is above clip_high_threshold (${high}); swap them`;
}
