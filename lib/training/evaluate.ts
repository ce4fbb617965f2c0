/**
 * How good a policy is on problems it does not train on: one completion a problem or several, at the temperature of
 * evaluations. The random streams of a problem depend on nothing but the seed and the problem, so evaluations before,
 * during and after training are paired: differences are the policy's. For the same reason one that was broken off can go on
 * with the problems that are left.
 */
import { AbortListeners, hash32, Limiter } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import { type Environment, REWARDS_AT_ONCE } from "../environment/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import type { Completion, Group, Metrics, Problems, Rollout } from "../vocabulary.ts";
import { accuracyMetrics, correctInterval, type ProblemResult, problemResults } from "./accuracy.ts";
import { majorities } from "./majority.ts";
import { completionTokens, promptTokens, rolloutMetrics, type StepTokens, tokensOf } from "./metrics.ts";
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
  readonly config:
    & Pick<TrainConfig, "eval_temperature" | "max_tokens" | "seed">
    & Partial<Pick<TrainConfig, "grader_timeout">>;
  /** Completions a problem that pass@k and maj@k are about; default 1. */
  readonly k?: number | undefined;
  /** Completions a problem that are drawn; default `k`. More than that make pass@k less a matter of luck. */
  readonly samples?: number | undefined;
  /**
   * Whether the metrics have pass@k, maj@k, the median length and accuracy by subject and steps too, which the rows of a
   * training run do without. Default: with several completions a problem.
   */
  readonly details?: boolean | undefined;
  /** What is known already, by problem id: graded and paid, and not asked again. */
  readonly finished?: ReadonlyMap<string, Group> | undefined;
  /** Keeps rollouts as `withoutTexts` leaves them, in little memory. */
  readonly lean?: boolean | undefined;
  /** Ends the evaluation early. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many completions are there. */
  readonly onProgress?: CountProgress | undefined;
  /** Given each rollout as soon as it is there, graded but not yet paid by a reward function. */
  readonly onRollout?: ((rollout: Rollout) => void) | undefined;
  /** Given the rollouts of each problem, by its index, once they are paid; the problem counts once it is done with them. */
  readonly onGroup?: ((group: Group, index: number) => void | Promise<void>) | undefined;
}

/** What an evaluation found. */
export interface Evaluation {
  /** The recipe's `env/...` keys without `test/`, with the 95 % interval of accuracy. */
  readonly metrics: Metrics;
  /** In the order of the problems, for each as many as there are completions a problem. */
  readonly rollouts: readonly Rollout[];
  /** What became of each problem, in their order. */
  readonly perProblem: readonly ProblemResult[];
  /** What it took. */
  readonly tokens: Pick<StepTokens, "prompt" | "completion">;
}

/**
 * Evaluates a policy.
 * @throws {RangeError} when there are no problems, or fewer completions a problem than `k`
 * @throws the signal's reason, when it was aborted
 */
export async function evaluatePolicy(args: EvaluateArgs): Promise<Evaluation> {
  const { problems, config, k = 1, samples = k, details = samples > 1, signal } = args;
  if (problems.length === 0) throw new RangeError("cannot evaluate on no problems");
  requireCounts(k, samples);
  const groups = await drawGroups(args, samples);
  const timeoutMs = config.grader_timeout === undefined ? undefined : 1000 * config.grader_timeout;
  const votes = details && k > 1 ? await majorities(groups, { k, timeoutMs, signal }) : undefined;
  const perProblem = problemResults(groups, votes);
  const { seed } = config;
  const metrics = {
    ...rolloutMetrics(groups),
    ...(details ? accuracyMetrics(perProblem, { k, seed }) : correctInterval(perProblem, seed)),
  };
  const rollouts = groups.flatMap((group) => group.rollouts);
  return { metrics, rollouts, perProblem, tokens: tokensOf(rollouts) };
}

