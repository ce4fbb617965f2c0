/** A small client of the protocol for tests: JSON alone, no retries, so that each test says what it sends. */
import assert from "node:assert/strict";
import { type ServeOptions, serveTinker, type TinkerServer } from "../../lib/serving/mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";

export type Json = Record<string, unknown>;

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Talks to one server. */
export class TestClient {
  readonly server: TinkerServer;
  #samplers = 0;

  constructor(server: TinkerServer) {
    this.server = server;
  }

  /** Sends a request and reads the JSON answer. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.server.url}/api/v1/${path}`, {
      method,
      redirect: "manual",
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  }

  /** A request that has to be accepted. */
  async post(path: string, body: unknown): Promise<Json> {
    const answer = await this.send("POST", path, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  }

  /** The result of an accepted operation. */
  async result(accepted: Json): Promise<Json> {
    const { request_id } = accepted;
    for (;;) {
      const { status, body } = await this.send("POST", "retrieve_future", { request_id });
      if (status === 408) continue;
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    }
  }

  /** Does an operation and waits for its result. */
  async do(path: string, body: unknown): Promise<Json> {
    return await this.result(await this.post(path, body));
  }

  /** Begins a session. */
  async session(): Promise<string> {
    const { session_id } = await this.post("create_session", { tags: [], user_metadata: {}, sdk_version: "0.38.0" });
    return session_id as string;
  }

  /** Makes a model. */
  async model(session_id: string, base_model: string, model_seq_id = 0): Promise<string> {
    const wanted = { session_id, model_seq_id, base_model, lora_config: { rank: 8 } };
    const created = await this.do("create_model", wanted);
    assert.ok(created.model_id, JSON.stringify(created));
    return created.model_id as string;
  }

  /** Opens a place to sample from. */
  async sampler(session_id: string, source: { base_model: string } | { model_path: string }): Promise<string> {
    const sampling_session_seq_id = 1000 + this.#samplers++;
    const made = await this.post("create_sampling_session", { session_id, sampling_session_seq_id, ...source });
    return made.sampling_session_id as string;
  }
}

/** Runs `body` against a server with its own weights folder. */
export async function withServer(
  options: Omit<ServeOptions, "weightsDir" | "port"> & { readonly weightsDir?: string },
  body: (client: TestClient, weightsDir: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const weightsDir = options.weightsDir ?? `${folder}/weights`;
    const server = await serveTinker({ ...options, weightsDir, port: 0 });
    try {
      await body(new TestClient(server), weightsDir);
    } finally {
      await server.close();
    }
  });
}

/** A datum on the wire, as JSON. */
export function wireDatum(tokens: readonly number[], inputs: Record<string, readonly number[]>): Json {
  const loss_fn_inputs = Object.fromEntries(
    Object.entries(inputs).map(([key, data]) => {
      const dtype = key === "target_tokens" ? "int64" : "float32";
      return [key, { data, dtype, shape: [data.length] }];
    }),
  );
  return { model_input: { chunks: [{ type: "encoded_text", tokens }] }, loss_fn_inputs };
}

/** A forward_backward request as JSON. */
export function trainingRequest(model_id: string, seq_id: number, data: readonly Json[], more: Json = {}): Json {
  return { model_id, seq_id, forward_backward_input: { data, loss_fn: "cross_entropy", ...more } };
}

/** A sample request. */
export function sampleRequest(
  sampling_session_id: string,
  seq_id: number,
  tokens: readonly number[],
  { params = {}, ...more }: Json & { params?: Json } = {},
): Json {
  const prompt = { chunks: [{ type: "encoded_text", tokens }] };
  const sampling_params = { max_tokens: 4, seed: 1, temperature: 1, top_k: -1, top_p: 1, ...params };
  return { sampling_session_id, seq_id, prompt, num_samples: 1, sampling_params, type: "sample", ...more };
}
