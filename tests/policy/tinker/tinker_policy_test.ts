/** The policy on a fake server: what it sends for each call, how it reads the answers, and how it gets over failures. */
import assert from "node:assert/strict";
import { type ChatFormat, plainResponse } from "../../../lib/tokens/mod.ts";
import type { TrainablePolicy } from "../../../lib/policy/policy.ts";
import { type SampleResponse, TinkerService } from "../../../lib/policy/tinker/mod.ts";
import {
  openPolicyOn,
  openTinkerPolicy,
  optimMetrics,
  type TinkerPolicyOptions,
} from "../../../lib/policy/tinker/tinker_policy.ts";
import { openSamplerOn, type TinkerSamplerOptions } from "../../../lib/policy/tinker/tinker_sampler.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { promptOf } from "../local/_fixtures.ts";
import { ADAM, FakeConnection, outputOf, refused, type Script, type Seen } from "./_fake.ts";

const CHAT: ChatFormat = {
  encodePrompt: () => [1],
  encodeChat: () => ({ tokens: [], mask: [] }),
  decode: () => "",
  parseResponse: (_, stopReason) => plainResponse("", stopReason),
  stopTokens: [2],
  vocabSize: 50,
};
const OPTIONS: TinkerPolicyOptions = { model: "m", loraRank: 4, seed: 1, chat: () => Promise.resolve(CHAT) };
const PARAMS = { max_tokens: 5, temperature: 1, seed: 2 ** 31 + 3 };
const SCORED: Datum = {
  ...{ tokens: [3, 4, 5], target_tokens: [4, 5, 6], mask: [0, 1, 1] },
  ...{ weights: [9, 1, 2], logprobs: [9, -0.5, -0.25], advantages: [9, 2, -1] },
};

function sampled(count: number, tokens = [5, 2], logprobs: number[] | null = [-1, -0.5]): SampleResponse {
  const sequences = Array.from({ length: count }, () => ({ stop_reason: "length" as const, tokens, logprobs }));
  return { sequences, prompt_logprobs: null, topk_prompt_logprobs: null };
}

const answering: Script = { result: ({ path, body }) => path === "asample" ? sampled(body.num_samples) : undefined };

async function withPolicy(
  script: Script,
  body: (policy: TrainablePolicy, fake: FakeConnection) => Promise<void>,
  options: Partial<TinkerPolicyOptions> = {},
): Promise<void> {
  const fake = new FakeConnection(script);
  const policy = await openPolicyOn(new TinkerService(fake, { closeTimeoutMs: 100 }), { ...OPTIONS, ...options });
  try {
    await body(policy, fake);
  } finally {
    await policy.close();
  }
}

// deno-lint-ignore no-explicit-any
function bodies({ seen }: FakeConnection, path: string): any[] {
  return seen.filter((one) => one.path === path).map(({ body }) => body);
}

function tensorsOf(seen: Seen["body"]): Record<string, number[]> {
  // deno-lint-ignore no-explicit-any
  const inputs = Object.entries<any>(seen.data[0].loss_fn_inputs);
  return Object.fromEntries(inputs.map(([name, { data }]) => [name, Array.from(data)]));
}

Deno.test("the tokenizer is the one the server names, without its version; a server that has no get_info is none the worse", async () => {
  const asked: unknown[] = [];
  const chat: TinkerPolicyOptions["chat"] = (model) => (asked.push(model), Promise.resolve(CHAT));
  await withPolicy({}, () => Promise.resolve(), { chat });
  const request: Script["request"] = ({ path }) => {
    if (path === "get_info") throw refused(404, "no such call");
    return undefined as never;
  };
  await withPolicy({ request }, () => Promise.resolve(), { chat });
  // By the name alone first, and again only where the server says something else.
  assert.deepEqual(asked, [{ model: "m" }, { model: "m", tokenizer_id: "org/tok" }, { model: "m" }]);
});

