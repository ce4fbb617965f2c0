import assert from "node:assert/strict";
import { inTemporaryFolder, writeTinyModel } from "../policy/local/_fixtures.ts";
import type { LoraMode } from "../../lib/serving/mod.ts";
import { type Json, sampleRequest, trainingRequest, wireDatum, withServer } from "./_client.ts";

for (const lora of ["adapter", "full"] as const) {
  const what = lora === "adapter" ? "an adapter on a model" : "all weights of a model";
  Deno.test(`serveTinker() trains and samples ${what} on the embedded engine, frozen weights included`, () =>
    served(lora));
}

async function served(lora: LoraMode): Promise<void> {
  // An adapter begins with zeros.
  const adam_params = { learning_rate: lora === "adapter" ? 5e-2 : 1e-2, eps: 1e-8 };
  await inTemporaryFolder(async (folder) => {
    const base_model = await writeTinyModel(folder);
    await withServer({ models: [base_model], lora }, async (client) => {
      const session_id = await client.session();
      const model_id = await client.model(session_id, base_model);
      const { model_data } = await client.post("get_info", { model_id }) as { model_data: Json };
      assert.equal(model_data.tokenizer_id, base_model);

      const snapshot = async (seq: number) => {
        const saved = { model_id, seq_id: seq, sampling_session_seq_id: seq };
        return (await client.do("save_weights_for_sampler", saved)).sampling_session_id as string;
      };
      const prompt = [4, 5, 6, 7];
      const draw = async (sampler: string, seq: number) => {
        const params = { max_tokens: 6, seed: 3, stop: [] };
        const drawn = await client.do(
          "asample",
          sampleRequest(sampler, seq, prompt, { prompt_logprobs: true, params }),
        );
        return drawn as unknown as { sequences: { tokens: number[]; logprobs: number[] }[]; prompt_logprobs: number[] };
      };
      const first = await snapshot(1);
      const before = await draw(first, 0);
      const { tokens, logprobs } = before.sequences[0]!;

      const all = [...prompt, ...tokens];
      const weights = all.slice(1).map((_, t) => (t >= prompt.length - 1 ? 1 : 0));
      const datum = wireDatum(all.slice(0, -1), { target_tokens: all.slice(1), weights });
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) {
        const gradient = await client.post("forward_backward", trainingRequest(model_id, 2 + 2 * step, [datum]));
        await client.do("optim_step", { model_id, seq_id: 3 + 2 * step, adam_params });
        const { metrics, loss_fn_outputs } = await client.result(gradient) as {
          metrics: Record<string, number>;
          loss_fn_outputs: { logprobs: { data: number[] } }[];
        };
        losses.push(metrics["loss:sum"]!);
        if (step > 0) continue;
        // What was drawn, what the prompt was scored with and what training sees are the same numbers.
        const scored = [...before.prompt_logprobs.slice(1), ...logprobs];
        loss_fn_outputs[0]!.logprobs.data.forEach((value, t) => assert.ok(Math.abs(value - scored[t]!) < 1e-3));
      }
      assert.ok(losses.at(-1)! < losses[0]! - 0.5, losses.join(" "));

      const after = await draw(await snapshot(12), 0);
      assert.notDeepEqual(after.sequences[0]!.logprobs, logprobs);
      // The same weights in another instance of the engine: the same draws.
      assert.deepEqual((await draw(first, 1)).sequences, before.sequences);
      const { supported_models } = (await client.send("GET", "get_server_capabilities")).body;
      const model = { model_name: base_model, max_context_length: 256, trainable: true, sampleable: true };
      assert.deepEqual(supported_models, [model]);
    });
  });
}
