import assert from "node:assert/strict";
import {
  type Answer,
  type Json,
  sampleRequest,
  type TestClient,
  trainingRequest,
  wireDatum,
  withServer,
} from "./_client.ts";
import { CONTEXT, FakeModels, STOP, VOCAB } from "./_fakes.ts";

/** One step of this makes 3 all but certain after 2. */
const STEEP = { learning_rate: 30 };
const DATUM = wireDatum([2], { target_tokens: [3] });
const UNIFORM = -Math.log(VOCAB);

interface Sequence {
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly stop_reason: string;
}

interface Scene {
  readonly client: TestClient;
  readonly session_id: string;
  readonly model_id: string;
  readonly fakes: FakeModels;
}

function serving(name: string, body: (scene: Scene) => Promise<void>): void {
  Deno.test(`sampling: ${name}`, async () => {
    const fakes = new FakeModels();
    await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
      const session_id = await client.session();
      await body({ client, session_id, model_id: await client.model(session_id, "table"), fakes });
    });
    assert.equal(fakes.open, 0, "a policy was left open");
  });
}

async function train({ client, model_id }: Scene, seq: number): Promise<void> {
  const gradient = client.post("forward_backward", trainingRequest(model_id, seq, [DATUM]));
  await client.do("optim_step", { model_id, seq_id: seq + 1, adam_params: STEEP });
  await client.result(await gradient);
}

async function snapshot({ client, model_id }: Scene, seq: number, more: Json = {}): Promise<string> {
  const body = { model_id, seq_id: seq, sampling_session_seq_id: seq, ...more };
  const { sampling_session_id, path } = await client.do("save_weights_for_sampler", body);
  assert.equal(path, null);
  return sampling_session_id as string;
}

async function sequences(client: TestClient, request: Json): Promise<Sequence[]> {
  const result = await client.do("asample", request);
  assert.equal(result.error, undefined, JSON.stringify(result));
  return result.sequences as Sequence[];
}

/** The log-probability that a sampler gives to 3 after 2. */
async function scoreOf(client: TestClient, sampler: string, seq: number): Promise<number> {
  const request = sampleRequest(sampler, seq, [2, 3], { prompt_logprobs: true, params: { max_tokens: 1 } });
  const { prompt_logprobs } = await client.do("asample", request);
  return (prompt_logprobs as number[])[1]!;
}

serving(
  "answers as often as asked, with log-probabilities and ids of the sequences",
  async ({ client, session_id }) => {
    const sampler = await client.sampler(session_id, { base_model: "table" });
    const accepted = await client.post("asample", sampleRequest(sampler, 0, [1, 2], { num_samples: 3 }));
    assert.equal(new Set(accepted.sample_sequence_ids as string[]).size, 3);
    const { sequences } = await client.result(accepted) as { sequences: Sequence[] };
    assert.equal(sequences.length, 3);
    for (const { tokens, logprobs, stop_reason } of sequences) {
      assert.equal(tokens.length, logprobs.length);
      assert.equal(stop_reason === "stop", tokens.at(-1) === STOP);
      for (const value of logprobs) assert.ok(Math.abs(value - UNIFORM) < 1e-9);
    }
    const info = await client.send("GET", `samplers/${sampler}`);
    assert.deepEqual(info.body, { sampler_id: sampler, base_model: "table" });
  },
);

serving("saved weights stay what they were while training goes on", async (scene) => {
  const { client, fakes } = scene;
  const before = await snapshot(scene, 1);
  assert.ok(Math.abs(await scoreOf(client, before, 0) - UNIFORM) < 1e-9);
  await train(scene, 2);
  const after = await snapshot(scene, 4);
  assert.ok(await scoreOf(client, after, 0) > -0.1);
  assert.deepEqual(fakes.opened.length, 1, "weights that the model still has need no second policy");
  assert.ok(Math.abs(await scoreOf(client, before, 1) - UNIFORM) < 1e-9);
  assert.equal(fakes.opened.length, 2);
  await train(scene, 5);
  assert.ok(Math.abs(await scoreOf(client, before, 2) - UNIFORM) < 1e-9);
  assert.equal(fakes.opened.length, 2, "the policy of the saved weights stays open");
});