Deno.test("a chat format that cannot be is refused before a model is made; one that the name does not tell waits for the server", async () => {
  const fake = new FakeConnection({});
  const refuse: TinkerPolicyOptions["chat"] = () => Promise.reject(new RangeError("no such renderer"));
  await assert.rejects(openPolicyOn(new TinkerService(fake), { ...OPTIONS, chat: refuse }), /no such renderer/);
  assert.deepEqual(fake.seen.map(({ path }) => path), []);
  const byId: TinkerPolicyOptions["chat"] = ({ tokenizer_id }) =>
    tokenizer_id === undefined ? Promise.reject(new TypeError("the name does not tell")) : Promise.resolve(CHAT);
  await withPolicy({}, (policy) => Promise.resolve(assert.equal(policy.chat, CHAT)), { chat: byId });
  const request: Script["request"] = ({ path }) => {
    if (path === "get_info") throw refused(404, "no such call");
    return undefined as never;
  };
  await assert.rejects(withPolicy({ request }, () => Promise.resolve(), { chat: byId }), /the name does not tell/);
});

Deno.test("the context is what the server says of this model", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "get_server_capabilities"
      ? {
        supported_models: [{ model_name: "other", max_context_length: 9 }, { model_name: "m", max_context_length: 77 }],
      }
      : undefined as never;
  await withPolicy({ request }, (policy) => Promise.resolve(assert.equal(policy.contextLength, 77)));
  await withPolicy({}, (policy) => Promise.resolve(assert.equal(policy.contextLength, 32_768)));
});

Deno.test("samples of one moment share a sampler, and an optimizer step calls for a new one", async () => {
  await withPolicy(answering, async (policy, fake) => {
    await Promise.all([1, 2, 3].map((count) => policy.sample(promptOf([1]), count, PARAMS)));
    await policy.sample(promptOf([1]), 1, PARAMS);
    assert.equal(bodies(fake, "save_weights_for_sampler").length, 1);
    const update = policy.optimStep(ADAM);
    await policy.sample(promptOf([1]), 1, PARAMS);
    await update;
    const order = fake.seen.map(({ path }) => path).slice(-3);
    assert.deepEqual(order, ["optim_step", "save_weights_for_sampler", "asample"]);
    const sessions = bodies(fake, "asample").map(({ sampling_session_id }) => sampling_session_id);
    assert.deepEqual([...new Set(sessions)], ["s:sample:0", "s:sample:1"]);
  });
});

Deno.test("a sampler that could not be made is tried again", async () => {
  let failures = 1;
  const script: Script = {
    result: (seen) => {
      if (seen.path === "save_weights_for_sampler" && failures-- > 0) throw new TypeError("no room");
      return answering.result!(seen);
    },
  };
  await withPolicy(script, async (policy) => {
    await assert.rejects(policy.sample(promptOf([1]), 1, PARAMS), /no room/);
    assert.equal((await policy.sample(promptOf([1]), 1, PARAMS)).length, 1);
  });
});

Deno.test("sampling parameters are put as every server takes them", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "get_server_capabilities"
      ? { supported_models: [{ model_name: "m", max_context_length: 7 }] }
      : undefined as never;
  await withPolicy({ ...answering, request }, async (policy, fake) => {
    await policy.sample(promptOf([1, 1, 1]), 2, PARAMS);
    await policy.sample(promptOf([1]), 1, { ...PARAMS, seed: -7, stop: [], top_k: 3, top_p: 0.5 });
    const [first, second] = bodies(fake, "asample");
    assert.equal(first.num_samples, 2);
    assert.deepEqual(first.sampling_params, {
      ...{ max_tokens: 4, seed: (2 ** 31 + 3) % 2 ** 30, stop: [2], temperature: 1, top_k: -1, top_p: 1 },
    });
    assert.deepEqual(second.sampling_params, {
      ...{ max_tokens: 5, seed: 7, stop: [], temperature: 1, top_k: 3, top_p: 0.5 },
    });
    await assert.rejects(policy.sample(promptOf(Array<number>(7).fill(1)), 1, PARAMS), RangeError);
  });
});

Deno.test("a completion that ends on a stop token has stopped, whatever the server calls it", async () => {
  await withPolicy(answering, async (policy) => {
    const [completion] = await policy.sample(promptOf([1]), 1, PARAMS);
    assert.deepEqual(completion, { tokens: [5, 2], logprobs: [-1, -0.5], stopReason: "stop" });
  });
});

