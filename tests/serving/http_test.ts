import assert from "node:assert/strict";
import { type OpenModelOptions, serveTinker } from "../../lib/serving/mod.ts";
import { type TestClient, withServer } from "./_client.ts";
import { FakeModels } from "./_fakes.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** Options of a server that tests can make small. */
const options = () => ({ models: ["table"], open: new FakeModels().opener });

async function raw(
  client: TestClient,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; detail: string }> {
  const response = await fetch(`${client.server.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, detail: text === "" ? "" : JSON.parse(text).detail };
}

/** A request written by hand, because fetch sets `Host` itself. @returns the status */
async function rawHost(client: TestClient, host: string, more = ""): Promise<number> {
  const { hostname, port } = new URL(client.server.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const text = `GET /api/v1/healthz HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  return Number(answer.split(" ")[1]);
}

Deno.test("serveTinker() tells that it is there, what it serves and how to talk to it", async () => {
  await withServer(options(), async (client) => {
    assert.deepEqual((await client.send("GET", "healthz")).body, { status: "ok" });
    const model = { model_name: "table", max_context_length: 32, trainable: true, sampleable: true };
    const capabilities = (await client.send("GET", "get_server_capabilities")).body;
    assert.deepEqual(capabilities, { supported_models: [model] });
    const config = await client.post("client/config", { sdk_version: "0.38.0" });
    assert.deepEqual([config.pjwt_auth_enabled, config.parallel_fwdbwd_chunks], [false, true]);
    assert.equal((await client.post("client/dynamic_config", { sdk_version: "0.38.0" })).refresh_interval_sec, 300);
    assert.deepEqual(await client.post("telemetry", { events: [{}], session_id: "x" }), { status: "accepted" });
    const session = await client.post("create_session", { tags: [], sdk_version: "0.38.0", user_metadata: { a: "b" } });
    assert.equal(session.info_message, undefined);
    await client.post("session_heartbeat", { session_id: session.session_id });
    const known = (await client.send("GET", `sessions/${session.session_id}`)).body;
    assert.deepEqual(known, { training_run_ids: [], sampler_ids: [], user_metadata: { a: "b" } });
    assert.deepEqual((await client.send("GET", "sessions")).body, { sessions: [session.session_id] });
  });
});

Deno.test("a server with a key wants it, in either header", async () => {
  await withServer({ ...options(), apiKey: "tml-secret" }, async (client) => {
    const status = async (headers: HeadersInit) => (await raw(client, "/api/v1/sessions", { headers })).status;
    assert.equal(await status({}), 401);
    assert.equal(await status({ "x-api-key": "tml-secreT" }), 403);
    assert.equal(await status({ "x-api-key": "tml-secret-and-more" }), 403);
    assert.equal(await status({ "x-api-key": "tml-secret" }), 200);
    assert.equal(await status({ authorization: "Bearer tml-secret" }), 200);
  });
});

Deno.test("where a model lies on this machine is told on this machine alone", async () => {
  const fakes = new FakeModels();
  const offer = {
    models: ["abacus"],
    open: (_: string, how: OpenModelOptions) => fakes.opener("table", how),
  };
  const tokenizerOn = async (host: string) => {
    let tokenizer_id: unknown;
    await withServer({ ...offer, host, apiKey: "tml-secret" }, async (client) => {
      const key = { "x-api-key": "tml-secret" };
      const post = async (path: string, body: unknown) => (await client.send("POST", path, body, key)).body;
      const { session_id } = await post("create_session", {});
      const { request_id } = await post("create_model", { session_id, model_seq_id: 0, base_model: "abacus" });
      const { model_id } = await post("retrieve_future", { request_id });
      ({ tokenizer_id } = (await post("get_info", { model_id })).model_data as Record<string, unknown>);
    });
    return tokenizer_id;
  };
  assert.match(String(await tokenizerOn("127.0.0.1")), /^\/|^[A-Z]:/);
  assert.equal(await tokenizerOn("0.0.0.0"), "abacus");
});

Deno.test("serveTinker() refuses to serve others without a key, nothing, and what is not there", async () => {
  const where = { weightsDir: "unused", port: 0 };
  await assert.rejects(serveTinker({ ...options(), ...where, host: "0.0.0.0" }), /give an api_key/);
  await assert.rejects(serveTinker({ models: [], ...where }), /at least one model/);
  await assert.rejects(serveTinker({ models: ["abacus", "no_such_model"], ...where }), /"no_such_model"/);
});

Deno.test("pages of other origins and names that point here are turned away", async () => {
  await withServer(options(), async (client) => {
    assert.equal(await rawHost(client, "evil.example"), 403);
    assert.equal(await rawHost(client, "localhost:1"), 200);
    assert.equal(await rawHost(client, "[::1]:1"), 200);
    assert.equal(await rawHost(client, "127.0.0.1", "Origin: https://evil.example\r\n"), 403);
    assert.equal(await rawHost(client, "127.0.0.1", "Origin: null\r\n"), 403);
    assert.equal(await rawHost(client, "127.0.0.1", "Origin: http://localhost:8888\r\n"), 200);
    // A form needs no permission to be sent anywhere.
    const form = { method: "POST", body: "{}", headers: { "content-type": "text/plain" } };
    assert.equal((await raw(client, "/api/v1/create_session", form)).status, 415);
  });
});

Deno.test("bodies too large are refused, whether they say so or not", async () => {
  const limits = { maxBodyBytes: 1000, maxDataBytes: 2000 };
  await withServer({ ...options(), limits }, async (client) => {
    const post = (path: string, body: BodyInit) =>
      raw(client, `/api/v1/${path}`, { method: "POST", body, headers: JSON_TYPE });
    const filler = (bytes: number) => JSON.stringify({ filler: "x".repeat(bytes) });
    assert.equal((await post("telemetry", filler(900))).status, 200);
    assert.equal((await post("telemetry", filler(1100))).status, 413);
    assert.match((await post("forward_backward", filler(2100))).detail, /larger than 2000 bytes/);
    const endless = ReadableStream.from(async function* () {
      for (let i = 0; i < 100; i++) yield await Promise.resolve(new TextEncoder().encode(filler(500)));
    }());
    assert.equal((await post("telemetry", endless)).status, 413);
    assert.equal((await raw(client, "/api/v1/healthz")).status, 200);
  });
});

Deno.test("bodies that make no sense are refused with what is wrong", async () => {
  await withServer(options(), async (client) => {
    const post = (path: string, body: BodyInit, headers: HeadersInit = JSON_TYPE) =>
      raw(client, `/api/v1/${path}`, { method: "POST", body, headers });
    assert.deepEqual((await post("create_session", "{")).status, 422);
    assert.equal((await post("create_session", "[]")).status, 422);
    assert.equal((await post("create_session", new Uint8Array([0xff, 0xfe]))).status, 422);
    assert.match((await post("create_model", "{}")).detail, /base_model is missing/);
    assert.match((await post("retrieve_future", '{"request_id": 3}')).detail, /request_id is 3/);
    const protobuf = { "content-type": "application/x-protobuf" };
    const damaged = await post("forward_backward", new Uint8Array([0x0a, 0xff, 0x01]), protobuf);
    assert.equal(damaged.status, 422);
    assert.equal((await post("optim_step", new Uint8Array([1]), protobuf)).status, 415);
    const zstd = { ...protobuf, "content-encoding": "zstd" };
    assert.equal((await post("forward_backward", new Uint8Array([1]), zstd)).status, 415);
    const deep = `{"user_metadata":{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
    assert.equal((await post("create_session", deep)).status, 422);
  });
});

Deno.test("unknown addresses, methods and ids are named", async () => {
  await withServer(options(), async (client) => {
    const session_id = await client.session();
    assert.equal((await client.send("GET", "nothing")).status, 404);
    assert.equal((await raw(client, "/")).status, 404);
    assert.equal((await client.send("GET", "asample")).status, 405);
    const unknown: [string, unknown][] = [
      ["retrieve_future", { request_id: "x" }],
      ["optim_step", { model_id: `${session_id}:train:0`, seq_id: 1, adam_params: {} }],
      ["session_heartbeat", { session_id: "x" }],
      ["get_info", { model_id: "x" }],
      ["unload_model", { model_id: "x" }],
      ["create_model", { session_id: "x", model_seq_id: 0, base_model: "table" }],
    ];
    for (const [path, body] of unknown) {
      const { status, body: { detail } } = await client.send("POST", path, body);
      assert.equal(status, 404, path);
      assert.equal(typeof detail, "string");
    }
    const model = { session_id, model_seq_id: 0, base_model: "Qwen/Qwen3-8B" };
    const refused = await client.send("POST", "create_model", model);
    assert.equal(refused.status, 400);
    assert.match(refused.body.detail as string, /there is table/);
  });
});

Deno.test("errors do not show where this machine keeps its files", async () => {
  await withServer({ ...options(), models: ["table", "/no/such/model"] }, async (client, weightsDir) => {
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    const { path } = await client.do("save_weights_for_sampler", { model_id, seq_id: 1, path: "a" });
    await Deno.remove(`${weightsDir}/${model_id.replaceAll(":", ".")}/sampler_weights.a`, { recursive: true });
    const { error } = await client.do("load_weights", { model_id, seq_id: 2, path, optimizer: false });
    assert.match(error as string, /<weights>/);
    assert.ok(!(error as string).includes(weightsDir), error as string);
  });
});
