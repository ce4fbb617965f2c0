import assert from "node:assert/strict";
import { ApiError, ConnectionError, CredentialError, RequestFailedError } from "../../../lib/policy/tinker/errors.ts";
import type { Operation, ResultKind } from "../../../lib/policy/tinker/connection.ts";
import {
  type Act,
  connect,
  FORWARD,
  hex,
  json,
  OPTIM,
  protobuf,
  refused,
  run,
  SAMPLE,
  SAMPLING,
  type scripted,
} from "./_scripted.ts";

const TRY_AGAIN = json({ type: "try_again", request_id: "7", queue_state: "active" });
const DONE = json({ metrics: { "loss:sum": 1 } });

/** Submits an operation and follows its result on a server that answers polls like this. */
async function poll(
  acts: readonly Act[],
  operation: Operation<ResultKind> = OPTIM,
  options: Parameters<typeof connect>[1] = {},
): Promise<{
  readonly outcome: PromiseSettledResult<unknown>;
  readonly polls: ReturnType<typeof scripted>["seen"];
  readonly seen: ReturnType<typeof scripted>["seen"];
  readonly pauses: readonly number[];
}> {
  const script = { [operation.path]: [json({ request_id: "7" }), json({ request_id: "8" })], retrieve_future: acts };
  const { connection, server, clock } = await connect(script, options);
  const [outcome] = await Promise.allSettled([run(connection, operation)]);
  assert.equal(connection.waiting().state, "active");
  await connection.close();
  return { outcome, polls: server.at("retrieve_future"), seen: server.seen, pauses: clock.pauses };
}

/** The error of an outcome that has to be one. */
function errorOf(outcome: PromiseSettledResult<unknown>): Error {
  assert.equal(outcome.status, "rejected");
  return (outcome as PromiseRejectedResult).reason;
}

