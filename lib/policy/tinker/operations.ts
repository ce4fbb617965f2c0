/** The operations of the API: paths, names, bodies. Gradients have a protobuf form, everything else is JSON. */
import type { AdamParams } from "../../vocabulary.ts";
import type { Operation } from "./connection.ts";
import { encodeForwardBackwardRequest, forwardBackwardRequestToJson, sampleRequestToJson } from "./wire/mod.ts";
import type { ForwardBackwardRequest, SampleRequest } from "./wire_types.ts";

/** What has been seen of a server's results, to know one of which a part was lost on the way. */
export interface SeenResults {
  /** Whether the last gradient came with the value of its loss. */
  loss: boolean;
}

/** A gradient or a forward pass: protobuf, or JSON for a server that refuses it. */
export function forwardBackwardOperation(
  request: ForwardBackwardRequest,
  seen: SeenResults = { loss: false },
): Operation<"forward_backward"> {
  const forward = request.forward_only === true;
  const count = request.data.length;
  return {
    path: "forward_backward",
    type: forward ? "Forward" : "ForwardBackward",
    result: "forward_backward",
    body: () => encodeForwardBackwardRequest(request),
    jsonFallback: () => forwardBackwardRequestToJson(request),
    flaw: ({ loss_fn_outputs: { length } }) =>
      length === count ? undefined : `it has outputs for ${length} of ${count} data`,
    doubt: ({ metrics }) => {
      const lost = !forward && seen.loss && !("loss:sum" in metrics);
      return lost ? "it lacks the loss, which came with the one before" : undefined;
    },
    // Servers that take JSON alone have a call of its own for the forward pass.
    ...(forward ? { jsonFallbackPath: "forward" } : {}),
  };
}

const SAMPLE_HEADERS = { "X-Tinker-Sampling-Backpressure": "1" };

/** A sample. */
export function sampleOperation(request: SampleRequest): Operation<"sample"> {
  return {
    path: "asample",
    type: "Sample",
    result: "sample",
    body: () => sampleRequestToJson(request),
    headers: SAMPLE_HEADERS,
    backpressure: true,
    flaw: ({ sequences }) => {
      const { num_samples: wanted } = request;
      return sequences.length === wanted ? undefined : `it has ${sequences.length} completions of ${wanted}`;
    },
  };
}

/** An optimizer step. */
export function optimStepOperation(adam_params: AdamParams, model_id: string, seq_id: number): Operation<"json"> {
  return jsonOperation("optim_step", "OptimStep", { adam_params, model_id, seq_id });
}

/** The kinds of saves: name of each in messages, and the word in the path of what it saves. */
export const SAVES = {
  save_weights: { type: "SaveWeights", kind: "weights" },
  save_weights_for_sampler: { type: "SaveWeightsForSampler", kind: "sampler_weights" },
  save_weights_external: { type: "SaveWeightsExternal", kind: "external_weights" },
} as const;

/** A kind of save. */
export type SavePath = keyof typeof SAVES;

/** What is saved: under a name, or for a sampler alone. */
export interface Save {
  /** Whose weights. */
  readonly model_id: string;
  /** Its place in the order. */
  readonly seq_id: number;
  /** The name. */
  readonly path?: string;
  /** Number of the sampler in the session, where there is no name. */
  readonly sampling_session_seq_id?: number;
  /** Seconds after which the server may delete it. */
  readonly ttl_seconds?: number | undefined;
}

/** A save. */
export function saveOperation(path: SavePath, save: Save): Operation<"json"> {
  return jsonOperation(path, SAVES[path].type, save);
}

/** Loads weights into a model, or, given a session, makes a model of them. */
export function loadWeightsOperation(body: Readonly<Record<string, unknown>>): Operation<"json"> {
  return jsonOperation("load_weights", "LoadWeights", body);
}

/** Makes a model. */
export function createModelOperation(body: Readonly<Record<string, unknown>>): Operation<"json"> {
  return jsonOperation("create_model", "CreateModel", body);
}

/** Frees a model. */
export function unloadModelOperation(model_id: string): Operation<"json"> {
  return jsonOperation("unload_model", "UnloadModel", { model_id });
}

function jsonOperation(path: string, type: string, fields: object): Operation<"json"> {
  return { path, type, result: "json", body: () => ({ ...fields, type: path }) };
}
