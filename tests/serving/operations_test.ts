import assert from "node:assert/strict";
import { decodeForwardBackwardOutput } from "../../lib/policy/tinker/wire/mod.ts";
import { encodeForwardBackwardRequest } from "../../lib/policy/tinker/wire/mod.ts";
import { type Json, type TestClient, trainingRequest, wireDatum, withServer } from "./_client.ts";
import { FakeModels, VOCAB } from "./_fakes.ts";

const ADAM = { learning_rate: 0.5 };
const DATUM = wireDatum([1, 2, 3], { target_tokens: [2, 3, 4], weights: [0, 1, 1] });
/** Of any token, before there was a step. */
const UNIFORM = -Math.log(VOCAB);

function serving(name: string, body: (client: TestClient, model: string, fakes: FakeModels) => Promise<void>): void {
  Deno.test(`serveTinker(): ${name}`, async () => {
    const fakes = new FakeModels();
    await withServer({ models: ["table"], open: fakes.opener }, async (client) => {
      await body(client, await client.model(await client.session(), "table"), fakes);
    });
    assert.equal(fakes.open, 0, "a policy was left open");
  });
}

function logprobsOf(result: Json): number[][] {
  return (result.loss_fn_outputs as { logprobs: { data: number[] } }[]).map(({ logprobs }) => logprobs.data);
}

serving("trains: the loss of a repeated datum falls", async (client, model_id) => {
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    const gradient = await client.post("forward_backward", trainingRequest(model_id, 2 * step + 1, [DATUM]));
    const update = await client.post("optim_step", { model_id, seq_id: 2 * step + 2, adam_params: ADAM });
    const { metrics } = await client.result(gradient) as { metrics: Json };
    losses.push(metrics["loss:sum"] as number);
    const { metrics: updated } = await client.result(update) as { metrics: Json };
    assert.ok(updated["grad_norm:mean"] as number > 0);
    assert.equal(updated["grad_norm:mean"], updated["optim/grad_norm"]);
  }
  assert.ok(Math.abs(losses[0]! + 2 * UNIFORM) < 1e-9);
  assert.deepEqual(losses, [...losses].sort((a, b) => b - a));
});

serving("returns the log-probability of every target, whatever its weight", async (client, model_id) => {
  const result = await client.do("forward_backward", trainingRequest(model_id, 1, [DATUM]));
  for (const value of logprobsOf(result).flat()) assert.ok(Math.abs(value - UNIFORM) < 1e-6);
  assert.deepEqual(logprobsOf(result).map(({ length }) => length), [3]);
  assert.deepEqual(Object.keys(result.metrics as Json), ["loss:sum"], "a metric without a reduction breaks clients");
});

serving("takes and gives protobuf", async (client, model_id) => {
  const tensor = (dtype: "int64" | "float32", data: number[]) => ({ dtype, data, shape: [data.length] });
  const body = encodeForwardBackwardRequest({
    model_id,
    seq_id: 1,
    data: [{
      model_input: [{ type: "encoded_text", tokens: [1, 2] }],
      loss_fn_inputs: { target_tokens: tensor("int64", [2, 3]), weights: tensor("float32", [1, 1]) },
    }],
    loss_fn: "cross_entropy",
  });
  const protobuf = "application/x-protobuf";
  const url = `${client.server.url}/api/v1`;
  const posted = await fetch(`${url}/forward_backward`, {
    method: "POST",
    body,
    headers: { "content-type": protobuf },
  });
  const { request_id } = await posted.json();
  const got = await fetch(`${url}/retrieve_future`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: protobuf },
    body: JSON.stringify({ request_id, allow_metadata_only: true }),
  });
  assert.equal(got.headers.get("content-type"), protobuf);
  const output = decodeForwardBackwardOutput(new Uint8Array(await got.arrayBuffer()));
  assert.equal(output.loss_fn_outputs[0]!.logprobs!.data.length, 2);
  assert.ok(Math.abs(output.metrics["loss:sum"]! + 2 * UNIFORM) < 1e-6);
});

