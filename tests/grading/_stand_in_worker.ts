/** Stands in for a worker of the grader: does what the text of a completion says. */
import { parentPort } from "node:worker_threads";
import { limitedRunner } from "../../lib/grading/pool/_limit.ts";
import type { FromWorker, ToWorker } from "../../lib/grading/pool/_messages.ts";

const TABLE = new Int32Array(new SharedArrayBuffer(4));

function perform(text: string, reference: string): unknown {
  const [order, argument] = text.split(" ");
  if (order === "hang") { for (;;); }
  if (order === "match") return /^(a+)+$/.test(`${"a".repeat(60)}b`);
  if (order === "grow") { for (let big = 3n;; big = big > 1n << 200_000n ? 3n : big * big); }
  if (order === "sleep") Atomics.wait(TABLE, 0, 0, Number(argument));
  if (order === "throw") throw new Error(`as asked ${"and so on ".repeat(100)}`);
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

const limited = limitedRunner();

function answer(id: number, text: string, reference: string, limitMs: number): FromWorker {
  try {
    const done = limited(() => perform(text, reference), limitMs);
    return done === "overrun" ? { type: done, id } : { type: "graded", id, result: done.result };
  } catch (error) {
    return { type: "failed", id, message: (error as Error).message };
  }
}

parentPort?.on("message", ({ limitMs, jobs }: ToWorker) => {
  for (const { id, job: { request: { text, reference } } } of jobs) {
    // Nobody catches what is thrown later.
    if (text === "crash") {
      return void setTimeout(() => {
        throw new Error("crashed as asked");
      });
    }
    // One that says nothing of its overrun: only the timer of the calling thread finds it.
    if (text === "mute") return void limited(() => perform("hang", ""), 2 * limitMs);
    const message = answer(id, text, reference, limitMs);
    parentPort?.postMessage(message);
    if (message.type === "overrun") return;
  }
});
parentPort?.postMessage({ type: "ready" });
