/** Stands in for a worker of the grader: does what the text of a completion says. */
import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../../lib/grading/pool/_messages.ts";

const TABLE = new Int32Array(new SharedArrayBuffer(4));

function perform(text: string, reference: string): unknown {
  const [order, argument] = text.split(" ");
  if (order === "hang") { for (;;); }
  if (order === "sleep") Atomics.wait(TABLE, 0, 0, Number(argument));
  if (order === "throw") throw new Error("as asked");
  if (order === "fill") { for (const full: unknown[] = [];;) full.push(new Array(100_000).fill(Math.random())); }
  if (order === "exit") Deno.exit(3);
  return {
    outcome: "wrong",
    ...{ correct: false, lenient: false, format: false },
    extracted: text.slice(0, 20),
    reference,
    ...(order === "span" && { span: [1, 3] }),
    normalised: String(text.length),
  };
}

parentPort?.on("message", (jobs: ToWorker) => {
  for (const { id, job: { request } } of jobs) {
    // Nobody catches what is thrown later.
    if (request.text === "crash") {
      return void setTimeout(() => {
        throw new Error("crashed as asked");
      });
    }
    let answer: unknown;
    try {
      answer = { type: "graded", id, result: perform(request.text, request.reference) };
    } catch (error) {
      answer = { type: "failed", id, message: (error as Error).message };
    }
    parentPort?.postMessage(answer);
  }
});
parentPort?.postMessage({ type: "ready" });
