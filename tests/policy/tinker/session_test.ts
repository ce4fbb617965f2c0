/** Sessions on a fake server: when they are made, what is counted in them, how they are kept alive. */
import assert from "node:assert/strict";
import { openTinker, SDK_VERSION, type ServiceMessage, TinkerService } from "../../../lib/policy/tinker/mod.ts";
import { FakeConnection, ManualClock, type Script } from "./_fake.ts";

async function withService(
  script: Script,
  body: (
    tools: { service: TinkerService; fake: FakeConnection; clock: ManualClock; messages: ServiceMessage[] },
  ) => Promise<void>,
): Promise<void> {
  const fake = new FakeConnection(script);
  const clock = new ManualClock();
  const messages: ServiceMessage[] = [];
  const service = new TinkerService(fake, {
    clock,
    tags: ["a"],
    project_id: "p",
    onMessage: (message) => messages.push(message),
  });
  try {
    await body({ service, fake, clock, messages });
  } finally {
    await service.close();
  }
}

const paths = ({ requests }: FakeConnection) => requests.map(({ path }) => path);

Deno.test("a session is made when it is first needed, once, and not for looking after checkpoints", async () => {
  await withService({}, async ({ service, fake }) => {
    await service.rest.checkpoints("run");
    await service.capabilities();
    assert.ok(!paths(fake).includes("create_session"));
    await Promise.all([
      service.createTrainingClient({ base_model: "m", rank: 8, seed: 3, train_mlp: false }),
      service.createSamplingClient({ base_model: "m" }),
      service.createSamplingClient({ model_path: "tinker://r/sampler_weights/a" }),
    ]);
    const [session, ...rest] = fake.requests.filter(({ path }) => path.startsWith("create_"));
    const sent = session!.body as Record<string, unknown>;
    assert.deepEqual([sent.tags, sent.project_id, sent.sdk_version], [["a"], "p", SDK_VERSION]);
    assert.deepEqual(rest.map(({ body }) => body), [
      { session_id: "s", sampling_session_seq_id: 0, base_model: "m", type: "create_sampling_session" },
      {
        ...{ session_id: "s", sampling_session_seq_id: 1 },
        ...{ model_path: "tinker://r/sampler_weights/a", type: "create_sampling_session" },
      },
    ]);
    const made = fake.seen.find(({ path }) => path === "create_model")!.body;
    assert.equal(made.model_seq_id, 0);
    assert.deepEqual({ ...made.lora_config }, {
      ...{ rank: 8, seed: 3 },
      ...{ train_unembed: true, train_mlp: false, train_attn: true },
    });
  });
});

Deno.test("models and samplers are counted apart, unnamed samplers of a model among the samplers", async () => {
  await withService({}, async ({ service, fake }) => {
    const client = await service.createTrainingClient({ base_model: "m" });
    await service.createTrainingClient({ base_model: "m" });
    await service.createSamplingClient({ base_model: "m" });
    const sampler = await client.saveWeightsAndGetSamplingClient();
    assert.equal(sampler.sampling_session_id, "s:sample:1");
    const models = fake.seen.filter(({ path }) => path === "create_model").map(({ body }) => body.model_seq_id);
    assert.deepEqual(models, [0, 1]);
  });
});

Deno.test("a session that could not be made is tried again at the next call", async () => {
  let failures = 1;
  const request: Script["request"] = ({ path }) => {
    if (path === "create_session" && failures-- > 0) throw new TypeError("no server");
    return undefined as never;
  };
  await withService({ request }, async ({ service }) => {
    await assert.rejects(service.createTrainingClient({ base_model: "m" }), /no server/);
    await service.createTrainingClient({ base_model: "m" });
  });
});

Deno.test("what the server says about the session is passed on", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "create_session"
      ? { session_id: "s", warning_message: "old version", info_message: "" }
      : undefined as never;
  await withService({ request }, async ({ service, messages }) => {
    await service.createTrainingClient({ base_model: "m" });
    assert.deepEqual(messages, [{ severity: "warning", text: "old version" }]);
  });
});