serving("named weights are sampled by their path, as they were when saved", async (scene) => {
  const { client, session_id, model_id } = scene;
  const { path } = await client.do("save_weights_for_sampler", { model_id, seq_id: 1, path: "first" });
  assert.equal(path, `tinker://${model_id}/sampler_weights/first`);
  await train(scene, 2);
  const sampler = await client.sampler(session_id, { model_path: path as string });
  assert.ok(Math.abs(await scoreOf(client, sampler, 0) - UNIFORM) < 1e-9);
  const info = await client.send("GET", `samplers/${sampler}`);
  assert.deepEqual(info.body, { sampler_id: sampler, base_model: "table", model_path: path });
});

serving("weights do not change under samples that are being drawn", async (scene) => {
  const { client, model_id, fakes } = scene;
  const sampler = await snapshot(scene, 1);
  const gate = Promise.withResolvers<void>();
  fakes.gates.set("sample", gate.promise);
  const drawn = await client.post("asample", sampleRequest(sampler, 0, [2], { params: { max_tokens: 1 } }));
  while (!fakes.calls.includes("0 sample")) await new Promise((resolve) => setTimeout(resolve, 1));
  await client.post("forward_backward", trainingRequest(model_id, 2, [DATUM]));
  const update = await client.post("optim_step", { model_id, seq_id: 3, adam_params: STEEP });
  fakes.gates.delete("sample");
  gate.resolve();
  await client.result(update);
  const { sequences } = await client.result(drawn) as { sequences: Sequence[] };
  assert.ok(Math.abs(sequences[0]!.logprobs[0]! - UNIFORM) < 1e-9);
  assert.ok(fakes.calls.indexOf("0 sample") < fakes.calls.indexOf("0 optimStep"));
});

serving("in-flight sampling moves on with every save", async (scene) => {
  const { client } = scene;
  const sampler = await snapshot(scene, 1, { kind: "inflight" });
  assert.ok(Math.abs(await scoreOf(client, sampler, 0) - UNIFORM) < 1e-9);
  await train(scene, 2);
  await snapshot(scene, 4, { kind: "inflight" });
  assert.ok(await scoreOf(client, sampler, 1) > -0.1);
});

serving("old unnamed weights are deleted, and sampling from them says so", async (scene) => {
  const { client } = scene;
  const first = await snapshot(scene, 1);
  let seq = 2;
  for (let i = 0; i < 9; i++) {
    await train(scene, seq);
    await snapshot(scene, seq + 2);
    seq += 3;
  }
  const refused = await client.send("POST", "asample", sampleRequest(first, 0, [2]));
  assert.equal(refused.status, 404);
  assert.match(refused.body.detail as string, /newer saves/);
});

serving("the same request again gives the same result; another one with its number is a conflict", async (scene) => {
  const { client, session_id, fakes } = scene;
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const request = sampleRequest(sampler, 5, [1, 2]);
  const results = await Promise.all([0, 1, 2].map(() => client.do("asample", request)));
  assert.deepEqual(results, results.map(() => results[0]));
  assert.equal(fakes.calls.filter((call) => call.endsWith("sample")).length, 1);
  const other = await client.send("POST", "asample", sampleRequest(sampler, 5, [1]));
  assert.equal(other.status, 409);
});

serving("without a seed each request draws anew, with one the same", async ({ client, session_id }) => {
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const draw = async (seq: number, seed: number | null) => {
    const request = sampleRequest(sampler, seq, [1], { params: { max_tokens: 20, seed, stop: [] } });
    return (await sequences(client, request))[0]!.tokens.join();
  };
  assert.notEqual(await draw(0, null), await draw(1, null));
  assert.equal(await draw(2, 7), await draw(3, 7));
});

serving("max_tokens left out means as many as fit", async ({ client, session_id }) => {
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const [drawn] = await sequences(
    client,
    sampleRequest(sampler, 0, [1, 2], { params: { max_tokens: null, stop: [] } }),
  );
  assert.equal(drawn!.tokens.length, CONTEXT - 2);
  assert.equal(drawn!.stop_reason, "length");
});