serving("forward leaves no gradient and gives the same loss, for both losses", async (client, model_id) => {
  const rl = wireDatum([1, 2], { target_tokens: [2, 3], logprobs: [0, -2], advantages: [0, 1.5] });
  const inputs = [["cross_entropy", DATUM], ["importance_sampling", rl]] as const;
  let seq_id = 1;
  for (const [loss_fn, datum] of inputs) {
    const request = (seq: number) => trainingRequest(model_id, seq, [datum], { loss_fn });
    const { forward_backward_input: forward_input, ...rest } = request(seq_id++);
    const alone = await client.do("forward", { ...rest, forward_input });
    const update = await client.do("optim_step", { model_id, seq_id: seq_id++, adam_params: ADAM });
    assert.equal((update.metrics as Json)["optim/grad_norm"], 0);
    const both = await client.do("forward_backward", request(seq_id++));
    await client.do("optim_step", { model_id, seq_id: seq_id++, adam_params: { learning_rate: 0 } });
    assert.deepEqual(logprobsOf(alone), logprobsOf(both));
    const losses = [alone, both].map(({ metrics }) => (metrics as Json)["loss:sum"] as number);
    assert.ok(Math.abs(losses[0]! - losses[1]!) < 1e-6, String(losses));
  }
});

serving("weights of policy-gradient data scale their advantages", async (client, model_id) => {
  const inputs = { target_tokens: [2, 3], logprobs: [UNIFORM, UNIFORM], advantages: [2, 3] };
  const loss = async (seq: number, datum: Json) => {
    const request = trainingRequest(model_id, seq, [datum], { loss_fn: "importance_sampling" });
    const { metrics } = await client.do("forward_backward", request) as { metrics: Json };
    return Math.round(metrics["loss:sum"] as number * 1e6) / 1e6;
  };
  assert.equal(await loss(1, wireDatum([1, 2], inputs)), -5);
  assert.equal(await loss(2, wireDatum([1, 2], { ...inputs, weights: [0, 1] })), -3);
});

serving(
  "what cannot be done fails as the user's fault, and no step is taken on half a gradient",
  async (client, model_id) => {
    const right = wireDatum([1], { target_tokens: [2] });
    const wrong: [Json, Json, RegExp][] = [
      [right, { loss_fn: "gspo" }, /there is no loss "gspo"/],
      [right, { loss_fn: "importance_sampling" }, /datum 0: importance_sampling takes logprobs and advantages/],
      [right, { loss_fn: "ppo", loss_fn_config: { clip_low_threshold: "x" } }, /clip_low_threshold of ppo/],
      [wireDatum([1], { target_tokens: [2], mask: [1] }), {}, /"mask" is not one of target_tokens, weights/],
      [wireDatum([1, 2], { target_tokens: [2] }), {}, /target_tokens has 1 values for 2 tokens/],
      [wireDatum([1], {}), {}, /datum 0 has no target_tokens/],
      [wireDatum([VOCAB], { target_tokens: [2] }), {}, /no such token/],
    ];
    let seq_id = 1;
    for (const [datum, more, message] of wrong) {
      await client.post("forward_backward", trainingRequest(model_id, seq_id++, [right]));
      const failed = await client.post("forward_backward", trainingRequest(model_id, seq_id++, [datum], more));
      const update = await client.post("optim_step", { model_id, seq_id: seq_id++, adam_params: ADAM });
      const { error, category } = await client.result(failed);
      assert.match(error as string, message);
      assert.equal(category, "user");
      assert.match((await client.result(update)).error as string, /not taken/);
    }
    const after = await client.do("forward_backward", trainingRequest(model_id, seq_id++, [right]));
    assert.ok(Math.abs(logprobsOf(after)[0]![0]! - UNIFORM) < 1e-9, "a step was taken");
  },
);

serving("images are refused in words", async (client, model_id) => {
  const chunk = { type: "image", data: "AA==", format: "png" };
  const datum = { ...DATUM, model_input: { chunks: [chunk] } };
  const { error } = await client.do("forward_backward", trainingRequest(model_id, 1, [datum]));
  assert.match(error as string, /text only/);
});

serving("get_info names the model and says that it is no LoRA", async (client, model_id) => {
  const info = await client.post("get_info", { model_id });
  const said = [info.model_id, info.is_lora, info.lora_rank, info.model_name];
  assert.deepEqual(said, [model_id, true, 8, "table"]);
});

serving("another optimizer than Adam is refused at once", async (client, model_id) => {
  const body = { model_id, seq_id: 1, optimizer_params: { type: "dimuon", learning_rate: 1 } };
  assert.equal((await client.send("POST", "optim_step", body)).status, 400);
});