Deno.test("completions without log-probabilities, or too few of them, are an error", async () => {
  const answers = [sampled(1, [5, 2], null), sampled(1, [5, 2], [-1]), sampled(2)];
  await withPolicy({ result: ({ path }) => path === "asample" ? answers.shift() : undefined }, async (policy) => {
    await assert.rejects(policy.sample(promptOf([1]), 1, PARAMS), /no log-probabilities/);
    await assert.rejects(policy.sample(promptOf([1]), 1, PARAMS), /no log-probabilities/);
    await assert.rejects(policy.sample(promptOf([1]), 1, PARAMS), /gave 2 completions, 1 were asked for/);
  });
});

Deno.test("each loss is sent its own inputs, 0 where the mask is 0, with all its options", async () => {
  await withPolicy({}, async (policy, fake) => {
    await policy.forwardBackward([SCORED], "cross_entropy");
    await policy.forwardBackward([SCORED], "importance_sampling");
    await policy.forwardBackward([SCORED], "cispo", { config: { clip_high_threshold: 2 } });
    const [supervised, reinforced, clipped] = bodies(fake, "forward_backward");
    assert.deepEqual(tensorsOf(supervised), { target_tokens: [4, 5, 6], weights: [0, 1, 2] });
    assert.deepEqual(tensorsOf(reinforced), {
      ...{ target_tokens: [4, 5, 6], logprobs: [0, -0.5, -0.25], advantages: [0, 2, -1] },
    });
    assert.deepEqual({ ...clipped.loss_fn_config }, { clip_low_threshold: 0, clip_high_threshold: 2 });
  });
});

Deno.test("a server known as SkyRL's is sent a 0/1 weight with every loss", async () => {
  const script: Script = {
    reply: { future_id: "1", status: "pending" },
    request: ({ path }) => path === "create_session" ? { session_id: "session_1" } : undefined as never,
    result: ({ path, body }) => {
      if (path === "create_model") return { model_id: "model_1" };
      return path === "forward_backward" ? { ...outputOf(body.data, -0.5), metrics: {} } : undefined;
    },
  };
  await withPolicy(script, async (policy, fake) => {
    const { metrics } = await policy.forwardBackward([SCORED], "importance_sampling");
    assert.deepEqual(tensorsOf(bodies(fake, "forward_backward")[0]).weights, [0, 1, 1]);
    // It reports no value: -(exp(-0.5 + 0.5) * 2 + exp(-0.5 + 0.25) * -1)
    assert.ok(Math.abs(metrics["loss:sum"]! + 2 - Math.exp(-0.25)) < 1e-6);
  });
});

Deno.test("dro is sent the current log-probability of masked-out tokens, unless the data carry one", async () => {
  const script: Script = {
    result: ({ path, body }) => path === "forward_backward" ? outputOf(body.data, -3) : undefined,
  };
  await withPolicy(script, async (policy, fake) => {
    const unset = { ...SCORED, logprobs: [0, -0.5, -0.25] };
    const [gradient] = await Promise.all([policy.forwardBackward([unset], "dro"), policy.optimStep(ADAM)]);
    await policy.forwardBackward([SCORED], "dro");
    assert.deepEqual(gradient.logprobs, [[0, -3, -3]]);
    const [forward, filled, given] = bodies(fake, "forward_backward");
    assert.equal(forward.forward_only, true);
    assert.deepEqual(tensorsOf(filled).logprobs, [-3, -0.5, -0.25]);
    assert.deepEqual(tensorsOf(given).logprobs, [9, -0.5, -0.25]);
    assert.deepEqual(fake.seen.map(({ path }) => path).slice(1, 4), [
      ...["forward_backward", "forward_backward", "optim_step"],
    ]);
  });
});

