/** Failures of operations as servers word them: which are final, and which leave an operation sound. */
import assert from "node:assert/strict";
import { Limiter } from "../../../lib/basics/mod.ts";
import type { ServiceContext } from "../../../lib/policy/tinker/_context.ts";
import { wire } from "../../../lib/policy/tinker/mod.ts";
import { TrainingClient } from "../../../lib/policy/tinker/training_client.ts";
import { ADAM, datumOf, deferred, failed, FakeConnection, outputOf, settle } from "./_fake.ts";
import { connect, json, OPTIM, run, type Seen } from "./_scripted.ts";

const DATA = [datumOf(1)];

function clientOf(connection: unknown): TrainingClient {
  const context = { connection, gradientBytes: new Limiter(1e7) } as unknown as ServiceContext;
  return new TrainingClient(context, { model_id: "m", base_model: "b", dialect: "standard" });
}

for (
  const [status, detail] of [
    [408, "Timeout when waiting for sequence ID 5."],
    [429, "Future failed: too many adapters"],
    [503, "Future failed: no worker"],
    [403, "Future failed: not yours"],
  ] as const
) {
  Deno.test(`a result of ${status} with "${detail}" is the end of the operation`, async () => {
    const { connection, server } = await connect({
      optim_step: [json({ request_id: "1" }, 202)],
      retrieve_future: [json({ detail }, status), json({ metrics: {} })],
    });
    await assert.rejects(run(connection, OPTIM), { name: "RequestFailedError", status, detail });
    assert.equal(server.at("retrieve_future").length, 1);
    await connection.close();
  });
}

Deno.test("a conflict of numbers told in a result of status 200 is made good like one of status 409", async () => {
  let expected = 1;
  let first = true;
  const client = clientOf(
    new FakeConnection({
      result: ({ body }) => {
        if (first) {
          first = false;
          throw failed("user", "bad datum");
        }
        if (body.seq_id === expected) return void expected++;
        throw failed("user", `Sequence conflict: expected ${expected}, got ${body.seq_id}.`);
      },
    }),
  );
  await assert.rejects(client.forward(DATA, "cross_entropy"), /bad datum/);
  await client.forward(DATA, "cross_entropy");
  await client.forward(DATA, "cross_entropy");
});

Deno.test("a gradient without its loss is asked for again, and then taken: another loss may have none", async () => {
  let gradients = 0;
  const { connection, server } = await connect({
    forward_backward: [json({ request_id: "1" })],
    optim_step: [json({ request_id: "2" })],
    retrieve_future: [({ text }: Seen) => {
      if (JSON.parse(text).request_id === "2") return json({ metrics: {} });
      const output = outputOf(DATA);
      return json(wire.forwardBackwardOutputToJson(gradients++ === 0 ? output : { ...output, metrics: {} }));
    }],
  });
  const client = clientOf(connection);
  await client.forwardBackward(DATA, "cross_entropy");
  const { metrics } = await client.forwardBackward(DATA, "gspo");
  assert.equal("loss:sum" in metrics, false);
  await client.optimStep(ADAM);
  const before = server.at("retrieve_future").length;
  await client.forwardBackward(DATA, "gspo");
  assert.equal(server.at("retrieve_future").length, before + 1, "once it is known, it is not asked for again");
  await connection.close();
});

Deno.test("a gradient and its step that both fail without leaving anything leave the training sound", async () => {
  const gradient = deferred();
  let refusing = true;
  const connection = new FakeConnection({
    result: ({ path, body }) => {
      if (refusing && path === "forward_backward") return gradient.promise;
      if (refusing && body.seq_id === 2) throw failed("unknown", "Sequence conflict: expected 1, got 2.", 409);
      return undefined;
    },
  });
  const client = clientOf(connection);
  const both = Promise.allSettled([client.forwardBackward(DATA, "cross_entropy"), client.optimStep(ADAM)]);
  await settle();
  gradient.reject(failed("unknown", "bad datum", 400));
  assert.deepEqual((await both).map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(client.unsound, undefined);
  refusing = false;
  await client.forwardBackward(DATA, "cross_entropy");
  await client.optimStep(ADAM);
});

Deno.test("a step behind a gradient that its caller left is not said to be without it", async () => {
  const gradient = deferred();
  const stop = new AbortController();
  const client = clientOf(
    new FakeConnection({ result: ({ path }) => path === "forward_backward" ? gradient.promise : undefined }),
  );
  const pass = client.forwardBackward(DATA, "cross_entropy", { signal: stop.signal });
  const both = Promise.allSettled([pass, client.optimStep(ADAM)]);
  await settle();
  stop.abort(new Error("stop"));
  const [, step] = await both;
  assert.match(
    String((step as PromiseRejectedResult).reason),
    /nobody knows whether with all of its gradient \(stop\)/,
  );
  assert.match(client.unsound ?? "", /nobody knows/);
});