/** The result of an outcome that has to be one. */
function valueOf(outcome: PromiseSettledResult<unknown>): unknown {
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

Deno.test("result() asks for protobuf where there is one, names the operation, and allows a size first", async () => {
  const { outcome, polls } = await poll([protobuf(SAMPLE)], SAMPLING);
  const { sequences } = valueOf(outcome) as { sequences: { tokens: number[]; logprobs: number[] }[] };
  assert.deepEqual([sequences[0]!.tokens, sequences[0]!.logprobs], [[11, 12], [-0.5, -0.25]]);
  assert.equal(polls[0]!.headers.get("accept"), "application/x-protobuf");
  assert.equal(polls[0]!.headers.get("x-tinker-request-type"), "Sample");
  assert.deepEqual(JSON.parse(polls[0]!.text), { request_id: "7", allow_metadata_only: true });
});

Deno.test("result() reads a sample and a forward_backward that come as JSON", async () => {
  const sequences = [{ stop_reason: "stop", tokens: [3], logprobs: [-1] }];
  const sampled = await poll([json({ type: "sample", sequences, prompt_logprobs: null })], SAMPLING);
  assert.deepEqual((valueOf(sampled.outcome) as { sequences: unknown }).sequences, sequences);
  const logprobs = { data: [-1, -2], dtype: "float32", shape: [2] };
  const output = { loss_fn_output_type: "scalar", loss_fn_outputs: [{ logprobs }], metrics: {} };
  const trained = await poll([json(output)], FORWARD);
  assert.equal((valueOf(trained.outcome) as { loss_fn_outputs: unknown[] }).loss_fn_outputs.length, 1);
});

Deno.test("result() reads a forward_backward that comes as protobuf", async () => {
  const bytes = hex(
    "0a0d783a41727261795265636f726412510a0d783a41727261795265636f7264123e0a086c6f6770726f627312320a14000080bf000000c0000040c0000080c00000a0c0121800000000000000000c000000000000001400000000000000180118021a130a086c6f73733a73756d110000000000002e40",
  );
  const { outcome } = await poll([protobuf(bytes)], FORWARD);
  assert.deepEqual((valueOf(outcome) as { metrics: unknown }).metrics, { "loss:sum": 15 });
});

Deno.test("result() asks again while the result is pending, however long, with a pause after quick answers", async () => {
  const slow: Act = () => (clock.time += 30_000, json({ queue_state: "paused_capacity" }, 408));
  const { connection, clock } = await connect({
    optim_step: [json({ request_id: "7" })],
    retrieve_future: [TRY_AGAIN, json({}, 408), new Response("later", { status: 408 }), ...Array(50).fill(slow), DONE],
  });
  assert.deepEqual(await run(connection, OPTIM), { metrics: { "loss:sum": 1 } });
  assert.deepEqual(clock.pauses, [100, 100, 100]);
  await connection.close();
});

Deno.test("result() says in waiting() what the server makes it wait for, and for how long", async () => {
  const states: unknown[] = [];
  const pausedFor = (queue_state: string, seconds: number): Act => () => {
    clock.time += seconds * 1000;
    states.push(connection.waiting().state);
    return json({ queue_state, queue_state_reason: `because\n${queue_state}` }, 408);
  };
  const { connection, clock } = await connect({
    optim_step: [json({ request_id: "7" })],
    retrieve_future: [
      pausedFor("paused_capacity", 5),
      pausedFor("paused_rate_limit", 20),
      pausedFor("something_new", 7),
      () => (states.push(connection.waiting()), DONE),
    ],
  });
  await run(connection, OPTIM);
  const seconds = { paused_capacity: 20, paused_rate_limit: 7 };
  assert.deepEqual(states, ["active", "paused_capacity", "paused_rate_limit", { state: "active", seconds }]);
  assert.deepEqual(connection.waiting(), { state: "active", seconds });
  await connection.close();
});

Deno.test("result() fetches the payload after its size was told, within the bytes that may be on their way", async () => {
  const metadata = json({ status: "complete_metadata", request_id: "7", response_payload_size: 2 ** 20 });
  let under = 0;
  let most = 0;
  const payload: Act = async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, 1));
    under--;
    return protobuf(SAMPLE);
  };
  const answer: Act = ({ text }) =>
    JSON.parse(text).allow_metadata_only ? metadata.clone() : (payload as () => Promise<Response>)();
  const { connection } = await connect({
    "client/config": [json({ inflight_response_bytes_semaphore_size: 2.5 * 2 ** 20 })],
    asample: [json({ request_id: "7" })],
    retrieve_future: [answer],
  });
  await Promise.all(Array.from({ length: 9 }, () => run(connection, SAMPLING)));
  assert.equal(most, 2);
  await connection.close();
});

Deno.test("result() throws the operation's own failure, with whose fault it is", async () => {
  for (
    const [said, category] of [["USER", "user"], ["server", "server"], ["moon", "unknown"], [undefined, "unknown"]]
  ) {
    const { outcome, polls } = await poll([json({ error: "sequence too long", category: said })]);
    const error = errorOf(outcome) as RequestFailedError;
    assert.ok(error instanceof RequestFailedError);
    assert.deepEqual([error.category, error.detail, error.status, polls.length], [
      category,
      "sequence too long",
      200,
      1,
    ]);
    assert.match(error.message, /OptimStep failed at http:\/\/tinker\.test: sequence too long/);
  }
});

for (
  const [status, body] of [[400, "no such model"], [409, "expected 3, got 2"], [413, "big"], [
    422,
    "Future failed: x",
  ]] as const
) {
  Deno.test(`result() takes an explained ${status} for the operation's failure`, async () => {
    const { outcome, polls } = await poll([json({ detail: body }, status)]);
    const error = errorOf(outcome) as RequestFailedError;
    assert.ok(error instanceof RequestFailedError);
    assert.deepEqual([error.status, error.detail, polls.length], [status, body, 1]);
  });
}