Deno.test("data that do not fit are refused before anything is sent, and are not stepped on", async () => {
  const bad: [Partial<Datum>, RegExp][] = [
    [{ tokens: [], target_tokens: [], mask: [] }, /datum 1 has no tokens/],
    [{ target_tokens: [1] }, /1 target_tokens for 3 tokens/],
    [{ weights: [1, 1] }, /2 weights for 3 tokens/],
    [{ weights: [1, NaN, 1] }, /weights that is not a finite number/],
    [{ tokens: [1, 2, 2.5] }, /token 2.5/],
    [{ target_tokens: [1, 2, -1] }, /token -1/],
  ];
  await withPolicy({}, async (policy, fake) => {
    for (const [fault, message] of bad) {
      const gradient = policy.forwardBackward([SCORED, { ...SCORED, ...fault }], "cross_entropy");
      const update = policy.optimStep(ADAM);
      await assert.rejects(gradient, message);
      await assert.rejects(update, /not taken/);
    }
    await assert.rejects(policy.forwardBackward([SCORED], "ppo", { config: { beta: 1 } }), /beta/);
    assert.deepEqual(bodies(fake, "forward_backward"), []);
    assert.deepEqual(bodies(fake, "optim_step"), []);
  });
});

Deno.test("reference log-probabilities come from the base model, and from an untrained twin where a prompt cannot have them", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "get_server_capabilities"
      ? { supported_models: [{ model_name: "m", max_context_length: 5 }] }
      : undefined as never;
  const script: Script = {
    request,
    result: ({ path }) => path === "asample" ? { ...sampled(1), prompt_logprobs: [null, -1, -2, -3] } : undefined,
  };
  await withPolicy(script, async (policy, fake) => {
    const long = { tokens: [3, 4, 5, 6], target_tokens: [4, 5, 6, 7], mask: [0, 1, 1, 1] };
    const scored = await policy.logprobs([long, SCORED], "reference");
    assert.deepEqual(scored, [[0, -1, -1, -1], [0, -2, -3]]);
    assert.deepEqual(bodies(fake, "asample")[0].prompt.chunks[0].tokens, [3, 4, 5, 6]);
    assert.equal(bodies(fake, "create_model").length, 2);
    assert.notEqual(bodies(fake, "forward_backward")[0].model_id, "s:train:0");
  });
});

const CONTEXT_OF_FIVE: Script["request"] = ({ path }) =>
  path === "get_server_capabilities"
    ? { supported_models: [{ model_name: "m", max_context_length: 5 }] }
    : undefined as never;

Deno.test("a reference that was saved for sampling is made into a sampler at once, which scores; what fills the context it cannot", async () => {
  const script: Script = {
    request: CONTEXT_OF_FIVE,
    result: ({ path }) => path === "asample" ? { ...sampled(1), prompt_logprobs: [null, -1, -2, -3] } : undefined,
  };
  const reference = "tinker://r/sampler_weights/a";
  await withPolicy(script, async (policy, { requests, seen }) => {
    const made = requests.filter(({ path }) => path === "create_sampling_session").map(({ body }) => body as unknown);
    assert.equal((made[0] as { model_path: string }).model_path, reference);
    assert.deepEqual(await policy.logprobs([SCORED], "reference"), [[0, -2, -3]]);
    assert.equal(seen.filter(({ path }) => path === "create_model").length, 1);
    const long = { tokens: [3, 4, 5, 6], target_tokens: [4, 5, 6, 7], mask: [0, 1, 1, 1] };
    await assert.rejects(policy.logprobs([long], "reference"), { name: "RangeError", message: /a was saved for samp/ });
  }, { reference });
});

Deno.test("a reference that is a saved state becomes a model of its own, loaded at once without its optimizer", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "weights_info" ? { base_model: "m", lora_rank: 8 } : undefined as never;
  await withPolicy({ request }, async (policy, fake) => {
    assert.deepEqual(fake.seen.map(({ path }) => path), ["create_model", "create_model", "load_weights"]);
    assert.equal(bodies(fake, "create_model")[1].lora_config.rank, 8);
    assert.equal(bodies(fake, "load_weights")[0].optimizer, false);
    await policy.logprobs([SCORED], "reference");
    assert.equal(bodies(fake, "forward_backward")[0].model_id, "s:train:1");
    assert.ok(!fake.seen.some(({ path }) => path === "asample"));
  }, { reference: "tinker://r/weights/a" });
});

Deno.test("a reference that is no checkpoint's path, or that the server does not have, is known before anything is drawn", async () => {
  await assert.rejects(openTinkerPolicy({ ...OPTIONS, reference: "runs/a" }), {
    name: "TypeError",
    message: /runs\/a/,
  });
  const request: Script["request"] = ({ path }) => {
    if (path === "create_sampling_session") throw refused(404, "no such checkpoint");
    return undefined as never;
  };
  const opening = withPolicy({ request }, () => Promise.reject(new Error("opened")), {
    reference: "tinker://r/sampler_weights/gone",
  });
  await assert.rejects(opening, /no such checkpoint/);
});

