import assert from "node:assert/strict";
import { ConnectionError } from "../../../lib/policy/tinker/errors.ts";
import type { Connection, Operation } from "../../../lib/policy/tinker/connection.ts";
import { DEFAULT_CLIENT_CONFIG, parseClientConfig } from "../../../lib/policy/tinker/client_config.ts";
import { openConnection } from "../../../lib/policy/tinker/open_connection.ts";
import { resolveAddress } from "../../../lib/policy/tinker/address.ts";
import {
  type Act,
  connect,
  fakeClock,
  FORWARD,
  json,
  OPTIM,
  protobuf,
  refused,
  run,
  SAMPLE,
  SAMPLING,
  untilAborted,
} from "./_scripted.ts";

const NO_ENV = (): undefined => undefined;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("resolveAddress() takes the argument, then TINKER_BASE_URL, then the official service", () => {
  const env = (name: string) => name === "TINKER_BASE_URL" ? "http://env.test:8000/" : undefined;
  const official = "https://tinker.thinkingmachines.dev/services/tinker-prod";
  assert.equal(resolveAddress("http://127.0.0.1:10610//", env).base, "http://127.0.0.1:10610");
  assert.equal(resolveAddress(null, env).base, "http://env.test:8000");
  assert.equal(resolveAddress(" ", () => "").base, official);
  const { base, origin, official: isOfficial } = resolveAddress(undefined, NO_ENV);
  assert.deepEqual([base, origin, isOfficial], [official, "https://tinker.thinkingmachines.dev", true]);
  assert.equal(resolveAddress("https://tinker.thinkingmachines.dev.evil.test", env).official, false);
});

Deno.test("resolveAddress() refuses what is no address, and says where it came from", () => {
  for (const text of ["localhost:8000", "ftp://x.test", "8000", "http://x.test/?a=1", "http://x.test/#a"]) {
    assert.throws(() => resolveAddress(text, NO_ENV), { name: "TypeError", message: /^base_url is no address/ });
    assert.throws(() => resolveAddress(null, () => text), {
      name: "TypeError",
      message: /^TINKER_BASE_URL is no address/,
    });
  }
  assert.throws(() => resolveAddress("http://me:pass-word@x.test", NO_ENV), (error: Error) => {
    assert.ok(error instanceof TypeError && !error.message.includes("pass-word"));
    return true;
  });
});

Deno.test("parseClientConfig() has the protocol's defaults, and keeps what a server says within bounds", () => {
  assert.deepEqual(parseClientConfig({}), DEFAULT_CLIENT_CONFIG);
  const hostile = parseClientConfig({
    pjwt_auth_enabled: "yes",
    credential_default_source: 7,
    sample_dispatch_bytes_semaphore_size: -1,
    inflight_response_bytes_semaphore_size: 1e300,
    fwdbwd_max_chunk_len: 0,
    fwdbwd_max_chunk_bytes_count: "5",
    fwdbwd_dispatch_bytes_semaphore_size: null,
    billing_exception_max_pause_duration_sec: -5,
    sample_max_concurrent_requests: 0.5,
    create_model_via_load_weights: true,
    something_new: 1,
  });
  assert.deepEqual(hostile, {
    ...DEFAULT_CLIENT_CONFIG,
    sample_dispatch_bytes_semaphore_size: 65_536,
    inflight_response_bytes_semaphore_size: 2 ** 32,
    fwdbwd_max_chunk_len: 1,
    billing_exception_max_pause_duration_sec: 0,
    sample_max_concurrent_requests: 1,
    create_model_via_load_weights: true,
  });
});

for (const status of [404, 405, 501]) {
  Deno.test(`openConnection() takes the defaults of a server that answers client/config with ${status}`, async () => {
    const { connection } = await connect({ "client/config": [json({ detail: "no" }, status)] });
    assert.deepEqual(connection.config, DEFAULT_CLIENT_CONFIG);
    await connection.close();
  });
}

