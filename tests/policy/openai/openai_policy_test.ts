import assert from "node:assert/strict";
import { openOpenAIPolicy } from "../../../lib/policy/openai/mod.ts";
import type { SamplingPolicy, TrainablePolicy } from "../../../lib/policy/policy.ts";
import { ApiError, BackpressureError, ConnectionError, CredentialError } from "../../../lib/policy/tinker/errors.ts";
import type { OpenPolicy } from "../../../lib/launch/mod.ts";
import { PARAMS, promptOf, refusal, reply, withServer } from "./_server.ts";

const PROMPT = promptOf("2 + 3?");

Deno.test("messages go out, the text comes back with the server's token counts, and there are no tokens", () =>
  withServer(() => reply("It is \\boxed{5}."), async (policy, asked) => {
    const completions = await policy.sample(PROMPT, 1, { ...PARAMS, temperature: 0.7, top_p: 0.9 });
    assert.deepEqual(completions, [{
      ...{ tokens: [], logprobs: [], stopReason: "stop", text: "It is \\boxed{5}." },
      usage: { prompt: 7, completion: 5 },
    }]);
    const { seed, ...body } = asked[0]!.body;
    assert.deepEqual(body, {
      ...{ model: "tiny", messages: PROMPT.messages, temperature: 0.7, top_p: 0.9, max_tokens: 16 },
    });
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31);
    assert.deepEqual([policy.backend, policy.chat, policy.contextLength], ["openai", undefined, Infinity]);
  }));

Deno.test("several completions are one request where the endpoint draws several, in the order of their indices", () =>
  withServer(({ body }) => {
    const { choices, ...rest } = reply(...Array.from({ length: body.n }, (_, i) => `a${i}`)) as { choices: unknown[] };
    return { choices: choices.toReversed(), ...rest };
  }, async (policy, asked) => {
    const completions = await policy.sample(PROMPT, 3, PARAMS);
    assert.deepEqual(completions.map(({ text }) => text), ["a0", "a1", "a2"]);
    const total = (side: "prompt" | "completion") => completions.reduce((sum, { usage }) => sum + usage![side], 0);
    assert.deepEqual([total("prompt"), total("completion")], [7, 5]);
    assert.equal(asked.length, 1);
  }));

Deno.test("an endpoint that ignores n is asked once a completion, with different seeds, and remembered", () =>
  withServer(({ body }) => reply(`seed ${body.seed}`), async (policy, asked) => {
    const first = await policy.sample(PROMPT, 3, PARAMS);
    assert.equal(asked.length, 3);
    assert.equal(new Set(first.map(({ text }) => text)).size, 3);
    const again = await policy.sample(PROMPT, 3, PARAMS);
    assert.deepEqual(again, first);
    assert.equal(asked.length, 6);
    assert.ok(asked.slice(3).every(({ body }) => body.n === undefined));
  }));

Deno.test("what an endpoint refuses is written another way, once for all requests", () =>
  withServer(({ body }) => {
    if (body.n !== undefined) return refusal(400, { message: "Only one completion choice is allowed", param: null });
    if (body.max_tokens !== undefined) {
      const message = "Unsupported parameter: use 'max_completion_tokens' instead.";
      return refusal(400, { message, param: "max_tokens", code: "unsupported_parameter" });
    }
    if (body.seed !== undefined) {
      return Response.json({ detail: [{ loc: ["body", "seed"], type: "extra_forbidden" }] }, { status: 422 });
    }
    return reply("fine");
  }, async (policy, asked) => {
    assert.equal((await policy.sample(PROMPT, 2, PARAMS)).length, 2);
    const before = asked.length;
    assert.equal((await policy.sample(PROMPT, 2, PARAMS)).length, 2);
    assert.equal(asked.length, before + 2);
    assert.equal(asked.at(-1)!.body.max_completion_tokens, 16);
  }));

