/** Results as JSON: `ForwardBackwardOutput` and `SampleResponse`, from servers that do not write protobuf and to clients that do not read it. */
import type {
  SampledSequence,
  SampleResponse,
  TensorData,
  TopkLogprobs,
  WireForwardBackwardOutput,
} from "../wire_types.ts";
import {
  each,
  float,
  floats,
  int32,
  int32s,
  type Json,
  jsonFloat,
  jsonFloats,
  list,
  object,
  optional,
  refuseJson,
  string,
  tensorFromJson,
  tensorToJson,
} from "./json.ts";

/** The result of `forward_backward` as JSON. */
export function forwardBackwardOutputToJson(output: WireForwardBackwardOutput): Json {
  const { loss_fn_output_type, loss_fn_outputs, metrics } = output;
  return {
    loss_fn_output_type,
    loss_fn_outputs: loss_fn_outputs.map((outputs) => mapped(outputs, tensorToJson)),
    metrics: mapped(metrics, jsonFloat),
  };
}

/** Reads the result of `forward_backward`. @throws {SyntaxError} naming what is wrong in it */
export function forwardBackwardOutputFromJson(value: unknown): WireForwardBackwardOutput {
  const where = "forward_backward result";
  const json = object(value, where);
  return {
    loss_fn_output_type: optional(json, "loss_fn_output_type", where, string) ?? "ArrayRecord",
    loss_fn_outputs: each(json.loss_fn_outputs, `${where}.loss_fn_outputs`, outputsFromJson),
    metrics: optional(json, "metrics", where, (metrics, where) => mapped(object(metrics, where), float, where)) ?? {},
  };
}

/** The result of `asample` as JSON. */
export function sampleResponseToJson(response: SampleResponse): Json {
  const { sequences, prompt_logprobs, topk_prompt_logprobs, prompt_cache_hit_tokens } = response;
  const { target_prompt_logprobs, prompt_alt_tokens } = response;
  return {
    type: "sample",
    sequences: sequences.map(sequenceToJson),
    prompt_logprobs: prompt_logprobs &&
      prompt_logprobs.map((value) => value === null || Number.isNaN(value) ? null : jsonFloat(value)),
    topk_prompt_logprobs: topkToJson(topk_prompt_logprobs),
    ...(prompt_cache_hit_tokens !== undefined && { prompt_cache_hit_tokens }),
    ...(target_prompt_logprobs && { target_prompt_logprobs: tensorToJson(target_prompt_logprobs) }),
    ...(prompt_alt_tokens && { prompt_alt_tokens: mapped(prompt_alt_tokens, tensorToJson) }),
  };
}

/** Reads the result of `asample`. @throws {SyntaxError} naming what is wrong in it */
export function sampleResponseFromJson(value: unknown): SampleResponse {
  const where = "asample result";
  const json = object(value, where);
  const prompt_cache_hit_tokens = optional(json, "prompt_cache_hit_tokens", where, int32);
  const target_prompt_logprobs = optional(json, "target_prompt_logprobs", where, tensorFromJson);
  const prompt_alt_tokens = optional(json, "prompt_alt_tokens", where, (value, where) => {
    const pair = object(value, where);
    return {
      tokens: tensorFromJson(pair.tokens, `${where}.tokens`),
      logprobs: tensorFromJson(pair.logprobs, `${where}.logprobs`),
    };
  });
  return {
    sequences: each(json.sequences, `${where}.sequences`, sequenceFromJson),
    prompt_logprobs: optional(json, "prompt_logprobs", where, promptLogprobs) ?? null,
    topk_prompt_logprobs: optional(json, "topk_prompt_logprobs", where, topkFromJson) ?? null,
    ...(prompt_cache_hit_tokens !== undefined && { prompt_cache_hit_tokens }),
    ...(target_prompt_logprobs && { target_prompt_logprobs }),
    ...(prompt_alt_tokens && { prompt_alt_tokens }),
  };
}

function outputsFromJson(value: unknown, where: string): Readonly<Record<string, TensorData>> {
  return mapped(object(value, where), tensorFromJson, where);
}

function sequenceToJson({ stop_reason, tokens, logprobs, topk_logprobs }: SampledSequence): Json {
  return {
    stop_reason,
    tokens,
    logprobs: logprobs && jsonFloats(logprobs),
    ...(topk_logprobs !== undefined && { topk_logprobs: topkToJson(topk_logprobs) }),
  };
}

function sequenceFromJson(value: unknown, where: string): SampledSequence {
  const json = object(value, where);
  const { stop_reason } = json;
  if (stop_reason !== "stop" && stop_reason !== "length") {
    refuseJson(`${where}.stop_reason`, stop_reason, "stop or length");
  }
  const tokens = int32s(json.tokens, `${where}.tokens`);
  const logprobs = optional(json, "logprobs", where, floats) ?? null;
  if (logprobs !== null && logprobs.length !== tokens.length) {
    refuseJson(`${where}.logprobs.length`, logprobs.length, `${tokens.length}, the number of tokens`);
  }
  const topk_logprobs = optional(json, "topk_logprobs", where, topkFromJson);
  return { stop_reason, tokens, logprobs, ...(topk_logprobs && { topk_logprobs }) };
}

function promptLogprobs(value: unknown, where: string): (number | null)[] {
  return each(value, where, (item, where) => {
    const logprob = float(item, where);
    return Number.isNaN(logprob) ? null : logprob;
  });
}

function topkToJson(rows: TopkLogprobs | null): unknown {
  return rows && rows.map((row) => row && row.map(([token, logprob]) => [token, jsonFloat(logprob)]));
}

function topkFromJson(value: unknown, where: string): TopkLogprobs {
  return each(value, where, (row, where) => {
    if (row === null) return null;
    return each(row, where, (cell, where) => {
      const pair = list(cell, where);
      if (pair.length !== 2) refuseJson(where, cell, "a token and its log-probability");
      return [int32(pair[0], where), float(pair[1], where)] as const;
    });
  });
}

function mapped<T, U>(
  values: Readonly<Record<string, T>>,
  change: (value: T, where: string) => U,
  where = "",
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, `${where}.${key}`)]));
}
