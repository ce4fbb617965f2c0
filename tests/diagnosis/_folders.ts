/** Run folders written through the recorder, with the figures of the default run or with what a rule is about. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveConfig, type TrainInput } from "../../lib/config/mod.ts";
import { diagnose, type Diagnosis, type Finding } from "../../lib/diagnosis/mod.ts";
import type { CreateRunOptions, RunRecorder } from "../../lib/runs/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import type { Group, Metrics } from "../../lib/vocabulary.ts";
import { evaluationEvent, group, inTempFolder, recorderFor, START } from "../runs/_fakes.ts";

/** What twelve steps of the default run measured: `deno task train max_steps=12`, seed 0. */
const ACCURACY = [0.516, 0.383, 0.359, 0.609, 0.617, 0.578, 0.727, 0.625, 0.625, 0.688, 0.648, 0.5];
const ENTROPY = [0.12, 0.146, 0.147, 0.116, 0.126, 0.164, 0.12, 0.13, 0.112, 0.105, 0.102, 0.123];
const GRADIENT = [424, 480, 528, 615, 673, 685, 638, 535, 706, 657, 540, 626];
const LENGTH = [74.6, 78, 83.2, 80.4, 83.3, 82.6, 82, 85.4, 92.7, 85.3, 86.8, 97.6];
const EQUAL = [0.375, 0.25, 0.25, 0.3125, 0.1875, 0.125, 0.3125, 0.3125, 0.125, 0.125, 0.125, 0.25];

/** Problems a step and completions a problem of that run. */
export const COMPLETIONS = 128;

/** The metrics of a step of a run that learns. */
export function healthy(step: number): Metrics {
  const at = (values: readonly number[]) => values[step % values.length]!;
  return {
    "env/all/reward/total": at(ACCURACY),
    "env/all/reward/std": 0.48,
    "env/all/correct": at(ACCURACY),
    "env/all/lenient": at(ACCURACY),
    "env/all/format": 0.996,
    "env/all/truncated": 0,
    "env/all/outcome/correct": at(ACCURACY),
    "env/all/outcome/wrong": 0.996 - at(ACCURACY),
    "env/all/outcome/no_answer": 0.004,
    "env/all/outcome/truncated": 0,
    "env/all/outcome/ungradable": 0,
    "env/all/outcome/grader_timeout": 0,
    "env/all/ac_tokens_per_turn": at(LENGTH),
    "env/all/ob_tokens_per_turn": 170,
    "env/all/total_episodes": COMPLETIONS,
    "env/all/zero_signal_groups": at(EQUAL),
    "env/all/by_group/frac_mixed": 1 - at(EQUAL),
    "env/all/by_group/frac_all_good": 0.6 * at(EQUAL),
    "env/all/by_group/frac_all_bad": 0.4 * at(EQUAL),
    "optim/lr": 1.5e-4,
    "optim/updates": 1,
    "optim/grad_norm": at(GRADIENT),
    "optim/entropy": at(ENTROPY),
    "optim/loss_per_token": -0.01,
    "optim/kl_sample_train_v1": 1e-8,
    "optim/kl_sample_train_v2": 1e-13,
    "kl_policy_base": 0.003,
    "kl_pre_post_v2": 0.006,
  };
}

/** How a folder differs from one of a run that learns. */
export interface Folder extends Partial<Omit<CreateRunOptions, "behavior">> {
  /** Steps; default 12. */
  readonly steps?: number;
  /** Hyperparameters. */
  readonly input?: TrainInput;
  /** Metrics of a step that differ. */
  readonly change?: (step: number) => Metrics;
  /** Metrics of a step, in place of those of a run that learns. */
  readonly metrics?: (step: number) => Metrics;
  /** Held-out accuracy before the first step and after the last, and on how many problems. */
  readonly heldOut?: readonly [before: number, after: number, problems: number];
  /** The completions of each step. */
  readonly groups?: readonly Group[];
  /** How it ends; by default it finishes. */
  readonly end?: (recorder: RunRecorder) => Promise<void>;
}

function evaluation(step: number, correct: number, problems: number): TrainEvent {
  const metrics = { "test/env/all/correct": correct, "test/env/all/total_episodes": problems };
  return { ...evaluationEvent(step, correct), metrics } as TrainEvent;
}

/** Writes a folder. */
export async function write(path: string, folder: Folder): Promise<void> {
  const {
    steps = 12,
    input,
    change = () => ({}),
    heldOut = [0.461, 0.594, 256],
    groups,
    end,
    metrics: only,
    ...options
  } = folder;
  const recorder = await recorderFor(path, { input: { max_steps: steps, num_groups_to_log: 0, ...input }, ...options });
  const [before, after, problems] = heldOut;
  await recorder.record({ type: "start", step: 0, total: steps });
  await recorder.record(evaluation(0, before, problems));
  for (let step = 0; step < steps; step++) {
    const metrics = only?.(step) ?? { ...healthy(step), ...change(step) };
    const drawn = groups ?? [group(0), group(1)];
    await recorder.record({ type: "step", step, metrics, groups: drawn } as unknown as TrainEvent);
  }
  if (end !== undefined) await end(recorder);
  else {
    await recorder.record(evaluation(steps, after, problems));
    await recorder.record({ type: "done", reason: "finished", step: steps } as unknown as TrainEvent);
  }
  await recorder.close();
}

/** Diagnoses a folder made for it; whatever is suggested has to be a configuration. */
export async function diagnosisOf(folder: Folder = {}): Promise<Diagnosis> {
  let diagnosis: Diagnosis | undefined;
  await inTempFolder(async (parent) => {
    const path = join(parent, "run");
    await write(path, folder);
    diagnosis = await diagnose(path, { now: START });
  });
  requireUsable(diagnosis!, folder.input);
  return diagnosis!;
}

/** What was found in a folder made for it. */
export async function findingsOf(folder: Folder = {}): Promise<readonly Finding[]> {
  return (await diagnosisOf(folder)).findings;
}

/** Holds every suggested setting against what a configuration takes. */
export function requireUsable({ findings }: Diagnosis, input: TrainInput = {}): void {
  for (const { rule, settings, evidence, suggestion } of findings) {
    assert.doesNotThrow(
      () => resolveConfig({ ...input, ...settings } as TrainInput, { environment: {} }),
      `what ${rule} suggests is no configuration: ${JSON.stringify(settings)}`,
    );
    assert.ok(evidence.length > 0 && suggestion.length > 0, `${rule} has no evidence or no suggestion`);
    for (const [key, value] of Object.entries(settings)) {
      assert.ok(suggestion.includes(key), `${rule} sets ${key}=${value} without a word: ${suggestion}`);
    }
  }
}

/** The names of what was found. */
export function rulesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ rule }) => rule);
}

/** Those of them that do not follow from another. */
export function rootsOf(findings: readonly Finding[]): string[] {
  return rulesOf(findings.filter(({ cause }) => cause === undefined));
}
