/** Answers by hand, for tests of expert iteration. */
import type { Group, Problem, Rollout } from "../../lib/vocabulary.ts";
import { ASK, FIRST_QUESTION, STOP } from "./_toy.ts";

/** A problem by its id. */
export function problemNamed(id: string): Problem {
  return { id, env: "toy", split: "train", question: "0", answer: "5" };
}

/** How an answer differs from a right and whole one. */
export interface AnswerChanges {
  readonly correct?: boolean;
  readonly stopped?: boolean;
  readonly text?: string;
}

/** An answer of these tokens; a stop token is added unless it was cut off. */
export function answer(problem: Problem, tokens: readonly number[], changes: AnswerChanges = {}): Rollout {
  const { correct = true, stopped = true, text = tokens.join(" ") } = changes;
  const all = stopped ? [...tokens, STOP] : tokens;
  return {
    problem,
    prompt: { problem, messages: [], tokens: [FIRST_QUESTION, ASK] },
    template: "toy",
    completion: { tokens: all, logprobs: all.map(() => -0.5), stopReason: stopped ? "stop" : "length" },
    text,
    grade: { outcome: correct ? "correct" : "wrong", correct, lenient: correct, format: stopped, reference: "5" },
    reward: Number(correct),
  };
}

/** A group of right answers, each of these tokens. */
export function groupOf(id: string, ...answers: readonly (readonly number[])[]): Group {
  const problem = problemNamed(id);
  return { problem, rollouts: answers.map((tokens) => answer(problem, tokens)) };
}
