import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import type { OpenSampling } from "../../lib/launch/mod.ts";
import type { SamplingPolicy } from "../../lib/policy/policy.ts";
import type { Completion } from "../../lib/vocabulary.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const TASK = ["env=arithmetic", "prompt_template=none", "test_limit=5"];
/** Models that are no runs would be recorded in the working directory. */
const UNRECORDED = "record=false";

/** A policy on someone else's machine that answers in text. */
function remote(sample: SamplingPolicy["sample"], more: Partial<SamplingPolicy> = {}): SamplingPolicy {
  return { backend: "tinker", model: "m", contextLength: 1000, sample, close: () => Promise.resolve(), ...more };
}

function said(text: string): Completion {
  return { tokens: [], logprobs: [], stopReason: "stop", text, usage: { prompt: 1000, completion: 20 } };
}

/** Evaluates and keeps what was opened. */
async function evaluate(
  args: readonly string[],
  { env = {}, code = 0 }: { env?: Record<string, string>; code?: number } = {},
) {
  const opened: Parameters<OpenSampling>[] = [];
  const open: OpenSampling = (...asked) => {
    opened.push(asked);
    return Promise.resolve(remote(({ problem }) => Promise.resolve([said(`\\boxed{${problem.answer}}`)])));
  };
  const io = fakeIo({ env });
  assert.equal(await evalMain([...args, ...TASK, UNRECORDED], io, open), code, io.complained());
  const [[config, { weights }] = [undefined, { weights: undefined }]] = opened as [Parameters<OpenSampling>];
  return { config, weights, said: io.said(), complained: io.complained() };
}

Deno.test("a server's checkpoint is evaluated as it is named, with the server's tokens and what they cost", async () => {
  const path = "tinker://run-1:train:0/sampler_weights/final";
  const prices = 'prices={"prompt":1,"completion":10}';
  const { config, weights, said } = await evaluate([path, "base_url=http://127.0.0.1:1", prices]);
  assert.deepEqual([config?.backend, config?.base_url, weights], ["tinker", "http://127.0.0.1:1", path]);
  assert.match(said, /^tinker:\/\/run-1:train:0\/sampler_weights\/final on held-out problems of arithmetic\n/);
  assert.match(said, /accuracy \(strict\) +1\.000/);
  assert.match(said, /prompt tokens +5,000\ncompletion tokens +100\ncost +\$0\.0060\n/);
  const named = await evaluate([path, "model_name=Qwen/Qwen3-8B", "backend=auto"], {
    env: { TINKER_API_KEY: "tml-x" },
  });
  assert.deepEqual([named.config?.backend, named.config?.model_name, named.weights], ["tinker", "Qwen/Qwen3-8B", path]);
});

Deno.test("with backend=openai a server's checkpoint is asked for at the chat endpoint of that server", async () => {
  const path = "tinker://r/sampler_weights/a";
  const addressOf = async (args: string[], env: Record<string, string> = {}) => {
    const { config, weights } = await evaluate([path, "backend=openai", ...args], { env });
    assert.deepEqual([config?.backend, weights], ["openai", path]);
    return config?.base_url;
  };
  assert.equal(await addressOf([]), "https://tinker.thinkingmachines.dev/services/tinker-prod/oai/api/v1");
  assert.equal(await addressOf([], { TINKER_BASE_URL: "http://127.0.0.1:2/" }), "http://127.0.0.1:2/oai/api/v1");
  assert.equal(await addressOf(["base_url=http://127.0.0.1:3/v1"]), "http://127.0.0.1:3/v1");
});

Deno.test("a run whose checkpoints are on a server is evaluated by its sampler weights", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "far");
    const adder = openAdder();
    const io = fakeIo();
    const saved = (kind: string) => (name: string) => Promise.resolve(`tinker://r/${kind}/${name}`);
    const args = [...TASK, `log_path=${path}`, "backend=tinker", "base_url=http://127.0.0.1:1", "model_name=base"];
    const small = ["groups_per_batch=2", "group_size=2", "max_steps=2", "save_every=1", "eval_every=0"];
    const code = await trainMain([...args, ...small], io, async (...asked) => ({
      ...await adder(...asked),
      saveState: saved("weights"),
      saveWeightsForSampler: saved("sampler_weights"),
    }));
    assert.equal(code, 0, io.complained());
    const { config, weights, said } = await evaluate([path, "checkpoint=1"]);
    assert.deepEqual([config?.backend, config?.model_name, weights], [
      "tinker",
      "base",
      "tinker://r/sampler_weights/000001",
    ]);
    assert.match(said, /^far, checkpoint 000001 after 1 steps, on held-out problems/);
    const chat = await evaluate([path, "backend=openai"]);
    assert.equal(chat.config?.base_url, "http://127.0.0.1:1/oai/api/v1");
  }));