Deno.test("result() asks three times more after a 400 that explains nothing", async () => {
  const page = new Response("<html><title>Bad gateway thing</title></html>", { status: 400 });
  const lucky = await poll([page, page, page, DONE]);
  assert.equal(lucky.outcome.status, "fulfilled");
  const never = await poll([page]);
  assert.ok(errorOf(never.outcome) instanceof RequestFailedError);
  assert.deepEqual([never.polls.length, (errorOf(never.outcome) as ApiError).detail], [4, "Bad gateway thing"]);
});

Deno.test("result() takes an empty 400 for a lost connection", async () => {
  const { outcome, pauses } = await poll([new Response(null, { status: 400 }), DONE]);
  assert.equal(outcome.status, "fulfilled");
  assert.deepEqual(pauses, [500]);
});

for (const status of [401, 403]) {
  Deno.test(`result() turns ${status} into one sentence about the key`, async () => {
    const { outcome, polls } = await poll([json({ detail: "no" }, status)]);
    assert.ok(errorOf(outcome) instanceof CredentialError);
    assert.equal(polls.length, 1);
  });
}

Deno.test("result() says that the server does not know a request any more", async () => {
  const { outcome, polls } = await poll([json({ detail: "not found" }, 404)]);
  const error = errorOf(outcome) as ApiError;
  assert.ok(error instanceof ApiError && !(error instanceof RequestFailedError));
  assert.match(error.message, /does not know the request 7 .*was the server restarted\?/);
  assert.deepEqual([error.status, polls.length], [404, 1]);
});

Deno.test("result() waits for an account without funds", async () => {
  const { outcome, pauses } = await poll([json({ detail: "empty" }, 402), json({ detail: "empty" }, 402), DONE]);
  assert.equal(outcome.status, "fulfilled");
  assert.deepEqual(pauses, [5000, 5000]);
});

Deno.test("result() submits the same operation again after 410 and follows the new request", async () => {
  const { outcome, seen } = await poll([json({}, 410), DONE]);
  assert.equal(outcome.status, "fulfilled");
  const trail = seen.slice(1).map(({ path, text }) => [path, JSON.parse(text).request_id]);
  assert.deepEqual(trail, [
    ["optim_step", undefined],
    ["retrieve_future", "7"],
    ["optim_step", undefined],
    ["retrieve_future", "8"],
  ]);
  assert.equal(seen[1]!.text, seen[3]!.text);
});

Deno.test("result() does not submit for ever", async () => {
  const { outcome, seen } = await poll([json({ detail: "gone" }, 410)]);
  assert.equal((errorOf(outcome) as ApiError).status, 410);
  assert.equal(seen.filter(({ path }) => path === "optim_step").length, 9);
});

Deno.test("result() waits a busy server out when it submits again, whatever its caller does about 429", async () => {
  const { connection, server } = await connect({
    asample: [json({ request_id: "7" }), json({}, 429), json({ request_id: "8" })],
    retrieve_future: [json({}, 410), protobuf(SAMPLE)],
  });
  await run(connection, { ...SAMPLING, backpressure: true });
  assert.equal(server.at("asample").length, 3);
  await connection.close();
});

