/** Answers that come slowly, bodies that go out slowly, and what counts as a sign of life. Limits are a thousandth or so. */
import assert from "node:assert/strict";
import { TinkerService } from "../../../lib/policy/tinker/service.ts";
import { AbortListeners, untilAborted as leavable } from "../../../lib/basics/mod.ts";
import { openConnection } from "../../../lib/policy/tinker/open_connection.ts";
import { fakeClock, FORWARD, json, OPTIM, run, scripted, untilAborted } from "./_scripted.ts";

/** An answer whose body comes in pieces, with a pause before each. */
function dripping(text: string, pieces: number, pauseMs: number, { stop = Infinity } = {}): Response {
  const bytes = new TextEncoder().encode(text);
  const size = Math.ceil(bytes.length / pieces);
  let at = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Response(
    new ReadableStream<Uint8Array>({
      pull: (stream) =>
        new Promise<void>((resolve) => {
          if (at >= stop) return;
          timer = setTimeout(() => {
            const piece = bytes.slice(at * size, ++at * size);
            if (piece.length === 0) stream.close();
            else stream.enqueue(piece);
            resolve();
          }, pauseMs);
        }),
      cancel: () => clearTimeout(timer),
    }),
    { headers: { "content-type": "application/json" } },
  );
}

/** A fetch with bodies that end with the signal, as the runtime's do. */
function server(answers: Readonly<Record<string, (init: RequestInit) => Response | Promise<Response>>>): {
  readonly fetch: typeof fetch;
  readonly counts: Record<string, number>;
} {
  const counts: Record<string, number> = {};
  const fetch = async (input: Request | URL | string, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(String(input)).pathname.replace(/^.*\/api\/v1\//, "");
    counts[path] = (counts[path] ?? 0) + 1;
    if (path === "client/config") return json({});
    const response = await answers[path]!(init);
    const pass = new TransformStream<Uint8Array, Uint8Array>();
    response.body?.pipeTo(pass.writable, { signal: init.signal! }).catch(() => {});
    return new Response(response.body && pass.readable, response);
  };
  return { fetch: fetch as typeof globalThis.fetch, counts };
}

const OPEN = { baseUrl: "http://tinker.test", env: () => undefined, random: () => 0 };

Deno.test("an answer that comes steadily is read to its end, however long that takes", async () => {
  const text = JSON.stringify({ metrics: { a: 1 } });
  const { fetch, counts } = server({
    optim_step: () => json({ request_id: "1" }),
    retrieve_future: () => dripping(text, 12, 20),
    healthz: () => json({}),
  });
  const connection = await openConnection({ ...OPEN, fetch, limits: { pollTimeoutMs: 120 } });
  assert.deepEqual(await run(connection, OPTIM), { metrics: { a: 1 } });
  assert.deepEqual([counts["retrieve_future"], counts["healthz"]], [1, undefined]);
  await connection.close();
});

Deno.test("an answer that stops on its way is given up in time, though the server lives", async () => {
  const { fetch } = server({
    optim_step: () => json({ request_id: "1" }),
    retrieve_future: () => dripping(JSON.stringify({ metrics: {} }), 4, 1, { stop: 2 }),
    healthz: () => json({}),
  });
  const limits = { pollTimeoutMs: 10, giveUpAfterMs: 40, firstRetryMs: 5 };
  const connection = await openConnection({ ...OPEN, fetch, limits });
  await assert.rejects(run(connection, OPTIM), /the answer stopped for 0\.01 s/);
  await connection.close();
});

Deno.test("a body that goes out slowly has time for its size", async () => {
  const { fetch, counts } = server({
    forward_backward: async ({ body, signal }) => {
      const ended = untilAborted(signal!);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const sent = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, (body as Uint8Array).length / 10_000);
      });
      try {
        await Promise.race([sent, ended]);
      } finally {
        clearTimeout(timer);
      }
      return json({ request_id: "1" });
    },
  });
  const limits = { requestTimeoutMs: 20, slowestUploadBytesPerMs: 5000, giveUpAfterMs: 100, firstRetryMs: 5 };
  const connection = await openConnection({ ...OPEN, fetch, limits });
  await connection.submit({ ...FORWARD, body: () => new Uint8Array(1_000_000) });
  assert.equal(counts["forward_backward"], 1);
  await connection.close();
});

