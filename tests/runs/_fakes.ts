/** Invented runs to record: problems, rollouts and events, no model anywhere. */
import { join } from "node:path";
import { resolveConfig, type TrainConfig, type TrainInput } from "../../lib/config/mod.ts";
import { createRun, type CreateRunOptions, type RunRecorder } from "../../lib/runs/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import type { Checkpoint, Group, Metrics, Outcome, Problem, PromptTemplate, Rollout } from "../../lib/vocabulary.ts";

export const START = Date.parse("2026-01-02T03:04:05Z");

export const TEMPLATE: PromptTemplate = {
  name: "plain",
  description: "Nothing but the question.",
  best_for: "tests",
  few_shot: [],
  question: "{{ question }}",
  question_suffix: "",
  answer_format: "boxed",
};

export function configFor(log_path: string, input: TrainInput = {}): TrainConfig {
  return resolveConfig({ log_path, max_steps: 4, ...input }, { environment: {} }).config;
}

export function recorderFor(
  log_path: string,
  { input = {}, ...options }: Partial<CreateRunOptions> & { input?: TrainInput } = {},
): Promise<RunRecorder> {
  return createRun(configFor(log_path, input), {
    template: TEMPLATE,
    behavior: "raise",
    clock: () => START,
    heartbeatMs: 0,
    ...options,
  });
}

export function problem(index: number, question = `What is ${index} + 1?`): Problem {
  return { id: `toy/train/${index}`, env: "toy", split: "train", question, answer: String(index + 1), level: 1 };
}

export function rollout(of: Problem, correct: boolean, text = `\\boxed{${correct ? of.answer : "0"}}`): Rollout {
  const outcome: Outcome = correct ? "correct" : "wrong";
  return {
    problem: of,
    prompt: { problem: of, messages: [{ role: "user", content: of.question }], tokens: [1, 2, 3] },
    template: "plain",
    completion: { tokens: [7, 8], logprobs: [-0.25, Math.fround(-0.1)], stopReason: "stop" },
    text,
    grade: { outcome, correct, lenient: correct, format: true, extracted: "x", reference: of.answer },
    reward: correct ? 1 : 0,
  };
}

export function group(index: number): Group {
  const of = problem(index);
  return { problem: of, rollouts: [rollout(of, true), rollout(of, false), rollout(of, false), rollout(of, false)] };
}

export function stepEvent(step: number, metrics: Metrics = { "env/all/correct": 0.25 }): TrainEvent {
  return { type: "step", step, metrics, groups: [group(0), group(1)] } as unknown as TrainEvent;
}

export function evaluationEvent(step: number, correct: number, rollouts?: readonly Rollout[]): TrainEvent {
  const drawn = rollouts ?? [rollout(problem(5), true), rollout(problem(6), false)];
  const metrics = { "test/env/all/correct": correct };
  return { type: "evaluation", step, metrics, rollouts: drawn, final: false } as unknown as TrainEvent;
}

export function checkpointEvent(checkpoint: Partial<Checkpoint> & Pick<Checkpoint, "step" | "state_path">): TrainEvent {
  const full = { name: `step${checkpoint.step}`, sampler_path: checkpoint.state_path, final: false, ...checkpoint };
  return { type: "checkpoint", checkpoint: full } as unknown as TrainEvent;
}

/** Runs a test with a folder of its own that is gone afterwards. @param dir where the folder is, where not in the usual place */
export async function inTempFolder(test: (folder: string) => Promise<void>, dir?: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_", ...(dir !== undefined && { dir }) });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A safetensors file without tensors: the length of its header, and a header that says so. */
const NO_TENSORS = new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode("{}      ")]);

/** What a checkpoint's folder has to hold to be used. */
export async function writeState(folder: string, weights: "model" | "adapter_model" = "model"): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of [weights, "optimizer"]) {
    await Deno.writeFile(join(folder, `${name}.safetensors`), NO_TENSORS);
  }
}

/** Records `steps` steps with an evaluation first and a checkpoint after step index 1, then closes. */
export async function recordRun(path: string, steps = 4, end: "close" | "die" = "close"): Promise<void> {
  const recorder = await recorderFor(path);
  await recorder.record(evaluationEvent(0, 0.4));
  for (let step = 0; step < steps; step++) {
    await recorder.record(stepEvent(step));
    if (step !== 1) continue;
    const state_path = `${recorder.weightsDir}/000002`;
    await writeState(state_path);
    await recorder.record(checkpointEvent({ step: 2, state_path }));
  }
  const running = await Deno.readTextFile(`${path}/status.json`);
  await recorder.close();
  // What a killed process leaves behind: the lock is gone, the status never changed.
  if (end === "die") await Deno.writeTextFile(`${path}/status.json`, running);
}

export async function readLines(path: string): Promise<Record<string, unknown>[]> {
  return (await Deno.readTextFile(path)).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
