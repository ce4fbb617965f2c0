import assert from "node:assert/strict";
import type { Operation } from "../../../lib/policy/tinker/connection.ts";
import { ApiError, BackpressureError, ConnectionError, CredentialError } from "../../../lib/policy/tinker/errors.ts";
import { type Act, connect, FORWARD, json, OPTIM, refused, SAMPLING, type scripted } from "./_scripted.ts";

const TAKEN = json({ request_id: "7", model_id: "m" });

/** Submits an operation to a server that does these things with it. */
async function submitTo(
  acts: readonly Act[],
  operation: Operation = OPTIM,
  options: Parameters<typeof connect>[1] = {},
): Promise<{
  readonly outcome: PromiseSettledResult<unknown>;
  readonly seen: ReturnType<typeof scripted>["seen"];
  readonly pauses: readonly number[];
}> {
  const { connection, server, clock } = await connect(
    { [operation.path]: acts },
    options,
  );
  const [outcome] = await Promise.allSettled([connection.submit(operation)]);
  await connection.close();
  return { outcome, seen: server.at(operation.path), pauses: clock.pauses };
}

/** The error of an outcome that has to be one. */
function errorOf(outcome: PromiseSettledResult<unknown>): Error {
  assert.equal(outcome.status, "rejected");
  return (outcome as PromiseRejectedResult).reason;
}

for (const status of [200, 201, 202]) {
  Deno.test(`submit() takes ${status} for an answer`, async () => {
    const { outcome } = await submitTo([json({ request_id: "7", model_id: "m" }, status)]);
    const { value } = outcome as PromiseFulfilledResult<Record<string, unknown>>;
    assert.deepEqual([value["request_id"], value["attempts"]], ["7", 1]);
    assert.deepEqual(value["reply"], { request_id: "7", model_id: "m" });
  });
}

for (
  const [what, act] of Object.entries<Act>({
    "a lost connection": refused(),
    "a 408": json({}, 408),
    "a 409": json({ detail: "locked" }, 409),
    "a 425": json({ detail: "not yet" }, 425),
    "a 429": json({ detail: "slow down" }, 429),
    "a 500": json({ detail: "oh" }, 500),
    "a 503": new Response("<html><title>busy</title></html>", { status: 503 }),
    "an empty 400": new Response(null, { status: 400 }),
    "a 200 that is no JSON": new Response("<html>login</html>"),
    "a 200 that is cut off": new Response('{"request_id":"7"', { headers: { "content-length": "30" } }),
    "a 404 that asks for another try": json({}, 404, { "x-should-retry": "true" }),
  })
) {
  Deno.test(`submit() sends the same body with the same idempotency key again after ${what}`, async () => {
    const { outcome, seen, pauses } = await submitTo([act, act, TAKEN]);
    assert.equal(outcome.status, "fulfilled");
    assert.equal((outcome as PromiseFulfilledResult<{ attempts: number }>).value.attempts, 3);
    assert.equal(new Set(seen.map(({ text }) => text)).size, 1);
    const keys = new Set(seen.map(({ headers }) => headers.get("x-idempotency-key")));
    assert.equal(keys.size, 1);
    assert.ok(!keys.has(null));
    assert.deepEqual(pauses, [500, 1000]);
  });
}

for (const status of [400, 404, 413, 415, 422]) {
  Deno.test(`submit() passes a ${status} on at once, in the server's words`, async () => {
    const { outcome, seen } = await submitTo([json({ detail: "rank is too high" }, status)]);
    const error = errorOf(outcome) as ApiError;
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.detail, seen.length], [status, "rank is too high", 1]);
    assert.match(error.message, /http:\/\/tinker\.test refuses OptimStep .*rank is too high/);
  });
}

for (const status of [401, 403]) {
  Deno.test(`submit() turns ${status} into one sentence about the key`, async () => {
    const { outcome, seen } = await submitTo([json({ detail: "no" }, status)], OPTIM, { apiKey: "tml-secret-1" });
    assert.ok(errorOf(outcome) instanceof CredentialError);
    assert.match(errorOf(outcome).message, /http:\/\/tinker\.test.*key/);
    assert.equal(seen.length, 1);
  });
}

Deno.test("submit() reads a list of complaints, and where each belongs", async () => {
  const detail = [{ loc: ["body", "adam_params"], msg: "field required", type: "missing" }, { msg: "no" }];
  const { outcome } = await submitTo([json({ detail }, 422)]);
  assert.equal((errorOf(outcome) as ApiError).detail, "body.adam_params: field required; no");
});

Deno.test("submit() keeps control characters and long pages of a server out of messages", async () => {
  const page = "\u001b[31mred\u0000\r\n" + "x".repeat(10_000);
  const { outcome } = await submitTo([new Response(page, { status: 404 })]);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(errorOf(outcome).message, /[\u0000-\u001f]/);
  assert.ok(errorOf(outcome).message.length < 800);
});

