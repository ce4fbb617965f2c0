/** What the grader's pool and its workers say to each other. Jobs given together are answered one by one, in order. */
import type { GradeAnswerOptions, GradeOptions } from "../grade.ts";

/** A completion to be graded. */
export interface GradeRequest extends GradeOptions {
  /** The completion without its stop token. */
  readonly text: string;
}

/** A completion or a bare answer to be judged. */
export interface JudgeRequest extends GradeAnswerOptions {
  /** The completion or answer. */
  readonly text: string;
  /** The final answer alone. */
  readonly reference: string;
}

/** A completion or a bare answer for the recipe's grader. */
export type RecipeRequest = Pick<JudgeRequest, "text" | "reference" | "bare">;

/** What the recipe's grader says. */
export interface RecipeResult {
  /** The answer is the reference's. */
  readonly correct: boolean;
  /** A box was found; false for a bare answer. */
  readonly format: boolean;
  /** What stood in it, at most 200 characters. */
  readonly extracted?: string;
  /** Where, in the text that was sent. */
  readonly span?: readonly [start: number, end: number];
}

/**
 * One thing a worker is asked for: `grade` our grade, `verdict` our verdict with its reason, `recipe` what the recipe's
 * grader says.
 */
export type Job =
  | { readonly by: "grade"; readonly request: GradeRequest }
  | { readonly by: "verdict"; readonly request: JudgeRequest }
  | { readonly by: "recipe"; readonly request: RecipeRequest };

/** To a worker: jobs, to be taken in order. The number is the job's own and comes back with its answer. */
export interface ToWorker {
  /** Longest time for each. */
  readonly limitMs: number;
  /** At least one. */
  readonly jobs: readonly { readonly id: number; readonly job: Job }[];
}

/** From a worker; after `overrun` it takes no more. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "graded"; readonly id: number; readonly result: unknown }
  | { readonly type: "failed"; readonly id: number; readonly message: string }
  | { readonly type: "overrun"; readonly id: number };
