/** How a service ends: what it says to the server, what it has cancelled, and that it takes only so long. */
import assert from "node:assert/strict";
import type { ApiRequest } from "../../../lib/policy/tinker/connection.ts";
import { openTinker, TinkerService } from "../../../lib/policy/tinker/mod.ts";
import { json, scripted } from "./_scripted.ts";
import { deferred, failed, FakeConnection, refused, type Script, settle } from "./_fake.ts";

const OPTIONS = { params: { max_tokens: 4, seed: 1, stop: [2], temperature: 1, top_k: -1, top_p: 1 } };
const never = new Promise<never>(() => {});

const sent = ({ requests }: FakeConnection, path: string) => requests.filter((request) => request.path === path);
const finished = (fake: FakeConnection) => sent(fake, "sessions/s/finish").map(({ body }) => body);
const cancelled = (fake: FakeConnection) =>
  sent(fake, "cancel_future").map(({ body }) => (body as { request_id: string }).request_id);

function open(script: Script = {}): { fake: FakeConnection; service: TinkerService } {
  const fake = new FakeConnection(script);
  return { fake, service: new TinkerService(fake, { closeTimeoutMs: 100 }) };
}

/** Answers a request in a way of its own. */
function when(path: string, answer: (request: ApiRequest) => unknown): NonNullable<Script["request"]> {
  return (request) => (request.path === path ? answer(request) : undefined) as never;
}

Deno.test("a session is finished as a success, after its models are freed, and once", async () => {
  const { fake, service } = open();
  await service.createTrainingClient({ base_model: "m" });
  await Promise.all([service.close(), service.close()]);
  assert.deepEqual(finished(fake), [{ reason: { type: "success" }, detail: null }]);
  assert.equal(fake.log.at(-1), "done unload_model");
});

Deno.test("without a session there is nothing to finish", async () => {
  const { fake, service } = open();
  await service.rest.checkpoints("r");
  await service.close();
  assert.deepEqual(finished(fake), []);
});

Deno.test("the end of a session is what its owner says", async () => {
  const { fake, service } = open();
  await service.createTrainingClient({ base_model: "m" });
  await service.close({ type: "errored", detail: "x".repeat(2000) });
  assert.deepEqual(finished(fake), [{ reason: { type: "errored" }, detail: "x".repeat(500) }]);
});

Deno.test("a model that cannot be trained on, or a sample that failed, makes an end in error; a caller who left, an interrupted one", async () => {
  const fails: Script = {
    result: ({ path }) => {
      if (path === "optim_step") throw failed("server", "lost");
      if (path === "asample") throw failed("user", "too long");
    },
  };
  const ends: unknown[] = [];
  const use = async (work: (service: TinkerService) => Promise<void>, script = fails) => {
    const { fake, service } = open(script);
    await work(service);
    await service.close();
    const [end] = finished(fake) as { reason: { type: string }; detail: string | null }[];
    ends.push([end!.reason.type, /lost|too long/.exec(end!.detail ?? "")?.[0]]);
  };
  await use(async (service) => {
    const client = await service.createTrainingClient({ base_model: "m" });
    const adam = { learning_rate: 1, beta1: 0, beta2: 0, eps: 1, weight_decay: 0, grad_clip_norm: 0 };
    await assert.rejects(client.optimStep(adam));
  });
  await use(async (service) => {
    const sampler = await service.createSamplingClient({ base_model: "m" });
    await assert.rejects(sampler.sample([1], OPTIONS), /too long/);
  });
  await use(async (service) => {
    const sampler = await service.createSamplingClient({ base_model: "m" });
    const stop = AbortSignal.abort(new Error("enough"));
    await assert.rejects(sampler.sample([1], { ...OPTIONS, signal: stop }), /enough/);
  });
  assert.deepEqual(ends, [["errored", "lost"], ["errored", "too long"], ["interrupted", undefined]]);
});

Deno.test("a server that knows no end keeps nobody from closing", async () => {
  const answer = () => Promise.reject(refused(404, "no such call"));
  const { fake, service } = open({ request: when("sessions/s/finish", answer) });
  await service.createTrainingClient({ base_model: "m" });
  await service.close();
  assert.equal(finished(fake).length, 1);
});

