/** One call of each kind on a policy, with a fault on its way: done once, or refused with one clear error. */
import assert from "node:assert/strict";
import type { TrainablePolicy } from "../../../../lib/policy/mod.ts";
import type { Completion, Datum, Prompt } from "../../../../lib/vocabulary.ts";
import { Arena, type ArenaOptions } from "./arena.ts";
import { assertClear, withClient } from "./client.ts";
import { type Fault, FaultPlan, type Mishap, STATUSES } from "./plan.ts";
import type { ToyState } from "./toy.ts";

const ADAM = { learning_rate: 0.3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };

/** What a step of training comes to. */
export interface StepNumbers {
  readonly completions: unknown;
  readonly gradient: unknown;
  readonly optim: unknown;
  /** Of what `saveState` saved. */
  readonly state: ToyState;
}

/** Numbers, or the error that there were none for. */
export type StepOutcome = StepNumbers | { readonly error: string };

/** Where a call may be struck. */
export const CALLS = [
  ...["client/config", "create_session", "create_model", "get_info", "asample", "forward_backward", "optim_step"],
  ...["save_weights", "save_weights_for_sampler", "retrieve_future CreateModel", "retrieve_future Sample"],
  ...["retrieve_future ForwardBackward", "retrieve_future OptimStep", "retrieve_future SaveWeights"],
  "retrieve_future SaveWeightsForSampler",
] as const;

/** Every mishap, as it strikes once. */
export const MISHAPS: readonly Mishap[] = [
  { kind: "refuse", ms: 30 },
  { kind: "reset_request", share: 0.5 },
  { kind: "cut_response", share: 0 },
  { kind: "cut_response", share: 0.5 },
  { kind: "truncate_response", share: 0 },
  { kind: "truncate_response", share: 0.5 },
  { kind: "delay", ms: 50 },
  { kind: "duplicate", together: true },
  { kind: "duplicate", together: false },
  ...(["before", "after"] as const).flatMap((side): Mishap[] => [
    { kind: "hang", side },
    { kind: "empty_400", side },
    { kind: "restart", side },
    ...STATUSES.map((status) => ({ kind: "status", status, side, json: true } as const)),
  ]),
];

/** A mishap in words. */
export function wordsOf({ kind, ...details }: Mishap): string {
  const { side, status, ...rest } = details as { readonly side?: string; readonly status?: number };
  const what = status === undefined ? kind.replace("_", " ") : `status ${status}`;
  const how = Object.entries(rest).filter(([key]) => key !== "json").map(([key, value]) => `${key} ${value}`);
  return [what, ...how, ...(side === undefined ? [] : [`${side} the server's work`])].join(" ");
}

/**
 * What a step that was struck has to end with, beside the numbers of an undisturbed one: a refusal that the protocol
 * calls final, or the word that the server was restarted.
 */
export function finalError(mishap: Mishap, path: string): RegExp | undefined {
  const isPoll = path.startsWith("retrieve_future");
  if (mishap.kind === "restart") return SURVIVES_RESTART.includes(path) ? undefined : /restarted/;
  if (mishap.kind !== "status") return undefined;
  // What the server says of the model is good to know, no more.
  if (mishap.status === 410) return isPoll || path === "get_info" ? undefined : /410/;
  if (mishap.status !== 409) return undefined;
  // A name that is taken: a save under a name of the user's then takes another one, unless the first was taken after all.
  const isFinal = isPoll || path === "save_weights_for_sampler" || (path === "save_weights" && mishap.side === "after");
  // A named save goes on under another name also where the conflict comes with its result.
  return isFinal && path !== "retrieve_future SaveWeights" ? /409/ : undefined;
}

/** Before anything is on the server that could be lost. */
const SURVIVES_RESTART: readonly string[] = ["client/config", "create_session"];

/** Draws, learns and saves once through a proxy. */
export async function stepThrough(folder: string, options: ArenaOptions & { chunked?: boolean }): Promise<StepOutcome> {
  const arena = await Arena.open(folder, options);
  try {
    return await withClient(arena.url, options, async ({ open }) => {
      const policy = await open();
      try {
        return await oneStep(policy, arena);
      } finally {
        await policy.close();
      }
    });
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assertClear(error, arena.url);
    return { error: error.message };
  } finally {
    await arena.close();
  }
}

/**
 * Cuts the results of samples and gradients short at so many places, each time as an answer whose length fits, and holds
 * the client to what an answer in one piece says.
 */
export async function damagedAnswers(folder: string, { cuts }: { readonly cuts: number }): Promise<void> {
  const cutTwo = (path: string) =>
    Array.from({ length: cuts }, (_, k): Fault => {
      // Each is asked for again, so each second answer is cut; the first call of all is left alone.
      return { mishap: { kind: "truncate_response", share: k / cuts }, path, skip: 1 + 2 * k, times: 1 };
    });
  const faults = ["retrieve_future Sample", "retrieve_future ForwardBackward"].flatMap(cutTwo);
  const arena = await Arena.open(folder, { plan: new FaultPlan(faults) });
  try {
    await withClient(arena.url, {}, async ({ open }) => {
      const policy = await open();
      try {
        const completions = await draw(policy);
        const gradient = await policy.forwardBackward(dataOf(completions), LOSS);
        for (let k = 0; k < cuts; k++) {
          assert.deepEqual(await draw(policy), completions, `sample cut at ${k} of ${cuts}`);
          const again = await policy.forwardBackward(dataOf(completions), LOSS);
          assert.deepEqual(again, gradient, `gradient cut at ${k} of ${cuts}`);
        }
      } finally {
        await policy.close();
      }
    });
  } finally {
    await arena.close();
  }
}

const LOSS = "importance_sampling";

/** Eight completions of one prompt. */
export function draw(policy: TrainablePolicy): Promise<readonly Completion[]> {
  return policy.sample(promptOf(3), 8, { max_tokens: 3, temperature: 1, seed: 7 });
}

function dataOf(completions: readonly Completion[]): Datum[] {
  return completions.map(({ tokens, logprobs }, i) => {
    const all = [...promptOf(3).tokens, ...tokens];
    const mask = all.slice(1).map((_, t) => Number(t >= 1));
    return {
      ...{ tokens: all.slice(0, -1), target_tokens: all.slice(1), mask },
      logprobs: [0, ...logprobs],
      advantages: mask.map((one) => one * (i - 3.5)),
    };
  });
}

async function oneStep(policy: TrainablePolicy, arena: Arena): Promise<StepNumbers> {
  const completions = await draw(policy);
  // Together, as training does it: the step is on its way while the gradient is.
  const [gradient, optim] = await Promise.allSettled([
    policy.forwardBackward(dataOf(completions), LOSS),
    policy.optimStep(ADAM),
  ]);
  if (gradient.status === "rejected") throw gradient.reason;
  if (optim.status === "rejected") throw optim.reason;
  const path = await policy.saveState("one");
  const sampler = await policy.saveWeightsForSampler("one");
  const [state, other] = [await arena.stateAt(path), await arena.stateAt(sampler)];
  assert.deepEqual(other, state);
  return { completions, gradient: gradient.value, optim: optim.value, state };
}

function promptOf(digit: number): Prompt {
  const problem = { id: "one", env: "toy", split: "train", question: "", answer: "" } as const;
  return { problem, messages: [], tokens: [digit, 9] };
}
