/**
 * What a diagnosis consists of: findings, each with its evidence and what to do about it. Data only; what is looked for is in
 * `rules/`, how findings are put in order in `diagnose.ts`.
 */

/**
 * `blocks`: nothing is learned until it is mended. `slows`: the run learns less than it could, or what it learns is not what is
 * wanted. `notice`: good to know.
 */
export type Severity = "blocks" | "slows" | "notice";

/** All severities, the worst first. */
export const SEVERITIES: readonly Severity[] = ["blocks", "slows", "notice"];

/** What is looked for. */
export type RuleName =
  | "diverged"
  | "failed"
  | "stalled"
  | "interrupted"
  | "stopped"
  | "unlearned"
  | "kl_runaway"
  | "entropy_explosion"
  | "entropy_collapse"
  | "gradient_growth"
  | "stale_samples"
  | "sampler_mismatch"
  | "no_room"
  | "growing_length"
  | "truncated"
  | "never_stops"
  | "no_box"
  | "no_answer"
  | "grader_timeouts"
  | "ungradable"
  | "same_answers"
  | "too_easy"
  | "too_hard"
  | "equal_groups"
  | "no_updates"
  | "nothing_moves"
  | "rate_ended"
  | "long_warmup"
  | "format_only"
  | "reward_hacking"
  | "overfitting"
  | "got_worse"
  | "no_gain"
  | "undecided"
  | "too_short";

/** What a setting can be changed to. */
export type SettingValue = string | number | boolean | readonly number[];

/** One thing found. */
export interface Finding {
  /** What was looked for. */
  readonly rule: RuleName;
  /** How much it matters. */
  readonly severity: Severity;
  /** What it is, in a sentence. */
  readonly what: string;
  /** What shows it: figures with the steps they are of, and at times a piece of a completion, which is foreign text. */
  readonly evidence: readonly string[];
  /** What to do, with the keys and values to use, in a sentence or two. */
  readonly suggestion: string;
  /** The same keys and values, where they are the configuration's: what `trainGRPO` takes. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** The finding this one follows from; absent: nothing else that was found explains it. */
  readonly cause?: RuleName;
}

/** The settings as they are typed: `max_tokens=512 temperature=1`. */
export function settingsText(settings: Finding["settings"]): string {
  return Object.entries(settings).map(([key, value]) => `${key}=${value}`).join(" ");
}
