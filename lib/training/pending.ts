/**
 * Batches that were drawn ahead, as rows of JSON and back, so that a resumed run learns from the very same completions. A
 * group is a row, its prompt stands there once. What comes back is looked over: a file can be torn, or of another version,
 * and a batch that is not whole is none; it is drawn again.
 */
import { isObject } from "../basics/mod.ts";
import { type Group, type Metrics, OUTCOMES, type Prompt, type Rollout } from "../vocabulary.ts";
import type { DrawnBatch } from "./step.ts";

/** The rows of batches: for each one that describes it, and then one a group. NaN becomes null, as JSON has it. */
export function pendingRows(batches: readonly DrawnBatch[]): unknown[] {
  return batches.flatMap(({ groups, ...batch }) => [
    { ...batch, groups: groups.length },
    ...groups.map(({ problem, rollouts }) => ({
      problem,
      prompt: promptOf(rollouts[0]?.prompt),
      rollouts: rollouts.map(({ problem: _problem, prompt: _prompt, ...rollout }) => rollout),
    })),
  ]);
}

/** The batches that rows hold; those that are not whole are left out. */
export function pendingOfRows(rows: readonly unknown[]): DrawnBatch[] {
  const batches: DrawnBatch[] = [];
  for (let at = 0; at < rows.length;) {
    const head = rows[at++];
    if (!isHead(head)) continue;
    const groups = rows.slice(at, at + head.groups).flatMap((row) => groupOf(row) ?? []);
    if (groups.length !== head.groups) continue;
    at += head.groups;
    batches.push({ ...head, groups });
  }
  return batches;
}

/** What describes a batch; fields of later versions are kept. */
interface Head extends Omit<DrawnBatch, "groups"> {
  readonly groups: number;
}

function promptOf({ messages = [], tokens = [] }: Partial<Prompt> = {}): Omit<Prompt, "problem"> {
  return { messages, tokens };
}

function isHead(row: unknown): row is Head {
  if (!isObject(row)) return false;
  const { step, sampledAt, times, groups } = row;
  return isCount(step) && isCount(groups) && isCounts(sampledAt) && sampledAt.length === groups && isMetrics(times);
}

function groupOf(row: unknown): Group | undefined {
  if (!isObject(row) || !isObject(row.problem) || !isObject(row.prompt) || !Array.isArray(row.rollouts)) {
    return undefined;
  }
  const { id, env, question, answer } = row.problem;
  if (![id, env, question, answer].every((text) => typeof text === "string")) return undefined;
  const { messages, tokens } = row.prompt;
  if (!Array.isArray(messages) || !messages.every(isMessage) || !isCounts(tokens)) return undefined;
  const problem = row.problem as unknown as Group["problem"];
  const prompt: Prompt = { problem, messages, tokens };
  const rollouts = row.rollouts.flatMap((rollout) => rolloutOf(rollout, prompt) ?? []);
  return rollouts.length === row.rollouts.length ? { problem, rollouts } : undefined;
}

function rolloutOf(row: unknown, prompt: Prompt): Rollout | undefined {
  if (!isObject(row) || !isObject(row.completion) || !isObject(row.grade)) return undefined;
  const { completion, grade, template, text, reward, rewardParts } = row;
  const { tokens, logprobs, stopReason } = completion;
  const drawn = isCounts(tokens) && Array.isArray(logprobs) && logprobs.length === tokens.length;
  if (!drawn || (stopReason !== "stop" && stopReason !== "length")) return undefined;
  if (!logprobs.every((value) => value === null || typeof value === "number")) return undefined;
  const flags = [grade.correct, grade.lenient, grade.format].every((flag) => typeof flag === "boolean");
  if (!flags || !(OUTCOMES as readonly unknown[]).includes(grade.outcome)) return undefined;
  if (typeof grade.reference !== "string" || typeof template !== "string" || typeof text !== "string") return undefined;
  if (typeof reward !== "number" || !(rewardParts === undefined || isMetrics(rewardParts))) return undefined;
  const numbers = logprobs.map((value) => value ?? NaN);
  const whole = { ...row, completion: { ...completion, logprobs: numbers }, problem: prompt.problem, prompt };
  return whole as unknown as Rollout;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

function isMetrics(value: unknown): value is Metrics {
  return isObject(value) && Object.values(value).every((part) => typeof part === "number");
}

function isMessage(value: unknown): value is Prompt["messages"][number] {
  return isObject(value) && typeof value.content === "string" &&
    (value.role === "system" || value.role === "user" || value.role === "assistant");
}
