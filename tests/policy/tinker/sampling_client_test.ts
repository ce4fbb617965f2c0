/** Sampling on a fake server: limits, too busy a server, failures of the server's own, scores of prompts. */
import assert from "node:assert/strict";
import { BackpressureError } from "../../../lib/policy/tinker/errors.ts";
import { type SampleResponse, TinkerService } from "../../../lib/policy/tinker/mod.ts";
import { deferred, failed, FakeConnection, ManualClock, type Script, settle } from "./_fake.ts";

const PARAMS = { max_tokens: 4, seed: 1, stop: [2], temperature: 1, top_k: -1, top_p: 1 };
const OPTIONS = { params: PARAMS };

async function withSampler(
  script: Script,
  body: (
    tools: {
      sampler: Awaited<ReturnType<TinkerService["createSamplingClient"]>>;
      fake: FakeConnection;
      clock: ManualClock;
    },
  ) => Promise<void>,
): Promise<void> {
  const fake = new FakeConnection(script);
  const clock = new ManualClock();
  const service = new TinkerService(fake, { clock });
  try {
    await body({ sampler: await service.createSamplingClient({ base_model: "base" }), fake, clock });
  } finally {
    await service.close();
  }
}

const posted = ({ log }: FakeConnection) => log.filter((line) => line.startsWith("post asample")).length;

function busy(): BackpressureError {
  return new BackpressureError("too busy", { status: 429, detail: "too busy" });
}

Deno.test("a sample carries its session, its number from 0 and what was asked for", async () => {
  await withSampler({}, async ({ sampler, fake }) => {
    await sampler.sample([5, 6], { ...OPTIONS, num_samples: 3 });
    await sampler.sample([5, 6], OPTIONS);
    const [first, second] = fake.seen.map(({ body }) => body);
    assert.equal(first.sampling_session_id, "s:sample:9");
    assert.deepEqual([first.seq_id, second.seq_id], [0, 1]);
    assert.deepEqual(first.prompt, { chunks: [{ type: "encoded_text", tokens: [5, 6] }] });
    assert.deepEqual([first.num_samples, second.num_samples], [3, 1]);
    assert.deepEqual(first.sampling_params, PARAMS);
  });
});

Deno.test("no more than 64 samples are posted at once, and no more than the server's number are in flight", async () => {
  const [accepted, answered] = [deferred(), deferred<SampleResponse>()];
  const config = { sample_max_concurrent_requests: 450 };
  const script: Script = { config, accept: () => accepted.promise, result: () => answered.promise };
  await withSampler(script, async ({ sampler, fake }) => {
    const all = Array.from({ length: 500 }, () => sampler.sample([1], OPTIONS));
    await settle();
    assert.equal(posted(fake), 64);
    accepted.resolve();
    await settle();
    assert.equal(posted(fake), 450);
    answered.resolve({ sequences: [], prompt_logprobs: null, topk_prompt_logprobs: null });
    await Promise.all(all);
    assert.equal(posted(fake), 500);
  });
});

Deno.test("prompts on their way are limited in bytes, and one too large for the limit goes alone", async () => {
  const accepted = deferred();
  const config = { sample_dispatch_bytes_semaphore_size: 100 };
  await withSampler({ config, accept: () => accepted.promise }, async ({ sampler, fake }) => {
    const all = [4, 4, 4, 50].map((length) => sampler.sample(Array<number>(length).fill(1), OPTIONS));
    await settle();
    assert.equal(posted(fake), 2);
    accepted.resolve();
    await Promise.all(all);
  });
});

Deno.test("a server that is too busy gets the same request again after a second, and ten at once after that", async () => {
  let refusals = 1;
  const later = deferred();
  const accept = () => {
    if (refusals-- > 0) throw busy();
    return later.promise;
  };
  await withSampler({ accept }, async ({ sampler, fake, clock }) => {
    const first = sampler.sample([1], OPTIONS);
    await settle();
    assert.equal(posted(fake), 1);
    await clock.advance(999);
    assert.equal(posted(fake), 1);
    await clock.advance(1);
    assert.deepEqual(fake.seen.map(({ body }) => body.seq_id), [0, 0]);
    const more = Array.from({ length: 30 }, () => sampler.sample([1], OPTIONS));
    await settle();
    assert.equal(posted(fake), 1 + 10);
    later.resolve();
    await Promise.all([first, ...more]);
  });
});

Deno.test("a large prompt waits five seconds for a server that is too busy", async () => {
  let refusals = 1;
  const accept = () => {
    if (refusals-- > 0) throw busy();
  };
  await withSampler({ accept }, async ({ sampler, fake, clock }) => {
    const sampled = sampler.sample(Array<number>(20_000).fill(1), OPTIONS);
    await settle();
    await clock.advance(4999);
    assert.equal(posted(fake), 1);
    await clock.advance(1);
    await sampled;
    assert.equal(posted(fake), 2);
  });
});

Deno.test("a failure that the server takes on itself is drawn again under a new number, any other is thrown", async () => {
  let failures = 2;
  const result = () => {
    if (failures-- > 0) throw failed("server", "worker died");
  };
  await withSampler({ result }, async ({ sampler, fake, clock }) => {
    const sampled = sampler.sample([1], OPTIONS);
    await settle();
    await clock.advance(2000);
    await sampled;
    assert.deepEqual(fake.seen.map(({ body }) => body.seq_id), [0, 1, 2]);
  });
  await withSampler({ result: () => Promise.reject(failed("user", "bad prompt")) }, async ({ sampler, fake }) => {
    await assert.rejects(sampler.sample([1], OPTIONS), /bad prompt/);
    assert.equal(posted(fake), 1);
  });
});

Deno.test("a server whose fault does not go away ends in its error", async () => {
  await withSampler({ result: () => Promise.reject(failed("server", "worker died")) }, async ({ sampler, clock }) => {
    const sampled = assert.rejects(sampler.sample([1], OPTIONS), /worker died/);
    await settle();
    await clock.advance(120_000);
    await sampled;
  });
});

Deno.test("an aborted sample gives its places back, wherever it waits", async () => {
  const answered = deferred<SampleResponse>();
  const config = { sample_max_concurrent_requests: 1 };
  await withSampler({ config, result: () => answered.promise }, async ({ sampler, fake }) => {
    const abort = new AbortController();
    const options = { ...OPTIONS, signal: abort.signal };
    const running = sampler.sample([1], options);
    const waiting = sampler.sample([1], options);
    const other = sampler.sample([1], OPTIONS);
    await settle();
    assert.equal(posted(fake), 1);
    abort.abort(new Error("enough"));
    await assert.rejects(running, /enough/);
    await assert.rejects(waiting, /enough/);
    answered.resolve({ sequences: [], prompt_logprobs: null, topk_prompt_logprobs: null });
    await other;
    assert.equal(posted(fake), 2);
  });
});

Deno.test("computeLogprobs() scores each token, whether or not the server counts the first", async () => {
  for (const prompt_logprobs of [[null, -1, -2], [-1, -2]]) {
    const result = () => ({ sequences: [], prompt_logprobs, topk_prompt_logprobs: null });
    await withSampler({ result }, async ({ sampler, fake }) => {
      assert.deepEqual(await sampler.computeLogprobs([7, 8, 9]), [null, -1, -2]);
      const { body } = fake.seen[0]!;
      assert.equal(body.prompt_logprobs, true);
      assert.equal(body.sampling_params.max_tokens, 1);
    });
  }
  await withSampler({}, async ({ sampler }) => {
    await assert.rejects(sampler.computeLogprobs([7, 8, 9]), /gave 0 log-probabilities for a prompt of 3/);
  });
});
