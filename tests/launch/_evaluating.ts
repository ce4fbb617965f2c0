/** Policies for evaluations that remember whom they asked, and a process of its own that can be killed in the middle of one. */
import { join } from "node:path";
import { randomFrom } from "../../lib/basics/mod.ts";
import { evaluate, type EvaluateOptions } from "../../lib/launch/mod.ts";
import type { SamplingPolicy } from "../../lib/policy/mod.ts";
import type { Completion, Prompt } from "../../lib/vocabulary.ts";

/** What every evaluation here asks. */
export const TASK = { env: "arithmetic", prompt_template: "none", limit: 10, k: 3 } as const;

/** Options of `guesser`. */
export interface GuesserOptions {
  /** Called before each call is answered, with how many were made; what it returns is awaited. */
  readonly onCall?: (calls: number, prompt: Prompt) => void | Promise<void>;
}

/** A policy that answers in text, rightly or not by the stream of the problem, and remembers the problems it was asked. */
export function guesser({ onCall = () => {} }: GuesserOptions = {}): SamplingPolicy & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    ...{ backend: "tinker", model: "guesser", contextLength: 1000, asked, close: () => Promise.resolve() } as const,
    async sample(prompt, count, { seed }, { signal } = {}) {
      asked.push(prompt.problem.id);
      await onCall(asked.length, prompt);
      signal?.throwIfAborted();
      return Array.from({ length: count }, (_, i): Completion => {
        const random = randomFrom(seed, i);
        const text = random.next() < 0.5 ? `\\boxed{${prompt.problem.answer}}` : `\\boxed{${random.int(0, 2)}}`;
        return {
          tokens: [],
          logprobs: [],
          stopReason: "stop",
          text,
          usage: { prompt: 7, completion: random.int(1, 9) },
        };
      });
    },
  };
}

/** Evaluates a guesser as if it were a model by name, so that what is not needed is not opened. */
export function evaluateGuesser(policy: SamplingPolicy, options: EvaluateOptions): ReturnType<typeof evaluate> {
  return evaluate("guesser", { ...TASK, backend: "local", open: () => Promise.resolve(policy), ...options });
}

/** A row of a record. */
export interface Row {
  readonly problem_id: string;
  readonly sample: number;
  readonly [key: string]: unknown;
}

/** The rows of a record. */
export async function rowsOf(folder: string): Promise<Row[]> {
  const text = await Deno.readTextFile(join(folder, "rollouts.jsonl"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** A file of a record. */
export async function jsonOf(folder: string, name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(join(folder, name)));
}

/** What is in a folder. */
export async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

// Answers one problem every few milliseconds, and writes down whom it asks before it answers.
if (import.meta.main) {
  const [record, log] = Deno.args as [string, string];
  const policy = guesser({
    async onCall(calls, { problem }) {
      await new Promise((done) => setTimeout(done, 15 * calls));
      Deno.writeTextFileSync(log, `${problem.id}\n`, { append: true });
    },
  });
  await evaluateGuesser(policy, { record, limit: 60 });
}