serving(
  "stop takes ids, strings and one string; a string cuts where it is complete",
  async ({ client, session_id }) => {
    const sampler = await client.sampler(session_id, { base_model: "table" });
    const text = (sequence: Sequence) => sequence.tokens.map((token) => "abcdefgh"[token]).join("");
    let seq = 0;
    const draw = async (seed: number, stop: unknown) => {
      const request = sampleRequest(sampler, seq++, [1], { params: { max_tokens: 30, seed, stop } });
      return (await sequences(client, request))[0]!;
    };
    let seed = 0;
    while (text(await draw(seed, [])).indexOf("h") < 6) seed++;
    const whole = await draw(seed, []);
    const at = text(whole).slice(2, 5);
    const upTo = text(whole).indexOf(at) + 3;
    for (const stop of [at, [at], ["no such text", at]]) {
      const cut = await draw(seed, stop);
      assert.equal(text(cut), text(whole).slice(0, upTo));
      assert.deepEqual([cut.stop_reason, cut.logprobs.length], ["stop", upTo]);
    }
    const byId = await draw(seed, [whole.tokens[0]]);
    assert.deepEqual([byId.tokens, byId.stop_reason], [[whole.tokens[0]], "stop"]);
    const byDefault = await draw(seed, null);
    assert.equal(byDefault.tokens.indexOf(STOP), byDefault.tokens.length - 1);
  },
);

serving("prompt log-probabilities are one a token, null for the first and where none were asked for", async (scene) => {
  const { client, session_id } = scene;
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const score = async (seq: number, tokens: number[], more: Json = {}) => {
    const request = sampleRequest(sampler, seq, tokens, { prompt_logprobs: true, params: { max_tokens: 1 }, ...more });
    const { prompt_logprobs } = await client.do("asample", request);
    return (prompt_logprobs as (number | null)[]).map((value) => value === null ? null : Math.round(value * 1e6) / 1e6);
  };
  const p = Math.round(UNIFORM * 1e6) / 1e6;
  assert.deepEqual(await score(0, [1, 2, 3]), [null, p, p]);
  assert.deepEqual(await score(1, [1]), [null]);
  assert.deepEqual(await score(2, [1, 2, 3], { prompt_logprobs_last_n: 1 }), [null, null, p]);
});

serving("requests that wait together are drawn together", async ({ client, session_id, fakes }) => {
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const gate = Promise.withResolvers<void>();
  fakes.gates.set("sample", gate.promise);
  const first = await client.post("asample", sampleRequest(sampler, 0, [1]));
  while (fakes.together.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const others = [];
  for (let seq = 1; seq < 20; seq++) others.push(await client.post("asample", sampleRequest(sampler, seq, [1])));
  gate.resolve();
  for (const accepted of [first, ...others]) assert.ok((await client.result(accepted)).sequences);
  assert.deepEqual(fakes.together, [1, 19]);
});

serving("a request that is cancelled while it waits is not drawn", async ({ client, session_id, fakes }) => {
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const gate = Promise.withResolvers<void>();
  fakes.gates.set("open", gate.promise);
  const accepted = await client.post("asample", sampleRequest(sampler, 0, [1]));
  const cancelled = await client.send("POST", "cancel_future", { request_id: accepted.request_id });
  assert.equal(cancelled.status, 204);
  gate.resolve();
  assert.match((await client.result(accepted)).error as string, /cancelled/);
  assert.ok(!fakes.calls.some((call) => call.endsWith("sample")));
});

serving("what cannot be sampled is refused with a reason", async ({ client, session_id }) => {
  const sampler = await client.sampler(session_id, { base_model: "table" });
  const refused = async (status: number, request: Json): Promise<Answer> => {
    const answer = await client.send("POST", "asample", request);
    assert.equal(answer.status, status, JSON.stringify([request, answer.body]));
    return answer;
  };
  await refused(400, sampleRequest(sampler, 0, [1], { topk_prompt_logprobs: 2 }));
  await refused(400, sampleRequest(sampler, 0, [1], { prompt_alt_tokens_k: 1 }));
  await refused(422, sampleRequest(sampler, 0, [1], { num_samples: 0 }));
  await refused(422, sampleRequest(sampler, 0, [1], { num_samples: 1e9 }));
  await refused(422, sampleRequest(sampler, 0, [1], { params: { temperature: -1 } }));
  await refused(422, sampleRequest(sampler, 0, [1], { params: { top_p: 0 } }));
  await refused(422, sampleRequest(sampler, 0, [1], { params: { stop: [1, "a"] } }));
  await refused(422, {
    ...sampleRequest(sampler, 0, [1]),
    prompt: { chunks: [{ type: "encoded_text", tokens: ["a"] }] },
  });
  await refused(404, sampleRequest("nobody:sample:0", 0, [1]));
  const model = { session_id, sampling_session_seq_id: 9, base_model: "other" };
  assert.equal((await client.send("POST", "create_sampling_session", model)).status, 400);
  const full = Array.from({ length: CONTEXT }, () => 1);
  assert.match((await client.do("asample", sampleRequest(sampler, 1, full))).error as string, /fills the context/);
});
