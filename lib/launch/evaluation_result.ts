/** What an evaluation comes to: its figures with what was evaluated and how, as a value that shows itself. */
import { type Displayed, displayed, htmlBundle } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Backend, SamplingPolicy } from "../policy/mod.ts";
import type { Evaluation } from "../training/mod.ts";
import type { PromptTemplate, Split } from "../vocabulary.ts";
import { resultHtml, resultText } from "./_evaluation_display.ts";
import type { EvaluationTarget } from "./evaluation_target.ts";

/**
 * An evaluation with what it is of. `rollouts` of more than 12,000 completions that are recorded are without texts and
 * tokens: those are in the record.
 */
export interface EvaluationResult extends Evaluation, Displayed {
  /** What was evaluated, in words. */
  readonly target: string;
  /** The weights that answered, a folder or `tinker://...`; null: the model's own. */
  readonly weights: string | null;
  /** The model's name or directory. */
  readonly model: string;
  /** Where it ran. */
  readonly backend: Backend;
  /** The problem set. */
  readonly env: string;
  /** Its side of the data set. */
  readonly split: Split;
  /** Name of the template. */
  readonly template: string;
  /** How many problems were asked. */
  readonly n: number;
  /** Completions a problem that pass@k and maj@k are about. */
  readonly k: number;
  /** Completions a problem that were drawn. */
  readonly samples: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Longest completion. */
  readonly max_tokens: number;
  /** What the random streams begin with. */
  readonly seed: number;
  /** Name of the reward function; null: the recipe's reward. */
  readonly reward: string | null;
  /** Name of the reward function that the run was trained with, where another one was used here. */
  readonly trainedWith?: string;
  /** The folder with its record; null: it was not recorded. */
  readonly record: string | null;
  /** Problems that were taken from the record, and not asked now. */
  readonly resumed: number;
  /**
   * What is unusual, in sentences: that the problems are not those of the run and were not asked for, or that nothing could
   * be recorded.
   */
  readonly notice?: string;
}

/** What a result is made of. */
export interface ResultParts extends Pick<EvaluationTarget, "description" | "run" | "weights"> {
  readonly config: TrainConfig;
  readonly policy: Pick<SamplingPolicy, "backend" | "model">;
  readonly template: PromptTemplate;
  readonly split: Split;
  readonly k: number;
  readonly samples: number;
  readonly reward: string | null;
  readonly evaluation: Evaluation;
  readonly record: string | null;
  readonly resumed: number;
  readonly notice?: string;
}

/** Puts a result together. */
export function evaluationResult(parts: ResultParts): EvaluationResult {
  const { description, run, weights = null, config, policy, template, split, reward, evaluation, notice } = parts;
  const { k, samples, record, resumed } = parts;
  const { env, eval_temperature: temperature, max_tokens, seed } = config;
  const trained = run?.facts.reward;
  const facts = {
    target: description.replace(/,$/, ""),
    ...{ weights, model: policy.model, backend: policy.backend, env, split, template: template.name },
    ...{ n: evaluation.perProblem.length, k, samples, temperature, max_tokens, seed, reward, record, resumed },
    ...(trained !== undefined && trained !== reward && { trainedWith: trained }),
    ...(notice !== undefined && { notice }),
  };
  const result = { ...facts, ...evaluation };
  return displayed(result, () => htmlBundle(() => resultHtml(result), resultText(result)), () => resultText(result));
}
