/**
 * Works through many completions: what can be told at once is told here, the rest goes to the workers. The recipe's grader
 * is asked there too, and what it says stands beside our own result.
 */
import type { GraderName } from "../../config/mod.ts";
import { endOf, partFrom } from "../_end.ts";
import { breather } from "./_breath.ts";
import type { Job, JudgeRequest, RecipeRequest, RecipeResult } from "./_messages.ts";
import type { JobFailure } from "./_worker.ts";
import type { Workers } from "./_workers.ts";

/** What the recipe's grader says, or that it could not. */
export type RecipeAnswer = RecipeResult | JobFailure;

/** A request that was worked through. */
export interface Worked<Request, Own> {
  /** The request, with a part of its text where that was long. */
  readonly request: Request;
  /** Characters that were cut off before its text. */
  readonly cut: number;
  /** Our result. */
  readonly own: Own;
  /** The recipe's, where it was asked for. */
  readonly recipe: RecipeAnswer | undefined;
}

/** How requests are worked through. */
export interface Work<Request, Own> {
  /** Whose rules. */
  readonly grader: GraderName;
  /** Who does what cannot be told at once. */
  readonly workers: Workers;
  /** Ends the work with its reason. */
  readonly signal: AbortSignal | undefined;
  /** Our result where it can be told at once. */
  readonly quick: (request: Request) => Own | undefined;
  /** What a worker is asked for otherwise. */
  readonly job: (request: Request) => Job;
  /** What is known where the worker has failed. */
  readonly failed: (request: Request, failure: JobFailure) => Own;
}

/**
 * Works through requests.
 * @returns a result for each, in the same order
 * @throws what `Workers.run` throws
 */
export async function workThrough<Request extends Pick<JudgeRequest, "text" | "reference">, Own>(
  requests: readonly Request[],
  { grader, workers, signal, quick, job, failed }: Work<Request, Own>,
): Promise<Worked<Request, Own>[]> {
  signal?.throwIfAborted();
  workers.requireOpen();
  const breathe = breather(signal);
  const begun: { request: Request; cut: number; own: Own | undefined; recipe: RecipeAnswer | undefined }[] = [];
  const jobs: Job[] = [];
  const owners: number[] = [];
  for (const [i, given] of requests.entries()) {
    const { text, cut } = endOf(given.text);
    const request = text === given.text ? given : { ...given, text };
    const own = quick(request);
    begun.push({ request, cut, own, recipe: undefined });
    if (own === undefined) owners[jobs.push(job(request)) - 1] = i;
    if (grader !== "standard") owners[jobs.push({ by: "recipe", request: forRecipe(given, cut) }) - 1] = i;
    const pause = breathe(given.text.length);
    if (pause !== undefined) await pause;
  }
  const answers = await workers.run(jobs, signal);
  for (const [j, answer] of answers.entries()) {
    const one = begun[owners[j]!]!;
    if (jobs[j]!.by === "recipe") one.recipe = "failure" in answer ? answer : answer.result as RecipeResult;
    else one.own = "failure" in answer ? failed(one.request, answer) : answer.result as Own;
  }
  return begun as Worked<Request, Own>[];
}

/** The recipe sees thoughts as well. */
function forRecipe(given: RecipeRequest, cut: number): RecipeRequest {
  return { ...given, text: partFrom(given.text, cut) };
}