Deno.test("a state is loaded into the model while it is new, then into a fresh one, and the old one is freed", async () => {
  const request: Script["request"] = ({ path }) =>
    path === "weights_info" ? { base_model: "m", lora_rank: 8 } : undefined as never;
  await withPolicy({ request }, async (policy, fake) => {
    await policy.loadState("tinker://r/weights/a", { optimizer: true });
    assert.equal(bodies(fake, "create_model").length, 1);
    await policy.forwardBackward([SCORED], "cross_entropy");
    await policy.loadState("tinker://r/weights/b", { optimizer: false });
    assert.deepEqual(fake.seen.map(({ path }) => path), [
      ...["create_model", "load_weights", "forward_backward", "create_model", "load_weights", "unload_model"],
    ]);
    assert.equal(bodies(fake, "unload_model")[0].model_id, "s:train:0");
    assert.equal(bodies(fake, "create_model")[1].lora_config.rank, 8);
    await policy.forwardBackward([SCORED], "cross_entropy");
    assert.equal(bodies(fake, "forward_backward")[1].model_id, "s:train:1");
  });
});

Deno.test("loading a state makes a policy whose training had to stop train again", async () => {
  let failures = 1;
  const script: Script = {
    request: ({ path }) => {
      if (path === "weights_info") throw refused(404, "no such call");
      return undefined as never;
    },
    result: ({ path }) => {
      if (path === "optim_step" && failures-- > 0) throw new TypeError("lost");
    },
  };
  await withPolicy(script, async (policy, fake) => {
    await policy.forwardBackward([SCORED], "cross_entropy");
    await assert.rejects(policy.optimStep(ADAM), /lost/);
    await assert.rejects(policy.forwardBackward([SCORED], "cross_entropy"), /load the last saved state/);
    await assert.rejects(policy.saveState("a"), /load the last saved state/);
    await policy.loadState("tinker://r/weights/b", { optimizer: true });
    await policy.forwardBackward([SCORED], "cross_entropy");
    await policy.optimStep(ADAM);
    assert.equal(bodies(fake, "create_model")[1].lora_config.rank, 4);
  });
});

Deno.test("a name that the server has already gets a number, and dots become lines", async () => {
  const taken = ["a_1", "a_1-2"];
  const script: Script = {
    accept: ({ path, body }) => {
      if (path === "save_weights" && taken.includes(body.path)) throw refused(409, "checkpoint exists");
    },
  };
  await withPolicy(script, async (policy, fake) => {
    assert.equal(await policy.saveState("a.1"), "tinker://s:train:0/weights/a_1-3");
    assert.equal(await policy.saveWeightsForSampler("a"), "tinker://s:train:0/sampler_weights/a");
    assert.equal(bodies(fake, "save_weights").at(-1).ttl_seconds, 3600);
    await policy.saveState("b", { ttl_seconds: 60 });
    assert.equal(bodies(fake, "save_weights").at(-1).ttl_seconds, 60);
    await assert.rejects(policy.saveState("../a b"), TypeError);
  }, { ttl_seconds: 3600 });
});

Deno.test("the norm of the gradient has one name here, whatever the server calls it", () => {
  assert.deepEqual(optimMetrics({ "skyrl.ai/grad_norm": 2, "skyrl.ai/learning_rate": 0.1 }), {
    "optim/grad_norm": 2,
    "optim/skyrl.ai/learning_rate": 0.1,
  });
  assert.deepEqual(optimMetrics({ "grad_norm:mean": 3, "step:max": 1 }), { "optim/grad_norm": 3, "optim/step:max": 1 });
  assert.deepEqual(optimMetrics({ "clipped_grad_norm": 1, "unclipped_grad_norm": 5 }), {
    "optim/grad_norm": 5,
    "optim/clipped_grad_norm": 1,
  });
  assert.deepEqual(optimMetrics({}), {});
});

