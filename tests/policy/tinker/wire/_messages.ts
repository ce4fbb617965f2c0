/** Random messages of the Tinker API with extremes in them: what the tests of the wire write, read and damage. */
import { type Random, randomFrom } from "../../../../lib/basics/mod.ts";
import type {
  ForwardBackwardRequest,
  ModelInputChunk,
  ProvenanceSpan,
  SampledSequence,
  SampleRequest,
  SampleResponse,
  TensorData,
  TopkLogprobs,
  WireDatum,
  WireForwardBackwardOutput,
  WireSamplingParams,
} from "../../../../lib/policy/tinker/wire_types.ts";

const TEXTS = ["", "a", "target_tokens", "__proto__", "lösung", "数学 🦊", "\uFEFFmark", "x".repeat(200), "\u0000"];
const FLOATS = [0, -0, 1, -0.5, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -126), 3.4028234663852886e38, -99999];
const DOUBLES = [...FLOATS, 0.1, Number.MIN_VALUE, -Number.MAX_VALUE];
const WHOLES = [0, 1, -1, 127, 128, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const INT32S = [0, 1, -1, 255, 151_000, 2 ** 31 - 1, -(2 ** 31)];

/** A list of 0 to `most` items. */
function some<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: random.int(0, most) }, make);
}

function object<T>(random: Random, most: number, make: () => T): Record<string, T> {
  return Object.fromEntries(some(random, most, () => [random.pick(TEXTS), make()]));
}

function maybe<K extends string, T>(random: Random, key: K, make: () => T): { [P in K]?: T } {
  return random.next() < 0.5 ? {} : { [key]: make() } as { [P in K]: T };
}

function float(random: Random): number {
  return random.next() < 0.3 ? random.pick(FLOATS) : Math.fround(random.next() * 20 - 10);
}

function double(random: Random): number {
  return random.next() < 0.5 ? random.pick(DOUBLES) : random.next() * 2e6 - 1e6;
}

function int32(random: Random): number {
  return random.next() < 0.3 ? random.pick(INT32S) : random.int(0, 200_000);
}

function count(random: Random): number {
  return random.pick([0, 1, 200, 2 ** 31 - 1]);
}

function byteString(random: Random): Uint8Array {
  return Uint8Array.from(some(random, 40, () => random.int(0, 255)));
}

/** Values of a dtype. */
export function values(random: Random, dtype: TensorData["dtype"], length: number): number[] {
  return Array.from({ length }, () => {
    if (dtype === "float32") return float(random);
    return random.next() < 0.3 ? random.pick(WHOLES) : random.int(0, 200_000);
  });
}

/** A tensor, dense or sparse. */
export function tensor(random: Random): TensorData {
  const dtype = random.pick(["int64", "float32"] as const);
  if (random.next() < 0.2) return sparseTensor(random, dtype);
  const shape = random.pick<number[]>([[], [0], [1], [random.int(2, 30)], [0, 3], [3, 0], [random.int(1, 5), 3], [
    2,
    1,
    2,
  ]]);
  return { data: values(random, dtype, shape.reduce((a, b) => a * b, 1)), dtype, shape };
}

function sparseTensor(random: Random, dtype: TensorData["dtype"]): TensorData {
  const [rows, columns] = [random.int(0, 4), random.int(1, 4)];
  const crow = [0];
  const col: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) if (random.next() < 0.4) col.push(column);
    crow.push(col.length);
  }
  const data = values(random, dtype, col.length);
  return { data, dtype, shape: [rows, columns], sparse_crow_indices: crow, sparse_col_indices: col };
}

function chunk(random: Random): ModelInputChunk {
  const kind = random.int(0, 3);
  if (kind < 2) return { type: "encoded_text", tokens: some(random, 30, () => int32(random)) };
  if (kind === 2) return { type: "dmel", dmel: byteString(random) };
  return {
    type: "image",
    data: byteString(random),
    format: random.pick(["png", "jpeg"] as const),
    ...maybe(random, "expected_tokens", () => int32(random)),
    ...maybe(random, "override_dimensions", () => ({ width: random.pick([0, 640, 2 ** 32 - 1]), height: 480 })),
  };
}

function span(random: Random): ProvenanceSpan {
  const source = random.pick(["prompt_tokens", "sampled_tokens"] as const);
  const offset = random.pick([0, 5, Number.MAX_SAFE_INTEGER]);
  return { source, sequence_id: random.pick(TEXTS), offset, length: random.int(0, 300) };
}

function datum(random: Random): WireDatum {
  const spans = () => [span(random), ...some(random, 2, () => span(random))];
  return {
    model_input: some(random, 3, () => chunk(random)),
    loss_fn_inputs: object(random, 4, () => tensor(random)),
    ...(random.next() < 0.3 && { model_input_spans: spans(), loss_fn_input_spans: spans() }),
  };
}

/** A request with anything the wire can say. */
export function forwardBackwardRequest(random: Random): ForwardBackwardRequest {
  const config = () => ({
    beta: double(random),
    ...object(random, 3, () => random.next() < 0.3 ? random.pick(TEXTS) : double(random)),
  });
  return {
    model_id: random.pick(TEXTS),
    seq_id: random.pick([1, 2, 128, 2 ** 31 - 1]),
    data: some(random, 4, () => datum(random)),
    loss_fn: random.pick(["cross_entropy", "importance_sampling", ...TEXTS]),
    ...maybe(random, "loss_fn_config", config),
    ...(random.next() < 0.3 && { forward_only: true }),
  };
}

