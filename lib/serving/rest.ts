/** Runs and checkpoints as lists, and what can be done with a checkpoint: delete, give it a time to live, download. */
import { archiveResponse, fileNames, fileResponse } from "./archive.ts";
import { optionalInteger } from "./_values.ts";
import {
  CHECKPOINT_TYPES,
  type CheckpointName,
  type CheckpointRecord,
  compareText,
  parseTinkerPath,
  type RunRecord,
  tinkerPath,
} from "./checkpoints.ts";
import { RefusedError } from "./errors.ts";
import type { Handler, ServerState } from "./state.ts";

/** How long the address of an archive or a file works. */
const GRANT_MS = 15 * 60_000;
/** Most addresses that work at a time; beyond, the oldest goes. */
const MOST_GRANTS = 1000;

/** `GET training_runs`. */
export const listRuns: Handler = async (state, { query }) => {
  const { page, cursor } = pageOf(await state.checkpoints.runs(), query, 20);
  return { training_runs: await Promise.all(page.map((run) => runReply(state, run))), cursor };
};

/** `GET training_runs/{id}`. */
export const getRun: Handler = async (state, { params: [id = ""] }) =>
  await runReply(state, await state.checkpoints.run(id));

/** `GET training_runs/{id}/checkpoints`. */
export const listRunCheckpoints: Handler = async (state, { params: [id = ""] }) => {
  await state.checkpoints.run(id);
  return { checkpoints: (await state.checkpoints.list(id)).map(checkpointReply) };
};

/** `GET checkpoints`, of all runs, the newest first. */
export const listCheckpoints: Handler = async (state, { query }) => {
  const runs = await state.checkpoints.runs();
  const lists = await Promise.all(runs.map(({ training_run_id }) => state.checkpoints.list(training_run_id)));
  const newest = lists.flat().sort((a, b) => compareText(b.time, a.time));
  const { page, cursor } = pageOf(newest, query, 100);
  return { checkpoints: page.map(checkpointReply), cursor };
};

/** `DELETE training_runs/{id}/checkpoints/{cid}`. Who samples from it goes on to do so while its model has its weights. */
export const deleteCheckpoint: Handler = async (state, { params }) => {
  const checkpoint = nameOf(params);
  const record = await state.checkpoints.find(checkpoint);
  await state.pool.drop(state.checkpoints.targetOf(record));
  await state.checkpoints.remove(checkpoint);
  state.live.delete(tinkerPath(checkpoint));
  return {};
};

/** `PUT training_runs/{id}/checkpoints/{cid}/ttl`. */
export const setTtl: Handler = async (state, { params, body }) => {
  await state.checkpoints.expire(nameOf(params), optionalInteger(body, "ttl_seconds", { min: 1 }));
  return {};
};

/** `GET training_runs/{id}/checkpoints/{cid}/archive`: the address of a tar file, for a quarter of an hour. */
export const getArchive: Handler = async (state, { params, origin }) => {
  const { grant, until } = grantTo(state, await folderOf(state, nameOf(params)));
  const headers = { location: `${origin}/api/v1/archives/${grant}`, expires: new Date(until).toUTCString() };
  return new Response(null, { status: 302, headers });
};

/** `GET archives/{grant}`: the tar file itself, whole or a range of it. */
export const download: Handler = async (state, { params: [grant = ""], headers }) =>
  await archiveResponse(granted(state, grant), headers);

/** `GET training_runs/{id}/checkpoints/external_weights/{name}/external_weights_urls`: an address a file. */
export const externalWeightsUrls: Handler = async (state, { params, origin }) => {
  const checkpoint = nameOf(params);
  if (checkpoint.kind !== "external_weights") {
    throw new RefusedError(
      400,
      `${tinkerPath(checkpoint)} has no addresses for its files: it is not saved as external`,
    );
  }
  const folder = await folderOf(state, checkpoint);
  const names = await fileNames(folder);
  const { grant, until } = grantTo(state, folder);
  const urls = names.map((name) => [name, `${origin}/api/v1/files/${grant}/${encodeURIComponent(name)}`]);
  return { urls: Object.fromEntries(urls), expires: new Date(until).toISOString() };
};

/** `GET files/{grant}/{name}`: one file of a folder, whole or a range of it. */
export const downloadFile: Handler = async (state, { params: [grant = "", name = ""], headers }) =>
  await fileResponse(granted(state, grant), name, headers);

async function folderOf(state: ServerState, checkpoint: CheckpointName): Promise<string> {
  return state.checkpoints.targetOf(await state.checkpoints.find(checkpoint));
}

function grantTo(state: ServerState, folder: string): { readonly grant: string; readonly until: number } {
  const now = state.now();
  for (const [grant, { until }] of state.grants) {
    if (until >= now && state.grants.size < MOST_GRANTS) break;
    state.grants.delete(grant);
  }
  const grant = state.newId();
  const until = now + GRANT_MS;
  state.grants.set(grant, { folder, until });
  return { grant, until };
}

function granted(state: ServerState, grant: string): string {
  const found = state.grants.get(grant);
  if (found !== undefined && found.until >= state.now()) return found.folder;
  throw new RefusedError(404, "this address is not valid any more; ask for it again");
}

function nameOf([run = "", kind = "", name = ""]: readonly string[]): CheckpointName {
  return parseTinkerPath(`tinker://${run}/${kind}/${name}`);
}

async function runReply(state: ServerState, run: RunRecord): Promise<Record<string, unknown>> {
  const checkpoints = await state.checkpoints.list(run.training_run_id);
  const last = (kind: string) => checkpoints.findLast((checkpoint) => checkpoint.kind === kind);
  const [training, sampler] = [last("weights"), last("sampler_weights")];
  return {
    training_run_id: run.training_run_id,
    base_model: run.base_model,
    model_owner: "local",
    is_lora: run.lora !== undefined,
    corrupted: false,
    ...(run.lora_rank !== undefined && { lora_rank: run.lora_rank }),
    last_request_time: checkpoints.at(-1)?.time ?? run.created_at,
    ...(training && { last_checkpoint: checkpointReply(training) }),
    ...(sampler && { last_sampler_checkpoint: checkpointReply(sampler) }),
    ...(run.user_metadata && { user_metadata: run.user_metadata }),
  };
}

function checkpointReply(record: CheckpointRecord): Record<string, unknown> {
  return {
    checkpoint_id: `${record.kind}/${record.name}`,
    checkpoint_type: CHECKPOINT_TYPES[record.kind],
    time: record.time,
    tinker_path: tinkerPath(record),
    ...(record.size_bytes !== undefined && { size_bytes: record.size_bytes }),
    public: false,
    ...(record.expires_at && { expires_at: record.expires_at }),
    ...(record.user_metadata && { user_metadata: record.user_metadata }),
  };
}

function pageOf<T>(
  all: readonly T[],
  query: URLSearchParams,
  otherwise: number,
): { page: readonly T[]; cursor: { offset: number; limit: number; total_count: number } } {
  const number = (key: string, standard: number) => {
    const value = Number(query.get(key) ?? standard);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new RefusedError(422, `${key} is ${query.get(key)?.slice(0, 40)}; it has to be a whole number from 0`);
  };
  const [offset, limit] = [number("offset", 0), Math.min(1000, number("limit", otherwise))];
  return { page: all.slice(offset, offset + limit), cursor: { offset, limit, total_count: all.length } };
}