Deno.test("submit() obeys a server that says not to try again", async () => {
  const { outcome, seen } = await submitTo([json({}, 503, { "x-should-retry": "false" })]);
  assert.equal((errorOf(outcome) as ApiError).status, 503);
  assert.equal(seen.length, 1);
});

for (
  const [header, value, pauseMs] of [
    ["retry-after-ms", "1500", 1500],
    ["retry-after", "7", 7000],
    ["retry-after", new Date(1_700_000_009_000).toUTCString(), 9000],
    ["retry-after", "3600", 500],
    ["retry-after", "-3", 500],
    ["retry-after", "soon", 500],
  ] as const
) {
  Deno.test(`submit() pauses ${pauseMs} ms for ${header}: ${value}`, async () => {
    const { pauses } = await submitTo([json({}, 503, { [header]: value }), TAKEN]);
    assert.deepEqual(pauses, [pauseMs]);
  });
}

Deno.test("submit() doubles its pauses up to 10 s, takes off up to a quarter, and gives up after 300 s", async () => {
  const { outcome, pauses } = await submitTo([refused()]);
  assert.deepEqual(pauses.slice(0, 7), [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(pauses.reduce((total, ms) => total + ms), 300_000);
  const error = errorOf(outcome);
  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /OptimStep at http:\/\/tinker\.test failed in \d+ attempts over 300 s/);
  assert.match(error.message, /Connection refused/);
  const jittered = await submitTo([refused(), TAKEN], OPTIM, { random: () => 1 - 1e-9 });
  assert.equal(Math.round(jittered.pauses[0]!), 375);
});

Deno.test("submit() reports a conflict that lasts as the server's refusal", async () => {
  const { outcome } = await submitTo([json({ detail: "other body" }, 409)]);
  const error = errorOf(outcome) as ApiError;
  assert.deepEqual([error.status, error.detail], [409, "other body"]);
});

for (const path of ["save_weights", "save_weights_for_sampler"]) {
  Deno.test(`submit() never repeats ${path} after a 409, and says how many attempts it took`, async () => {
    const operation = { ...OPTIM, path, type: "SaveWeights" };
    const first = await submitTo([json({ detail: "exists" }, 409)], operation);
    assert.deepEqual([(errorOf(first.outcome) as ApiError).attempts, first.seen.length], [1, 1]);
    const second = await submitTo([refused(), json({ detail: "exists" }, 409)], operation);
    assert.deepEqual([(errorOf(second.outcome) as ApiError).attempts, second.seen.length], [2, 2]);
  });
}

Deno.test("submit() leaves a 429 to a caller that asked for it", async () => {
  const { outcome, seen } = await submitTo([json({ detail: "busy" }, 429)], { ...SAMPLING, backpressure: true });
  const error = errorOf(outcome);
  assert.ok(error instanceof BackpressureError);
  assert.deepEqual([error.status, seen.length], [429, 1]);
});

Deno.test("submit() waits for an account without funds: 5 s a time, for an hour", async () => {
  const paid = await submitTo([json({ detail: "empty" }, 402), json({ detail: "empty" }, 402), TAKEN]);
  assert.equal(paid.outcome.status, "fulfilled");
  assert.deepEqual(paid.pauses, [5000, 5000]);
  const never = await submitTo([json({ detail: "empty" }, 402)]);
  assert.equal((errorOf(never.outcome) as ApiError).status, 402);
  assert.match(errorOf(never.outcome).message, /no funds/);
  assert.equal(never.pauses.reduce((total, ms) => total + ms), 3_605_000);
});

Deno.test("submit() counts a new pause for funds after a quiet spell", async () => {
  const unpaid = json({ detail: "empty" }, 402);
  const { connection, clock } = await connect({
    "client/config": [json({ billing_exception_max_pause_duration_sec: 4 })],
    optim_step: [unpaid, TAKEN, unpaid, TAKEN],
  });
  await connection.submit(OPTIM);
  clock.time += 301_000;
  await connection.submit(OPTIM);
  await connection.close();
});

Deno.test("submit() takes an empty 400 for a lost connection 16 times, then for a refusal", async () => {
  const { outcome, seen } = await submitTo([new Response(null, { status: 400 })]);
  assert.equal((errorOf(outcome) as ApiError).status, 400);
  assert.equal(seen.length, 17);
});

Deno.test("submit() does not go on without a request_id", async () => {
  const { outcome, seen } = await submitTo([json({ ok: true })]);
  assert.ok(errorOf(outcome) instanceof ConnectionError);
  assert.match(errorOf(outcome).message, /request_id/);
  assert.equal(seen.length, 1);
});

Deno.test("submit() sends bytes as protobuf and everything else as JSON", async () => {
  const binary = await submitTo([TAKEN], FORWARD);
  assert.equal(binary.seen[0]!.headers.get("content-type"), "application/x-protobuf");
  assert.deepEqual([...binary.seen[0]!.bytes], [1, 2, 3]);
  const text = await submitTo([TAKEN], { ...SAMPLING, headers: { "X-Tinker-Sampling-Backpressure": "1" } });
  assert.equal(text.seen[0]!.headers.get("content-type"), "application/json");
  assert.equal(text.seen[0]!.headers.get("x-tinker-sampling-backpressure"), "1");
});

for (const status of [400, 415, 422]) {
  Deno.test(`submit() turns to JSON after ${status} to the first protobuf body, and remembers`, async () => {
    const { connection, server } = await connect({
      forward_backward: [json({ detail: "cannot parse body" }, status), TAKEN],
      forward: [TAKEN],
    });
    const { attempts, request_id, operation } = await connection.submit(FORWARD);
    assert.deepEqual([attempts, request_id, operation], [2, "7", FORWARD]);
    await connection.submit(FORWARD);
    await connection.submit({ ...FORWARD, jsonFallbackPath: "forward" });
    assert.deepEqual(server.at("forward_backward").map(({ text }) => text.slice(0, 1)), ["\u0001", "{", "{"]);
    assert.equal(server.at("forward").length, 1);
    await connection.close();
  });
}

Deno.test("submit() reports the first refusal when JSON is refused too, and keeps to protobuf", async () => {
  const { connection, server } = await connect({
    forward_backward: [json({ detail: "bad loss" }, 422), json({ detail: "bad loss, again" }, 400), TAKEN],
  });
  await assert.rejects(connection.submit(FORWARD), (error: ApiError) => error.detail === "bad loss");
  await connection.submit(FORWARD);
  assert.equal(server.at("forward_backward").at(-1)!.text, "\u0001\u0002\u0003");
  await connection.close();
});

Deno.test("submit() does not blame protobuf for a 422 once a body has been accepted", async () => {
  const { connection, server } = await connect({ forward_backward: [TAKEN, json({ detail: "bad loss" }, 422)] });
  await connection.submit(FORWARD);
  await assert.rejects(connection.submit(FORWARD), ApiError);
  assert.equal(server.at("forward_backward").length, 2);
  await connection.close();
});

Deno.test("request() makes a single attempt where asked, and says what happened", async () => {
  const { connection, server } = await connect({ session_heartbeat: [refused(), json({ detail: "oh" }, 500)] });
  const beat = { method: "POST", path: "session_heartbeat", body: {}, retry: "none" } as const;
  await assert.rejects(connection.request(beat), ConnectionError);
  await assert.rejects(connection.request(beat), (error: ApiError) => error.status === 500);
  assert.equal(server.at("session_heartbeat").length, 2);
  await connection.close();
});

Deno.test("request() sends queries, keeps colons and slashes in ids and escapes the rest", async () => {
  const path = "training_runs/a:train:0/checkpoints/weights/x y?z";
  const { connection, server } = await connect({ "training_runs/a:train:0/checkpoints/weights/x%20y%3Fz": [json({})] });
  await connection.request({ method: "GET", path, query: { limit: 20, access_scope: "owned" } });
  assert.equal(
    server.seen.at(-1)!.url,
    "http://tinker.test/api/v1/training_runs/a:train:0/checkpoints/weights/x%20y%3Fz?limit=20&access_scope=owned",
  );
  await assert.rejects(connection.request({ method: "GET", path: "training_runs/../x" }), TypeError);
  await connection.close();
});

Deno.test("request() asks again where the answer's body was lost on the way", async () => {
  const { connection } = await connect({ create_session: [new Response(""), json({ session_id: "s" })] });
  assert.deepEqual(await connection.request({ method: "POST", path: "create_session" }), { session_id: "s" });
  await connection.close();
});

Deno.test("request() takes an answer without a body where the protocol has none", async () => {
  const { connection } = await connect({
    gone: [new Response(null, { status: 204 })],
    deleted: [new Response("ok")],
    "training_runs/a/checkpoints/weights/b/publish": [new Response("")],
    nothing: [new Response("null")],
  });
  assert.deepEqual(await connection.request({ method: "POST", path: "gone" }), {});
  assert.deepEqual(await connection.request({ method: "DELETE", path: "deleted" }), {});
  const publish = "training_runs/a/checkpoints/weights/b/publish";
  assert.deepEqual(await connection.request({ method: "POST", path: publish }), {});
  assert.deepEqual(await connection.request({ method: "GET", path: "nothing" }), {});
  await connection.close();
});
