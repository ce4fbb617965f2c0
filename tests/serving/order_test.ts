import assert from "node:assert/strict";
import { trainingRequest, wireDatum, withServer } from "./_client.ts";
import { FakeModels } from "./_fakes.ts";

const ADAM = { learning_rate: 0.5 };
const DATUM = wireDatum([1, 2], { target_tokens: [2, 3] });

Deno.test("operations are done by number, in whatever order they arrive", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
    const model_id = await client.model(await client.session(), "table");
    const update = await client.post("optim_step", { model_id, seq_id: 4, adam_params: ADAM });
    const parts = [3, 2, 1].map((seq) => client.post("forward_backward", trainingRequest(model_id, seq, [DATUM])));
    await client.result(update);
    for (const part of parts) await client.result(await part);
    assert.deepEqual(fakes.calls, ["0 forwardBackward", "0 forwardBackward", "0 forwardBackward", "0 optimStep"]);
  });
});

Deno.test("an operation behind a gap is pending until the gap is filled", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener, limits: { holdMs: 5 } }, async (client) => {
    const model_id = await client.model(await client.session(), "table");
    const { request_id } = await client.post("optim_step", { model_id, seq_id: 2, adam_params: ADAM });
    const pending = await client.send("POST", "retrieve_future", { request_id });
    assert.equal(pending.status, 408);
    assert.deepEqual(pending.body, { type: "try_again", request_id, queue_state: "active" });
    await client.post("forward_backward", trainingRequest(model_id, 1, [DATUM]));
    assert.ok((await client.result({ request_id })).metrics);
  });
});

Deno.test("a request sent again is not done again, and gives the same result", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    assert.equal(await client.model(session_id, "table"), model_id);
    const [a, b] = await Promise.all(
      [0, 1].map(() => client.post("forward_backward", trainingRequest(model_id, 1, [DATUM]))),
    );
    assert.deepEqual(a, b);
    const step = { model_id, seq_id: 2, adam_params: ADAM };
    const results: unknown[] = [];
    for (let i = 0; i < 3; i++) results.push(await client.do("optim_step", step));
    // The keys of an object in another order are the same request.
    results.push(await client.do("optim_step", { adam_params: ADAM, seq_id: 2, model_id }));
    assert.deepEqual(results, results.map(() => results[0]));
    assert.deepEqual(fakes.calls, ["0 forwardBackward", "0 optimStep"]);
    assert.deepEqual(fakes.opened, ["table"]);
  });
});

Deno.test("another request with the number of one before is a conflict", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    await client.do("optim_step", { model_id, seq_id: 1, adam_params: ADAM });
    const other = await client.send("POST", "optim_step", { model_id, seq_id: 1, adam_params: { learning_rate: 1 } });
    assert.equal(other.status, 409);
    assert.match(other.body.detail as string, /another body/);
    const save = await client.send("POST", "save_weights", { model_id, seq_id: 1, path: "a" });
    assert.equal(save.status, 409);
    const model = { session_id, model_seq_id: 0, base_model: "table", lora_config: { rank: 4 } };
    assert.equal((await client.send("POST", "create_model", model)).status, 409);
  });
});

Deno.test("a number whose result is no longer kept is refused and not done again", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener, limits: { maxKept: 0 } }, async (client) => {
    const model_id = await client.model(await client.session(), "table");
    await client.do("optim_step", { model_id, seq_id: 1, adam_params: ADAM });
    await client.do("optim_step", { model_id, seq_id: 2, adam_params: ADAM });
    const again = await client.send("POST", "optim_step", { model_id, seq_id: 1, adam_params: ADAM });
    assert.equal(again.status, 422);
    assert.match(again.body.detail as string, /done before/);
    assert.deepEqual(fakes.calls, ["0 optimStep", "0 optimStep"]);
  });
});

Deno.test("what waits behind a missing number is bounded in bytes, and the missing one is always taken", async () => {
  const fakes = new FakeModels();
  const limits = { maxWaitingBytes: 1000 };
  await withServer({ models: ["table"], open: fakes.opener, limits }, async (client) => {
    const session = await client.session();
    const [model_id, other] = [await client.model(session, "table"), await client.model(session, "table", 1)];
    const send = (id: string, seq: number) =>
      client.send("POST", "forward_backward", trainingRequest(id, seq, Array(3).fill(DATUM)));
    const statuses = [];
    for (const seq of [2, 3, 4]) statuses.push((await send(model_id, seq)).status);
    assert.deepEqual(statuses, [200, 429, 429]);
    assert.equal((await send(other, 2)).status, 429);
    const first = await send(model_id, 1);
    assert.equal(first.status, 200);
    await client.result(first.body);
    await client.result({ request_id: `${model_id}:2` });
    assert.equal((await send(other, 2)).status, 200);
  });
});

Deno.test("clients at the same time do not disturb each other", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
    const losses = await Promise.all([0, 1, 2, 3].map(async () => {
      const model_id = await client.model(await client.session(), "table");
      const all = [];
      for (let seq = 1; seq <= 10; seq += 2) {
        const gradient = client.do("forward_backward", trainingRequest(model_id, seq, [DATUM]));
        await client.do("optim_step", { model_id, seq_id: seq + 1, adam_params: ADAM });
        all.push(((await gradient).metrics as Record<string, number>)["loss:sum"]);
      }
      return all;
    }));
    assert.deepEqual(losses, losses.map(() => losses[0]));
    assert.equal(new Set(losses[0]).size, 5);
  });
});
