/**
 * What every metric means: one line, a unit, and which way is better. Displays take their labels from here; a test holds
 * it against what a run really reports.
 */
// A type alone: whoever only reads runs shall not have to load an engine.
import type { QueueState } from "../policy/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";

/** What a metric is measured in. */
export type MetricUnit =
  | "fraction"
  | "reward"
  | "tokens"
  | "count"
  | "nats"
  | "nats a token"
  | "seconds"
  | "dollars"
  | "number";

/** The meaning of one metric. */
export interface MetricInfo {
  /** One line. */
  readonly meaning: string;
  /** What it is measured in. */
  readonly unit: MetricUnit;
  /** Which way is better; `neither` where it depends. */
  readonly better: "up" | "down" | "neither";
}

function entry(meaning: string, unit: MetricUnit, better: MetricInfo["better"] = "neither"): MetricInfo {
  return { meaning, unit, better };
}

const OUTCOME_MEANINGS: Readonly<Record<string, string>> = {
  correct: "right, and boxed",
  wrong: "with a final answer that is not the reference",
  no_answer: "that ended without a final answer",
  truncated: "cut off by the token limit without a final answer",
  malformed: "whose final answer could not be read",
  ungradable: "whose answer or reference could not be read, or not be compared",
  grader_timeout: "that took the grader too long",
};

const OUTCOME_ENTRIES = OUTCOMES.map((outcome): [string, MetricInfo] => [
  `env/all/outcome/${outcome}`,
  entry(`Completions ${OUTCOME_MEANINGS[outcome]}.`, "fraction", outcome === "correct" ? "up" : "down"),
]);

const WAITING_MEANINGS: Readonly<Record<Exclude<QueueState, "active">, string>> = {
  paused_rate_limit: "Waiting because the server allows only so many requests.",
  paused_capacity: "Waiting because the server is short of machines.",
  paused_billing: "Waiting because the account is without funds.",
  unreachable: "Waiting for a server that did not answer.",
};

const WAITING_ENTRIES = Object.entries(WAITING_MEANINGS).map(([state, meaning]): [string, MetricInfo] => [
  `time/waiting/${state}`,
  entry(meaning, "seconds", "down"),
]);

