/** Operations on a model in training. Each is accepted at once and done when its turn comes. */
import type { AdamParams, Datum } from "../vocabulary.ts";
import type { LossName } from "../policy/mod.ts";
import { fingerprint } from "./_fingerprint.ts";
import { type Body, flagOf, integerOf, objectOf, optionalText, readable, realOf, textOf } from "./_values.ts";
import {
  decodeForwardBackwardRequest,
  type ForwardBackwardRequest,
  forwardBackwardRequestFromJson,
  lossConfigOf,
  lossSum,
} from "./_policy.ts";
import { adapterReply } from "./adapters.ts";
import { parseTinkerPath } from "./checkpoints.ts";
import { datumOf } from "./data.ts";
import { OperationError, RefusedError } from "./errors.ts";
import type { Result } from "./futures.ts";
import type { ServedModel } from "./models.ts";
import { type Handler, json, modelOf, type Reply, type ServerState } from "./state.ts";

const LOSSES: readonly string[] = ["cross_entropy", "importance_sampling", "ppo", "cispo", "dro"] satisfies LossName[];

/** A datum that every policy refuses, so that it knows of a gradient that is not complete. */
const UNREADABLE: Datum = { tokens: [], target_tokens: [], mask: [] };

/** Whose turn an operation has to wait for. */
export interface Addressed {
  readonly model: ServedModel;
  readonly seq: number;
  readonly print: string;
  /** Size of what waits; absent: hardly any. */
  readonly bytes?: number;
}

/**
 * Accepts an operation for its turn. The same number with the same body is the operation that was accepted before.
 * @throws {RefusedError} 409 for the same number with another body
 */
export function submit(
  state: ServerState,
  { model, seq, print, bytes = 0 }: Addressed,
  work: () => Promise<Result>,
): Reply {
  const id = `${model.id}:${seq}`;
  if (!state.futures.has(id, print)) {
    model.turns.require(seq, bytes);
    state.futures.start(id, print, () => model.turns.take(seq, work, bytes));
  }
  return { request_id: id, model_id: model.id };
}

/** The model and the number of an operation with a JSON body. */
export function addressed(
  state: ServerState,
  body: Body,
  type: string,
): Addressed {
  const model = modelOf(state, textOf(body, "model_id"));
  return { model, seq: integerOf(body, "seq_id", { min: 1 }), print: fingerprint([type, body]) };
}

/** `POST forward_backward`, protobuf or JSON; and `POST forward`, the JSON of older clients without a gradient. */
export const forwardBackward: Handler = (state, { body, bytes, protobuf }) => {
  const request = readable(
    "body",
    () => protobuf === undefined ? forwardBackwardRequestFromJson(body) : decodeForwardBackwardRequest(protobuf),
  );
  return submitForwardBackward(state, request, bytes);
};

function submitForwardBackward(state: ServerState, request: ForwardBackwardRequest, bytes: number): Reply {
  const model = modelOf(state, request.model_id);
  const seq = integerOf({ ...request }, "seq_id", { min: 1 });
  const print = fingerprint(["forward_backward", request]);
  return submit(state, { model, seq, print, bytes }, () => runForwardBackward(model, request));
}

async function runForwardBackward({ policy }: ServedModel, request: ForwardBackwardRequest): Promise<Result> {
  const { loss_fn, forward_only = false } = request;
  const { data, config } = await readData(request).catch(async (error) => {
    if (!forward_only) await policy.forwardBackward([UNREADABLE], "cross_entropy").catch(() => {});
    throw error;
  });
  if (forward_only) {
    const logprobs = await policy.logprobs(data, "current");
    return forwardBackwardResult(logprobs, {
      "loss:sum": lossSum(loss_fn as LossName, lossConfigOf(loss_fn as LossName, config), data, logprobs),
    });
  }
  const { logprobs, metrics } = await policy.forwardBackward(data, loss_fn as LossName, config && { config });
  // Clients combine the parts of one request by what stands behind the colon.
  return forwardBackwardResult(
    logprobs,
    Object.fromEntries(Object.entries(metrics).filter(([key]) => key.includes(":"))),
  );
}

