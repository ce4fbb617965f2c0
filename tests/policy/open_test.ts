import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openForSampling, openPolicy, openSamplingPolicy, type PolicyConfig } from "../../lib/policy/open.ts";
import type { TrainablePolicy } from "../../lib/policy/policy.ts";

const CONFIG: PolicyConfig = {
  ...{ backend: "local", model_name: "abacus", base_url: null, lora_rank: 8, seed: 1, renderer_name: "auto" },
};
const WEIGHTS = { weightsDir: "nowhere" };

Deno.test("training is refused on a backend that only samples", async () => {
  const config = { ...CONFIG, backend: "openai", base_url: "http://127.0.0.1:1/v1" } as const;
  await assert.rejects(
    openPolicy(config, WEIGHTS),
    /cannot train abacus: backend openai only samples; use backend=tinker/,
  );
});

Deno.test("weights of another backend are refused before anything is opened", async () => {
  const base_url = "http://127.0.0.1:1/v1";
  for (const backend of ["openai", "tinker"] as const) {
    const opening = openSamplingPolicy({ ...CONFIG, backend, base_url }, { ...WEIGHTS, weights: "runs/a/weights/1" });
    await assert.rejects(opening, /cannot open runs\/a\/weights\/1 with backend (openai|tinker)/);
  }
  const far = openSamplingPolicy(CONFIG, { ...WEIGHTS, weights: "tinker://r/weights/a" });
  await assert.rejects(
    far,
    /cannot load tinker:\/\/r\/weights\/a into a model of the embedded engine; use backend=tinker/,
  );
});

Deno.test("a model's revision and the signal that ends the opening reach the embedded engine", async () => {
  const pinned = { ...CONFIG, model_revision: "v9" };
  await assert.rejects(openPolicy(pinned, WEIGHTS), /model_revision is for models of the hub; abacus is a folder/);
  await assert.rejects(openSamplingPolicy(pinned, WEIGHTS), /model_revision is for models of the hub/);
  const signal = AbortSignal.abort(new Error("enough"));
  const named = { ...CONFIG, model_name: "organisation/model" };
  await assert.rejects(openPolicy(named, { ...WEIGHTS, signal }), /enough/);
});

Deno.test("a reference of the KL penalty that is another backend's is refused, and what only samples takes no notice of it", async () => {
  const far = { ...CONFIG, kl_reference_path: "tinker://r/weights/a" };
  await assert.rejects(
    openPolicy(far, WEIGHTS),
    /kl_reference_path is tinker:.*backend=local.* a folder of this machine/,
  );
  const near = { ...CONFIG, backend: "tinker", base_url: "http://127.0.0.1:1", kl_reference_path: "runs/a" } as const;
  await assert.rejects(openPolicy(near, WEIGHTS), /kl_reference_path is runs\/a: with backend=tinker/);
  await (await openSamplingPolicy(far, WEIGHTS)).close();
});

/** A policy that only remembers what was loaded. */
function remembering(loadState: TrainablePolicy["loadState"]) {
  const said: string[] = [];
  const policy = {
    loadState: async (...args: Parameters<typeof loadState>) => {
      said.push(`${args[0]} ${args[1].optimizer}`);
      await loadState(...args);
    },
    close: () => Promise.resolve(void said.push("closed")),
  } as unknown as TrainablePolicy;
  return { said, open: () => Promise.resolve(policy) };
}

Deno.test("a checkpoint is loaded without its optimizer, and a policy that cannot load it is closed", async () => {
  const good = remembering(() => Promise.resolve());
  await openForSampling(good.open)(CONFIG, { ...WEIGHTS, weights: "a" });
  await openForSampling(good.open)(CONFIG, WEIGHTS);
  assert.deepEqual(good.said, ["a false"]);
  const bad = remembering(() => Promise.reject(new TypeError("torn")));
  await assert.rejects(openForSampling(bad.open)(CONFIG, { ...WEIGHTS, weights: "b" }), /torn/);
  assert.deepEqual(bad.said, ["b false", "closed"]);
});

