/**
 * Whether a server still has a checkpoint. Paid work is thrown away over a "no", so words of an error do not count, nor
 * one answer alone: servers also say 404 of a model, of a run and of an endpoint.
 */
import type { CallOptions } from "../policy.ts";
import { ApiError } from "./errors.ts";
import type { RestClient } from "./rest_client.ts";
import { checkpointPlace } from "./rest_types.ts";

type Rest = Pick<RestClient, "weightsInfo" | "checkpoints" | "allCheckpoints">;

/** Whether a server has a checkpoint, by what it says of its weights and by its lists; undefined: that cannot be told. */
export async function hasCheckpoint(rest: Rest, path: string, options: CallOptions = {}): Promise<boolean | undefined> {
  const { run, checkpoint_id } = checkpointPlace(path);
  const full = `tinker://${run}/${checkpoint_id}`;
  const info = await answerOf(() => rest.weightsInfo(path, options), options);
  if (info.value !== undefined) return true;
  if (![404, 405, 410, 501].includes(info.status)) return undefined;
  const ofRun = await answerOf(() => rest.checkpoints(run, options), options);
  // Some servers forget a run with its last checkpoint.
  const all = ofRun.status === 404
    ? await answerOf(() => Array.fromAsync(rest.allCheckpoints(options)), options)
    : ofRun;
  return all.value?.some((each) => [path, full].includes(each.tinker_path));
}

interface Answer<T> {
  readonly value?: T;
  /** 0: none. */
  readonly status: number;
}

async function answerOf<T>(ask: () => Promise<T>, { signal }: CallOptions): Promise<Answer<T>> {
  try {
    return { value: await ask(), status: 200 };
  } catch (error) {
    signal?.throwIfAborted();
    return { status: error instanceof ApiError ? error.status : 0 };
  }
}
