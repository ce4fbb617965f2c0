/** How models come and go: `create_model`, a `load_weights` that makes a model of a checkpoint, `unload_model`. */
import { fingerprint } from "./_fingerprint.ts";
import { type Body, flagOf, integerOf, metadataOf, objectOf, optionalText, textOf } from "./_values.ts";
import { adapterText, type AskedAdapter, askedAdapter } from "./adapters.ts";
import { parseTinkerPath } from "./checkpoints.ts";
import { OperationError, RefusedError } from "./errors.ts";
import type { Result } from "./futures.ts";
import { loadWeights } from "./operations.ts";
import { type Handler, json, modelOf, type Reply, type ServerState, unloadModel } from "./state.ts";

/** What is created. */
interface Wanted {
  readonly baseModel: string;
  readonly adapter: AskedAdapter;
  /** A checkpoint to begin with. */
  readonly from?: { readonly path: string; readonly optimizer: boolean };
}

/** `POST create_model`. */
export const createModel: Handler = (state, { body }) => {
  const baseModel = textOf(body, "base_model");
  requireOffered(state, baseModel);
  const adapter = askedAdapter(body, state.lora);
  return submitCreation(state, body, () => Promise.resolve({ baseModel, adapter }));
};

/** `POST load_weights`: into a model, or where a session stands for it, into a new one. */
export const loadOrCreate: Handler = (state, request) => {
  const { body } = request;
  if (optionalText(body, "session_id") === undefined) return loadWeights(state, request);
  const path = textOf(body, "path");
  const checkpoint = parseTinkerPath(path);
  const optimizer = flagOf(body, "optimizer");
  const override = optionalText(body, "base_model");
  return submitCreation(state, body, async () => {
    await state.checkpoints.find(checkpoint);
    const { base_model, lora_rank: rank, lora } = await state.checkpoints.run(checkpoint.run);
    const baseModel = override ?? base_model;
    requireOffered(state, baseModel);
    return { baseModel, adapter: { rank, lora }, from: { path, optimizer } };
  });
};

/** `POST unload_model`, done when nothing is left to do for the model. */
export const unload: Handler = (state, { body }) => {
  const model = modelOf(state, textOf(body, "model_id"));
  const id = `${model.id}:unload`;
  const print = fingerprint("unload");
  if (!state.futures.has(id, print)) {
    state.futures.start(id, print, async () => {
      await model.turns.settled();
      await unloadModel(state, model.id, "unloaded by its client");
      return json({ model_id: model.id, type: "unload_model" });
    });
  }
  return { request_id: id, model_id: model.id };
};

/** Refuses a model that clients may not ask for. @throws {RefusedError} */
export function requireOffered(state: ServerState, model: string): void {
  if (state.offered.includes(model)) return;
  const shown = JSON.stringify(model.slice(0, 200));
  throw new RefusedError(400, `base_model ${shown} is not served here; there is ${state.offered.join(", ")}`);
}

function submitCreation(state: ServerState, body: Body, wanted: () => Promise<Wanted>): Reply {
  const session = state.sessions.alive(textOf(body, "session_id"));
  const id = `${session.id}:train:${integerOf(body, "model_seq_id", { max: 999_999_999 })}`;
  const requestId = `${id}:create`;
  const print = fingerprint(body);
  const metadata = metadataOf(body);
  requireAdam(body);
  if (!state.futures.has(requestId, print)) {
    if (session.models.has(id)) throw new RefusedError(409, `model ${id} was made before; take the next model_seq_id`);
    session.models.add(id);
    state.futures.start(requestId, print, async () => await create(state, id, await wanted(), metadata));
  }
  return { request_id: requestId, model_id: id };
}

function requireAdam(body: Body): void {
  if (body.optimizer_config === undefined || body.optimizer_config === null) return;
  const { type } = objectOf(body.optimizer_config, "optimizer_config");
  if (type === "adamw") return;
  throw new RefusedError(400, `optimizer ${JSON.stringify(type)} is not served here; there is "adamw"`);
}

async function create(state: ServerState, id: string, wanted: Wanted, metadata: Body | undefined): Promise<Result> {
  const { baseModel, adapter, from } = wanted;
  const target = from && state.checkpoints.targetOf(await state.checkpoints.find(parseTinkerPath(from.path)));
  await state.models.create({ id, baseModel, adapter }, state.checkpoints.runFolder(id), async (policy) => {
    if (from !== undefined) await policy.loadState(target as string, { optimizer: from.optimizer });
    await state.checkpoints.recordRun({
      training_run_id: id,
      base_model: baseModel,
      ...(adapter.rank !== undefined && { lora_rank: adapter.rank }),
      ...(adapter.lora && { lora: adapter.lora }),
      ...(metadata !== undefined && { user_metadata: metadata }),
      created_at: new Date(state.now()).toISOString(),
    });
  });
  if (state.sessions.ownerOf(id)?.finished !== false) {
    await unloadModel(state, id, "its session ended");
    throw new OperationError("user", `the session of model ${id} ended while it was being opened`);
  }
  const trains = adapterText(adapter);
  state.onEvent({
    type: "model_created",
    model_id: id,
    base_model: baseModel,
    trains,
    ...(from && { from: from.path }),
  });
  return from === undefined
    ? json({ model_id: id, type: "create_model" })
    : json({ path: from.path, model_id: id, type: "load_weights" });
}
