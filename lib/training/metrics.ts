/**
 * What a batch of rollouts says about the policy, as flat numbers under the recipe's keys. Always measured on all
 * rollouts, before any filtering, so the figures describe the policy and not what was selected for training.
 */
import { mean, standardDeviation, wilsonInterval } from "../basics/mod.ts";
import { type Group, type Metrics, OUTCOMES, type Rollout } from "../vocabulary.ts";
import { isConstant } from "./advantages.ts";

/** Tokens since the run began, evaluations not included. */
export interface TokenTotals {
  /** Prompt tokens, counted for each completion. */
  readonly prompt: number;
  /** Tokens drawn. */
  readonly completion: number;
  /** Tokens that went through the training pass. */
  readonly train: number;
}

/** Where a run begins. */
export const NO_TOKENS: TokenTotals = { prompt: 0, completion: 0, train: 0 };

/** The metrics of token totals. */
export function totalsMetrics({ prompt, completion, train }: TokenTotals): Metrics {
  return { "tokens/prompt_total": prompt, "tokens/completion_total": completion, "tokens/train_total": train };
}

/** Reads the totals back from a row of metrics, for resuming; what is missing counts as 0. */
export function totalsOf(metrics: Metrics): TokenTotals {
  return {
    prompt: metrics["tokens/prompt_total"] ?? 0,
    completion: metrics["tokens/completion_total"] ?? 0,
    train: metrics["tokens/train_total"] ?? 0,
  };
}

/**
 * The `env/...` metrics of a batch: reward, correctness, outcomes, lengths, groups, accuracy by level.
 * @throws {RangeError} when there is no rollout
 */
export function rolloutMetrics(groups: readonly Group[]): Metrics {
  const rollouts = groups.flatMap((group) => group.rollouts);
  if (rollouts.length === 0) throw new RangeError("cannot measure a batch without rollouts");
  const rewards = rollouts.map(({ reward }) => reward);
  const correct = share(rollouts, ({ grade }) => grade.correct);
  return {
    "env/all/reward/total": mean(rewards),
    "env/all/reward/std": standardDeviation(rewards),
    "env/all/correct": correct,
    "env/all/strict": correct,
    "env/all/lenient": share(rollouts, ({ grade }) => grade.lenient),
    "env/all/format": share(rollouts, ({ grade }) => grade.format),
    "env/all/truncated": share(rollouts, ({ completion }) => completion.stopReason === "length"),
    ...outcomeMetrics(rollouts),
    ...lengthMetrics(rollouts),
    ...groupMetrics(groups),
    ...levelMetrics(rollouts),
  };
}

/** The 95 % interval of strict accuracy. It takes rollouts to be independent: for one completion a problem. */
export function accuracyInterval(rollouts: readonly Rollout[]): Metrics {
  const { low, high } = wilsonInterval(rollouts.filter(({ grade }) => grade.correct).length, rollouts.length);
  return { "env/all/correct_low": low, "env/all/correct_high": high };
}

/** Minus the mean log-probability of the tokens drawn: an estimate of the entropy a token, in nats. */
export function entropyOf(groups: readonly Group[]): number {
  let sum = 0;
  let count = 0;
  for (const { completion } of groups.flatMap((group) => group.rollouts)) {
    count += completion.logprobs.length;
    for (const value of completion.logprobs) sum += value;
  }
  return count === 0 ? 0 : -sum / count;
}

function share(rollouts: readonly Rollout[], test: (rollout: Rollout) => boolean): number {
  return rollouts.filter(test).length / rollouts.length;
}

function outcomeMetrics(rollouts: readonly Rollout[]): Metrics {
  return Object.fromEntries(
    OUTCOMES.map((
      outcome,
    ) => [`env/all/outcome/${outcome}`, share(rollouts, ({ grade }) => grade.outcome === outcome)]),
  );
}

function lengthMetrics(rollouts: readonly Rollout[]): Metrics {
  const episodes = rollouts.length;
  const actions = rollouts.reduce((sum, { completion }) => sum + completion.tokens.length, 0);
  const observations = rollouts.reduce((sum, { prompt }) => sum + prompt.tokens.length, 0);
  return {
    "env/all/ac_tokens_per_turn": actions / episodes,
    "env/all/ob_tokens_per_turn": observations / episodes,
    "env/all/turns_per_episode": 1,
    "env/all/total_episodes": episodes,
    "env/all/total_turns": episodes,
    "env/all/total_ac_tokens": actions,
    "env/all/total_ob_tokens": observations,
  };
}

function groupMetrics(groups: readonly Group[]): Metrics {
  const constant = groups.filter(isConstant);
  // The recipe calls a group of equal rewards good from 0.5 on.
  const good = constant.filter(({ rollouts }) => (rollouts[0]?.reward ?? 0) >= 0.5).length;
  return {
    "env/all/zero_signal_groups": constant.length / groups.length,
    "env/all/by_group/frac_mixed": (groups.length - constant.length) / groups.length,
    "env/all/by_group/frac_all_good": good / groups.length,
    "env/all/by_group/frac_all_bad": (constant.length - good) / groups.length,
  };
}

function levelMetrics(rollouts: readonly Rollout[]): Metrics {
  const leveled = rollouts.filter(({ problem }) => problem.level !== undefined);
  const levels = [...Map.groupBy(leveled, ({ problem }) => problem.level as number)].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    levels.map(([level, some]) => [`env/level_${level}/correct`, share(some, ({ grade }) => grade.correct)]),
  );
}
