/** The weights that a run starts from, also where a server has let some of its checkpoints go. */
import { untilAborted } from "../basics/mod.ts";
import { type OpeningOptions, tellWaiting, type TrainablePolicy } from "../policy/mod.ts";
import { findResumePoint, LogFolderError } from "../runs/mod.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/** What was loaded for resuming, and what could not be. */
export interface LoadedStart {
  /** State path of the checkpoint that the run goes on from; absent: it starts at its first step. */
  readonly loaded?: string;
  /** State paths of later checkpoints that the server no longer has. */
  readonly gone: readonly string[];
}

/**
 * Loads the weights to start from. Where a server has let a checkpoint go, the one before it is taken; the steps between
 * them have to be trained and paid again, so that is made sure of first.
 * @throws {LogFolderError} when none of the run's checkpoints is left, or it cannot be told whether one is
 * @throws the signal's reason, when it was aborted
 */
export async function loadStart(
  { config, resume }: Plan,
  { policy }: Pick<Task, "policy">,
  opening: OpeningOptions,
): Promise<LoadedStart> {
  const gone: string[] = [];
  let checkpoint = resume?.from.checkpoint;
  while (checkpoint !== undefined) {
    const { state_path } = checkpoint;
    try {
      await watched(policy, policy.loadState(state_path, { optimizer: true }), opening);
      return { loaded: state_path, gone };
    } catch (error) {
      if (!await isGone(policy, state_path, error, opening)) throw error;
      gone.push(state_path);
      ({ checkpoint } = await findResumePoint(config.log_path, gone));
    }
  }
  const { load_checkpoint_path: path } = config;
  if (path !== null) await watched(policy, policy.loadState(path, { optimizer: false }), opening);
  return { gone };
}

/** Waits for a policy's work; whoever waits is told what a server waits for, and can leave. */
async function watched<T>(
  policy: TrainablePolicy,
  work: Promise<T>,
  { signal, onWaiting }: OpeningOptions,
): Promise<T> {
  // What is loaded on this machine is soon there, and is not to be closed in the middle.
  const left = policy.waiting === undefined ? work : untilAborted(work, signal);
  const result = await tellWaiting(() => left, () => policy.waiting?.(), { onWaiting });
  signal?.throwIfAborted();
  return result;
}

/** Statuses that say nothing of a checkpoint: the key, an account, a server that is slow or busy. */
const NOT_ABOUT_IT: readonly number[] = [401, 402, 403, 408, 429];

/**
 * Whether a server that refused to load a checkpoint does not have it, by the server's lists.
 * @throws {LogFolderError} when it said so and cannot be asked
 */
async function isGone(
  policy: TrainablePolicy,
  path: string,
  error: unknown,
  opening: OpeningOptions,
): Promise<boolean> {
  if (!path.includes("://") || !(error instanceof Error)) return false;
  const { status } = error as Error & { readonly status?: unknown };
  if (typeof status !== "number" || status >= 500 || NOT_ABOUT_IT.includes(status)) return false;
  const { signal } = opening;
  const has = await watched(
    policy,
    policy.hasState?.(path, signal && { signal }) ?? Promise.resolve(undefined),
    opening,
  );
  if (has !== undefined || ![404, 410].includes(status)) return has === false;
  throw new LogFolderError(
    `cannot tell whether the server still has ${path}: it refused to load it (${error.message}) and does not say what ` +
      "it has; try again later, or start a new run with load_checkpoint_path and an earlier checkpoint",
  );
}
