/**
 * What a batch of rollouts says about the policy, as flat numbers under the recipe's keys. Always measured on all
 * rollouts, before any filtering, so the figures describe the policy and not what was selected for training.
 */
import { counted, mean, standardDeviation } from "../basics/mod.ts";
import { type Completion, type Group, type Metrics, type Outcome, OUTCOMES, type Rollout } from "../vocabulary.ts";
import { isConstant } from "./advantages/mod.ts";

/** Tokens of one step, its evaluation not included. */
export interface StepTokens {
  /** Prompt tokens, counted for each completion. */
  readonly prompt: number;
  /** Tokens drawn. */
  readonly completion: number;
  /** Tokens that went through the training pass. */
  readonly train: number;
  /** Tokens scored without a gradient: the KL reference, `compute_post_kl`, the prompts of dro. */
  readonly scored: number;
}

/** Tokens since the run began; those of evaluations apart. */
export interface TokenTotals extends StepTokens {
  /** Prompt tokens of evaluations. */
  readonly evalPrompt: number;
  /** Tokens drawn in evaluations. */
  readonly evalCompletion: number;
}

/** Where a run begins. */
export const NO_TOKENS: TokenTotals = {
  prompt: 0,
  completion: 0,
  train: 0,
  scored: 0,
  evalPrompt: 0,
  evalCompletion: 0,
};

const TOTAL_KEYS: Readonly<Record<keyof TokenTotals, string>> = {
  prompt: "tokens/prompt_total",
  completion: "tokens/completion_total",
  train: "tokens/train_total",
  scored: "tokens/scored_total",
  evalPrompt: "tokens/eval_prompt_total",
  evalCompletion: "tokens/eval_completion_total",
};

const TOTALS = Object.keys(TOTAL_KEYS) as (keyof TokenTotals)[];

function mapTotals(value: (name: keyof TokenTotals) => number): TokenTotals {
  return Object.fromEntries(TOTALS.map((name) => [name, value(name)])) as unknown as TokenTotals;
}

/** Totals with more tokens; what is left out of `more` adds nothing. */
export function addTokens(totals: TokenTotals, more: Partial<TokenTotals>): TokenTotals {
  return mapTotals((name) => totals[name] + (more[name] ?? 0));
}

/** All tokens that a run has read, drawn and trained on, evaluations included; undefined where a row tells of none. */
export function allTokens(metrics: Metrics): number | undefined {
  if (metrics["tokens/prompt_total"] === undefined) return undefined;
  return Object.values(totalsOf(metrics)).reduce((sum, count) => sum + count, 0);
}

/** The metrics of token totals. */
export function totalsMetrics(totals: TokenTotals): Metrics {
  return Object.fromEntries(TOTALS.map((name) => [TOTAL_KEYS[name], totals[name]]));
}

/** The metrics of one step's tokens. */
export function tokenMetrics({ prompt, completion, train, scored }: StepTokens): Metrics {
  return {
    "tokens/prompt": prompt,
    "tokens/completion": completion,
    "tokens/train": train,
    "tokens/scored": scored,
  };
}

/** Reads the totals back from a row of metrics, for resuming; what is missing counts as 0. */
export function totalsOf(metrics: Metrics): TokenTotals {
  return mapTotals((name) => metrics[TOTAL_KEYS[name]] ?? 0);
}

/** Length of a completion; of one that came as text, as the server counted it. */
export function completionTokens({ tokens, usage }: Completion): number {
  return tokens.length > 0 ? tokens.length : usage?.completion ?? 0;
}

/** Length of a prompt; of one that was sent as messages, as the server counted it. */
export function promptTokens({ prompt, completion }: Pick<Rollout, "prompt" | "completion">): number {
  return prompt.tokens.length > 0 ? prompt.tokens.length : completion.usage?.prompt ?? 0;
}

/** Tokens of rollouts, prompts counted for each completion. */
export function tokensOf(rollouts: readonly Rollout[]): Pick<StepTokens, "prompt" | "completion"> {
  return {
    prompt: rollouts.reduce((sum, rollout) => sum + promptTokens(rollout), 0),
    completion: rollouts.reduce((sum, { completion }) => sum + completionTokens(completion), 0),
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
    ...partMetrics(rollouts),
    "env/all/correct": correct,
    "env/all/strict": correct,
    "env/all/lenient": share(rollouts, ({ grade }) => grade.lenient),
    "env/all/format": share(rollouts, ({ grade }) => grade.format),
    "env/all/truncated": share(rollouts, ({ completion }) => completion.stopReason === "length"),
    ...outcomeMetrics(rollouts),
    ...recipeMetrics(rollouts),
    ...lengthMetrics(rollouts),
    ...groupMetrics(groups),
    ...levelMetrics(rollouts),
  };
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

/** The mean of each part that a reward function has named; a rollout without it has 0 of it. */
function partMetrics(rollouts: readonly Rollout[]): Metrics {
  const sums = new Map<string, number>();
  for (const [part, value] of rollouts.flatMap(({ rewardParts }) => Object.entries(rewardParts ?? {}))) {
    sums.set(part, (sums.get(part) ?? 0) + value);
  }
  return Object.fromEntries([...sums].map(([part, sum]) => [`env/all/reward/${part}`, sum / rollouts.length]));
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

/** Where both graders judge: what the recipe's says, and how often the two differ. */
function recipeMetrics(rollouts: readonly Rollout[]): Metrics {
  if (rollouts.some(({ grade }) => grade.recipe === undefined)) return {};
  return {
    "env/all/recipe_correct": share(rollouts, ({ grade }) => grade.recipe === true),
    "env/all/grader_disagreement": share(rollouts, ({ grade }) => grade.recipe !== grade.correct),
  };
}

/**
 * Completions that could not be graded, in words; undefined where all could be. They count as wrong, so whoever reads the
 * figures has to know of them.
 * @param metrics of a step, or of an evaluation with `prefix` `test/`
 */
export function ungradedText(metrics: Metrics, prefix: "" | "test/" = ""): string | undefined {
  const episodes = metrics[`${prefix}env/all/total_episodes`] ?? 0;
  const count = (outcome: Outcome) => Math.round((metrics[`${prefix}env/all/outcome/${outcome}`] ?? 0) * episodes);
  const [unread, late] = [count("ungradable"), count("grader_timeout")];
  if (unread + late === 0) return undefined;
  const why = [
    ...(unread > 0 ? [`${unread} ungradable`] : []),
    ...(late > 0 ? [`${late} beyond grader_timeout`] : []),
  ];
  return `${unread + late} of ${counted(episodes, "completion")} could not be graded: ${why.join(", ")}`;
}

function lengthMetrics(rollouts: readonly Rollout[]): Metrics {
  const episodes = rollouts.length;
  const { completion: actions, prompt: observations } = tokensOf(rollouts);
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
