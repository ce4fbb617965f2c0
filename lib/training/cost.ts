/**
 * What a run costs: tokens times prices, what has been spent so far, and whether the next part still fits the budget.
 * Prices are the user's; nothing here knows what a service really bills.
 */
import type { TokenPrices, TrainConfig } from "../config/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { NO_TOKENS, type TokenTotals } from "./metrics.ts";

/** Tokens by what a service bills for them. */
export interface BilledTokens {
  /** Read: prompts, and data that are scored without a gradient. */
  readonly prompt: number;
  /** Drawn. */
  readonly completion: number;
  /** Trained on. */
  readonly train: number;
}

/** Tokens as they are billed, those of evaluations included. */
export function billedTokens(tokens: Partial<TokenTotals>): BilledTokens {
  const { prompt, completion, train, scored, evalPrompt, evalCompletion } = { ...NO_TOKENS, ...tokens };
  return { prompt: prompt + scored + evalPrompt, completion: completion + evalCompletion, train };
}

/** Dollars: tokens times prices a million. What has no price counts as 0. */
export function costOf(tokens: BilledTokens, prices: TokenPrices): number {
  const { prompt = 0, completion = 0, train = 0 } = prices;
  return (tokens.prompt * prompt + tokens.completion * completion + tokens.train * train) / 1e6;
}

/** Dollars in words, with two digits that count: `$12.40`, `$0.0031`. */
export function dollars(value: number): string {
  const digits = value >= 1 || value <= 0 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(digits)}`;
}

/** What a run has spent, and the most that its parts took so far. */
export interface Spending {
  /** Dollars. */
  readonly cost: number;
  /** Dollars of the dearest step, without its evaluation. */
  readonly stepCost: number;
  /** Dollars of the dearest evaluation. */
  readonly evaluationCost: number;
  /** Most tokens that a step trained on. */
  readonly stepTrain: number;
}

/** Where a run begins. */
export const NOTHING_SPENT: Spending = { cost: 0, stepCost: 0, evaluationCost: 0, stepTrain: 0 };

/** Spending with one more step, evaluation or both. */
export function spend(
  spending: Spending,
  more: { readonly step?: number; readonly evaluation?: number; readonly train?: number },
): Spending {
  const { step = 0, evaluation = 0, train = 0 } = more;
  return {
    cost: spending.cost + step + evaluation,
    stepCost: Math.max(spending.stepCost, step),
    evaluationCost: Math.max(spending.evaluationCost, evaluation),
    stepTrain: Math.max(spending.stepTrain, train),
  };
}

/**
 * The spending that recorded rows tell of. Rows that a resumption will set aside count as well: they were paid for.
 * @param totals tokens of the rows that stay; they tell where no row has a cost
 */
export function spendingOf(rows: readonly Metrics[], totals: TokenTotals, prices: TokenPrices | null): Spending {
  let found = NOTHING_SPENT;
  for (const row of rows) {
    const { "cost/step": both = 0, "cost/evaluation": evaluation = 0, "tokens/train": train = 0 } = row;
    found = spend(found, { step: both - evaluation, evaluation, train });
  }
  const recorded = rows.flatMap(({ "cost/total": total }) => total === undefined ? [] : [total]);
  const cost = recorded.length > 0 || prices === null ? Math.max(0, ...recorded) : costOf(billedTokens(totals), prices);
  return { ...found, cost };
}

/** A sum of prices may differ from the limit in its last bits. */
const ROUNDING = 1 + 1e-9;

/** What a part of a run takes if all its completions are as long as they may be. */
export interface UpperBound {
  /** Dollars; 0 where prices are not known. */
  readonly cost: number;
  /** Tokens to train on. */
  readonly train: number;
}

/** So much more than the dearest of its kind a part is taken to need: completions grow while a policy learns. */
const GROWTH = 1.25;

/** What a part may need. Its upper bound alone would end runs of short completions long before their budget. */
function needed(most: number, dearest: number): number {
  return dearest > 0 ? Math.min(most, GROWTH * dearest) : most;
}

/** Where there is no past yet, what a figure rests on. */
function assumption(dearest: number): string {
  return dearest > 0 ? "" : " with all completions at max_tokens";
}

/** Why a run may not go on. */
export interface BudgetStop {
  /** The key of the limit. */
  readonly limit: "max_cost" | "max_train_tokens";
  /** The same in a sentence, with figures and the way out. */
  readonly detail: string;
  /** The limit, two digits that count, with which the next part would begin. */
  readonly enough: number;
}

/**
 * Whether the next part may pass a limit. It may take its upper bound, or a quarter more than the dearest of its kind so
 * far, whichever is less: the first step never passes a limit, a later one only by growing more than that at once.
 * @param trained tokens trained on so far
 * @param next what would come next; `ahead`: steps besides whose completions are drawn already or will be, and not counted
 * @returns the limit; undefined: go on
 */
export function overBudget(
  { max_cost, max_train_tokens }: Pick<TrainConfig, "max_cost" | "max_train_tokens">,
  { cost, stepCost, evaluationCost, stepTrain }: Spending,
  trained: number,
  next: { readonly step?: UpperBound; readonly ahead?: number; readonly evaluation?: UpperBound },
): BudgetStop | undefined {
  const { ahead = 0 } = next;
  const price = (1 + ahead) * needed(next.step?.cost ?? 0, stepCost) +
    needed(next.evaluation?.cost ?? 0, evaluationCost);
  const more = ahead === 0 ? "" : ` with ${ahead} drawn ahead`;
  const what = next.step ? "the next step" : "the final evaluation";
  if (max_cost !== null && (cost >= max_cost || cost + price > max_cost * ROUNDING)) {
    const detail = `max_cost=${max_cost}: ${dollars(cost)} is spent, and ${what}${more} may cost ${dollars(price)}` +
      `${assumption(next.step ? stepCost : evaluationCost)}; to go on raise max_cost and resume`;
    return { limit: "max_cost", detail, enough: roundUp(cost + price) };
  }
  if (next.step === undefined || max_train_tokens === null) return undefined;
  const tokens = Math.ceil(needed(next.step.train, stepTrain));
  if (trained < max_train_tokens && trained + tokens <= max_train_tokens) return undefined;
  const detail = `max_train_tokens=${max_train_tokens}: ${trained} tokens are trained on, and ${what} may take ` +
    `${tokens}${assumption(stepTrain)}; to go on raise max_train_tokens and resume`;
  return { limit: "max_train_tokens", detail, enough: Math.ceil(roundUp(trained + tokens)) };
}

/** Up to two digits that count. */
function roundUp(value: number): number {
  const rounded = Number(value.toPrecision(2));
  if (value <= 0 || rounded >= value) return rounded;
  return Number((rounded + 10 ** (Math.floor(Math.log10(value)) - 1)).toPrecision(2));
}