Deno.test("openConnection() keeps the path of the base URL and says who it is", async () => {
  const { connection, server } = await connect({}, { baseUrl: "http://tinker.test/services/x/" });
  assert.equal(server.seen[0]!.url, "http://tinker.test/services/x/api/v1/client/config");
  assert.match(server.seen[0]!.headers.get("user-agent")!, /^math-rl/);
  assert.equal(server.seen[0]!.headers.get("accept"), "application/json");
  assert.equal(typeof JSON.parse(server.seen[0]!.text).sdk_version, "string");
  assert.equal(connection.baseUrl, "http://tinker.test/services/x");
  await connection.close();
});

Deno.test("openConnection() gives up on a server that is not there after 20 s, and asks whether it is up", async () => {
  const clock = fakeClock();
  await assert.rejects(connect({ "client/config": [refused()] }, { clock }), {
    name: "ConnectionError",
    message: /opening a connection at http:\/\/tinker\.test failed .* 20 s.*Connection refused.*Is the server up\?/,
  });
});

Deno.test("openConnection() says at once that a program may not go there", async () => {
  const denied = Object.assign(new Error("Requires net access"), { name: "NotCapable" });
  const clock = fakeClock();
  await assert.rejects(connect({ "client/config": [denied] }, { clock }), { message: /--allow-net=tinker\.test/ });
  assert.deepEqual(clock.pauses, []);
});

Deno.test("waiting() knows when the server cannot be reached, why and for how long", async () => {
  const states: unknown[] = [];
  const look: Act = () => {
    states.push(connection.waiting());
    return json({ request_id: "1" });
  };
  const { connection } = await connect({
    optim_step: [refused(), refused(), json({}, 402), json({ detail: "slow" }, 429), look],
  });
  await connection.submit(OPTIM);
  const seconds = { unreachable: 1.5, paused_billing: 5, paused_rate_limit: 0.5 };
  assert.deepEqual(states, [{ state: "paused_rate_limit", reason: "status 429: slow", seconds }]);
  assert.deepEqual(connection.waiting(), { state: "active", seconds });
  await connection.close();
});

Deno.test("waiting() shows the worst state among all requests", async () => {
  const { connection } = await connect({
    optim_step: [refused()],
    asample: [json({ detail: "busy" }, 429)],
  }, { clock: fakeClock({ frozen: true }) });
  const controller = new AbortController();
  const sampling = connection.submit(SAMPLING, { signal: controller.signal });
  await settle();
  assert.equal(connection.waiting().state, "paused_rate_limit");
  const step = connection.submit(OPTIM);
  await settle();
  assert.deepEqual(connection.waiting().state, "unreachable");
  assert.match(connection.waiting().reason!, /Connection refused/);
  controller.abort(new Error("enough"));
  await assert.rejects(sampling, /enough/);
  assert.equal(connection.waiting().state, "unreachable");
  await connection.close();
  await assert.rejects(step, ConnectionError);
  assert.equal(connection.waiting().state, "active");
});

Deno.test("waiting() counts pauses made above the connection, each once", async () => {
  const { connection, clock } = await connect({});
  const ends = [connection.pausing("paused_rate_limit", "busy"), connection.pausing("paused_rate_limit")];
  clock.time += 3000;
  ends[0]!();
  ends[0]!();
  clock.time += 1000;
  const { state, reason, seconds } = connection.waiting();
  assert.deepEqual([state, reason, seconds], ["paused_rate_limit", "busy", { paused_rate_limit: 4 }]);
  ends[1]!();
  assert.equal(connection.waiting().state, "active");
  await connection.close();
});

/** An answer whose body never comes to an end. */
function endless(headers: Record<string, string> = {}): { readonly act: Act; readonly cancelled: () => boolean } {
  let cancelled = false;
  const act: Act = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"request_id":')),
      cancel: () => void (cancelled = true),
    });
    return new Response(body, { headers });
  };
  return { act, cancelled: () => cancelled };
}