Deno.test("a policy that could not be opened leaves nothing on the server", async () => {
  const fake = new FakeConnection();
  const opening = openPolicyOn(new TinkerService(fake), {
    ...OPTIONS,
    chat: () => Promise.reject(new TypeError("no chat")),
  });
  await assert.rejects(opening, /no chat/);
  assert.deepEqual(fake.seen.map(({ path }) => path), ["create_model", "unload_model"]);
});

Deno.test("an abort while the sampler is being made ends the caller's wait alone", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const script: Script = {
    result: (seen) =>
      seen.path === "save_weights_for_sampler" ? promise.then(() => undefined) : answering.result!(seen),
  };
  await withPolicy(script, async (policy) => {
    const abort = new AbortController();
    const left = policy.sample(promptOf([1]), 1, PARAMS, { signal: abort.signal });
    const stays = policy.sample(promptOf([1]), 1, PARAMS);
    abort.abort(new Error("enough"));
    await assert.rejects(left, /enough/);
    resolve();
    assert.equal((await stays).length, 1);
  });
});

async function withSampler(
  script: Script,
  options: TinkerSamplerOptions,
  body: (fake: FakeConnection, model: string, asked: unknown) => void | Promise<void>,
): Promise<void> {
  const fake = new FakeConnection(script);
  let asked: unknown;
  const chat: TinkerSamplerOptions["chat"] = (model) => (asked = model, Promise.resolve(CHAT));
  const policy = await openSamplerOn(new TinkerService(fake), { ...options, chat });
  try {
    const [completion] = await policy.sample(promptOf([1]), 1, PARAMS);
    assert.deepEqual(completion!.tokens, [5, 2]);
    await body(fake, policy.model, asked);
  } finally {
    await policy.close();
  }
}

Deno.test("weights for sampling, saved states and base models open for sampling", async () => {
  const request: Script["request"] = ({ path }) => path === "weights_info" ? { base_model: "m" } : undefined as never;
  const script = { ...answering, request };
  const sampler = { model_path: "tinker://r/sampler_weights/a" };
  await withSampler(script, sampler, (fake, model, asked) => {
    assert.deepEqual(fake.seen.map(({ path }) => path), ["asample"]);
    assert.equal(model, sampler.model_path);
    assert.deepEqual(asked, { model: "m" });
  });
  await withSampler(script, { model_path: "tinker://r/weights/a" }, (fake, _, asked) => {
    const order = ["create_model", "load_weights", "save_weights_for_sampler", "asample"];
    assert.deepEqual(fake.seen.map(({ path }) => path), order);
    assert.deepEqual(asked, { model: "m", tokenizer_id: "org/tok" });
  });
  await withSampler(script, { model: "m" }, (fake, model) => {
    assert.equal(model, "m");
    assert.deepEqual(fake.requests.filter(({ path }) => path === "weights_info"), []);
  });
});

Deno.test("what a checkpoint belongs to is asked of the sampler where the weights do not tell, else it has to be given", async () => {
  const request: Script["request"] = ({ path }) => {
    if (path === "weights_info") throw refused(404, "no such call");
    return path.startsWith("samplers/") ? { sampler_id: "x", base_model: "m" } : undefined as never;
  };
  const model_path = "tinker://r/sampler_weights/a";
  await withSampler({ ...answering, request }, { model_path }, (_fake, _model, asked) => {
    assert.deepEqual(asked, { model: "m" });
  });
  const known: Script["request"] = ({ path }) =>
    path === "weights_info" ? { base_model: "n", tokenizer_id: "org/tok:1" } : undefined as never;
  for (const model of [undefined, "m"]) {
    await withSampler({ ...answering, request: known }, { model_path, ...(model && { model }) }, (_fake, _, asked) => {
      assert.deepEqual(asked, { model: model ?? "n", tokenizer_id: "org/tok" });
    });
  }
  const service = new TinkerService(new FakeConnection(answering));
  await assert.rejects(openSamplerOn(service, { model_path }), /which base model .* give its name/);
});

Deno.test("completions without log-probabilities will do where nothing is trained", async () => {
  await withSampler(
    { result: ({ path }) => path === "asample" ? sampled(1, [5, 2], null) : undefined },
    { model: "m" },
    () => {},
  );
});