/** A Tinker-compatible server that makes samplers and knows what belongs to what; returns the bodies it was sent. */
async function withServer(
  body: (base_url: string, asked: Record<string, unknown>[], calls: string[]) => Promise<void>,
): Promise<void> {
  const calls: string[] = [];
  const asked: Record<string, unknown>[] = [];
  const replies: Record<string, unknown> = {
    "create_session": { session_id: "s" },
    "create_sampling_session": { sampling_session_id: "s:sample:0" },
    "weights_info": { base_model: "abacus", is_lora: true },
    "get_server_capabilities": { supported_models: [{ model_name: "abacus", max_context_length: 512 }] },
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const call = new URL(request.url).pathname.replace("/api/v1/", "");
    calls.push(call);
    const text = await request.text();
    if (call === "create_sampling_session" || call === "create_model") asked.push(JSON.parse(text));
    return Response.json(replies[call] ?? {});
  });
  try {
    await body(`http://127.0.0.1:${server.addr.port}`, asked, calls);
  } finally {
    await server.shutdown();
  }
}

Deno.test("on a server a checkpoint or a base model is opened, with the chat format of what it belongs to", () =>
  withServer(async (base_url, asked) => {
    const path = "tinker://r:train:0/sampler_weights/a";
    const config = { ...CONFIG, backend: "tinker", base_url } as const;
    const cases: [PolicyConfig, { weights?: string }, Record<string, unknown>][] = [
      [config, {}, { base_model: "abacus" }],
      [config, { weights: path }, { model_path: path }],
      [{ ...config, model_name: path }, {}, { model_path: path }],
      [{ ...config, model_name: path }, { weights: path }, { model_path: path }],
    ];
    for (const [given, weights, wanted] of cases) {
      const policy = await openSamplingPolicy(given, { ...WEIGHTS, ...weights });
      try {
        assert.deepEqual([policy.backend, policy.contextLength], ["tinker", 512]);
        assert.ok(policy.chat!.encodePrompt([{ role: "user", content: "1 + 1?" }]).length > 0);
        const { base_model, model_path } = asked.pop()!;
        assert.deepEqual({ base_model, model_path }, { base_model: undefined, model_path: undefined, ...wanted });
      } finally {
        await policy.close();
      }
    }
  }));

Deno.test("a renderer reaches the chat format, and one that does not fit the model costs no model on the server", () =>
  withServer(async (base_url, _, calls) => {
    const config = { ...CONFIG, backend: "tinker", base_url } as const;
    const switched = { ...config, renderer_name: "qwen3_disable_thinking" };
    await assert.rejects(openPolicy(switched, WEIGHTS), /cannot set thinking=false for .*renderer_name=auto/);
    await assert.rejects(openSamplingPolicy(switched, WEIGHTS), /cannot set thinking=false/);
    const wrong = { ...config, renderer_name: "qwen4" };
    await assert.rejects(openPolicy(wrong, WEIGHTS), /renderer_name must be one of auto, .* not "qwen4"/);
    assert.ok(!calls.includes("create_model"), calls.join(" "));
  }));

Deno.test("which matrices get an adapter reaches the server", () =>
  withServer(async (base_url, asked) => {
    const config = { ...CONFIG, backend: "tinker", base_url } as const;
    const everything = { rank: 8, seed: 1, train_attn: true, train_mlp: true, train_unembed: true };
    const cases: [PolicyConfig, Record<string, unknown>][] = [
      [config, everything],
      [{ ...config, train_mlp: false, train_unembed: false }, {
        ...{ ...everything, train_mlp: false, train_unembed: false },
      }],
    ];
    for (const [given, wanted] of cases) {
      await assert.rejects(openPolicy(given, WEIGHTS), /CreateModel without naming a request_id/);
      assert.deepEqual(asked.pop()!.lora_config, wanted);
    }
  }));

Deno.test("a client of a server loads no native library: the room opens without the permission for one", async () => {
  const room = new URL("../../lib/policy/mod.ts", import.meta.url);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const script = `data:application/typescript,${encodeURIComponent(`await import(${JSON.stringify(room.href)});`)}`;
  const permissions = ["--no-prompt", "--deny-ffi", "--allow-read", "--allow-env", "--allow-sys"];
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["run", "-q", "--no-check", `--config=${config}`, ...permissions, script],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