const SUBMITTED = json({ request_id: "1" });
const SIZED = json({ status: "complete_metadata", response_payload_size: 1e12 });

/** Everywhere a call may wait, by the script that makes it wait there. */
const WAITS: Readonly<Record<string, readonly [Readonly<Record<string, readonly Act[]>>, Operation, boolean]>> = {
  "a submission that hangs": [{ optim_step: ["hang"] }, OPTIM, false],
  "the pause before a submission is repeated": [{ optim_step: [refused()] }, OPTIM, true],
  "the pause for lack of funds": [{ optim_step: [json({}, 402)] }, OPTIM, true],
  "a submission as JSON": [{ forward_backward: [json({}, 415), "hang"] }, FORWARD, false],
  "a poll that hangs": [{ optim_step: [SUBMITTED], retrieve_future: ["hang"] }, OPTIM, false],
  "the pause between polls": [{ optim_step: [SUBMITTED], retrieve_future: [json({}, 408)] }, OPTIM, true],
  "the pause after a failed poll": [{ optim_step: [SUBMITTED], retrieve_future: [refused()] }, OPTIM, true],
  "a payload": [{ asample: [SUBMITTED], retrieve_future: [SIZED, "hang"] }, SAMPLING, false],
  "a submission made again": [{ optim_step: [SUBMITTED, "hang"], retrieve_future: [json({}, 410)] }, OPTIM, false],
};

for (const [where, [script, operation, frozen]] of Object.entries(WAITS)) {
  Deno.test(`a signal ends a call in ${where}, with its reason`, async () => {
    const { connection, server } = await connect(script, { clock: fakeClock({ frozen }) });
    const controller = new AbortController();
    const running = run(connection, operation, controller.signal);
    await settle();
    const before = server.seen.length;
    const reason = { enough: true };
    controller.abort(reason);
    await assert.rejects(running, (error) => error === reason);
    await settle();
    assert.equal(server.seen.length, before);
    assert.equal(connection.waiting().state, "active");
    await assert.rejects(run(connection, operation, controller.signal), (error) => error === reason);
    assert.equal(server.seen.length, before);
    await connection.close();
  });

  Deno.test(`close() ends a call in ${where}`, async () => {
    const { connection, server } = await connect(script, { clock: fakeClock({ frozen }) });
    const running = assert.rejects(run(connection, operation), { name: "ConnectionError", message: /was closed/ });
    await settle();
    const before = server.seen.length;
    await connection.close();
    await running;
    await assert.rejects(connection.submit(operation), { name: "ConnectionError", message: /was closed/ });
    assert.equal(server.seen.length, before);
  });
}

Deno.test("a signal ends the opening of a connection wherever it waits", async () => {
  const pjwt = { "client/config": [json({ pjwt_auth_enabled: true })] };
  for (
    const [script, frozen] of [
      [{ "client/config": ["hang"] }, false],
      [{ "client/config": [refused()] }, true],
      [{ ...pjwt, "auth/token": ["hang"] }, false],
      [{ ...pjwt, "auth/token": [refused()] }, true],
    ] as [Record<string, readonly Act[]>, boolean][]
  ) {
    const controller = new AbortController();
    const opening = connect(script, { signal: controller.signal, clock: fakeClock({ frozen }) });
    await settle();
    controller.abort("enough");
    await assert.rejects(opening, (error) => error === "enough");
  }
});

Deno.test("one who leaves does not take along those who wait for the same token or room", async () => {
  const sized = json({ status: "complete_metadata", response_payload_size: 2 ** 20 });
  let hold = (): void => {};
  const held = new Promise<void>((resolve) => hold = resolve);
  const answer: Act = async ({ text }) => {
    if (JSON.parse(text).allow_metadata_only) return sized;
    await held;
    return protobuf(SAMPLE);
  };
  const { connection } = await connect({
    "client/config": [json({ inflight_response_bytes_semaphore_size: 2 ** 20 })],
    asample: [SUBMITTED],
    retrieve_future: [answer],
  });
  const controller = new AbortController();
  const first = run(connection, SAMPLING);
  await settle();
  const leaving = run(connection, SAMPLING, controller.signal);
  const third = run(connection, SAMPLING);
  await settle();
  controller.abort("enough");
  await assert.rejects(leaving, (error) => error === "enough");
  hold();
  await Promise.all([first, third]);
  await connection.close();
});

