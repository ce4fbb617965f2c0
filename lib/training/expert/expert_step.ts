/**
 * One round of expert iteration, top to bottom. Like a step of GRPO it writes nothing and keeps nothing, and draws its
 * completions in the same way; but what it learns from are the right answers alone, by imitation.
 *
 *     problems    the next P problems                          [P]
 *     groups      drawn from the current weights and graded    [P][G]
 *     choice      right ones, each once, so many a problem     [P][<= max_kept_per_problem]
 *     data        cross entropy, all problems weighing the same
 *     update      `epochs` passes, an optimizer step a minibatch
 *     metrics     numbers
 *
 * The name and the idea are those of Anthony et al. (2017, "Thinking Fast and Slow with Deep Learning and Tree Search",
 * arXiv:1705.08439): an expert, here sampling and grading, finds better answers than the policy alone, the policy imitates
 * them, and makes the next round's expert better. With language models it is known as STaR, RFT and ReST-EM, see `choose.ts`.
 */
import type { TrainConfig } from "../../config/mod.ts";
import type { Group, Metrics } from "../../vocabulary.ts";
import type { DrawnBatch, StepArgs, StepConfig, StepResult } from "../batch.ts";
import { requireFinite } from "../divergence.ts";
import {
  addTokens,
  entropyOf,
  rolloutMetrics,
  type StepTokens,
  tokenMetrics,
  tokensOf,
  totalsMetrics,
} from "../metrics.ts";
import { drawBatch } from "../step.ts";
import { type Stopwatch, stopwatch } from "../_stopwatch.ts";
import { type Choice, chooseAnswers } from "./choose.ts";
import { expertData, minibatchCount, minibatchesOf } from "./expert_data.ts";
import { imitate } from "./imitate.ts";
import { type RecordedAnswers, recordedGroups } from "./recorded.ts";

/** What a round takes from the configuration. */
export type ExpertConfig = StepConfig & Pick<TrainConfig, "max_kept_per_problem" | "epochs" | "batch_size">;

/** Everything a round needs. */
export interface ExpertArgs extends StepArgs {
  /** The hyperparameters; `learning_rate` is what the optimizer gets. */
  readonly config: ExpertConfig;
  /** Where the answers are taken from; absent: they are drawn. */
  readonly answers?: RecordedAnswers | undefined;
}

/**
 * Draws a batch and imitates its right answers; with `answers` imitates those. Where there is no right answer there is no
 * update, and `optim/updates` is 0.
 * @returns all that was drawn, or with `answers` what was imitated; as advantages the share of each answer in its problem,
 * 0 where it was not kept
 * @throws the signal's reason when aborted before the update; the weights are then as they were
 * @throws {DivergenceError} when a log-probability, loss or gradient norm is not finite
 */
export async function expertStep(args: ExpertArgs): Promise<StepResult> {
  const { answers, problems, step, now } = args;
  const { began = now() } = args;
  const drawn = answers === undefined ? await drawBatch(args) : recordedBatch(step, recordedGroups(problems, answers));
  return await learnFromExperts({ ...args, began }, drawn);
}

/** Nothing was drawn, so there is nothing to count but what is learnt from. */
function recordedBatch(step: number, groups: readonly Group[]): DrawnBatch {
  return { step, groups, sampledAt: [], times: {} };
}

async function learnFromExperts(args: ExpertArgs, { groups, times }: DrawnBatch): Promise<StepResult> {
  const { config, step, totals, answers, now, began } = args;
  const watch = stopwatch(now, began);
  const drawn = answers === undefined ? drawnMetrics(groups, args) : { metrics: {}, tokens: {} };
  const choice = chooseAnswers(groups, { ...config, step });
  const learned = await imitateChoice(choice, args, watch);
  const tokens = { prompt: 0, completion: 0, ...drawn.tokens, train: learned.tokens, scored: 0 };
  const metrics: Metrics = {
    ...drawn.metrics,
    ...choiceMetrics(choice, answers),
    ...learned.metrics,
    "optim/lr": config.learning_rate,
    ...tokenMetrics(tokens),
    ...totalsMetrics(addTokens(totals, tokens)),
    ...times,
    ...watch.metrics(),
  };
  return { metrics, ...(answers === undefined ? { groups, advantages: sharesOf(choice, groups) } : imitated(choice)) };
}

/** What the completions say about the policy. @throws {DivergenceError} when one of their log-probabilities is not finite */
function drawnMetrics(
  groups: readonly Group[],
  { step, config: { learning_rate } }: ExpertArgs,
): { readonly metrics: Metrics; readonly tokens: Pick<StepTokens, "prompt" | "completion"> } {
  const entropy = entropyOf(groups);
  requireFinite("log-probability of a drawn token", entropy, { step, learning_rate });
  const tokens = tokensOf(groups.flatMap(({ rollouts }) => rollouts));
  return { metrics: { ...rolloutMetrics(groups), "optim/entropy": entropy }, tokens };
}

/** The update of a round. @returns its metrics, and the tokens of all its passes */
async function imitateChoice(
  { kept }: Choice,
  { policy, config, step, signal, onUpdate }: ExpertArgs,
  watch: Stopwatch,
): Promise<{ readonly metrics: Metrics; readonly tokens: number }> {
  const data = expertData(kept, minibatchCount(answersOf(kept), config.batch_size)); // [P][answers kept]
  const minibatches = minibatchesOf(data, { ...config, step });
  signal?.throwIfAborted();
  const total = Math.max(1, minibatches.length);
  onUpdate?.(0, total);
  const metrics = minibatches.length === 0
    ? { "optim/updates": 0 }
    : await watch.time("train_step", () => imitate({ policy, minibatches, config, step, onUpdate }));
  if (minibatches.length === 0) onUpdate?.(total, total);
  return { metrics, tokens: minibatches.flat().reduce((sum, { tokens }) => sum + tokens.length, 0) };
}

function answersOf(kept: Choice["kept"]): number {
  return kept.reduce((sum, { answers }) => sum + answers.length, 0);
}

function choiceMetrics({ kept, problems, duplicates }: Choice, answers: RecordedAnswers | undefined): Metrics {
  return {
    "expert/kept": answersOf(kept),
    "expert/problems_solved": kept.length / problems,
    "expert/duplicates": duplicates,
    ...(answers && { "expert/answers": answers.count }),
  };
}

/** [P][G] the share of each rollout in its problem; 0 where it is not imitated. */
function sharesOf({ kept }: Choice, groups: readonly Group[]): number[][] {
  const shares = groups.map(({ rollouts }) => rollouts.map(() => 0));
  for (const { answers } of kept) {
    for (const { group, sample } of answers) shares[group]![sample] = 1 / answers.length;
  }
  return shares;
}

/** What was imitated, as groups. */
function imitated({ kept }: Choice): Pick<StepResult, "groups" | "advantages"> {
  return {
    groups: kept.map(({ problem, answers }) => ({ problem, rollouts: answers.map(({ rollout }) => rollout) })),
    advantages: kept.map(({ answers }) => answers.map(() => 1 / answers.length)),
  };
}
