/** From what was worked out to a grade or a verdict: places in the whole text, failures, and the recipe's word. */
import type { GraderName } from "../../config/mod.ts";
import type { Grade, Outcome } from "../../vocabulary.ts";
import { inWholeText } from "../_end.ts";
import { shortened } from "../_shown.ts";
import { extractBoxed } from "../extraction/extract.ts";
import type { GradeRequest, JudgeRequest } from "./_messages.ts";
import type { RecipeAnswer, Worked } from "./_work.ts";
import type { JobFailure } from "./_worker.ts";
import type { Verdict } from "../types.ts";

/** A verdict with what the recipe's grader says beside it, where both judge. */
export type JudgedVerdict = Verdict & { readonly recipe?: boolean };

/** What is known of a completion that could not be graded. */
export function failedGrade({ text, reference, stopReason }: GradeRequest, { failure, reason }: JobFailure): Grade {
  const box = extractBoxed(text);
  const found = typeof box === "object" && box.text !== "" ? box : undefined;
  return {
    outcome: failedOutcome(failure),
    ...{ correct: false, lenient: false, format: stopReason === "stop" && found !== undefined },
    ...(found && { extracted: shortened(found.text), span: [found.start, found.end] as const }),
    reason,
    reference,
  };
}

/** What is known of an answer that could not be judged. */
export function failedVerdict({ reference }: JudgeRequest, { failure, reason, ms }: JobFailure): Verdict {
  const outcome = failedOutcome(failure);
  return { ...{ correct: false, strict: false, lenient: false }, outcome, reference, reason, ms };
}

/** The grade of a completion of a policy. */
export function finishedGrade({ request, cut, own, recipe }: Worked<GradeRequest, Grade>, grader: GraderName): Grade {
  const ours = inWholeText(own, cut);
  if (recipe === undefined) return ours;
  if (grader === "both") return { ...ours, recipe: isRight(recipe) };
  const { stopReason, reference } = request;
  const { outcome, ...said } = wordOf(recipe, cut);
  return {
    outcome: outcome === "no_answer" && stopReason === "length" ? "truncated" : outcome,
    ...said,
    lenient: ours.lenient || said.correct,
    // The recipe counts a format only where the completion ended by itself.
    format: "failure" in recipe ? ours.format : recipe.format && stopReason === "stop",
    reference,
  };
}

/** The verdict on an answer from anywhere. */
export function finishedVerdict(
  { request: { bare = false }, cut, own, recipe }: Worked<JudgeRequest, Verdict>,
  grader: GraderName,
): JudgedVerdict {
  const ours = inWholeText(own, cut);
  if (recipe === undefined) return ours;
  if (grader === "both") return { ...ours, recipe: isRight(recipe) };
  const { outcome, correct, ...said } = wordOf(recipe, cut);
  const { extracted, reference, ms } = ours;
  return {
    ...{ correct, strict: correct, lenient: ours.lenient || correct },
    // A bare answer needs no box.
    outcome: bare && outcome === "no_answer" && extracted !== undefined ? "wrong" : outcome,
    ...said,
    ...(bare && extracted !== undefined && { extracted }),
    ...(said.span !== undefined && { place: "box" as const }),
    ...{ reference, ms },
  };
}

/** What the recipe's grader says in the words of a grade; nothing of ours that may contradict it. */
function wordOf(
  recipe: RecipeAnswer,
  cut: number,
): Pick<Grade, "outcome" | "correct" | "extracted" | "span" | "reason"> {
  if ("failure" in recipe) {
    return { outcome: failedOutcome(recipe.failure), correct: false, reason: `the recipe's grader: ${recipe.reason}` };
  }
  const { correct, format, extracted, span } = recipe;
  return {
    ...{ outcome: correct ? "correct" : format ? "wrong" : "no_answer", correct },
    ...(extracted !== undefined && { extracted }),
    ...(span !== undefined && inWholeText({ span }, cut)),
    ...(!correct && { reason: "the recipe's grader says no" }),
  };
}

function failedOutcome(failure: JobFailure["failure"]): Outcome {
  return failure === "timeout" ? "grader_timeout" : "ungradable";
}

/** As in the recipe, whose own limit in time makes what overruns wrong. */
function isRight(recipe: RecipeAnswer): boolean {
  return !("failure" in recipe) && recipe.correct;
}