// deno-lint-ignore require-await
async function readData(
  { data, loss_fn, loss_fn_config = {} }: ForwardBackwardRequest,
): Promise<{ readonly data: Datum[]; readonly config: Record<string, number> | undefined }> {
  if (!LOSSES.includes(loss_fn)) {
    throw new OperationError("user", `there is no loss "${loss_fn.slice(0, 80)}" here; there are ${LOSSES.join(", ")}`);
  }
  if (data.length === 0) throw new OperationError("user", "forward_backward was sent without data");
  const config: Record<string, number> = {};
  for (const [key, value] of Object.entries(loss_fn_config)) {
    if (typeof value !== "number") throw new OperationError("user", `option ${key} of ${loss_fn} has to be a number`);
    config[key] = value;
  }
  return {
    data: data.map((datum, i) => datumOf(datum, i, loss_fn)),
    config: Object.keys(config).length === 0 ? undefined : config,
  };
}

function forwardBackwardResult(
  logprobs: readonly (readonly number[])[],
  metrics: Readonly<Record<string, number>>,
): Result {
  const loss_fn_outputs = logprobs.map((data) => ({
    logprobs: { data, dtype: "float32", shape: [data.length] } as const,
  }));
  return { kind: "forward_backward", value: { loss_fn_output_type: "ArrayRecord", loss_fn_outputs, metrics } };
}

/** `POST optim_step`. */
export const optimStep: Handler = (state, { body }) => {
  const { model, ...rest } = addressed(state, body, "optim_step");
  if (body.optimizer_params !== undefined) throw new RefusedError(400, "this server has Adam only; send adam_params");
  const adam = adamParams(objectOf(body.adam_params, "adam_params"));
  return submit(state, { model, ...rest }, async () => {
    const metrics = await model.changeWeights(() => model.policy.optimStep(adam));
    const norm = metrics["optim/grad_norm"];
    return json({ metrics: { ...metrics, ...(norm !== undefined && { "grad_norm:mean": norm }) }, type: "optim_step" });
  });
};

function adamParams(body: Body): AdamParams {
  return {
    learning_rate: realOf(body, "learning_rate", 1e-4),
    beta1: realOf(body, "beta1", 0.9),
    beta2: realOf(body, "beta2", 0.95),
    eps: realOf(body, "eps", 1e-12),
    weight_decay: realOf(body, "weight_decay", 0),
    grad_clip_norm: realOf(body, "grad_clip_norm", 0),
  };
}

/** `POST load_weights` into a model that is there. */
export const loadWeights: Handler = (state, { body }) => {
  const { model, ...rest } = addressed(state, body, "load_weights");
  const path = textOf(body, "path");
  const checkpoint = parseTinkerPath(path);
  const optimizer = flagOf(body, "optimizer");
  return submit(state, { model, ...rest }, async () => {
    const target = state.checkpoints.targetOf(await state.checkpoints.find(checkpoint));
    await model.changeWeights(() => model.policy.loadState(target, { optimizer }));
    return json({ path, model_id: model.id, type: "load_weights" });
  });
};

/** `POST get_info`. */
export const getInfo: Handler = async (state, { body }) => {
  const { id, baseModel, adapter } = modelOf(state, textOf(body, "model_id"));
  const { is_lora, lora_rank } = adapterReply(adapter);
  const tokenizer_id = await state.tokenizerOf(baseModel);
  return {
    type: "get_info",
    model_data: { arch: "llama", model_name: baseModel, ...(tokenizer_id !== undefined && { tokenizer_id }) },
    model_id: id,
    ...{ is_lora, ...(is_lora === true && { lora_rank }) },
    model_name: baseModel,
  };
};

/** `POST weights_info`: what a model has to be made of to load a checkpoint. */
export const weightsInfo: Handler = async (state, { body }) => {
  const checkpoint = parseTinkerPath(optionalText(body, "tinker_path") ?? textOf(body, "path"));
  await state.checkpoints.find(checkpoint);
  const { base_model, lora_rank: rank, lora } = await state.checkpoints.run(checkpoint.run);
  const tokenizer_id = await state.tokenizerOf(base_model);
  return {
    ...{ base_model, ...adapterReply({ rank, lora }) },
    ...(tokenizer_id !== undefined && { tokenizer_id }),
  };
};