Deno.test("result() never gives up on 429 and 425, with pauses up to 30 s", async () => {
  for (const status of [425, 429]) {
    const { outcome, pauses } = await poll([...Array(40).fill(json({}, status)), DONE]);
    assert.equal(outcome.status, "fulfilled");
    assert.deepEqual(pauses.slice(0, 8), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  }
});

for (
  const [what, act, words] of [
    ["a server that is gone", refused(), /Connection refused/],
    ["a server that breaks", json({ detail: "boom" }, 500), /status 500: boom/],
    ["answers that are no JSON", new Response("<html>"), /no JSON/],
    ["damaged protobuf", protobuf(SAMPLE.subarray(0, 20)), /because: /],
    ["empty answers", new Response(""), /empty/],
  ] as const
) {
  Deno.test(`result() gives up after 300 s of ${what}, and says so`, async () => {
    const { outcome, pauses } = await poll([act], SAMPLING);
    assert.ok(errorOf(outcome) instanceof ConnectionError);
    assert.match(
      errorOf(outcome).message,
      /the result of Sample at http:\/\/tinker\.test failed in \d+ attempts over 300 s/,
    );
    assert.match(errorOf(outcome).message, words);
    assert.equal(pauses.reduce((total, ms) => total + ms), 300_000);
  });
  Deno.test(`result() gets over ${what} that lasts a while, and then counts anew`, async () => {
    const rounds = [...Array(8).fill(act), TRY_AGAIN];
    const { outcome } = await poll([...rounds, ...rounds, ...rounds, ...rounds, protobuf(SAMPLE)], SAMPLING);
    assert.equal(outcome.status, "fulfilled");
  });
}

Deno.test("result() soon gives up on a server whose results are of another shape", async () => {
  const { outcome, polls } = await poll([json({ sequences: "none" })], SAMPLING);
  assert.ok(errorOf(outcome) instanceof ConnectionError);
  assert.equal(polls.length, 4);
});

Deno.test("result() takes a poll that hangs for pending while the server shows any sign of life", async () => {
  const limits = { pollTimeoutMs: 5, probeTimeoutMs: 5, giveUpAfterMs: 20 };
  const { connection, server } = await connect({
    optim_step: [json({ request_id: "7" })],
    retrieve_future: [...Array(12).fill("hang"), DONE],
    healthz: [json({ status: "ok" }), json({}, 404)],
  }, { limits });
  assert.deepEqual(await run(connection, OPTIM), { metrics: { "loss:sum": 1 } });
  assert.equal(server.at("healthz").length, 12);
  await connection.close();
});

Deno.test("result() gives up on a server that lets everything hang", async () => {
  const limits = { pollTimeoutMs: 2, probeTimeoutMs: 2 };
  const { outcome } = await poll(["hang"], OPTIM, { limits });
  assert.ok(errorOf(outcome) instanceof ConnectionError);
  assert.match(errorOf(outcome).message, /over 300 s, .*no answer within 0\.002 s/);
});

Deno.test("result() shares one question about life among all polls that hang", async () => {
  const answer: Act = async ({ text }) => {
    const { request_id } = JSON.parse(text);
    if (hung.has(request_id)) return DONE.clone();
    hung.add(request_id);
    await new Promise(() => {});
    throw new Error("never");
  };
  const hung = new Set<string>();
  let id = 0;
  const { connection, server } = await connect({
    optim_step: [() => json({ request_id: String(id++) })],
    retrieve_future: [answer],
    healthz: [json({})],
  }, { limits: { pollTimeoutMs: 20 } });
  await Promise.all(Array.from({ length: 50 }, () => run(connection, OPTIM)));
  assert.ok(server.at("healthz").length <= 2);
  await connection.close();
});

Deno.test("result() asks again for a result that can be read and lacks a part, and says so when that does not help", async () => {
  const operation: Operation<"sample"> = {
    ...SAMPLING,
    flaw: ({ sequences }) => sequences.length === 1 ? undefined : `it has ${sequences.length} completions of 1`,
  };
  // No bytes are a whole message with nothing in it.
  const nothing = protobuf(new Uint8Array());
  const again = await poll([nothing, nothing, protobuf(SAMPLE)], operation);
  assert.equal((valueOf(again.outcome) as { sequences: unknown[] }).sequences.length, 1);
  const never = await poll([nothing], operation);
  assert.equal(never.polls.length, 4);
  assert.match(errorOf(never.outcome).message, /^the result of Sample from \S+ is not .*: it has 0 completions of 1/);
  assert.ok(errorOf(never.outcome) instanceof ConnectionError);
});