/** Every metric by its key, without `test/` or `val/`, and with `<n>` for a level, `<part>` for a part of the reward. */
export const GLOSSARY: Readonly<Record<string, MetricInfo>> = {
  "progress/batch": entry("Index of the step; in the final row, steps done.", "count"),
  "progress/done_frac": entry("Part of the run that is done.", "fraction", "up"),
  "progress/refill_rounds": entry("Rounds in which groups were drawn for those without a signal.", "count", "down"),
  "env/all/reward/total": entry("Mean reward: correct, less format_coef where the format is broken.", "reward", "up"),
  "env/all/reward/std": entry("Standard deviation of the reward over all completions.", "reward"),
  "env/all/reward/<part>": entry(
    "Mean of this part of the reward, of a reward function of one's own or of overlong=penalize.",
    "reward",
  ),
  "env/all/correct": entry("Completions with the right answer in a box (strict accuracy).", "fraction", "up"),
  "env/all/correct_low": entry("Lower end of the 95 % interval of strict accuracy.", "fraction", "up"),
  "env/all/correct_high": entry("Upper end of the 95 % interval of strict accuracy.", "fraction", "up"),
  "env/all/strict": entry("The same as env/all/correct, beside lenient.", "fraction", "up"),
  "env/all/lenient": entry("Completions with the right final answer, boxed or not.", "fraction", "up"),
  "env/all/format": entry("Completions that end on a stop token and hold a box that can be read.", "fraction", "up"),
  "env/all/truncated": entry("Completions cut off by the token limit.", "fraction", "down"),
  "env/all/overlong_masked": entry(
    "With overlong=mask: completions that were cut off, and so left out of the update.",
    "fraction",
    "down",
  ),
  ...Object.fromEntries(OUTCOME_ENTRIES),
  "env/all/recipe_correct": entry(
    "With grader=both: completions that the recipe's grader calls right.",
    "fraction",
    "up",
  ),
  "env/all/grader_disagreement": entry(
    "With grader=both: completions on which ours and the recipe's grader differ.",
    "fraction",
  ),
  "env/all/ac_tokens_per_turn": entry("Mean length of a completion.", "tokens"),
  "env/all/ob_tokens_per_turn": entry("Mean length of a prompt.", "tokens"),
  "env/all/turns_per_episode": entry("Answers a problem gets from one rollout; always 1.", "count"),
  "env/all/total_episodes": entry("Rollouts of the batch.", "count"),
  "env/all/total_turns": entry("Answers of the batch.", "count"),
  "env/all/total_ac_tokens": entry("Tokens drawn in the batch.", "tokens"),
  "env/all/total_ob_tokens": entry("Prompt tokens of the batch, counted for each completion.", "tokens"),
  "env/all/zero_signal_groups": entry("Groups whose rewards are all equal: nothing to learn from.", "fraction", "down"),
  "env/all/by_group/frac_mixed": entry("Groups with different rewards.", "fraction", "up"),
  "env/all/by_group/frac_all_good": entry("Groups with equal rewards of at least 0.5.", "fraction"),
  "env/all/by_group/frac_all_bad": entry("Groups with equal rewards below 0.5.", "fraction", "down"),
  "env/level_<n>/correct": entry("Strict accuracy on problems of this level.", "fraction", "up"),
  "sampling_client/step_min": entry("Updates that the oldest weights had seen which drew the batch.", "count", "up"),
  "sampling_client/step_max": entry("Updates that the newest weights had seen which drew the batch.", "count", "up"),
  "sampling_client/step_mean": entry("Updates that the weights had seen which drew the batch.", "count", "up"),
  "optim/lr": entry("Learning rate.", "number"),
  "optim/updates": entry("Optimizer steps taken; 0 where no group had a signal.", "count"),
  "optim/loss_per_token": entry(
    "The loss (a sum over tokens) divided by the tokens scored; of expert iteration by their weights.",
    "number",
  ),
  "optim/grad_norm": entry("L2 norm of the gradient before clipping, mean over substeps.", "number"),
  "optim/clip_fraction": entry("Tokens that the thresholds of loss_fn held back, see loss_fn_config.", "fraction"),
  "optim/entropy": entry("Minus the mean log-probability of the tokens drawn.", "nats a token"),
  "optim/kl_sample_train_v1": entry("Sampler against trainer: mean difference of log-probabilities.", "nats a token"),
  "optim/kl_sample_train_v2": entry(
    "Sampler against trainer: half the mean squared difference.",
    "nats a token",
    "down",
  ),
  "expert/kept": entry("Of expert iteration: right answers of the round that were imitated.", "count"),
  "expert/problems_solved": entry("Of expert iteration: problems of the round with a right answer.", "fraction", "up"),
  "expert/duplicates": entry("Of expert iteration: right answers that equal another to the same problem.", "count"),
  "expert/answers": entry("With rollouts_from: different right answers of the earlier run, in all.", "count"),
  "kl_policy_base": entry(
    "Distance from the weights of model_name or kl_reference_path, on the tokens trained on.",
    "nats a token",
  ),
  "kl_pre_post_v1": entry("How far the step moved the policy: mean difference.", "nats a token"),
  "kl_pre_post_v2": entry("How far the step moved the policy: half the mean squared difference.", "nats a token"),
  "tokens/prompt_total": entry("Prompt tokens since the run began, evaluations not included.", "tokens"),
  "tokens/completion_total": entry("Tokens drawn since the run began, evaluations not included.", "tokens"),
  "tokens/train_total": entry("Tokens trained on since the run began.", "tokens"),
  "tokens/prompt": entry("Prompt tokens of the step, counted for each completion.", "tokens"),
  "tokens/completion": entry("Tokens drawn in the step.", "tokens"),
  "tokens/train": entry("Tokens that the step's updates were made from.", "tokens"),
  "tokens/scored": entry("Tokens scored without a gradient in the step; priced like prompts.", "tokens"),
  "tokens/scored_total": entry("Tokens scored without a gradient since the run began.", "tokens"),
  "tokens/eval_prompt_total": entry("Prompt tokens of evaluations since the run began.", "tokens"),
  "tokens/eval_completion_total": entry("Tokens drawn in evaluations since the run began.", "tokens"),
  "cost/step": entry("The step with its evaluation, by the prices of the configuration.", "dollars", "down"),
  "cost/evaluation": entry("The evaluation before the step.", "dollars", "down"),
  "cost/total": entry(
    "All since the run began, steps that were done again included; not what steps that were broken off had drawn.",
    "dollars",
    "down",
  ),
  ...Object.fromEntries(WAITING_ENTRIES),
  "time/total": entry("The step with its evaluation.", "seconds", "down"),
  "time/sampling": entry("Drawing the completions.", "seconds", "down"),
  "time/grading": entry("Grading the completions.", "seconds", "down"),
  "time/reward": entry("Asking a reward function of one's own.", "seconds", "down"),
  "time/train_step": entry("Gradients and optimizer steps.", "seconds", "down"),
  "time/kl_vs_base": entry("Scoring the batch with the reference weights of the KL penalty.", "seconds", "down"),
  "time/compute_post_kl": entry("Scoring the batch after the step.", "seconds", "down"),
  "time/score_prompts": entry("Scoring the prompts for the loss dro.", "seconds", "down"),
  "time/run_evaluations_parallel": entry("The evaluation before the step.", "seconds", "down"),
};

