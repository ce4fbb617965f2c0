/** What a running server consists of, and the replies that its routes give. */
import type { LoraMode } from "./adapters.ts";
import type { CheckpointStore } from "./checkpoints.ts";
import { RefusedError } from "./errors.ts";
import type { FutureStore, Result } from "./futures.ts";
import type { Models, ServedModel, Snapshot } from "./models.ts";
import type { SamplerPool } from "./sampler_pool.ts";
import type { Ephemeral, Session, Sessions } from "./sessions.ts";
import type { Body } from "./_values.ts";

/** Something worth a line to whoever watches the server. */
export type ServeEvent =
  | {
    readonly type: "model_created";
    readonly model_id: string;
    readonly base_model: string;
    /** What of it is trained, in words. */
    readonly trains: string;
    readonly from?: string;
  }
  | { readonly type: "model_unloaded"; readonly model_id: string; readonly reason: string }
  | { readonly type: "saved"; readonly path: string };

/** The parts of a server. */
export interface ServerState {
  /** Names and folders that clients may ask for. */
  readonly offered: readonly string[];
  readonly sessions: Sessions;
  readonly models: Models;
  readonly pool: SamplerPool;
  /** What a `lora_config` makes. */
  readonly lora: LoraMode;
  readonly futures: FutureStore;
  readonly checkpoints: CheckpointStore;
  /** Weights of named sampler checkpoints whose model is in training, by `tinker://` path. */
  readonly live: Map<string, Snapshot>;
  /** Folders of weights that were overwritten, to be deleted once nobody samples from them. */
  readonly retired: Set<string>;
  /** Most ephemeral snapshots kept of one session. */
  readonly maxEphemeral: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A text nobody can guess. */
  readonly newId: () => string;
  /** Longest sequence in tokens of an offered model. */
  readonly contextLengthOf: (model: string) => Promise<number>;
  /** Grants to fetch an archive or the files of a folder without the key, by an unguessable text. */
  readonly grants: Map<string, { readonly folder: string; readonly until: number }>;
  readonly onEvent: (event: ServeEvent) => void;
  /** The folder of an offered model that a tokenizer can be loaded from, if it is known. */
  readonly tokenizerOf: (model: string) => Promise<string | undefined>;
}

/** A request as a route sees it. */
export interface RouteRequest {
  /** Parts of the path that the route names, such as an id. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The JSON body; `{}` where there was none. */
  readonly body: Body;
  /** Size of the body. */
  readonly bytes: number;
  /** The body's bytes, where it was protobuf. */
  readonly protobuf?: Uint8Array;
  /** Where the server is reached, without a slash at the end. */
  readonly origin: string;
}

/** A JSON reply with 200, or a whole response. */
export type Reply = Readonly<Record<string, unknown>> | Response;

/** What answers a request. */
export type Handler = (state: ServerState, request: RouteRequest) => Reply | Promise<Reply>;

/** A JSON result. */
export function json(value: Readonly<Record<string, unknown>>): Result {
  return { kind: "json", value };
}

/** A model in training, by id; its session is alive. @throws {RefusedError} 404 */
export function modelOf(state: ServerState, id: string): ServedModel {
  const model = state.models.get(id);
  state.sessions.ownerOf(id);
  if (model !== undefined) return model;
  const reason = state.models.isOpening(id)
    ? "is still being opened; wait for the result of create_model"
    : "is not in training here; it was unloaded, or this server was restarted";
  throw new RefusedError(404, `model ${id.slice(0, 100)} ${reason}`);
}

/** Ends what a session owns. */
export async function endSession(state: ServerState, session: Session, reason: string): Promise<void> {
  session.finished = true;
  session.samplers.clear();
  await Promise.all([...session.models].map((id) => unloadModel(state, id, reason)));
  session.models.clear();
  for (const ephemeral of session.ephemeral.splice(0)) await removeEphemeral(state, session, ephemeral);
  await clearRetired(state);
}

/** Deletes weights that were overwritten, as far as nobody samples from them or downloads them any more. */
export async function clearRetired(state: ServerState): Promise<void> {
  const granted = [...state.grants.values()].filter(({ until }) => until >= state.now()).map(({ folder }) => folder);
  const isUsed = (target: string) =>
    state.sessions.samplesFrom(target) || state.pool.isUsed(target) || granted.includes(target);
  for (const target of [...state.retired].filter((target) => !isUsed(target))) {
    state.retired.delete(target);
    await state.pool.drop(target);
    await state.checkpoints.removeFolder(target);
  }
}

/** Ends a model. Its checkpoints stay, and so do the weights that its sampling sessions draw from. */
export async function unloadModel(state: ServerState, id: string, reason: string): Promise<void> {
  const model = state.models.get(id);
  if (model === undefined) return;
  await state.models.unload(id, reason);
  for (const [path, { live }] of state.live) if (live?.model === model) state.live.delete(path);
  state.onEvent({ type: "model_unloaded", model_id: id, reason });
}

/** Deletes weights that only a sampling session knew; drawing from them is refused from now on. */
export async function removeEphemeral(
  state: ServerState,
  session: Session,
  { target, sampler }: Ephemeral,
): Promise<void> {
  const known = session.samplers.get(sampler);
  if (known !== undefined && !known.inflight) {
    const snapshot = (): never => {
      throw new RefusedError(404, `the weights of ${sampler} gave way to newer saves; name what is to be kept`);
    };
    session.samplers.set(sampler, { ...known, snapshot });
  }
  await state.pool.drop(target);
  await state.checkpoints.removeFolder(target);
}
