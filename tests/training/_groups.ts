/** Groups and data made by hand, for tests. */
import type { TrainConfig } from "../../lib/config/mod.ts";
import { NO_TOKENS, type StepArgs } from "../../lib/training/mod.ts";
import type { Datum, Group, Rollout } from "../../lib/vocabulary.ts";
import { ASK, FIRST_QUESTION, STOP, toyConfig, toyEnvironment, type ToyPolicy, toyProblems } from "./_toy.ts";

/** What a step of the toy takes, with changes. */
export function stepArgs(
  policy: ToyPolicy,
  changes: Partial<TrainConfig> = {},
  more: Partial<StepArgs> = {},
): StepArgs {
  const config = toyConfig(changes);
  const problems = toyProblems(config.groups_per_batch);
  return { policy, environment: toyEnvironment, config, problems, step: 0, totals: NO_TOKENS, now: () => 0, ...more };
}

/** A rollout whose completion is the given tokens, with the given reward. */
export function rollout(reward: number, tokens: readonly number[] = [5, STOP], logprobs?: readonly number[]): Rollout {
  const [problem] = toyProblems(1) as [ReturnType<typeof toyProblems>[number]];
  const stopped = tokens.at(-1) === STOP;
  const correct = reward >= 0.9;
  return {
    problem,
    prompt: { problem, messages: [], tokens: [FIRST_QUESTION, ASK] },
    template: "toy",
    completion: {
      tokens,
      logprobs: logprobs ?? tokens.map((_, i) => -(i + 1) / 10),
      stopReason: stopped ? "stop" : "length",
    },
    text: "",
    grade: { outcome: correct ? "correct" : "wrong", correct, lenient: correct, format: stopped, reference: "5" },
    reward,
  };
}

/** A group with these rewards. */
export function group(...rewards: readonly number[]): Group {
  const rollouts = rewards.map((reward) => rollout(reward));
  return { problem: (rollouts[0] as Rollout).problem, rollouts };
}

/** A datum of a prompt of one token and these actions. */
export function datum(logprobs: readonly number[], advantages: readonly number[]): Datum & {
  logprobs: readonly number[];
  advantages: readonly number[];
} {
  const tokens = [FIRST_QUESTION, ASK, ...logprobs.map(() => 1)];
  return {
    tokens: tokens.slice(0, -1),
    target_tokens: tokens.slice(1),
    mask: [0, ...logprobs.map(() => 1)],
    logprobs: [0, ...logprobs],
    advantages: [0, ...advantages],
  };
}