Deno.test("the heart beats every ten seconds, and a long silence is reported once, as is its end", async () => {
  let silent = false;
  const request: Script["request"] = ({ path }) => {
    if (path === "session_heartbeat" && silent) throw new TypeError("refused");
    return undefined as never;
  };
  await withService({ request }, async ({ service, fake, clock, messages }) => {
    await service.createTrainingClient({ base_model: "m" });
    const beats = () => paths(fake).filter((path) => path === "session_heartbeat").length;
    await clock.advance(35_000);
    assert.equal(beats(), 3);
    silent = true;
    await clock.advance(110_000);
    assert.equal(messages.length, 0);
    await clock.advance(60_000);
    assert.equal(messages.length, 1);
    assert.match(messages[0]!.text, /not answered a heartbeat for 1\d\d s \(refused\)/);
    silent = false;
    await clock.advance(20_000);
    assert.deepEqual(messages.map(({ severity }) => severity), ["warning", "info"]);
    await service.close();
    const before = beats();
    await clock.advance(60_000);
    assert.equal(beats(), before);
  });
});

Deno.test("a model is made from a saved state as its first operation, as the state says it was", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "weights_info" ? { base_model: "m", is_lora: true, lora_rank: 4, train_attn: false } : undefined as never;
  await withService({ request }, async ({ service, fake }) => {
    const client = await service.createTrainingClientFromState("tinker://r/weights/a", { optimizer: true });
    assert.equal(client.model.base_model, "m");
    const [made, loaded] = fake.seen.map(({ body }) => body);
    assert.equal(made.lora_config.rank, 4);
    assert.equal(made.lora_config.train_attn, false);
    assert.deepEqual(
      [loaded.type, loaded.seq_id, loaded.path, loaded.optimizer],
      ["load_weights", 1, "tinker://r/weights/a", true],
    );
  });
});

Deno.test("a server that makes models of states gets one request for it", async () => {
  const script: Script = {
    config: { create_model_via_load_weights: true },
    request: ({ path }) => path === "weights_info" ? { base_model: "m" } : undefined as never,
    result: ({ path }) => path === "load_weights" ? { model_id: "s:train:0" } : undefined,
  };
  await withService(script, async ({ service, fake }) => {
    const client = await service.createTrainingClientFromState("tinker://r/weights/a", { optimizer: false });
    assert.deepEqual(fake.seen.map(({ path }) => path), ["load_weights"]);
    assert.ok(client.untouched);
  });
});

Deno.test("a model whose state cannot be loaded is freed again", async () => {
  const script: Script = {
    request: ({ path }) => path === "weights_info" ? { base_model: "m" } : undefined as never,
    result: ({ path }) => {
      if (path === "load_weights") throw new TypeError("damaged");
    },
  };
  await withService(script, async ({ service, fake }) => {
    const making = service.createTrainingClientFromState("tinker://r/weights/a", { optimizer: false });
    await assert.rejects(making, /damaged/);
    assert.deepEqual(fake.seen.map(({ path }) => path), ["create_model", "load_weights", "unload_model"]);
  });
});

Deno.test("tags and project come from the environment unless they are given", async () => {
  const variables: Record<string, string> = { TINKER_TAGS: "night, gsm8k,", TINKER_PROJECT_ID: "p1" };
  const sent: Record<string, unknown>[] = [];
  const answer = (url: string, body: string) => {
    if (url.endsWith("/create_session")) sent.push(JSON.parse(body));
    return Response.json({ session_id: "s", sampling_session_id: "s:sample:0" });
  };
  for (const given of [{}, { tags: ["mine"], project_id: "p2" }]) {
    const service = await openTinker({
      ...{ baseUrl: "http://server.test", env: (name: string) => variables[name], ...given },
      fetch: (url, init) => Promise.resolve(answer(String(url), String(init?.body))),
    });
    await service.createSamplingClient({ base_model: "m" });
    await service.close();
  }
  assert.deepEqual(sent.map(({ tags, project_id }) => [tags, project_id]), [[["night", "gsm8k"], "p1"], [
    ["mine"],
    "p2",
  ]]);
});