/** The same without what JSON has no field for. */
export function withoutProtobufOnly(request: ForwardBackwardRequest): ForwardBackwardRequest {
  const plain = (chunk: ModelInputChunk): ModelInputChunk => {
    if (chunk.type !== "image") return chunk;
    const { override_dimensions: _, ...rest } = chunk;
    return rest;
  };
  const data = request.data.map(({ model_input, loss_fn_inputs }) => ({
    model_input: model_input.map(plain),
    loss_fn_inputs,
  }));
  const config = Object.entries(request.loss_fn_config ?? {}).filter(([, value]) =>
    typeof value === "string" || Number.isFinite(value)
  );
  const { loss_fn_config: _, ...rest } = request;
  return { ...rest, data, ...(config.length > 0 && { loss_fn_config: Object.fromEntries(config) }) };
}

/** An output in which some data share their shapes with their neighbours and some do not. */
export function forwardBackwardOutput(random: Random): WireForwardBackwardOutput {
  const output = () => {
    const trailing = random.pick<number[]>([[], [], [2], [1, 3]]);
    const names = random.pick([["logprobs"], ["logprobs", "elementwise_loss"], ["数学", "__proto__"], []]);
    const dtype = random.pick(["float32", "float32", "int64"] as const);
    return () =>
      Object.fromEntries(names.map((name) => {
        const shape = [random.int(0, 6), ...trailing];
        return [name, { data: values(random, dtype, shape.reduce((a, b) => a * b)), dtype, shape }];
      }));
  };
  return {
    loss_fn_output_type: random.pick(["ArrayRecord", "scalar", "数学"]),
    loss_fn_outputs: some(random, 3, output).flatMap((make) => some(random, 4, make)),
    metrics: object(random, 4, () => double(random)),
  };
}

function topk(random: Random): TopkLogprobs {
  const row = () => Array.from({ length: random.int(1, 4) }, () => [int32(random), -random.int(1, 90) / 4] as const);
  return [null, ...some(random, 5, () => random.next() < 0.2 ? null : row())];
}

function sequence(random: Random): SampledSequence {
  const tokens = some(random, 30, () => int32(random));
  const scored = tokens.length > 0 && random.next() < 0.8;
  return {
    stop_reason: random.pick(["stop", "length"] as const),
    tokens,
    logprobs: scored ? tokens.map(() => float(random)) : null,
    ...maybe(random, "topk_logprobs", () => topk(random)),
  };
}

/** An answer with anything the wire can say. */
export function sampleResponse(random: Random): SampleResponse {
  const scores = () => [null, ...some(random, 20, () => random.next() < 0.1 ? null : float(random) || 0)];
  return {
    sequences: some(random, 4, () => sequence(random)),
    prompt_logprobs: random.next() < 0.5 ? null : scores().map((score) => Number.isNaN(score) ? null : score),
    topk_prompt_logprobs: random.next() < 0.5 ? null : topk(random),
    ...maybe(random, "prompt_cache_hit_tokens", () => count(random)),
    ...maybe(random, "target_prompt_logprobs", () => tensor(random)),
    ...maybe(random, "prompt_alt_tokens", () => ({ tokens: tensor(random), logprobs: tensor(random) })),
  };
}

/** How to sample; numbers that protobuf keeps as floats are floats. */
export function samplingParams(random: Random): WireSamplingParams {
  const stop = () => {
    const kind = random.int(0, 2);
    if (kind === 0) return [];
    return kind === 1
      ? [1, ...some(random, 3, () => int32(random))]
      : ["\n", ...some(random, 3, () => random.pick(TEXTS))];
  };
  return {
    ...maybe(random, "max_tokens", () => count(random)),
    ...maybe(random, "seed", () => random.pick([0, 7, 2 ** 32, Number.MAX_SAFE_INTEGER])),
    ...maybe(random, "stop", stop as () => readonly number[] | readonly string[]),
    temperature: random.pick([0, 1, 0.5, 2 ** -149, 3.4028234663852886e38]),
    top_k: random.pick([-1, 0, 50, 2 ** 31 - 1]),
    top_p: random.pick([0, 1, 0.25]),
  };
}

/** A sample request. */
export function sampleRequest(random: Random): SampleRequest {
  return {
    sampling_session_id: random.pick(TEXTS),
    seq_id: random.pick([0, 1, 10 ** 9]),
    prompt: withoutProtobufOnly({
      model_id: "",
      seq_id: 1,
      loss_fn: "",
      data: [{ model_input: some(random, 3, () => chunk(random)), loss_fn_inputs: {} }],
    }).data[0]!.model_input,
    num_samples: count(random),
    sampling_params: samplingParams(random),
    ...maybe(random, "prompt_logprobs", () => random.next() < 0.5),
    ...maybe(random, "topk_prompt_logprobs", () => count(random)),
    ...maybe(random, "topk_sample_logprobs", () => count(random)),
    ...maybe(random, "target_prompt_logprobs", () => tensor(random)),
    ...maybe(random, "prompt_alt_tokens_k", () => count(random)),
    ...maybe(random, "prompt_logprobs_last_n", () => count(random)),
    ...maybe(random, "record_stability_info", () => random.next() < 0.5),
  };
}

/** `count` messages of a kind, the same for the same kind and seed. */
export function many<T>(count: number, make: (random: Random) => T, seed: string): T[] {
  return Array.from({ length: count }, (_, i) => make(randomFrom("wire", seed, i)));
}

/** Typed arrays of numbers become lists, so that values compare whatever holds them. */
export function plain(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array) return [...value];
  if (value instanceof Uint8Array) return { bytes: value.toHex() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The same with 0 for -0, which JSON does not keep. */
export function withoutMinusZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMinusZero(item)]));
}
