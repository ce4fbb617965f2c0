import assert from "node:assert/strict";
import { serveTinker } from "../../lib/serving/mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { sampleRequest, TestClient, trainingRequest, wireDatum, withServer } from "./_client.ts";
import { FakeModels } from "./_fakes.ts";

const DATUM = wireDatum([1], { target_tokens: [2] });

/** Turns of the event loop until something is so. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("it did not come to pass");
}

Deno.test("there are no more models than allowed, and an unloaded one makes room", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener, maxModels: 1 }, async (client) => {
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    const second = { session_id, model_seq_id: 1, base_model: "table" };
    const full = await client.do("create_model", second);
    assert.match(full.error as string, /1 models in training, which is the most/);
    assert.equal(full.category, "user");
    assert.deepEqual(await client.do("unload_model", { model_id }), { model_id, type: "unload_model" });
    assert.equal(fakes.open, 0);
    assert.equal((await client.send("POST", "get_info", { model_id })).status, 404);
    assert.equal(await client.model(session_id, "table", 2), `${session_id}:train:2`);
  });
});

Deno.test("a model is unloaded after what was asked of it before", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
    const model_id = await client.model(await client.session(), "table");
    const gate = Promise.withResolvers<void>();
    fakes.gates.set("forwardBackward", gate.promise);
    const gradient = await client.post("forward_backward", trainingRequest(model_id, 1, [DATUM]));
    const update = await client.post("optim_step", { model_id, seq_id: 2, adam_params: {} });
    const unloading = await client.post("unload_model", { model_id });
    gate.resolve();
    await client.result(unloading);
    assert.ok((await client.result(gradient)).metrics);
    assert.ok((await client.result(update)).metrics);
  });
});

Deno.test("samples of saved weights outlast their model, as long as the session lasts", async () => {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener }, async (client, weightsDir) => {
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    const save = { model_id, seq_id: 1, sampling_session_seq_id: 0 };
    const { sampling_session_id } = await client.do("save_weights_for_sampler", save);
    await client.do("unload_model", { model_id });
    assert.ok((await client.do("asample", sampleRequest(sampling_session_id as string, 0, [1]))).sequences);
    const run = `${weightsDir}/${model_id.replaceAll(":", ".")}`;
    await Deno.stat(`${run}/ephemeral.1`);
    const finished = await client.send("POST", `sessions/${session_id}/finish`, { reason: { type: "success" } });
    assert.equal(finished.status, 200);
    await assert.rejects(Deno.stat(`${run}/ephemeral.1`), Deno.errors.NotFound);
    assert.equal(fakes.open, 0);
    assert.equal((await client.send("POST", "session_heartbeat", { session_id })).status, 410);
    const again = { session_id, model_seq_id: 1, base_model: "table" };
    assert.equal((await client.send("POST", "create_model", again)).status, 410);
  });
});

Deno.test("the models of a silent session go, those of one with heartbeats stay, and sleep is not silence", async () => {
  const fakes = new FakeModels();
  let now = 0;
  const events: string[] = [];
  await withServer({
    models: ["table"],
    open: fakes.opener,
    clock: () => now,
    limits: { sweepMs: 1 },
    onEvent: (event) => events.push(event.type),
  }, async (client) => {
    const [silent, lively] = [await client.session(), await client.session()];
    await client.model(silent, "table");
    const model_id = await client.model(lively, "table");
    // The machine sleeps for an hour.
    now += 3_600_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(fakes.open, 2);
    for (let i = 0; i < 8; i++) {
      now += 40_000;
      await client.post("session_heartbeat", { session_id: lively });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => fakes.open === 1);
    assert.equal((await client.send("GET", `sessions/${silent}`)).status, 404);
    assert.equal((await client.post("get_info", { model_id })).model_id, model_id);
    await until(() => events.includes("model_unloaded"));
    assert.deepEqual(events, ["model_created", "model_created", "model_unloaded"]);
  });
});

Deno.test("a server that closes answers those who wait, lets work finish and leaves nothing", async () => {
  await inTemporaryFolder(async (weightsDir) => {
    const fakes = new FakeModels();
    const server = await serveTinker({ models: ["table"], open: fakes.opener, weightsDir, port: 0 });
    const client = new TestClient(server);
    const session_id = await client.session();
    const model_id = await client.model(session_id, "table");
    const sampler = await client.sampler(session_id, { base_model: "table" });
    const gate = Promise.withResolvers<void>();
    fakes.gates.set("forwardBackward", gate.promise);
    const running = await client.post("forward_backward", trainingRequest(model_id, 1, [DATUM]));
    const behindGap = await client.post("optim_step", { model_id, seq_id: 3, adam_params: {} });
    const sampled = await client.post("asample", sampleRequest(sampler, 0, [1]));
    await client.result(sampled);
    const waiting = [running, behindGap].map(({ request_id }) =>
      client.send("POST", "retrieve_future", { request_id })
    );
    await until(() => fakes.calls.includes("0 forwardBackward"));
    const opening = await client.post("create_model", { session_id, model_seq_id: 1, base_model: "table" });
    assert.ok(opening.request_id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closing = server.close();
    for (const answer of await Promise.all(waiting)) {
      assert.equal(answer.status, 503);
      assert.match(answer.body.detail as string, /shutting down/);
    }
    gate.resolve();
    await closing;
    assert.equal(fakes.open, 0);
    await assert.rejects(client.send("GET", "healthz"));
  });
});

Deno.test("a model that is still being opened when the server closes is closed", async () => {
  await inTemporaryFolder(async (weightsDir) => {
    const fakes = new FakeModels();
    const gate = Promise.withResolvers<void>();
    fakes.gates.set("open", gate.promise);
    const server = await serveTinker({ models: ["table"], open: fakes.opener, weightsDir, port: 0 });
    const client = new TestClient(server);
    await client.post("create_model", { session_id: await client.session(), model_seq_id: 0, base_model: "table" });
    const closing = server.close();
    gate.resolve();
    await closing;
    assert.equal(fakes.opened.length, 1);
    assert.equal(fakes.open, 0);
  });
});
