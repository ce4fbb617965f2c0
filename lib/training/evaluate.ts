/**
 * How good a policy is on problems it does not train on: one completion a problem, at the temperature of evaluations. The
 * random stream of a problem depends on nothing but the seed and the problem, so evaluations before, during and after
 * training are paired: differences are the policy's.
 */
import { hash32 } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import type { Group, Metrics, Problems, Rollout } from "../vocabulary.ts";
import { accuracyInterval, rolloutMetrics, type StepTokens, tokensOf } from "./metrics.ts";
import { type CountProgress, gradeGroups, payGroups, rollOut } from "./rollout.ts";

/** Everything an evaluation needs. */
export interface EvaluateArgs {
  /** Who answers; its weights stay as they are. */
  readonly policy: SamplingPolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** What is asked, each problem once. */
  readonly problems: Problems;
  /** Training's `temperature`, `top_p` and `top_k` do not apply. */
  readonly config: Pick<TrainConfig, "eval_temperature" | "max_tokens" | "seed">;
  /** Ends the evaluation early. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many completions are there. */
  readonly onProgress?: CountProgress | undefined;
  /** Given each rollout as soon as it is drawn, graded but not yet paid by a reward function. */
  readonly onRollout?: ((rollout: Rollout) => void) | undefined;
}

/** What an evaluation found. */
export interface Evaluation {
  /** The recipe's `env/...` keys without `test/`, with the 95 % interval of accuracy. */
  readonly metrics: Metrics;
  /** One a problem, in the order of the problems. */
  readonly rollouts: readonly Rollout[];
  /** What it took. */
  readonly tokens: Pick<StepTokens, "prompt" | "completion">;
}

/**
 * Evaluates a policy.
 * @throws {RangeError} when there are no problems
 * @throws the signal's reason, when it was aborted
 */
export async function evaluatePolicy(args: EvaluateArgs): Promise<Evaluation> {
  const { policy, environment, problems, config, signal, onProgress, onRollout } = args;
  if (problems.length === 0) throw new RangeError("cannot evaluate on no problems");
  const { eval_temperature, max_tokens, seed } = config;
  const prompts = Array.from(problems, (problem) => environment.prompt(problem));
  const graded: Group[] = [];
  await rollOut(policy, prompts, 1, {
    params: { max_tokens, temperature: eval_temperature },
    seedOf: ({ problem }) => hash32(seed, "eval", problem.id),
    signal,
    onProgress,
    async onDrawn(index, drawn) {
      const [group] = await gradeGroups(environment, [prompts[index]!], [drawn], signal);
      graded[index] = group!;
      if (onRollout !== undefined) { for (const rollout of group!.rollouts) onRollout(rollout); }
    },
  });
  const groups = await payGroups(environment, graded, signal);
  const rollouts = groups.flatMap((group) => group.rollouts);
  const metrics = { ...rolloutMetrics(groups), ...accuracyInterval(rollouts) };
  return { metrics, rollouts, tokens: tokensOf(rollouts) };
}
