/**
 * How rewards become advantages. Each rule is one function of a group's rewards, looked up by the name that the
 * configuration gives; whoever trains does not know which one it was. In all of them a group whose rewards are equal has
 * advantages of exactly 0, so that it moves nothing.
 */
import type { AdvantageName, TrainConfig } from "../../config/mod.ts";
import type { Group } from "../../vocabulary.ts";
import { areEqual, centered } from "./centered.ts";
import { drGrpo } from "./dr_grpo.ts";
import { grpo } from "./grpo.ts";
import { maxRl } from "./max_rl.ts";
import { rloo } from "./rloo.ts";

export { centered, drGrpo, grpo, maxRl, rloo };

/** What a rule may take from the configuration besides the rewards. */
export type AdvantageSettings = Pick<TrainConfig, "max_tokens">;

/** From the rewards [G] of a group to its advantages [G]. */
export type AdvantageRule = (rewards: readonly number[], settings: AdvantageSettings) => number[];

/** All rules by name. */
export const ADVANTAGES: Readonly<Record<AdvantageName, AdvantageRule>> = {
  centered,
  grpo,
  rloo,
  dr_grpo: drGrpo,
  max_rl: maxRl,
};

/** [G] advantages of a group's rollouts, by the rule that the configuration names. */
export function advantagesOf(
  group: Group,
  config: AdvantageSettings & Pick<TrainConfig, "advantage">,
): number[] {
  return ADVANTAGES[config.advantage](group.rollouts.map(({ reward }) => reward), config);
}

/** Whether all rewards of a group are equal, so that it says nothing about what to do differently. */
export function isConstant(group: Group): boolean {
  return areEqual(group.rollouts.map(({ reward }) => reward));
}