Deno.test("every way to end is recorded: length, a filter, a refusal, thoughts that never ended", () => {
  const cases: [unknown, { text: string; stopReason: string }][] = [
    [{ finish_reason: "length", message: { content: "Let us" } }, { text: "Let us", stopReason: "length" }],
    [{ finish_reason: "length", message: { content: null } }, { text: "", stopReason: "length" }],
    [{ finish_reason: "content_filter", message: { content: "half" } }, { text: "", stopReason: "stop" }],
    [{ finish_reason: "stop", message: { content: null, refusal: "No." } }, { text: "", stopReason: "stop" }],
    [{ message: {} }, { text: "", stopReason: "stop" }],
    [{ finish_reason: "stop", message: { content: "5", reasoning_content: "or 6?" } }, {
      text: "5",
      stopReason: "stop",
    }],
    [{ finish_reason: "stop", message: { content: "<think>6?</think>\n5" } }, { text: "5", stopReason: "stop" }],
    [{ finish_reason: "length", message: { content: "<think>6?" } }, { text: "", stopReason: "length" }],
    [
      { message: { content: [{ type: "thinking", thinking: "6?" }, { type: "text", text: "5" }] } },
      { text: "5", stopReason: "stop" },
    ],
  ];
  return withServer(({ body }) => ({ choices: [cases[Number(body.messages[0].content)]![0]] }), async (policy) => {
    for (const [i, [, expected]] of cases.entries()) {
      const [completion] = await policy.sample(promptOf(String(i)), 1, PARAMS);
      assert.deepEqual(completion, { ...expected, tokens: [], logprobs: [] });
    }
  });
});

Deno.test("hostile text is kept as it is but for its length and broken characters", () => {
  const texts = ["\u0000\u001b[2J\u202e", "\ud800 alone", "x".repeat(3_000_000)];
  return withServer(({ body }) => reply(texts[Number(body.messages[0].content)]), async (policy) => {
    const [control, broken, long] = await Promise.all(
      texts.map(async (_, i) => (await policy.sample(promptOf(String(i)), 1, PARAMS))[0]!),
    );
    assert.equal(control!.text, texts[0]);
    assert.equal(broken!.text, "\ufffd alone");
    assert.deepEqual([long!.text!.length, long!.stopReason], [1 << 20, "length"]);
  });
});

Deno.test("a reply without an answer is an error that shows how it began, in printable characters", () => {
  const html = new Response("<html>\u001b[31mWelcome</html>", { headers: { "content-type": "text/html" } });
  const cases: [() => unknown, RegExp][] = [
    [
      () => html,
      /without an answer: <html>Welcome<\/html>; is base_url the address of the API\? It often ends in \/v1/,
    ],
    [() => ({ choices: [] }), /without an answer: \{"choices":\[\]\}/],
    [() => ({ choices: [{ text: "old" }] }), /without an answer/],
    [() => ({ error: { message: "no credits" } }), /no credits/],
    [() => [1, 2], /without an answer: \[1,2\]/],
    [() => new Response("{", { headers: { "content-type": "application/json" } }), /cannot read the reply of http/],
    [() => new Response(null, { status: 204 }), /without an answer/],
    [() => new Response("x".repeat(17 * 2 ** 20)), /cannot read the reply of .*: it is larger than 16 MiB/],
  ];
  return withServer(({ body }) => cases[Number(body.messages[0].content)]![0](), async (policy, asked) => {
    for (const [i, [, pattern]] of cases.entries()) {
      await assert.rejects(policy.sample(promptOf(String(i)), 1, PARAMS), (error: Error) => {
        assert.ok(error instanceof ApiError, String(error));
        assert.match(error.message, pattern);
        assert.ok(error.message.length < 500);
        return true;
      });
    }
    assert.equal(asked.length, cases.length);
  }, { maxRetries: 3 });
});

Deno.test("a server that is not there, a wrong key, a missing model and a wrong path each say what to do", async () => {
  const open = (baseUrl: string) => openOpenAIPolicy({ model: "tiny", baseUrl, env: () => undefined });
  const free = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = free.addr;
  free.close();
  await assert.rejects(open(`http://127.0.0.1:${port}/v1`), (error: Error) => {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, /cannot reach http:\/\/127.0.0.1:\d+\/v1: .*refused.*is the server running/i);
    return true;
  });
  const key = "sk-very-secret";
  await withServer(() => refusal(401, { message: `Incorrect API key provided: ${key}` }), async (policy) => {
    await assert.rejects(policy.sample(PROMPT, 1, PARAMS), (error: Error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(error.message, /refuses the request \(401: .*\*\*\*\); check the key in OPENAI_API_KEY/);
      return !Deno.inspect(error).includes(key);
    });
  }, { apiKey: key });
  const models = () => ({ data: [{ id: "small" }, { id: "tiny-2\u001b[2J" }, { name: "?" }, null] });
  await withServer(() => refusal(404, { message: "no tiny" }), async (policy) => {
    await assert.rejects(
      policy.sample(PROMPT, 1, PARAMS),
      /has no model tiny \(404: no tiny\); it offers tiny-2, small$/,
    );
  }, { models });
  await withServer(() => refusal(404, "Not Found"), async (policy) => {
    await assert.rejects(policy.sample(PROMPT, 1, PARAMS), /404: Not Found.*check model_name and base_url/);
  });
  await assert.rejects(open("ftp://x"), TypeError);
  await assert.rejects(open("http://me:pass@127.0.0.1/v1"), (error: Error) => !error.message.includes("pass"));
});

