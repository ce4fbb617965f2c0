/**
 * Requests as JSON: `SampleRequest`, which has no other form, and `ForwardBackwardRequest` for servers that refuse
 * protobuf. What the JSON form has no field for (where a datum's tokens come from) is left out of it.
 */
import type {
  ForwardBackwardRequest,
  SampleRequest,
  TensorData,
  WireDatum,
  WireSamplingParams,
} from "../wire_types.ts";
import {
  boolean,
  chunkFromJson,
  chunkToJson,
  each,
  finite,
  int32,
  int32s,
  type Json,
  object,
  optional,
  refuseJson,
  string,
  tensorFromJson,
  tensorToJson,
  whole,
} from "./json.ts";

/**
 * The body of `POST forward_backward`; one with `forward_only` is for `POST forward`, whose input has another key.
 * @throws {TypeError} for an image with a size of its own, which JSON cannot say
 */
export function forwardBackwardRequestToJson(request: ForwardBackwardRequest): Json {
  const { model_id, seq_id, data, loss_fn, loss_fn_config, forward_only } = request;
  const input = { data: data.map(datumToJson), loss_fn, ...(loss_fn_config && { loss_fn_config }) };
  return { model_id, seq_id, [forward_only ? "forward_input" : "forward_backward_input"]: input };
}

/** Reads the body of `forward_backward` or `forward`. @throws {SyntaxError} naming what is wrong in it */
export function forwardBackwardRequestFromJson(value: unknown): ForwardBackwardRequest {
  const where = "forward_backward";
  const json = object(value, where);
  const forward_only = json.forward_backward_input === undefined && json.forward_input !== undefined;
  const key = forward_only ? "forward_input" : "forward_backward_input";
  const input = object(json[key], `${where}.${key}`);
  const seq_id = int32(json.seq_id, `${where}.seq_id`);
  if (seq_id < 1) refuseJson(`${where}.seq_id`, seq_id, "at least 1");
  const loss_fn_config = optional(input, "loss_fn_config", where, lossConfigFromJson);
  return {
    model_id: string(json.model_id, `${where}.model_id`),
    seq_id,
    data: each(input.data, `${where}.data`, datumFromJson),
    loss_fn: string(input.loss_fn, `${where}.loss_fn`),
    ...(loss_fn_config && { loss_fn_config }),
    ...(forward_only && { forward_only }),
  };
}

/** The body of `POST asample`. @throws {TypeError} for an image with a size of its own, which JSON cannot say */
export function sampleRequestToJson(request: SampleRequest): Json {
  const { prompt, sampling_params, target_prompt_logprobs, ...rest } = request;
  return {
    ...rest,
    prompt: { chunks: prompt.map(chunkToJson) },
    sampling_params: samplingParamsToJson(sampling_params),
    ...(target_prompt_logprobs && { target_prompt_logprobs: tensorToJson(target_prompt_logprobs) }),
    type: "sample",
  };
}

/**
 * Reads the body of `asample`.
 * @throws {SyntaxError} naming what is wrong in it; the older form, which names a model instead of a session, is refused
 */
export function sampleRequestFromJson(value: unknown): SampleRequest {
  const where = "asample";
  const json = object(value, where);
  const given = <T>(key: string, read: (value: unknown, where: string) => T) => {
    const item = optional(json, key, where, read);
    return item === undefined ? undefined : { [key]: item };
  };
  const seq_id = whole(json.seq_id, `${where}.seq_id`);
  if (seq_id < 0) refuseJson(`${where}.seq_id`, seq_id, "at least 0");
  return {
    sampling_session_id: string(json.sampling_session_id, `${where}.sampling_session_id`),
    seq_id,
    prompt: each(object(json.prompt, `${where}.prompt`).chunks, `${where}.prompt.chunks`, chunkFromJson),
    num_samples: optional(json, "num_samples", where, int32) ?? 1,
    sampling_params: samplingParamsFromJson(json.sampling_params, `${where}.sampling_params`),
    ...given("prompt_logprobs", boolean),
    ...given("topk_prompt_logprobs", int32),
    ...given("topk_sample_logprobs", int32),
    ...given("target_prompt_logprobs", tensorFromJson),
    ...given("prompt_alt_tokens_k", int32),
    ...given("prompt_logprobs_last_n", int32),
    ...given("record_stability_info", boolean),
  };
}

/** `sampling_params` as JSON. */
export function samplingParamsToJson(params: WireSamplingParams): Json {
  return { ...params };
}

/** Reads `sampling_params`, with the protocol's defaults; a stop that is one text becomes a list. @throws {SyntaxError} */
export function samplingParamsFromJson(value: unknown, where = "sampling_params"): WireSamplingParams {
  const json = object(value, where);
  const max_tokens = optional(json, "max_tokens", where, int32);
  const seed = optional(json, "seed", where, whole);
  const stop = optional(json, "stop", where, stopFromJson);
  return {
    ...(max_tokens !== undefined && { max_tokens }),
    ...(seed !== undefined && { seed }),
    ...(stop !== undefined && { stop }),
    temperature: optional(json, "temperature", where, finite) ?? 1,
    top_k: optional(json, "top_k", where, int32) ?? -1,
    top_p: optional(json, "top_p", where, finite) ?? 1,
  };
}

function stopFromJson(value: unknown, where: string): readonly number[] | readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && typeof value[0] === "string" ? each(value, where, string) : int32s(value, where);
}

function lossConfigFromJson(value: unknown, where: string): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    Object.entries(object(value, where)).map(([key, item]) => {
      if (typeof item !== "number" && typeof item !== "string") {
        refuseJson(`${where}.${key}`, item, "a number or a text");
      }
      return [key, item];
    }),
  );
}

function datumToJson(datum: WireDatum): Json {
  const inputs = Object.entries(datum.loss_fn_inputs).map(([name, tensor]) =>
    [name, tensorToJson(asInProtobuf(tensor))] as const
  );
  return { model_input: { chunks: datum.model_input.map(chunkToJson) }, loss_fn_inputs: Object.fromEntries(inputs) };
}

/** Rounded as protobuf rounds: what a training comes to must not depend on the form that its server takes. */
function asInProtobuf(tensor: TensorData): TensorData {
  return tensor.dtype === "float32" ? { ...tensor, data: Float32Array.from(tensor.data) } : tensor;
}

function datumFromJson(value: unknown, where: string): WireDatum {
  const json = object(value, where);
  const chunks = object(json.model_input, `${where}.model_input`).chunks;
  const inputs = Object.entries(object(json.loss_fn_inputs, `${where}.loss_fn_inputs`));
  return {
    model_input: each(chunks, `${where}.model_input.chunks`, chunkFromJson),
    loss_fn_inputs: Object.fromEntries(
      inputs.map(([name, tensor]) => [name, tensorFromJson(tensor, `${where}.loss_fn_inputs.${name}`)]),
    ),
  };
}