Deno.test("a body that hangs is cancelled when the time is up, and the request made again", async () => {
  const { act, cancelled } = endless();
  const hanging = { fetch: fetchOf([act, act, () => json({ request_id: "1" })]), limits: { requestTimeoutMs: 10 } };
  const connection = await openConnection({
    baseUrl: "http://tinker.test",
    env: NO_ENV,
    clock: fakeClock(),
    ...hanging,
  });
  const { attempts } = await connection.submit(OPTIM);
  assert.equal(attempts, 3);
  assert.ok(cancelled());
  await connection.close();
});

Deno.test("a body that is longer than the client takes is cancelled and not asked for again", async () => {
  for (const headers of [{}, { "content-length": "999999" }]) {
    const { act, cancelled } = endless(headers);
    const options = { fetch: fetchOf([act]), limits: { maxAnswerBytes: 10 } };
    const connection = await openConnection({ baseUrl: "http://tinker.test", env: NO_ENV, ...options });
    await assert.rejects(connection.submit(OPTIM), { name: "ConnectionError", message: /more than the 10/ });
    assert.ok(cancelled());
    await connection.close();
  }
});

/** A `fetch` that does one thing after the other with all but `client/config`; like the runtime's, it ends bodies that a signal aborts. */
function fetchOf(acts: readonly Act[]): typeof fetch {
  let used = 0;
  return (async (input: string, init: RequestInit) => {
    if (input.endsWith("client/config")) return json({}, 404);
    const act = acts[Math.min(used++, acts.length - 1)] as () => Response;
    const response = act();
    const { signal } = init;
    if (signal!.aborted) throw signal!.reason;
    const reader = response.body!.getReader();
    const ended = untilAborted(signal!);
    ended.catch(() => {});
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const { done, value } = await Promise.race([reader.read(), ended]);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          await reader.cancel(error);
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return await Promise.resolve(new Response(body, response));
  }) as typeof fetch;
}

Deno.test("raw() gives the answer as it is, a redirect not followed, and speaks up about the key only", async () => {
  const moved = new Response(null, { status: 302, headers: { location: "https://files.test/a.tar" } });
  const { connection, server } = await connect({
    a: [refused(), moved],
    b: [new Response("building", { status: 503 })],
    c: [json({ detail: "no" }, 403)],
  }, { apiKey: "tml-1" });
  const first = await connection.raw({ method: "GET", path: "a" });
  assert.deepEqual([first.status, first.headers.get("location")], [302, "https://files.test/a.tar"]);
  const second = await connection.raw({ method: "GET", path: "b" });
  assert.deepEqual([second.status, await second.text()], [503, "building"]);
  await assert.rejects(connection.raw({ method: "GET", path: "c" }), { name: "CredentialError" });
  assert.equal(server.seen.at(-1)!.headers.get("x-api-key"), "tml-1");
  await connection.close();
});

/** A server on this machine that writes these bytes to each connection, one after the other, and closes it. */
async function withRawServer(replies: readonly string[], body: (baseUrl: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    let k = 0;
    for await (const socket of listener) {
      await socket.read(new Uint8Array(65_536));
      await socket.write(new TextEncoder().encode(replies[Math.min(k++, replies.length - 1)]));
      socket.close();
    }
  })();
  try {
    await body(`http://127.0.0.1:${listener.addr.port}`);
  } finally {
    listener.close();
    await served;
  }
}

