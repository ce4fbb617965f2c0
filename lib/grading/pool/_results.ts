/** From what was worked out to a grade or a verdict: places in the whole text, failures, and the recipe's word. */
import type { GraderName } from "../../config/mod.ts";
import type { Grade, Outcome } from "../../vocabulary.ts";
import { extractBoxed } from "../extraction/extract.ts";
import type { GradeRequest, JudgeRequest } from "./_messages.ts";
import type { RecipeAnswer, Worked } from "./_work.ts";
import type { JobFailure } from "./_worker.ts";
import type { Verdict } from "../types.ts";

/** A verdict with what the recipe's grader says beside it, where both judge. */
export type JudgedVerdict = Verdict & { readonly recipe?: boolean };

/** Longest extracted answer that is kept, in characters. */
const LONGEST_KEPT = 200;

/** What is known of a completion that could not be graded. */
export function failedGrade({ text, reference, stopReason }: GradeRequest, { failure }: JobFailure): Grade {
  const box = extractBoxed(text);
  const found = typeof box === "object" && box.text !== "" ? box : undefined;
  return {
    outcome: failedOutcome(failure),
    ...{ correct: false, lenient: false, format: stopReason === "stop" && found !== undefined },
    ...(found &&
      { extracted: found.text.slice(0, LONGEST_KEPT).toWellFormed(), span: [found.start, found.end] as const }),
    reference,
  };
}

/** What is known of an answer that could not be judged. @param ms how long it may take */
export function failedVerdict({ reference }: JudgeRequest, { failure, reason }: JobFailure, ms: number): Verdict {
  const outcome = failedOutcome(failure);
  return { ...{ correct: false, strict: false, lenient: false }, outcome, reference, reason, ms };
}

/** The grade of a completion of a policy. */
export function finishedGrade({ request, cut, own, recipe }: Worked<GradeRequest, Grade>, grader: GraderName): Grade {
  const ours = shifted(own, cut);
  if (recipe === undefined) return ours;
  const correct = isRight(recipe);
  if (grader === "both") return { ...ours, recipe: correct };
  const lenient = ours.lenient || correct;
  // The recipe counts a format only where the completion ended by itself.
  const format = "failure" in recipe ? ours.format : recipe.format && request.stopReason === "stop";
  return { ...ours, outcome: recipeOutcome(ours.outcome, recipe), correct, lenient, format };
}

/** The verdict on an answer from anywhere. */
export function finishedVerdict(
  { cut, own, recipe }: Worked<JudgeRequest, Verdict>,
  grader: GraderName,
): JudgedVerdict {
  const ours = shifted(own, cut);
  if (recipe === undefined) return ours;
  const correct = isRight(recipe);
  if (grader === "both") return { ...ours, recipe: correct };
  const { reason, ...rest } = ours;
  return {
    ...rest,
    ...{ correct, strict: correct, lenient: ours.lenient || correct },
    outcome: recipeOutcome(ours.outcome, recipe),
    ...(reason !== undefined && !correct && { reason }),
  };
}

function failedOutcome(failure: JobFailure["failure"]): Outcome {
  return failure === "timeout" ? "grader_timeout" : "ungradable";
}

/** As in the recipe, whose own limit in time makes what overruns wrong. */
function isRight(recipe: RecipeAnswer): boolean {
  return !("failure" in recipe) && recipe.correct;
}

function recipeOutcome(ours: Outcome, recipe: RecipeAnswer): Outcome {
  if ("failure" in recipe) return failedOutcome(recipe.failure);
  if (recipe.correct) return "correct";
  return ours === "correct" ? "wrong" : ours;
}

function shifted<T extends Pick<Grade, "span">>(result: T, by: number): T {
  if (by === 0 || result.span === undefined) return result;
  const [start, end] = result.span;
  return { ...result, span: [start + by, end + by] };
}
