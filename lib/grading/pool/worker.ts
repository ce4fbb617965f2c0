/**
 * A worker of the grader: takes completions in order and answers each, within its limit in time. What grading throws is an
 * answer too, so that only what cannot be caught ends the worker. After an overrun it is done: what is remembered between
 * jobs may be half written.
 */
import { parentPort } from "node:worker_threads";
import type { FromWorker, Job, RecipeRequest, RecipeResult, ToWorker } from "./_messages.ts";
import { gradeAnswer, gradeCompletion } from "../grade.ts";
import { limitedRunner } from "./_limit.ts";
import { recipeBox, recipeSameAnswer } from "../recipe/recipe.ts";
import { shortened } from "../_shown.ts";

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function perform({ by, request }: Job): unknown {
  const { text, reference } = request;
  switch (by) {
    case "grade":
      return gradeCompletion(text, request);
    case "verdict":
      return gradeAnswer(text, reference, request);
    case "recipe":
      return byRecipe(request);
  }
}

function byRecipe({ text, reference, bare }: RecipeRequest): RecipeResult {
  if (bare) return { correct: recipeSameAnswer(text, reference), format: false };
  const box = recipeBox(text);
  if (box === undefined) return { correct: false, format: false };
  const correct = recipeSameAnswer(box.text, reference);
  return { correct, format: true, extracted: shortened(box.text), span: box.span };
}

const limited = limitedRunner();

function answer(id: number, job: Job, limitMs: number): FromWorker {
  try {
    const done = limited(() => perform(job), limitMs);
    return done === "overrun" ? { type: done, id } : { type: "graded", id, result: done.result };
  } catch (error) {
    return { type: "failed", id, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", ({ limitMs, jobs }: ToWorker) => {
  for (const { id, job } of jobs) {
    const message = answer(id, job, limitMs);
    send(message);
    if (message.type === "overrun") return;
  }
});
send({ type: "ready" });
