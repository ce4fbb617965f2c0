/**
 * A stand-in for a Tinker server that costs as little as possible: every answer was made beforehand and is given at once,
 * and nothing of a request is looked at that the answer does not need. It prints its address and runs until it is killed.
 * `--metadata`: results of training and sampling are announced by their size first, as the official protocol may do.
 */
import { encodeForwardBackwardOutput, encodeSampleResponse } from "../../../lib/policy/tinker/wire/mod.ts";
import { COMPLETION, DATA_PER_STEP, PROMPT } from "./work.ts";

const metadata = Deno.args.includes("--metadata");
const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };

/** What is sent, and its type. */
type Canned = readonly [body: Uint8Array<ArrayBuffer>, init: ResponseInit];

function json(value: unknown): Canned {
  return [new TextEncoder().encode(JSON.stringify(value)), { headers: JSON_TYPE }];
}

const tokens = Array.from({ length: COMPLETION }, (_, i) => 1000 + i);
const SAMPLE: Canned = [
  encodeSampleResponse({
    sequences: [{ stop_reason: "stop", tokens, logprobs: tokens.map((_, i) => -0.01 * i) }],
    prompt_logprobs: null,
    topk_prompt_logprobs: null,
  }),
  { headers: PROTOBUF_TYPE },
];
const positions = PROMPT + COMPLETION - 1;
const logprobs = { data: new Float32Array(positions).fill(-0.5), dtype: "float32", shape: [positions] } as const;
const GRADIENT: Canned = [
  encodeForwardBackwardOutput({
    loss_fn_output_type: "ArrayRecord",
    loss_fn_outputs: Array.from({ length: DATA_PER_STEP }, () => ({ logprobs })),
    metrics: { "loss:sum": 1 },
  }),
  { headers: PROTOBUF_TYPE },
];

/** Results by the request's type, which clients name in a header. */
const RESULTS: Readonly<Record<string, Canned>> = {
  Sample: SAMPLE,
  ForwardBackward: GRADIENT,
  CreateModel: json({ model_id: "0:train:0", type: "create_model" }),
  OptimStep: json({ metrics: {} }),
  SaveWeightsForSampler: json({ sampling_session_id: "0:sample:0", path: null, type: "save_weights_for_sampler" }),
  UnloadModel: json({ model_id: "0:train:0", type: "unload_model" }),
};
const SIZES = new Map(
  ["Sample", "ForwardBackward"].map((type) => {
    const size = RESULTS[type]![0].length;
    return [type, json({ status: "complete_metadata", response_payload_size: size })] as const;
  }),
);

const ACCEPTED = json({ request_id: "1", model_id: "0:train:0", sample_sequence_ids: ["0:sample:0:1:0"] });
const REPLIES: Readonly<Record<string, Canned>> = {
  "asample": ACCEPTED,
  "forward_backward": ACCEPTED,
  "optim_step": ACCEPTED,
  "save_weights_for_sampler": ACCEPTED,
  "create_model": ACCEPTED,
  "unload_model": ACCEPTED,
  "client/config": json({ pjwt_auth_enabled: false }),
  "client/dynamic_config": json({ refresh_interval_sec: 300 }),
  "create_session": json({ type: "create_session", session_id: "0" }),
  "session_heartbeat": json({ type: "session_heartbeat" }),
  "create_sampling_session": json({ type: "create_sampling_session", sampling_session_id: "0:sample:0" }),
  "get_info": json({ type: "get_info", model_id: "0:train:0", model_data: { model_name: "m", tokenizer_id: "m" } }),
  "samplers/0:sample:0": json({ sampler_id: "0:sample:0", base_model: "m", model_path: null }),
  "telemetry": json({ status: "accepted" }),
  "sessions/0/finish": json({}),
  "get_server_capabilities": json({ supported_models: [{ model_name: "m", max_context_length: 4096 }] }),
};
const UNKNOWN: Canned = [json({ detail: "unknown" })[0], { status: 404, headers: JSON_TYPE }];

async function answer(request: Request): Promise<Response> {
  const path = request.url.slice(request.url.indexOf("/api/v1/") + 8);
  const body = new Uint8Array(await request.arrayBuffer());
  const canned = path === "retrieve_future" ? resultOf(request, body) : REPLIES[path];
  if (canned === undefined) console.error(`unknown: ${request.method} ${request.url}`);
  return new Response(...canned ?? UNKNOWN);
}

function resultOf(request: Request, body: Uint8Array): Canned | undefined {
  const type = request.headers.get("x-tinker-request-type") ?? "";
  if (metadata && SIZES.has(type) && JSON.parse(new TextDecoder().decode(body)).allow_metadata_only) {
    return SIZES.get(type);
  }
  return RESULTS[type];
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, answer);
