/**
 * What the rules look at: the facts of a run, read from its folder once. Steps and evaluations stand apart, because a row of
 * metrics can be either or both. Nothing is judged here.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Run, StepMetrics } from "../runs/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { type Sample, sampleOf } from "./sample.ts";

/** The facts of a run. */
export interface RunReading {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  /** Its configuration. */
  readonly config: TrainConfig;
  /** Its template, with its text. */
  readonly template: PromptTemplate;
  /** How it is doing. */
  readonly state: Run["state"];
  /** `status.json`, where there is one. */
  readonly status: Run["status"];
  /** Whether a reward function of its user's own pays, in place of the recipe's reward. */
  readonly ownReward: boolean;
  /** How many problems are trained on; absent: not recorded. */
  readonly trainProblems?: number | undefined;
  /** Longest sequence of the model in tokens, prompt and completion together; absent: not recorded. */
  readonly contextLength?: number | undefined;
  /** Steps that were trained, ascending. */
  readonly steps: readonly StepMetrics[];
  /** Evaluations on held-out problems, ascending. */
  readonly evaluations: readonly StepMetrics[];
  /** The completions of the last step; absent: there are none, or they cannot be read. */
  readonly sample?: Sample | undefined;
}

/** Whether the run imitates right answers, a round a step, in place of learning from rewards. */
export function imitates({ config }: RunReading): boolean {
  return config.method === "expert_iteration";
}

/** Reads the facts of a run. What is torn or missing is left out. */
export async function readFacts(run: Run): Promise<RunReading> {
  const { name, path, config, template, state, status, metrics, facts } = run;
  const has = (key: string) => ({ metrics }: StepMetrics) => metrics[key] !== undefined;
  return {
    ...{ name, path, config, template, state, status },
    ownReward: facts.reward !== undefined,
    trainProblems: facts.problems?.train.size,
    contextLength: facts.context_length,
    // A round of expert iteration on answers of an earlier run draws nothing.
    steps: metrics.filter((row) => has("env/all/reward/total")(row) || has("optim/updates")(row)),
    evaluations: metrics.filter(has("test/env/all/correct")),
    sample: await sampleOf(run),
  };
}
