/** What a client asks of the server itself: is it there, what can it do, how should it be talked to; and its sessions. */
import { DEFAULT_CLIENT_CONFIG } from "./_policy.ts";
import { metadataOf, textOf } from "./_values.ts";
import { RefusedError } from "./errors.ts";
import { endSession, type Handler } from "./state.ts";

/** `GET healthz`. */
export const healthz: Handler = () => ({ status: "ok" });

/** `POST client/config`: the protocol's defaults, with bodies as they are. */
export const clientConfig: Handler = () => ({
  ...DEFAULT_CLIENT_CONFIG,
  create_model_via_load_weights: true,
  proto_compress_fwdbwd: false,
  sample_no_retries: false,
  sample_enable_stuck_detection: true,
  use_pyqwest_transport: true,
  sample_use_retrieve_futures: false,
  custom_loss_server_side: false,
  sample_join_sampling_session: false,
});

/** `POST client/dynamic_config`. */
export const dynamicConfig: Handler = () => ({
  refresh_interval_sec: 300,
  sample_cancel_enabled: true,
  sample_cancel_max_batch_size: 64,
});

/** `POST telemetry`: taken and thrown away. */
export const telemetry: Handler = () => ({ status: "accepted" });

/** `GET get_server_capabilities`. A model is opened for it once, to see how long its context is. */
export const capabilities: Handler = async (state) => {
  const supported_models = await Promise.all(state.offered.map(async (model_name) => ({
    model_name,
    max_context_length: await state.contextLengthOf(model_name),
    trainable: true,
    sampleable: true,
  })));
  return { supported_models };
};

const ALL_WEIGHTS =
  "This server was started with lora=full and trains all weights of a model: a LoRA rank is accepted and has no effect.";

/** `POST create_session`. */
export const createSession: Handler = (state, { body }) => {
  const { id } = state.sessions.begin(metadataOf(body));
  return { type: "create_session", session_id: id, ...(state.lora === "full" && { info_message: ALL_WEIGHTS }) };
};

/** `POST session_heartbeat`. */
export const heartbeat: Handler = (state, { body }) => {
  state.sessions.alive(textOf(body, "session_id"));
  return { type: "session_heartbeat" };
};

/** `POST sessions/{id}/finish`: its models go, its checkpoints stay. */
export const finishSession: Handler = async (state, { params: [id = ""] }) => {
  const session = state.sessions.find(id);
  if (!session.finished) await endSession(state, session, "its session was finished");
  return { type: "finish_session" };
};

/** `GET sessions`. */
export const listSessions: Handler = (state) => ({ sessions: state.sessions.ids() });

/** `GET sessions/{id}`. */
export const getSession: Handler = (state, { params: [id = ""] }) => {
  const { models, samplers, userMetadata } = state.sessions.find(id);
  return {
    training_run_ids: [...models],
    sampler_ids: [...samplers.keys()],
    ...(userMetadata && { user_metadata: userMetadata }),
  };
};

/** `POST cancel_future`. */
export const cancelFuture: Handler = (state, { body }) => {
  state.futures.cancel(textOf(body, "request_id"));
  return new Response(null, { status: 204 });
};

/** For what the protocol has and a server on one machine has no use for. */
export const notHere: Handler = () => {
  throw new RefusedError(404, "this server has no such call: it runs on one machine, for its user alone");
};
