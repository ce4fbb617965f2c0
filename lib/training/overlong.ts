/**
 * What becomes of completions that are too long, which a cut-off answer's reward of 0 treats as wrong whatever it was
 * about to say. Both rules are DAPO's (Yu et al. 2025, arXiv:2503.14476, section 3.4).
 *
 * `mask` (overlong filtering) leaves completions that were cut off out of the update. Their rewards stay in the group's
 * mean: DAPO masks their loss, and so do TRL and verl's recipe, all after the advantages were made.
 *
 * `penalize` (soft overlong punishment) takes from the reward, with L = max_tokens, B = overlong_buffer and n tokens:
 * overlong_penalty * max(0, n - (L - B)) / B. It is nothing up to L - B tokens and overlong_penalty at L. It goes by length
 * alone: an answer cut off early because the context was full is not held to have used its buffer up.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Group, Metrics, Rollout } from "../vocabulary.ts";
import { type AdvantageSettings, advantagesOf } from "./advantages/mod.ts";

/** What the rules take from the configuration. */
export type OverlongConfig = Pick<TrainConfig, "overlong" | "overlong_buffer" | "overlong_penalty" | "max_tokens">;

/** Whether a completion was cut off. */
export function isTruncated({ completion }: Rollout): boolean {
  return completion.stopReason === "length";
}

/** Groups paid for their lengths; with another rule than `penalize` the very same. */
export function penalizeOverlong(groups: readonly Group[], config: OverlongConfig): readonly Group[] {
  if (config.overlong !== "penalize") return groups;
  return groups.map((group) => ({ ...group, rollouts: group.rollouts.map((rollout) => penalized(rollout, config)) }));
}

/** Reward lost by a completion of `length` tokens, at least 0. */
export function overlongPenalty(
  length: number,
  { overlong_buffer, overlong_penalty, max_tokens }: OverlongConfig,
): number {
  const over = Math.max(0, length - (max_tokens - overlong_buffer));
  return over === 0 ? 0 : overlong_penalty * over / overlong_buffer;
}

/** The parts of the reward say what was taken, so that it is recorded. */
function penalized(rollout: Rollout, config: OverlongConfig): Rollout {
  const { completion, grade, reward, rewardParts } = rollout;
  const correct = Number(grade.correct);
  const parts: Readonly<Record<string, number>> = rewardParts ?? { correct, format: reward - correct };
  const penalty = overlongPenalty(completion.tokens.length, config);
  return {
    ...rollout,
    reward: reward - penalty,
    rewardParts: { ...parts, overlong: (parts.overlong ?? 0) - penalty },
  };
}

/** [G] advantages of a group: by the rule of the configuration, and 0 for what is masked. */
export function groupAdvantages(
  group: Group,
  config: AdvantageSettings & Pick<TrainConfig, "advantage" | "overlong">,
): number[] {
  const advantages = advantagesOf(group, config);
  if (config.overlong !== "mask") return advantages;
  return advantages.map((advantage, g) => isTruncated(group.rollouts[g] as Rollout) ? 0 : advantage);
}

/** `env/all/overlong_masked`, where that is done. */
export function overlongMetrics(groups: readonly Group[], { overlong }: Pick<TrainConfig, "overlong">): Metrics {
  if (overlong !== "mask") return {};
  const rollouts = groups.flatMap((group) => group.rollouts);
  return { "env/all/overlong_masked": rollouts.filter(isTruncated).length / rollouts.length };
}
