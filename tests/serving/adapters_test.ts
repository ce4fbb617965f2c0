/** What a client's `lora_config` makes of a model, and what the server says of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ServeOptions } from "../../lib/serving/mod.ts";
import { type Json, type TestClient, withServer } from "./_client.ts";
import { FakeModels } from "./_fakes.ts";

const EVERYTHING = { train_attn: true, train_mlp: true, train_unembed: true };

interface Scene {
  readonly client: TestClient;
  readonly session_id: string;
  readonly fakes: FakeModels;
  readonly weightsDir: string;
  /** Makes model 0, with this `lora_config`. */
  readonly create: (lora_config?: Json) => Promise<Json>;
}

async function scene(options: Partial<ServeOptions>, body: (scene: Scene) => Promise<void>): Promise<void> {
  const fakes = new FakeModels();
  await withServer({ models: ["table"], open: fakes.opener, ...options }, async (client, weightsDir) => {
    const session_id = await client.session();
    const create = async (lora_config?: Json) => {
      const asked = { session_id, model_seq_id: 0, base_model: "table", ...(lora_config && { lora_config }) };
      return await client.do("create_model", asked);
    };
    await body({ client, session_id, fakes, weightsDir, create });
  });
}

/** Everything the server says of a model and of what it saved. */
async function said({ client }: Scene, model_id: string): Promise<Json[]> {
  const { path } = await client.do("save_weights", { model_id, seq_id: 1, path: "a" });
  const replies = [
    await client.post("get_info", { model_id }),
    await client.post("weights_info", { tinker_path: path }),
    (await client.send("GET", `training_runs/${model_id}`)).body,
  ];
  return replies.map(({ is_lora, lora_rank, train_attn, train_mlp, train_unembed }) =>
    JSON.parse(JSON.stringify({ is_lora, lora_rank, train_attn, train_mlp, train_unembed }))
  );
}

Deno.test("serving: a lora_config makes an adapter of this rank on these matrices, and every reply says so", () =>
  scene({}, async (here) => {
    const model_id = (await here.create({ rank: 4, seed: 7, train_mlp: false })).model_id as string;
    const { use, lora } = here.fakes.how[0]!;
    assert.deepEqual([use, lora], ["training", { rank: 4, alpha: 32, ...EVERYTHING, train_mlp: false, seed: 7 }]);
    const short = { is_lora: true, lora_rank: 4 };
    assert.deepEqual(await said(here, model_id), [short, { ...short, ...EVERYTHING, train_mlp: false }, short]);
  }));

Deno.test("serving: without a rank it is the client's usual one; without a lora_config all weights are trained", async () => {
  await scene({}, async ({ create, fakes }) => {
    await create({});
    assert.deepEqual(fakes.how[0]!.lora, { rank: 32, alpha: 32, ...EVERYTHING, seed: 0 });
  });
  await scene({}, async (here) => {
    const model_id = (await here.create()).model_id as string;
    assert.equal(here.fakes.how[0]!.lora, undefined);
    assert.deepEqual(await said(here, model_id), Array.from({ length: 3 }, () => ({ is_lora: false })));
  });
});

Deno.test("serving: with lora=full all weights are trained whatever is asked for, and clients are told", () =>
  scene({ lora: "full" }, async (here) => {
    const created = await here.create({ rank: 4 });
    assert.equal(here.fakes.how[0]!.lora, undefined);
    const [info, weights, run] = await said(here, created.model_id as string);
    assert.deepEqual([info, weights, run], [
      ...[{ is_lora: false }, { is_lora: false, lora_rank: 4 }, { is_lora: false, lora_rank: 4 }],
    ]);
    const { info_message } = await here.client.post("create_session", { tags: [], sdk_version: "0.38.0" });
    assert.match(info_message as string, /trains all weights of a model: a LoRA rank is accepted and has no effect/);
  }));

Deno.test("serving: a model made from a checkpoint is made of what the checkpoint is", () =>
  scene({}, async ({ client, session_id, create, fakes, weightsDir }) => {
    const model_id = (await create({ rank: 4, train_unembed: false })).model_id as string;
    const { path } = await client.do("save_weights", { model_id, seq_id: 1, path: "a" });
    const from = async (model_seq_id: number) =>
      (await client.do("load_weights", { session_id, model_seq_id, path, optimizer: true })).model_id;
    const other = await from(1);
    assert.deepEqual(fakes.how[1]!.lora, fakes.how[0]!.lora);
    assert.equal((await client.post("get_info", { model_id: other })).lora_rank, 4);
    // A run of before there were adapters asked for a rank, and had all weights trained.
    const record = join(weightsDir, model_id.replaceAll(":", "."), "run.json");
    const { lora: _, ...old } = JSON.parse(await Deno.readTextFile(record));
    await Deno.writeTextFile(record, JSON.stringify(old));
    assert.deepEqual(await client.post("weights_info", { tinker_path: path }), {
      ...{ base_model: "table", is_lora: false, lora_rank: 4 },
    });
    await from(2);
    assert.equal(fakes.how[2]!.lora, undefined);
  }));

Deno.test("serving: a lora_config that makes nothing is refused", () =>
  scene({}, async ({ client, session_id, fakes }) => {
    const post = (lora_config: unknown) =>
      client.send("POST", "create_model", { session_id, model_seq_id: 0, base_model: "table", lora_config });
    const none = { train_attn: false, train_mlp: false, train_unembed: false };
    for (
      const [wrong, status] of [[none, 400], [{ rank: 0 }, 422], [{ rank: 1e6 }, 422], [{ train_mlp: 1 }, 422], [
        8,
        422,
      ]] as const
    ) {
      assert.equal((await post(wrong)).status, status, JSON.stringify(wrong));
    }
    assert.equal(fakes.opened.length, 0);
  }));
