/** Saving: training state, weights to sample from or to download, each under a name, and weights for one session alone. */
import { join } from "node:path";
import { type Body, flagOf, integerOf, metadataOf, optionalInteger, optionalText, textOf } from "./_values.ts";
import { type CheckpointKind, checkpointName, tinkerPath } from "./checkpoints.ts";
import { RefusedError } from "./errors.ts";
import type { Result } from "./futures.ts";
import type { ServedModel } from "./models.ts";
import { addressed, submit } from "./operations.ts";
import type { Ephemeral } from "./sessions.ts";
import { clearRetired, type Handler, json, removeEphemeral, type ServerState } from "./state.ts";

interface SaveOptions {
  readonly name: string;
  readonly overwrite: boolean;
  readonly ttlSeconds: number | undefined;
  readonly user_metadata: Body | undefined;
}

/** `POST save_weights`: weights and optimizer. */
export const saveWeights: Handler = (state, { body }) => {
  const to = addressed(state, body, "save_weights");
  const options = saveOptions(body, `checkpoint-${String(to.seq).padStart(4, "0")}`);
  return submit(state, to, () => save(state, to.model, "weights", options));
};

/** `POST save_weights_for_sampler`: under a name, or for a sampling session that is made with it. */
export const saveWeightsForSampler: Handler = (state, { body }) => {
  const to = addressed(state, body, "save_weights_for_sampler");
  const path = optionalText(body, "path");
  if (path !== undefined) {
    const options = saveOptions(body, path);
    return submit(state, to, () => save(state, to.model, "sampler_weights", options));
  }
  const number = integerOf(body, "sampling_session_seq_id", { max: 999_999_999 });
  const inflight = body.kind === "inflight";
  return submit(state, to, () => saveForSession(state, to.model, { number, inflight, seq: to.seq, print: to.print }));
};

/** `POST save_weights_external`: weights to be downloaded. They are in Hugging Face's format as they always are here. */
export const saveWeightsExternal: Handler = (state, { body }) => {
  const to = addressed(state, body, "save_weights_external");
  if (Array.isArray(body.age_encryption_recipients) && body.age_encryption_recipients.length > 0) {
    throw new RefusedError(400, "this server encrypts nothing; leave age_encryption_recipients out");
  }
  const options = saveOptions(body, textOf(body, "path"));
  return submit(state, to, () => save(state, to.model, "external_weights", options));
};

function saveOptions(body: Body, otherwise: string): SaveOptions {
  return {
    name: checkpointName(optionalText(body, "path") ?? otherwise),
    overwrite: flagOf(body, "overwrite"),
    ttlSeconds: optionalInteger(body, "ttl_seconds", { min: 1 }),
    user_metadata: metadataOf(body),
  };
}

const SAVES: Readonly<Record<CheckpointKind, string>> = {
  weights: "save_weights",
  sampler_weights: "save_weights_for_sampler",
  external_weights: "save_weights_external",
};

async function save(
  state: ServerState,
  model: ServedModel,
  kind: CheckpointKind,
  { name, overwrite, ...extra }: SaveOptions,
): Promise<Result> {
  const checkpoint = { run: model.id, kind, name };
  if (!overwrite) await state.checkpoints.requireFree(checkpoint);
  const before = await state.checkpoints.get(checkpoint);
  const target = await saveTo(state, model, kind, await state.checkpoints.freshFolder(checkpoint));
  const { size_bytes } = await state.checkpoints.record(checkpoint, target, extra);
  if (before !== undefined) state.retired.add(state.checkpoints.targetOf(before));
  await clearRetired(state);
  const path = tinkerPath(checkpoint);
  if (kind === "sampler_weights") state.live.set(path, model.snapshot(target));
  state.onEvent({ type: "saved", path });
  return json({ path, type: SAVES[kind], ...(kind === "external_weights" && { size_bytes }) });
}

/** Has the policy save to a folder; where that fails, nothing of it stays. */
async function saveTo(
  { checkpoints }: ServerState,
  { id, policy }: ServedModel,
  kind: CheckpointKind,
  folder: string,
): Promise<string> {
  try {
    return kind === "weights" ? await policy.saveState(folder) : await policy.saveWeightsForSampler(folder);
  } catch (error) {
    await checkpoints.removeFolder(join(checkpoints.runFolder(id), folder)).catch(() => {});
    throw error;
  }
}

interface SessionSave {
  readonly number: number;
  readonly inflight: boolean;
  readonly seq: number;
  readonly print: string;
}

async function saveForSession(state: ServerState, model: ServedModel, wanted: SessionSave): Promise<Result> {
  const session = state.sessions.ownerOf(model.id);
  if (session === undefined) throw new RefusedError(404, `the session of model ${model.id} has ended`);
  const id = `${session.id}:sample:${wanted.number}`;
  if (session.samplers.has(id)) throw new RefusedError(409, `sampling session ${id} was made before`);
  const target = await model.policy.saveWeightsForSampler(`ephemeral.${wanted.seq}`);
  const snapshot = model.snapshot(target);
  if (wanted.inflight) model.inflight = snapshot;
  session.samplers.set(id, {
    id,
    snapshot: wanted.inflight ? () => model.inflight ?? snapshot : () => snapshot,
    inflight: wanted.inflight,
    fingerprint: wanted.print,
  });
  session.ephemeral.push({ target, sampler: id });
  // In a training loop each step makes one; those before are hardly ever drawn from again.
  while (session.ephemeral.length > state.maxEphemeral) {
    await removeEphemeral(state, session, session.ephemeral.shift() as Ephemeral);
  }
  return json({ path: null, sampling_session_id: id, type: "save_weights_for_sampler" });
}