/** What evaluations report besides, outside of training; `<k>` stands for a number of completions, `<x>` for a name. */
export const EVALUATION_GLOSSARY: Readonly<Record<string, MetricInfo>> = {
  "env/all/pass@<k>": entry(
    "A problem's chance that one of k completions is right (strict), unbiased.",
    "fraction",
    "up",
  ),
  "env/all/pass@<k>_low": entry("Lower end of its 95 % interval.", "fraction", "up"),
  "env/all/pass@<k>_high": entry("Upper end of its 95 % interval.", "fraction", "up"),
  "env/all/maj@<k>": entry(
    "Problems whose most frequent answer of k is right; ties count as drawn by lot.",
    "fraction",
    "up",
  ),
  "env/all/maj@<k>_low": entry("Lower end of its 95 % interval.", "fraction", "up"),
  "env/all/maj@<k>_high": entry("Upper end of its 95 % interval.", "fraction", "up"),
  "env/all/ac_tokens_median": entry("Median length of a completion.", "tokens"),
  "env/subject_<x>/correct": entry("Strict accuracy on problems of this subject.", "fraction", "up"),
  "env/steps_<n>/correct": entry(
    "Strict accuracy on problems whose worked answer has so many steps.",
    "fraction",
    "up",
  ),
};

/** Looks a metric up by the key of a row, `test/` and level numbers included; undefined for what a service adds. */
export function describeMetric(key: string): MetricInfo | undefined {
  const own = key.replace(/^(?:test|val)\//, "");
  if (Object.hasOwn(GLOSSARY, own)) return GLOSSARY[own];
  const plain = own.replace(/^env\/(level|steps)_\d+\//, "env/$1_<n>/").replace(/^(env\/all\/reward\/)\w+$/, "$1<part>")
    .replace(/^(env\/all\/(?:pass|maj)@)\d+/, "$1<k>").replace(/^env\/subject_[^/]+\//, "env/subject_<x>/");
  const entries = Object.hasOwn(GLOSSARY, plain) ? GLOSSARY : EVALUATION_GLOSSARY;
  return Object.hasOwn(entries, plain) ? entries[plain] : undefined;
}
