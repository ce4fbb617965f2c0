/** Opening a policy on a server that makes one wait: what is told meanwhile, and how it is left. */
import assert from "node:assert/strict";
import { type Clock, sleep } from "../../../lib/basics/mod.ts";
import type { Waiting } from "../../../lib/policy/policy.ts";
import { openTinkerPolicy, type TinkerPolicyOptions } from "../../../lib/policy/tinker/tinker_policy.ts";
import { openTinkerSampler } from "../../../lib/policy/tinker/tinker_sampler.ts";
import { tellWaiting } from "../../../lib/policy/opening.ts";
import type { ChatFormat } from "../../../lib/tokens/mod.ts";
import { type Act, json, refused, scripted } from "./_scripted.ts";

/** A clock on which a second takes a millisecond. */
const HASTY: Clock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms / 1000, signal) };

const PAUSED = () => json({ queue_state: "paused_capacity", queue_state_reason: "short on capacity" }, 408);

/** A server on which everything can be opened, but for what the script says. */
function server(script: Readonly<Record<string, readonly Act[]>>) {
  return scripted({
    create_session: [json({ session_id: "s" })],
    create_model: [json({ request_id: "1" })],
    retrieve_future: [json({ model_id: "s:train:0" })],
    get_info: [json({ model_data: {} })],
    get_server_capabilities: [json({ supported_models: [{ model_name: "m", max_context_length: 9 }] })],
    unload_model: [json({ request_id: "2" })],
    create_sampling_session: [json({ sampling_session_id: "s:sample:0" })],
    ...script,
  });
}

function options({ fetch }: ReturnType<typeof scripted>, more: Partial<TinkerPolicyOptions>): TinkerPolicyOptions {
  const connection = { fetch, clock: HASTY, env: () => undefined, random: () => 0 };
  const chat = () => Promise.resolve({ stopTokens: [2] } as unknown as ChatFormat);
  return { model: "m", loraRank: 4, seed: 1, baseUrl: "http://tinker.test", connection, chat, ...more };
}

/** Leaves as soon as the opening waits. */
function leaver() {
  const [abort, told] = [new AbortController(), [] as Waiting[]];
  const onWaiting = (waiting: Waiting) => {
    if (waiting.state === "active") return;
    told.push(waiting);
    abort.abort(new Error("left"));
  };
  return { signal: abort.signal, told, onWaiting };
}

Deno.test("who opens a model is told what the server makes it wait for, and it is opened when the server goes on", async () => {
  const told: string[] = [];
  const held = Promise.withResolvers<void>();
  const goOn = async () => {
    await held.promise;
    return json({ model_id: "s:train:0" });
  };
  const onWaiting = ({ state, reason }: Waiting) => {
    told.push(`${state} ${reason}`);
    if (state === "paused_capacity") held.resolve();
  };
  const fake = server({ retrieve_future: [PAUSED(), goOn] });
  const policy = await openTinkerPolicy(options(fake, { onWaiting }));
  assert.ok(told.includes("paused_capacity short on capacity"), told.join());
  const count = told.length;
  await sleep(5);
  assert.equal(told.length, count);
  await policy.close();
});

Deno.test("a model that is waited for is left with the signal's reason, whatever the server does meanwhile", async () => {
  const scripts: Record<string, Act[]>[] = [
    { retrieve_future: [PAUSED()] },
    { create_session: [refused()] },
    { "client/config": [refused()] },
    { get_info: [refused()] },
  ];
  for (const script of scripts) {
    const { told, ...opening } = leaver();
    await assert.rejects(openTinkerPolicy(options(server(script), opening)), /^Error: left$/);
    const refusedOne = !("retrieve_future" in script);
    assert.deepEqual(told.map(({ state, reason }) => [state, reason]), [
      refusedOne ? ["unreachable", "Connection refused (os error 111)"] : ["paused_capacity", "short on capacity"],
    ]);
  }
});

Deno.test("an opening is left even while the tokenizer is fetched, before a model is made", async () => {
  for (const known of [{}, { tokenizer_id: "org/tok" }]) {
    const abort = new AbortController();
    const fake = server({ get_info: [json({ model_data: known })] });
    const isLast = Object.keys(known).length === 0 ? () => true : (id?: string) => id !== undefined;
    const chat: TinkerPolicyOptions["chat"] = ({ tokenizer_id }) => {
      if (!isLast(tokenizer_id)) return Promise.reject(new TypeError("the name does not tell"));
      abort.abort(new Error("left"));
      return new Promise<never>(() => {});
    };
    await assert.rejects(openTinkerPolicy(options(fake, { signal: abort.signal, chat })), /^Error: left$/);
    // By its name a tokenizer is opened before there is a model.
    const models = "tokenizer_id" in known ? 1 : 0;
    assert.deepEqual([fake.at("create_model").length, fake.at("unload_model").length], [models, models]);
  }
});

Deno.test("a sampler is waited for and left the same way; a signal that has aborted before sends nothing", async () => {
  const { told, ...opening } = leaver();
  const busy = json({ detail: "busy" }, 429);
  const fake = server({ create_sampling_session: [busy] });
  await assert.rejects(openTinkerSampler(options(fake, opening)), /^Error: left$/);
  assert.equal(told[0]?.state, "paused_rate_limit");
  const late = server({});
  await assert.rejects(openTinkerSampler(options(late, { signal: AbortSignal.abort(new Error("before")) })), /before/);
  assert.deepEqual(late.seen, []);
});

Deno.test("a server that is none of Tinker's is called that", async () => {
  for (const status of [404, 405, 501]) {
    const fake = server({ "client/config": [json({}, 404)], create_session: [json({ detail: "no" }, status)] });
    const message = /refuses POST create_session \(status \d+: no\); it does not look like a Tinker server; check/;
    await assert.rejects(openTinkerPolicy(options(fake, {})), { name: "ApiError", message });
  }
});

Deno.test("nothing is told of what cannot be made to wait, and work that fails ends the telling", async () => {
  let told = 0;
  const telling = { onWaiting: () => void told++, clock: HASTY };
  assert.equal(await tellWaiting(() => sleep(5).then(() => 7), () => undefined, telling), 7);
  assert.equal(told, 0);
  const failing = () => sleep(5).then(() => Promise.reject(new TypeError("no")));
  await assert.rejects(tellWaiting(failing, () => ({ state: "active", seconds: {} }), telling), /no/);
  assert.ok(told > 0);
});