Deno.test("a server that only a run folder names gets no key until it is named on the line; a notice says where the model is", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "colleague");
    const adder = openAdder();
    const saved = (name: string) => Promise.resolve(`tinker://r/sampler_weights/${name}`);
    const server = "https://elsewhere.example/x";
    const args = [
      ...TASK,
      `log_path=${path}`,
      "backend=tinker",
      `base_url=${server}`,
      "model_name=base",
      "max_steps=1",
    ];
    await trainMain([...args, "groups_per_batch=2", "group_size=2", "eval_every=0"], fakeIo(), async (...asked) => ({
      ...await adder(...asked),
      saveState: saved,
      saveWeightsForSampler: saved,
    }));
    const env = { TINKER_API_KEY: "tml-x" };
    const refused = await evaluate([path], { env, code: 2 });
    assert.equal(refused.config, undefined);
    assert.match(
      refused.complained,
      /colleague names the server https:\/\/elsewhere\.example, which would get your key \(TINKER_API_KEY\): .* base_url=https:\/\/elsewhere\.example\/x$/m,
    );
    for (const more of [{ TINKER_CREDENTIAL_CMD: "c" }, { ...env, TINKER_BASE_URL: "https://own.example" }]) {
      assert.match((await evaluate([path], { env: more, code: 2 })).complained, /names the server/);
    }
    assert.match((await evaluate([path, "backend=openai"], { env, code: 2 })).complained, /names the server/);
    const named = await evaluate([path, `base_url=${server}`], { env });
    assert.match(named.complained, /^Backend tinker: evaluating base on arithmetic at https:\/\/elsewhere\.example\./);
    assert.equal((await evaluate([path], { env: { ...env, TINKER_BASE_URL: server } })).config?.base_url, server);
    // Without a key there is none to send.
    assert.equal((await evaluate([path])).config?.base_url, server);
    assert.equal((await evaluate([path, "backend=openai"])).config?.base_url, `${server}/oai/api/v1`);
  }));

Deno.test("an OpenAI-compatible endpoint is evaluated by the model's name, wherever it stands on the line", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    if (request.method === "GET") return Response.json({ data: [] });
    const { model, messages } = await request.json();
    const [, a, b] = /(\d+) \+ (\d+)/.exec(messages.at(-1).content) ?? [];
    const content = `${model}: \\boxed{${Number(a) + Number(b)}}`;
    return Response.json({ choices: [{ message: { content } }], usage: { prompt_tokens: 9, completion_tokens: 4 } });
  });
  try {
    const address = `base_url=http://127.0.0.1:${server.addr.port}/v1`;
    for (const args of [["backend=openai", address, "tiny"], ["tiny", "backend=openai", address]]) {
      const io = fakeIo();
      assert.equal(await evalMain([...args, ...TASK, UNRECORDED], io), 0, io.complained());
      assert.match(io.said(), /^tiny on held-out problems of arithmetic/);
      assert.match(io.said(), /prompt tokens +45\ncompletion tokens +20\noutcomes/);
    }
  } finally {
    await server.shutdown();
  }
});

Deno.test("what cannot be evaluated is refused with the way out", async () => {
  const cases: [string[], RegExp][] = [
    [["tinker://r/weights/a", "checkpoint=best"], /tinker:\/\/r\/weights\/a is not a run folder/],
    [["backend=openai", "base_url=http://127.0.0.1:1/v1"], /name a run, a checkpoint or a model/],
    [["a", "b"], /argument "b": .*too many/],
  ];
  for (const [args, pattern] of cases) assert.match((await evaluate(args, { code: 2 })).complained, pattern);
});

Deno.test("Ctrl-C ends an evaluation at once, with 130 and without figures", async () => {
  const io = fakeIo();
  let closed = 0;
  const sample: SamplingPolicy["sample"] = (_prompt, _count, _params, { signal } = {}) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const open = () => {
    setTimeout(() => io.interrupt(), 1);
    return Promise.resolve(remote(sample, { close: () => Promise.resolve(void closed++) }));
  };
  assert.equal(await evalMain(["m", ...TASK, UNRECORDED], io, open), 130);
  assert.equal(io.complained(), "stopped by Ctrl-C; nothing was written\n");
  assert.doesNotMatch(io.said(), /accuracy/);
  assert.equal(closed, 1);
});
