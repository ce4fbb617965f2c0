/**
 * Where things are in a run folder. The layout is a contract: plots, viewers, reports and other notebooks read these
 * files and nothing else. Names are those of the math_rl recipe where it has them.
 */
import { join } from "node:path";
import type { Split } from "../vocabulary.ts";

/** Version of the run folder that this module writes; it reads this one and older ones. */
export const RUN_SCHEMA = 1;

/** Version of a row in `rollouts/`. */
export const ROLLOUT_SCHEMA = 1;

/** Names of the files and folders of a run. */
export const RUN_FILES = {
  config: "config.json",
  metrics: "metrics.jsonl",
  checkpoints: "checkpoints.jsonl",
  rollouts: "rollouts",
  status: "status.json",
  log: "log.txt",
  weights: "weights",
  lock: ".lock",
  stop: "stop",
  pending: "pending",
  supersededMetrics: "metrics.superseded.jsonl",
  supersededCheckpoints: "checkpoints.superseded.jsonl",
  supersededRollouts: "superseded",
} as const;

/** What training goes on from, in a checkpoint's folder: the optimizer, and all weights or an adapter's. */
export const STATE_FILES = {
  optimizer: "optimizer.safetensors",
  weights: "model.safetensors",
  adapter: "adapter_model.safetensors",
} as const;

const STEP_DIGITS = 6;

/** A step as it stands in file names: `000012`. */
export function stepName(step: number): string {
  return String(step).padStart(STEP_DIGITS, "0");
}

/** The file with the rollouts of one step, relative to the run folder: `rollouts/train_000012.jsonl`. */
export function rolloutFile(split: Split, step: number): string {
  return join(RUN_FILES.rollouts, `${split}_${stepName(step)}.jsonl`);
}

/** The page with trajectories of one step, relative to the run folder: `step_000012.html`. */
export function pageFile(step: number): string {
  return `step_${stepName(step)}.html`;
}

/** Reads the split and the step from the name of a rollout file; nothing for any other name. */
export function parseRolloutFile(name: string): { readonly split: Split; readonly step: number } | undefined {
  const [, split, step] = /^(train|test)_(\d{6,12})\.jsonl$/.exec(name) ?? [];
  return split === undefined ? undefined : { split: split as Split, step: Number(step) };
}

/**
 * The batches that were drawn and not yet learnt from at a checkpoint, relative to the run folder:
 * `pending/000012.jsonl`.
 */
export function pendingFile(step: number): string {
  return join(RUN_FILES.pending, `${stepName(step)}.jsonl`);
}

/** Reads the checkpoint's step from the name of a file of pending batches; nothing for any other name. */
export function parsePendingFile(name: string): number | undefined {
  const [, step] = /^(\d{6,12})\.jsonl$/.exec(name) ?? [];
  return step === undefined ? undefined : Number(step);
}

/** Names that training gives to checkpoints' folders in `weights/`. */
export function isCheckpointName(name: string): boolean {
  return /^(?:\d{6,12}(?:_stall_\d+)?|final|best(?:_\d{6,12})?)$/.test(name);
}

/** Reads the step from the name of a page; nothing for any other name. */
export function parsePageFile(name: string): number | undefined {
  const [, step] = /^step_(\d{6,12})\.html$/.exec(name) ?? [];
  return step === undefined ? undefined : Number(step);
}