Deno.test("an endpoint that refuses the key for its list is refused at once, one that has no list is taken on trust", async () => {
  await assert.rejects(
    withServer(() => reply("x"), () => Promise.reject(new Error("it was opened")), {
      models: () => refusal(401, "no"),
    }),
    CredentialError,
  );
  let opened = 0;
  for (
    const models of [
      () => refusal(403, "no"),
      () => refusal(500, "no"),
      () => new Response("hello"),
      () => ({ data: "none" }),
    ]
  ) {
    await withServer(() => reply("x"), () => Promise.resolve(void opened++), { models });
  }
  assert.equal(opened, 4);
});

Deno.test("a key goes to its own service; without one OpenAI and Tinker are refused in a sentence", async () => {
  const seen: [string, string | null][] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { url, headers } = new Request(input, { headers: init?.headers ?? {} });
    seen.push([url, headers.get("authorization")]);
    return Promise.resolve(Response.json({ data: [] }));
  };
  const keys: Record<string, string> = { OPENAI_API_KEY: "sk-o", TINKER_API_KEY: "tml-t" };
  const open = async (model: string, baseUrl?: string, env = (name: string) => keys[name]) =>
    await (await openOpenAIPolicy({ model, fetch, env, ...(baseUrl && { baseUrl }) })).close();
  await open("gpt");
  await open("tinker://r/sampler_weights/a");
  await open("any", "http://localhost:1/oai/api/v1/");
  await open("any", "http://localhost:1/v1");
  await open("any", "http://localhost:1/v1", () => undefined);
  const tinker = "https://tinker.thinkingmachines.dev/services/tinker-prod/oai/api/v1";
  assert.deepEqual(seen, [
    ["https://api.openai.com/v1/models", "Bearer sk-o"],
    [`${tinker}/models`, "Bearer tml-t"],
    ["http://localhost:1/oai/api/v1/models", "Bearer tml-t"],
    ["http://localhost:1/v1/models", "Bearer sk-o"],
    ["http://localhost:1/v1/models", "Bearer no-key"],
  ]);
  await assert.rejects(open("gpt", undefined, () => undefined), /wants a key; set OPENAI_API_KEY$/);
  await assert.rejects(open("tinker://r/weights/a", undefined, () => ""), /set TINKER_API_KEY$/);
  await assert.rejects(open("gpt", undefined, () => "sk-\u00e9"), (error: Error) => !error.message.includes("sk-"));
});

Deno.test("an overloaded endpoint is asked again, and the waiting shows until it answers", () => {
  let left = 2;
  const states: (string | undefined)[] = [];
  return withServer(
    () => left-- > 0 ? refusal(429, { message: "slow down" }, { "retry-after-ms": "5" }) : reply("5"),
    async (policy) => {
      const watch = setInterval(() => states.push(policy.waiting?.().state), 1);
      try {
        assert.equal((await policy.sample(PROMPT, 1, PARAMS))[0]!.text, "5");
      } finally {
        clearInterval(watch);
      }
      assert.ok(states.includes("paused_rate_limit"), states.join());
      const { state, seconds } = policy.waiting!();
      assert.equal(state, "active");
      assert.ok(seconds.paused_rate_limit! > 0);
    },
    { maxRetries: 3 },
  );
});

Deno.test("an endpoint that stays overloaded is named with what it says", () =>
  withServer(() => refusal(429, { message: "quota" }, { "retry-after-ms": "1" }), async (policy, asked) => {
    await assert.rejects(policy.sample(PROMPT, 1, PARAMS), (error: Error) => {
      assert.ok(error instanceof BackpressureError);
      assert.match(error.message, /still refuses after several tries \(429: quota\); wait a while/);
      return true;
    });
    assert.equal(asked.length, 3);
  }, { maxRetries: 2 }));

