/**
 * A worker of the grader: takes completions in order and answers each. What grading throws is an answer too, so that only
 * what cannot be caught ends the worker.
 */
import { parentPort } from "node:worker_threads";
import type { FromWorker, Job, ToWorker } from "./_messages.ts";
import { gradeAnswer, gradeCompletion } from "../grade.ts";
import { recipeGrade, recipeSameAnswer } from "../recipe/recipe.ts";

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
      return request.bare
        ? { correct: recipeSameAnswer(text, reference), format: false }
        : recipeGrade(text, reference);
  }
}

function answer(id: number, job: Job): FromWorker {
  try {
    return { type: "graded", id, result: perform(job) };
  } catch (error) {
    return { type: "failed", id, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", (jobs: ToWorker) => {
  for (const { id, job } of jobs) send(answer(id, job));
});
send({ type: "ready" });