Deno.test("the 502 of a proxy is no sign of life of the server behind it", async () => {
  const { fetch } = server({
    optim_step: () => json({ request_id: "1" }),
    retrieve_future: ({ signal }) => {
      // Beside every poll that hangs, a heartbeat is answered by the proxy.
      connection.request({ method: "POST", path: "session_heartbeat", retry: "none" }).catch(() => {});
      return untilAborted(signal!);
    },
    session_heartbeat: () => new Response("bad gateway", { status: 502 }),
    healthz: () => new Response("bad gateway", { status: 502 }),
  });
  const limits = { pollTimeoutMs: 10, probeTimeoutMs: 10, giveUpAfterMs: 60, firstRetryMs: 5 };
  const connection = await openConnection({ ...OPEN, fetch, limits });
  await assert.rejects(run(connection, OPTIM), { name: "ConnectionError" });
  await connection.close();
});

Deno.test("an address that swallows everything is tried twice while opening, within the time for that", async () => {
  const { fetch, seen } = scripted({ "client/config": ["hang"] });
  const limits = { requestTimeoutMs: 60_000, openGiveUpAfterMs: 40, firstRetryMs: 5 };
  await assert.rejects(openConnection({ ...OPEN, fetch, limits }), { name: "ConnectionError" });
  assert.ok(seen.length <= 3, `${seen.length} attempts`);
});

Deno.test("each request has its own count of empty refusals", async () => {
  let left = 64;
  const { fetch } = scripted({
    ping: [() => left-- > 0 ? new Response(null, { status: 400 }) : json({})],
    never: [new Response(null, { status: 400 })],
  });
  const connection = await openConnection({ ...OPEN, fetch, clock: fakeClock() });
  const ask = () => connection.request({ method: "GET", path: "ping" });
  await Promise.all(Array.from({ length: 64 }, ask));
  await assert.rejects(connection.request({ method: "GET", path: "never" }), { name: "ApiError", status: 400 });
  await connection.close();
});

Deno.test("an archive's address is asked for again where that may help, and its refusal shows no key", async () => {
  const key = "tml-ab/cd+ef==";
  const { fetch } = scripted({
    a: [json({}, 502), json({}, 429), json({ url: "https://store.test/a" })],
    b: [new Response(`{"detail":"unknown key tml-ab\\/cd+ef=="}`, { status: 404 })],
  });
  const connection = await openConnection({ ...OPEN, apiKey: key, fetch, clock: fakeClock() });
  const found = await connection.raw({ method: "GET", path: "a" });
  assert.deepEqual(await found.json(), { url: "https://store.test/a" });
  const refusal = await (await connection.raw({ method: "GET", path: "b" })).json();
  assert.ok(!connection.clean(`${refusal.detail}\u001b[2J`).includes("cd+ef"));
  await assert.rejects(
    connection.request({ method: "GET", path: "b" }),
    (error: Error) => !error.message.includes("cd+ef"),
  );
  await connection.close();
});

Deno.test("closing a service ends a download from a store that says nothing more", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { fetch } = scripted({
      "training_runs/r/checkpoints/weights/n/archive": [json({ url: "https://store.test/a" })],
    });
    const connection = await openConnection({ ...OPEN, fetch });
    const asked = Promise.withResolvers<void>();
    const silent = () => {
      asked.resolve();
      return Promise.resolve(new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
    };
    const service = new TinkerService(connection, { fetch: silent as typeof globalThis.fetch });
    const download = assert.rejects(service.rest.downloadArchive("tinker://r/weights/n", `${folder}/a`), /was closed/);
    await asked.promise;
    await service.close();
    await download;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("many waits on one signal share a listener, which goes with the last of them", async () => {
  const { signal } = new AbortController();
  let [listening, most] = [0, 0];
  const counted = new Proxy(signal, {
    get: (target, key) => {
      if (key === "addEventListener") return () => (most = Math.max(most, ++listening));
      if (key === "removeEventListener") return () => listening--;
      return Reflect.get(target, key, target);
    },
  });
  const listeners = new AbortListeners();
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: 100 }, () => leavable(promise, counted, listeners));
  resolve();
  await Promise.all(all);
  assert.deepEqual([most, listening], [1, 0]);
});
