/**
 * All rules, the likeliest root of a trouble first, and what follows from what: of a run whose completions are all cut off it is
 * also true that no answer stands in a box and that no group has a signal, but raising `max_tokens` mends all three.
 */
import type { RunReading } from "./facts.ts";
import type { Finding, RuleName } from "./finding.ts";
import { graderTimeouts, noAnswer, noBox, ungradable } from "./rules/answers.ts";
import { failed, interrupted, stalled, stopped } from "./rules/ending.ts";
import { dividedGroups, noUpdates, sameAnswers, tooEasy, tooHard } from "./rules/groups.ts";
import { longWarmup, nothingMoves, rateEnded } from "./rules/learning_rate.ts";
import { growingLength, neverStops, noRoom, truncated } from "./rules/length.ts";
import { formatOnly, gotWorse, noGain, overfitting, rewardHacking, tooShort, undecided } from "./rules/progress.ts";
import {
  diverged,
  entropyCollapse,
  entropyExplosion,
  gradientGrowth,
  klRunaway,
  samplerMismatch,
  staleSamples,
  unlearned,
} from "./rules/stability.ts";

/** Looks for one thing in the facts of a run. Pure. */
export type Rule = (reading: RunReading) => Finding | undefined;

/** What can lie behind a finding, the likeliest first; a rule that is not listed is a root. */
type Causes = Readonly<Partial<Record<RuleName, readonly RuleName[]>>>;

/** All rules, in the order in which findings of one severity are told. */
export const RULES: readonly Rule[] = [
  ...[failed, diverged, stalled],
  ...[unlearned, klRunaway, staleSamples, samplerMismatch, gradientGrowth, entropyExplosion],
  ...[noRoom, growingLength, truncated, neverStops, noBox, ungradable, graderTimeouts, noAnswer],
  ...[entropyCollapse, sameAnswers, tooEasy, tooHard, dividedGroups],
  ...[nothingMoves, rateEnded, longWarmup, noUpdates],
  ...[rewardHacking, formatOnly, overfitting, gotWorse, noGain],
  ...[interrupted, stopped, undecided, tooShort],
];

const FALLING_APART: readonly RuleName[] = [
  "diverged",
  "unlearned",
  "stale_samples",
  "kl_runaway",
  "entropy_explosion",
];
const NOT_GRADED: readonly RuleName[] = [
  ...["no_room", "growing_length", "truncated", "never_stops", "no_box"] as const,
  ...["ungradable", "grader_timeouts", "no_answer"] as const,
];
const NO_SIGNAL: readonly RuleName[] = ["same_answers", "too_easy", "too_hard", "equal_groups"];

/** What follows from what. */
export const CAUSES: Causes = {
  unlearned: ["diverged", "stale_samples", "sampler_mismatch"],
  kl_runaway: ["diverged", "unlearned"],
  gradient_growth: ["diverged", "unlearned", "kl_runaway", "stale_samples"],
  entropy_explosion: ["diverged", "unlearned", "kl_runaway", "stale_samples"],
  no_room: ["unlearned"],
  growing_length: FALLING_APART,
  truncated: ["no_room", "growing_length", ...FALLING_APART],
  never_stops: [...FALLING_APART, "no_room", "growing_length"],
  no_box: [...FALLING_APART, "no_room", "truncated", "never_stops"],
  no_answer: [...FALLING_APART, "no_room", "truncated", "never_stops", "no_box"],
  entropy_collapse: ["unlearned"],
  same_answers: ["entropy_collapse"],
  too_hard: [...FALLING_APART, ...NOT_GRADED, "same_answers"],
  too_easy: ["same_answers"],
  equal_groups: ["same_answers", "entropy_collapse", ...NOT_GRADED],
  no_updates: [...NOT_GRADED, ...NO_SIGNAL],
  got_worse: [...FALLING_APART, "sampler_mismatch", ...NOT_GRADED, "reward_hacking", "overfitting"],
  no_gain: [
    ...["nothing_moves", "rate_ended", "long_warmup", "no_updates", "got_worse"] as const,
    ...[...NOT_GRADED, ...NO_SIGNAL, ...FALLING_APART],
  ],
};

/** What is only worth saying where nothing worse was found. */
export const LAST_RESORTS: readonly RuleName[] = ["undecided", "too_short"];