Deno.test("a reply that breaks off is asked for again", () => {
  let broken = false;
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    controller.enqueue(new TextEncoder().encode('{"choices":[{"mess'));
    controller.error(new TypeError("connection reset"));
  };
  const breaking: typeof fetch = async (input, init) => {
    if (broken || !String(input).endsWith("completions")) return await fetch(input, init);
    broken = true;
    return new Response(new ReadableStream({ start }), { headers: { "content-type": "application/json" } });
  };
  return withServer(() => reply("whole"), async (policy) => {
    assert.equal((await policy.sample(PROMPT, 1, PARAMS))[0]!.text, "whole");
    assert.ok(broken);
  }, { maxRetries: 1, fetch: breaking });
});

Deno.test("a redirect is not followed with the key, but named", () =>
  withServer(
    () => new Response(null, { status: 307, headers: { location: "http://elsewhere/v1" } }),
    async (policy) => {
      await assert.rejects(policy.sample(PROMPT, 1, PARAMS), /redirects to http:\/\/elsewhere\/v1; if you trust it/);
    },
  ));

Deno.test("no more requests are under way at once than allowed", () => {
  let [now, most] = [0, 0];
  return withServer(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 2));
    now--;
    return reply("x");
  }, async (policy) => {
    await Promise.all(Array.from({ length: 12 }, () => policy.sample(PROMPT, 1, PARAMS)));
    assert.equal(most, 3);
  }, { maxConcurrency: 3 });
});

Deno.test("a signal ends calls under way and calls in line with its reason; close() ends the rest", () => {
  const hang = (_: unknown, end: AbortSignal) =>
    new Promise((resolve) => end.addEventListener("abort", () => resolve(reply("late"))));
  return withServer(hang, async (policy, asked) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const calls = [1, 2, 1].map((count) => policy.sample(PROMPT, count, PARAMS, { signal: controller.signal }));
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(reason);
    await Promise.all(calls.map((call) => assert.rejects(call, (error) => error === reason)));
    const left = policy.sample(PROMPT, 1, PARAMS);
    while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    const closed = policy.close();
    await assert.rejects(left, /the policy of tiny is closed/);
    await closed;
    await assert.rejects(policy.sample(PROMPT, 1, PARAMS), /is closed/);
    assert.equal(asked.length, 3);
  }, { maxConcurrency: 2 });
});

Deno.test("when one of several completions fails the others are given up and the error is that one's", () => {
  let count = 0;
  return withServer((_, end) => {
    if (count++ === 0) return reply("one for all");
    if (count === 2) return refusal(400, { message: "broken" });
    return new Promise((resolve) => end.addEventListener("abort", () => resolve(reply("late"))));
  }, async (policy) => {
    await assert.rejects(policy.sample(PROMPT, 3, PARAMS), /refuses a request for tiny \(400: broken\)/);
  });
});

Deno.test("what needs tokens is refused, and so is a prompt without room or words", () =>
  withServer(
    ({ body }) => body.messages[0].content === "long" ? refusal(400, { code: "context_length_exceeded" }) : reply("x"),
    async (policy, asked) => {
      assert.equal(policy.contextLength, 64);
      for (const params of [{ ...PARAMS, stop: [1] }, { ...PARAMS, top_k: 3 }, { ...PARAMS, max_tokens: 64 }]) {
        await assert.rejects(policy.sample(PROMPT, 1, params), RangeError);
      }
      await assert.rejects(policy.sample({ ...PROMPT, messages: [] }, 1, PARAMS), RangeError);
      assert.equal(asked.length, 0);
      await assert.rejects(policy.sample(promptOf("long"), 1, PARAMS), RangeError);
    },
    { models: () => ({ data: [{ id: "tiny", max_model_len: 64 }] }) },
  ));

/** Never called: it is enough that it compiles. */
export function trainingDoesNotTypeCheck(policy: SamplingPolicy): void {
  // @ts-expect-error a policy that answers in text has no weights to train
  const trainable: TrainablePolicy = policy;
  // @ts-expect-error nor can it be what training opens
  const open: OpenPolicy = (config) => openOpenAIPolicy({ model: config.model_name });
  void [trainable, open];
}