Deno.test("a server that answers nothing any more is waited for only so long", async () => {
  const server = scripted({
    create_session: [json({ session_id: "s" })],
    create_sampling_session: [json({ sampling_session_id: "s:sample:0" })],
    create_model: [json({ request_id: "1" })],
    asample: [json({ request_id: "2" })],
    retrieve_future: [json({ model_id: "s:train:0" }), "hang"],
    ...{ unload_model: ["hang"], "client/dynamic_config": ["hang"], "sessions/s/finish": ["hang"] },
  });
  const where = { baseUrl: "http://tinker.test", env: () => undefined, fetch: server.fetch };
  const service = await openTinker({ ...where, closeTimeoutMs: 60 });
  await service.createTrainingClient({ base_model: "m" });
  const sampler = await service.createSamplingClient({ base_model: "m" });
  const stop = new AbortController();
  const drawn = sampler.sample([1], { ...OPTIONS, signal: stop.signal });
  while (server.at("retrieve_future").length < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  stop.abort(new Error("enough"));
  await assert.rejects(drawn, /enough/);
  await service.close();
  for (const path of ["unload_model", "client/dynamic_config", "sessions/s/finish"]) {
    assert.equal(server.at(path).length, 1, path);
  }
});

Deno.test("a server that has ended the session is sent no more signs of life, and the user is told", async () => {
  const said: string[] = [];
  let beats = 0;
  const request = when("session_heartbeat", () => {
    beats++;
    throw refused(410, "finished");
  });
  const clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) =>
      signal?.aborted ? Promise.reject(signal.reason) : new Promise<void>((resolve) => setTimeout(resolve, 0)),
  };
  const service = new TinkerService(new FakeConnection({ request }), {
    clock,
    onMessage: ({ text }) => said.push(text),
  });
  await service.createTrainingClient({ base_model: "m" });
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(beats, 1);
  assert.deepEqual(said, ["http://fake.test/ has ended the session"]);
  await service.close();
});

Deno.test("samples whose caller has left are cancelled on the server once they were accepted, 16 at a time", async () => {
  const answers = deferred<void>();
  let [now, most] = [0, 0];
  const request: NonNullable<Script["request"]> = async ({ path }) => {
    if (path !== "cancel_future") return undefined as never;
    most = Math.max(most, ++now);
    await answers.promise;
    now--;
    return {};
  };
  const { fake, service } = open({ request, result: ({ path }) => path === "asample" ? never : undefined });
  const sampler = await service.createSamplingClient({ base_model: "m" });
  const stop = new AbortController();
  const drawn = Array.from({ length: 40 }, () => sampler.sample([1], { ...OPTIONS, signal: stop.signal }));
  while (fake.log.filter((line) => line.startsWith("took asample")).length < 40) await settle();
  stop.abort(new Error("enough"));
  const outcomes = await Promise.allSettled(drawn);
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  await settle();
  assert.equal(cancelled(fake).length, 16);
  answers.resolve();
  await service.close();
  assert.deepEqual(cancelled(fake).sort(), Array.from({ length: 40 }, (_, i) => String(i)).sort());
  assert.equal(most, 16);
});

Deno.test("nothing is cancelled that was answered, never accepted, or that the server does not want to hear of", async () => {
  const leave = async (script: Script, accepted: boolean) => {
    const { fake, service } = open(script);
    const sampler = await service.createSamplingClient({ base_model: "m" });
    const stop = new AbortController();
    const drawn = sampler.sample([1], { ...OPTIONS, signal: stop.signal }).catch(() => {});
    await settle();
    assert.equal(fake.log.some((line) => line.startsWith("took asample")), accepted);
    stop.abort(new Error("enough"));
    await drawn;
    await service.close();
    return cancelled(fake).length;
  };
  const pending: Script["result"] = ({ path }) => path === "asample" ? never : undefined;
  const unwanted = when("client/dynamic_config", () => ({ sample_cancel_enabled: false }));
  assert.equal(await leave({}, true), 0);
  assert.equal(await leave({ accept: ({ path }) => path === "asample" ? never : undefined }, false), 0);
  assert.equal(await leave({ result: pending, request: unwanted }, true), 0);
  assert.equal(await leave({ result: pending }, true), 1);
});

Deno.test("a server that knows no cancelling is asked no more than the few at once", async () => {
  const request = when("cancel_future", () => {
    throw refused(404, "no such call");
  });
  const { fake, service } = open({ request, result: ({ path }) => path === "asample" ? never : undefined });
  const sampler = await service.createSamplingClient({ base_model: "m" });
  const stop = new AbortController();
  const drawn = Array.from({ length: 60 }, () => sampler.sample([1], { ...OPTIONS, signal: stop.signal }));
  while (fake.log.filter((line) => line.startsWith("took asample")).length < 60) await settle();
  stop.abort(new Error("enough"));
  await Promise.allSettled(drawn);
  await service.close();
  assert.ok(cancelled(fake).length <= 16, String(cancelled(fake).length));
});

Deno.test("what a server can do is read past entries that are none, with what can be done with each", async () => {
  const supported_models = [
    null,
    "m",
    { model_name: "a", max_context_length: 9, trainable: false, sampleable: true },
    { model_name: 3, trainable: null },
  ];
  const { service } = open({ request: when("get_server_capabilities", () => ({ supported_models })) });
  assert.deepEqual(await service.capabilities(), [
    { model_name: "a", max_context_length: 9, trainable: false, sampleable: true },
    {},
  ]);
  await service.close();
});