function requireCounts(k: number, samples: number): void {
  if (Number.isSafeInteger(k) && Number.isSafeInteger(samples) && k >= 1 && samples >= k) return;
  throw new RangeError(
    `cannot evaluate pass@${k} with ${samples} completions a problem: draw at least k, and k from 1`,
  );
}

/** [P] the rollouts of each problem: those that are known, and what is drawn of the others. */
async function drawGroups(args: EvaluateArgs, samples: number): Promise<Group[]> {
  const { policy, environment, problems, config, finished, lean = false, signal, onProgress, onRollout } = args;
  const groups = Array.from(problems, ({ id }) => finished?.get(id));
  for (const rollout of groups.flatMap((group) => group?.rollouts ?? [])) onRollout?.(rollout);
  const places = groups.flatMap((group, place) => group === undefined ? [place] : []);
  const prompts = places.map((place) => environment.prompt(problems[place]!));
  const known = (groups.length - places.length) * samples;
  const payer = rewardPayer(environment, signal);
  const { eval_temperature: temperature, max_tokens, seed } = config;
  try {
    await rollOut(policy, prompts, samples, {
      params: { max_tokens, temperature },
      seedOf: ({ problem }) => hash32(seed, "eval", problem.id),
      drop: true,
      signal,
      onProgress: onProgress && ((done, total) => onProgress(known + done, known + total)),
      async onDrawn(index, drawn) {
        const place = places[index]!;
        requireCount(drawn, samples, policy);
        const [graded] = await gradeGroups(environment, [prompts[index]!], [drawn], signal);
        for (const rollout of graded!.rollouts) onRollout?.(rollout);
        const group = await payer.pay(graded!);
        await args.onGroup?.(group, place);
        groups[place] = lean ? withoutTexts(group) : group;
      },
    });
  } finally {
    payer.close();
  }
  return groups as Group[];
}

/** Every figure takes it that there are equally many of each problem. */
function requireCount({ length }: readonly Completion[], samples: number, { model }: SamplingPolicy): void {
  if (length === samples) return;
  throw new TypeError(`${model} gave ${length} completions of a problem, ${samples} were asked for`);
}

/**
 * The same rollouts without what takes memory: texts, tokens and log-probabilities, the chat of the prompt. Whatever counts
 * tokens still can.
 */
export function withoutTexts({ problem, rollouts }: Group): Group {
  const prompt = { problem, messages: [], tokens: [] };
  return {
    problem,
    rollouts: rollouts.map((rollout) => {
      const { completion: { stopReason } } = rollout;
      const usage = { prompt: promptTokens(rollout), completion: completionTokens(rollout.completion) };
      return { ...rollout, prompt, text: "", completion: { tokens: [], logprobs: [], stopReason, usage } };
    }),
  };
}

/** Pays groups as they come. */
interface RewardPayer {
  pay(group: Group): Promise<Group>;
  close(): void;
}

/** `REWARDS_AT_ONCE` calls at a time, whosever groups they are for; the first error ends them all. */
function rewardPayer(environment: Environment, signal: AbortSignal | undefined): RewardPayer {
  const { pay } = environment;
  if (pay === undefined) return { pay: (group) => Promise.resolve(group), close: () => {} };
  const limiter = new Limiter(REWARDS_AT_ONCE);
  const ending = new AbortController();
  if (signal?.aborted) ending.abort(signal.reason);
  const unlisten = signal?.aborted
    ? undefined
    : signal && new AbortListeners().add(signal, () => ending.abort(signal.reason));
  const limited: Environment = {
    ...environment,
    async pay(rollout, context) {
      const release = await limiter.acquire(1, context?.signal);
      try {
        return await pay(rollout, context);
      } finally {
        release();
      }
    },
  };
  return {
    async pay(group) {
      try {
        const [paid] = await payGroups(limited, [group], ending.signal);
        return paid!;
      } catch (error) {
        ending.abort(error);
        throw error;
      }
    },
    close: () => unlisten?.(),
  };
}