/** An HTTP answer as it goes over the wire, perhaps of a length it does not have. */
function onWire(text: string, length = text.length, status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`;
}

Deno.test("a connection gets over real resets: before the answer, within the head, within the body", async () => {
  const replies = [
    onWire("{}"),
    "",
    "HTTP/1.1 200 OK\r\ncont",
    onWire('{"request_id":', 40),
    onWire('{"request_id":"9"}'),
    "",
    onWire('{"metrics":', 40),
    onWire("", 0, "400 Bad Request"),
    onWire('{"queue_state":"active"}', undefined, "408 Request Timeout"),
    onWire('{"metrics":{"x":1}}'),
  ];
  await withRawServer(replies, async (baseUrl) => {
    const clock = fakeClock();
    const connection = await openConnection({ baseUrl, env: NO_ENV, clock });
    const submitted = await connection.submit(OPTIM);
    assert.deepEqual([submitted.request_id, submitted.attempts >= 4], ["9", true]);
    assert.deepEqual(await connection.result(submitted), { metrics: { x: 1 } });
    await connection.close();
  });
});

Deno.test("a connection says what was wrong with a server that keeps resetting", async () => {
  await withRawServer([onWire("{}"), onWire('{"a":', 40)], async (baseUrl) => {
    const connection = await openConnection({ baseUrl, env: NO_ENV, clock: fakeClock() });
    const failing = connection.request({ method: "POST", path: "create_session", body: {} });
    await assert.rejects(failing, {
      name: "ConnectionError",
      message: /POST create_session at http:\/\/127.*because: .+body/,
    });
    await connection.close();
  });
});

Deno.test("openConnection() reports an address where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const opening = openConnection({ baseUrl: `http://127.0.0.1:${port}`, env: NO_ENV, clock: fakeClock() });
  await assert.rejects(opening, { name: "ConnectionError", message: /because: tcp connect error: Connection refused/ });
});

/** A Tinker-like server on this machine. */
async function withServer(
  answer: (path: string, body: string) => Response | Promise<Response>,
  body: (connection: Connection) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname.slice("/api/v1/".length);
    const text = await request.text();
    return path === "client/config" ? json({}) : await answer(path, text);
  });
  try {
    const connection = await openConnection({ baseUrl: `http://127.0.0.1:${server.addr.port}`, env: NO_ENV });
    await body(connection);
    await connection.close();
  } finally {
    await server.shutdown();
  }
}

Deno.test("a connection carries a thousand samples at once over real sockets", async () => {
  let id = 0;
  await withServer(
    (path) => path === "asample" ? json({ request_id: String(id++) }) : protobuf(SAMPLE),
    async (connection) => {
      const { signal } = new AbortController();
      const results = await Promise.all(Array.from({ length: 1000 }, () => run(connection, SAMPLING, signal)));
      assert.equal(results.length, 1000);
      assert.equal(id, 1000);
    },
  );
});

Deno.test("a signal and close() end real requests, whether they wait for the head or the body", async () => {
  const open: (() => void)[] = [];
  const never = (): Promise<Response> => new Promise((resolve) => open.push(() => resolve(json({}))));
  const body = new Uint8Array(10);
  await withServer(
    (path) => path === "head" ? never() : new Response(new ReadableStream({ start: (c) => c.enqueue(body) })),
    async (connection) => {
      const controller = new AbortController();
      const { signal } = controller;
      const calls = ["head", "body"].map((path) => connection.request({ method: "GET", path }, { signal }));
      const closed = ["head", "body"].map((path) => connection.request({ method: "GET", path }));
      const raw = connection.raw({ method: "GET", path: "body" });
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort("enough");
      for (const { status, ...rest } of await Promise.allSettled(calls)) {
        assert.deepEqual([status, rest], ["rejected", { reason: "enough" }]);
      }
      await connection.close();
      for (const outcome of await Promise.allSettled([...closed, raw])) assert.equal(outcome.status, "rejected");
      for (const resolve of open) resolve();
    },
  );
});
