/**
 * What a run will cost, before it starts: its prompts are rendered and counted, completions are assumed to be empty, of
 * some mean length, or as long as they may be. No model is asked.
 */
import type { TokenPrices, TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { Problem, Problems } from "../vocabulary.ts";
import { type BilledTokens, costOf, dollars } from "./cost.ts";
import { problemsFrom } from "./schedule.ts";

/** Most problems that are rendered for one estimate of training, and of evaluations; more are scaled up. */
const MOST_RENDERED = 256;

/** What an estimate is made from. */
export interface EstimateArgs {
  /** The hyperparameters. */
  readonly config: TrainConfig;
  /** Renders the prompts. */
  readonly environment: Environment;
  /** What is trained on. */
  readonly trainProblems: Problems;
  /** What is evaluated. */
  readonly testProblems: Problems;
  /** What is evaluated besides; absent: nothing. */
  readonly validationProblems?: Problems | undefined;
  /** Steps done. */
  readonly from: number;
  /** Steps in all. */
  readonly total: number;
  /** Mean length of the completions so far, where that is known; absent: half of `max_tokens`. */
  readonly meanCompletion?: number | undefined;
}

/** Tokens still to come, under three assumptions about completions. */
export interface TokenEstimate {
  /** Prompts alone. */
  readonly low: BilledTokens;
  /** Completions of mean length `completion`. */
  readonly middle: BilledTokens;
  /** Every completion as long as it may be, and all rounds of refilling taken. */
  readonly high: BilledTokens;
  /** Tokens a completion in `middle`. */
  readonly completion: number;
}

/** Dollars still to come, under the assumptions of `TokenEstimate`. */
export interface RunEstimate {
  /** Prompts alone. */
  readonly low: number;
  /** Completions of mean length `completion`. */
  readonly middle: number;
  /** Every completion as long as it may be. */
  readonly high: number;
  /** Tokens a completion in `middle`. */
  readonly completion: number;
  /** Whether `completion` is what the run has drawn so far, rather than half of `max_tokens`. */
  readonly measured: boolean;
  /** Dollars spent before. */
  readonly spent: number;
  /** Dollars that the run may cost in all; null: no limit. */
  readonly limit: number | null;
}

/** Evaluations that steps `from` to `total` bring with them, the final one included. */
export function evaluationsToCome(from: number, total: number, evalEvery: number): number {
  const first = from === 0 && total > 0 ? 1 : 0;
  if (evalEvery === 0) return first + 1;
  // Multiples of evalEvery that are at least `from` and below `total`; step 0 is one.
  return Math.max(0, Math.ceil(total / evalEvery) - Math.ceil(from / evalEvery)) + 1;
}

/** Whether the weights are evaluated before this step. */
export function isEvaluationDue(step: number, evalEvery: number): boolean {
  return step === 0 || (evalEvery > 0 && step % evalEvery === 0);
}

/** Counts the tokens that a run still takes. */
export function estimateTokens(args: EstimateArgs): TokenEstimate {
  const { config, environment, trainProblems, testProblems, validationProblems = [], from, total, meanCompletion } =
    args;
  const { groups_per_batch, max_tokens, seed } = config;
  const slots = Math.max(0, total - from) * groups_per_batch;
  const count = Math.min(slots, MOST_RENDERED);
  const shown = count === 0 ? [] : problemsFrom(trainProblems, { place: from * groups_per_batch, count, seed });
  const prompt = meanPrompt(environment, shown);
  const asked = (testProblems.length + validationProblems.length) * evaluationsToCome(from, total, config.eval_every);
  const evaluated = testProblems.length > 0 ? testProblems : validationProblems;
  const evalPrompt = meanPrompt(environment, firstOf(evaluated, MOST_RENDERED));
  const of = completionsOf(config);
  const [drawn, learned] = [slots * of.drawn, slots * of.learned];
  const passes = scoringPasses(config);
  const tokensWith = (completion: number, rounds = 1): BilledTokens => {
    // A datum has one token less than its sequence; an empty completion gives none.
    const train = completion === 0 ? 0 : learned * (prompt + completion - 1);
    return {
      prompt: Math.round(rounds * drawn * prompt + asked * evalPrompt + passes * train),
      completion: Math.round((rounds * drawn + asked) * completion),
      train: Math.round(train),
    };
  };
  const completion = Math.min(max_tokens, meanCompletion ?? max_tokens / 2);
  const high = tokensWith(max_tokens, 1 + config.max_refill_rounds);
  return { low: tokensWith(0), middle: tokensWith(completion), high, completion };
}

/**
 * The most tokens that a step may take: its very prompts, every completion as long as it may be, and as many more of the
 * same kind as it may draw in refilling.
 * @param problems [P] those of the step
 */
export function mostOfStep(
  { config, environment }: Pick<EstimateArgs, "config" | "environment">,
  problems: readonly Problem[],
): BilledTokens {
  const rounds = 1 + config.max_refill_rounds;
  const of = completionsOf(config);
  const [drawn, learned] = [problems.length * of.drawn, problems.length * of.learned];
  const mean = meanPrompt(environment, problems);
  const [prompt, completion] = [drawn * mean, drawn * config.max_tokens];
  const train = Math.round(learned * mean + learned * config.max_tokens - learned);
  return {
    prompt: Math.round(rounds * prompt + scoringPasses(config) * train),
    completion: rounds * completion,
    train,
  };
}

/** Completions of a problem that a step draws, and those that it learns from at most, once a pass. */
function completionsOf(
  { method, group_size, max_kept_per_problem, epochs, rollouts_from }: TrainConfig,
): { readonly drawn: number; readonly learned: number } {
  if (method === "grpo") return { drawn: group_size, learned: group_size };
  // Answers of an earlier run are there already.
  if (rollouts_from !== null) return { drawn: 0, learned: epochs * max_kept_per_problem };
  return { drawn: group_size, learned: epochs * Math.min(group_size, max_kept_per_problem) };
}

/** The most tokens that an evaluation may take. */
export function mostOfEvaluation(
  { config, environment, testProblems, validationProblems = [] }: Pick<
    EstimateArgs,
    "config" | "environment" | "testProblems" | "validationProblems"
  >,
): BilledTokens {
  const problems = [...firstOf(testProblems), ...firstOf(validationProblems)];
  const count = problems.length;
  const prompt = Math.round(count * meanPrompt(environment, problems));
  return { prompt, completion: count * config.max_tokens, train: 0 };
}

/** How often a step scores its data without a gradient. */
function scoringPasses({ kl_penalty_coef, loss_fn, compute_post_kl }: TrainConfig): number {
  return [kl_penalty_coef > 0, loss_fn === "dro", compute_post_kl].filter((pass) => pass).length;
}

/** What a run still costs. @param spent dollars spent before */
export function estimateRun(args: EstimateArgs, prices: TokenPrices, spent = 0): RunEstimate {
  const { low, middle, high, completion } = estimateTokens(args);
  return {
    ...{ low: costOf(low, prices), middle: costOf(middle, prices), high: costOf(high, prices) },
    ...{ completion, measured: args.meanCompletion !== undefined, spent, limit: args.config.max_cost },
  };
}

/** An estimate in a sentence. */
export function estimateText({ middle, high, completion, measured, spent, limit }: RunEstimate): string {
  const length = completion.toFixed(0);
  const mean = measured ? `if they stay at ${length} tokens as so far` : `if they average half (${length} tokens)`;
  const before = spent > 0 ? `, besides ${dollars(spent)} spent before` : "";
  const early = limit !== null && spent + high > limit ? `; max_cost=${limit} may end the run early` : "";
  const most = `at most ${dollars(high)} (all completions at max_tokens)`;
  return `estimated cost: ${most}, ${dollars(middle)} ${mean}${before}${early}`;
}

function firstOf(problems: Problems, most = Infinity): Problem[] {
  return Array.from({ length: Math.min(most, problems.length) }, (_, i) => problems[i] as Problem);
}

function meanPrompt(environment: Environment, problems: readonly Problem[]): number {
  if (problems.length === 0) return 0;
  return problems.reduce((sum, problem) => sum + environment.prompt(problem).tokens.length, 0) / problems.length;
}
