/** Folders of invented training runs, written through the recorder: what each answered, problem by problem. */
import type { TrainInput } from "../../lib/config/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import type { Metrics, Problem, PromptTemplate, Rollout } from "../../lib/vocabulary.ts";
import { problem, recorderFor, rollout, stepEvent, TEMPLATE } from "../runs/_fakes.ts";

/** An invented run. */
export interface InventedRun {
  /** Hyperparameters. */
  readonly input?: TrainInput;
  /** What is right, problem by problem, at its evaluations: `"1101"`; the keys are steps. */
  readonly answers: Readonly<Record<number, string>>;
  /** How it ends; default: it finishes. */
  readonly end?: "finish" | "fail" | "close";
  /** The problems, in place of `What is 0 + 1?` and so on. */
  readonly problems?: readonly Problem[];
  /** Metrics of each step. */
  readonly metrics?: Metrics;
  /** The template. */
  readonly template?: PromptTemplate;
}

/** Problems as `test` has them. */
export function heldOut(count: number): Problem[] {
  return Array.from(
    { length: count },
    (_, i) => ({ ...problem(i), id: `toy/test/${i}`, split: "test", level: 1 + i % 2 }),
  );
}

/** The answers to problems: right where the text has a 1. */
export function answersTo(problems: readonly Problem[], rights: string): Rollout[] {
  return problems.map((of, i) => rollout(of, rights[i] === "1"));
}

/** Writes the folder of a run. */
export async function writeRun(path: string, run: InventedRun): Promise<void> {
  const { answers, end = "finish", metrics = {}, template = TEMPLATE, input = {} } = run;
  const steps = Object.keys(answers).map(Number).sort((a, b) => a - b);
  const last = steps.at(-1) ?? 0;
  const recorder = await recorderFor(path, { input: { max_steps: 4, num_groups_to_log: 0, ...input }, template });
  for (let step = 0; step <= last; step++) {
    const rights = answers[step];
    if (rights !== undefined) {
      const rollouts = answersTo(run.problems ?? heldOut(rights.length), rights);
      const correct = [...rights].filter((right) => right === "1").length / rights.length;
      const event = { type: "evaluation", step, metrics: { "test/env/all/correct": correct }, rollouts };
      await recorder.record({ ...event, final: step === last } as unknown as TrainEvent);
    }
    if (step < last) await recorder.record(stepEvent(step, metrics));
  }
  if (end === "finish") {
    await recorder.record({ type: "done", reason: "finished", step: last } as unknown as TrainEvent);
  }
  if (end === "fail") await recorder.fail(new Error("out of memory"));
  await recorder.close();
}
