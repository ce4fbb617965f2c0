/** Training on a fake server: order, numbers, pipelining, parts, and when training is refused. */
import assert from "node:assert/strict";
import type { Script, Seen } from "./_fake.ts";
import { ADAM, datumOf, deferred, failed, FakeConnection, outputOf, refused, settle } from "./_fake.ts";
import { TinkerService, type TrainingClient } from "../../../lib/policy/tinker/mod.ts";

/** The operations of the model alone, without its making and its end. */
function operations({ log }: FakeConnection, kind: "post" | "took" | "done" = "post"): string[] {
  return log.filter((line) => line.startsWith(kind) && / \d+$/.test(line)).map((line) => line.slice(5));
}

async function withClient(
  script: Script,
  body: (client: TrainingClient, fake: FakeConnection, service: TinkerService) => Promise<void>,
): Promise<void> {
  const fake = new FakeConnection(script);
  const service = new TinkerService(fake, { closeTimeoutMs: 100 });
  try {
    await body(await service.createTrainingClient({ base_model: "base" }), fake, service);
  } finally {
    await service.close();
  }
}

const some = [datumOf(1), datumOf(2)];

Deno.test("an optimizer step is posted before the gradient's result is there, and not before the gradient is taken", async () => {
  const [accepted, computed] = [deferred(), deferred()];
  const script: Script = {
    accept: ({ path }) => path === "forward_backward" && accepted.promise,
    result: ({ path }) => path === "forward_backward" ? computed.promise.then(() => undefined) : undefined,
  };
  await withClient(script, async (client, fake) => {
    const gradient = client.forwardBackward(some, "cross_entropy");
    const update = client.optimStep(ADAM);
    await settle();
    assert.deepEqual(operations(fake), ["forward_backward 1"]);
    accepted.resolve();
    await settle();
    assert.deepEqual(operations(fake), ["forward_backward 1", "optim_step 2"]);
    computed.resolve();
    assert.equal((await gradient).metrics["loss:sum"], 2);
    assert.deepEqual(await update, { "grad_norm:mean": 1 });
  });
});

Deno.test("operations of every kind share one count without gaps, in the order of the calls", async () => {
  await withClient({}, async (client, fake) => {
    await Promise.all([
      client.forwardBackward(some, "cross_entropy"),
      client.optimStep(ADAM),
      client.saveState("a"),
      client.saveWeightsForSampler("a"),
      client.saveWeightsAndGetSamplingClient(),
      client.forward(some, "cross_entropy"),
    ]);
    const names = [
      ...["forward_backward 1", "optim_step 2", "save_weights 3"],
      ...["save_weights_for_sampler 4", "save_weights_for_sampler 5", "forward_backward 6"],
    ];
    assert.deepEqual(operations(fake), names);
  });
});

Deno.test("an operation that is aborted before its turn takes no number", async () => {
  const accepted = deferred();
  await withClient({ accept: ({ path }) => path === "save_weights" && accepted.promise }, async (client, fake) => {
    const abort = new AbortController();
    const saved = client.saveState("a");
    const forward = client.forward(some, "cross_entropy", { signal: abort.signal });
    const update = client.optimStep(ADAM);
    await settle();
    abort.abort(new Error("enough"));
    await assert.rejects(forward, /enough/);
    accepted.resolve();
    await Promise.all([saved, update]);
    assert.deepEqual(operations(fake), ["save_weights 1", "optim_step 2"]);
  });
});

Deno.test("parts go out one after the other, and their results come back in order", async () => {
  const config = { fwdbwd_max_chunk_len: 2, parallel_fwdbwd_chunks: false };
  await withClient({ config }, async (client, fake) => {
    const data = [1, 2, 3, 4, 5].map(datumOf);
    const output = await client.forwardBackward(data, "ppo", { config: { clip_low_threshold: 0.8 } });
    assert.deepEqual(
      operations(fake, "took"),
      ["forward_backward 1", "forward_backward 2", "forward_backward 3"],
    );
    const sent = fake.seen.filter(({ path }) => path === "forward_backward").map(({ body }) => body);
    assert.deepEqual(sent.map(({ data }) => data.length), [2, 2, 1]);
    assert.deepEqual(sent.map(({ loss_fn_config }) => loss_fn_config), Array(3).fill({ clip_low_threshold: 0.8 }));
    assert.equal(output.loss_fn_outputs.length, 5);
    assert.equal(output.metrics["loss:sum"], 5);
  });
});

Deno.test("parts go out at once with the first one last, where the server orders by number", async () => {
  const later = ({ body }: Seen) => body.seq_id > 1 && body.seq_id < 4;
  const others = deferred();
  const config = { fwdbwd_max_chunk_len: 1 };
  await withClient({ config, accept: (seen) => later(seen) && others.promise }, async (client, fake) => {
    const output = client.forwardBackward([1, 2, 3].map(datumOf), "cross_entropy");
    const update = client.optimStep(ADAM);
    await settle();
    assert.deepEqual(operations(fake), ["forward_backward 2", "forward_backward 3"]);
    others.resolve();
    await output;
    await update;
    const end = ["forward_backward 2", "forward_backward 3", "forward_backward 1", "optim_step 4"];
    assert.deepEqual(operations(fake), end);
  });
});

Deno.test("parts go out in order to a server whose ids are not the official one's, whatever its settings", async () => {
  const config = { fwdbwd_max_chunk_len: 1 };
  const result = ({ path }: Seen) => path === "create_model" ? { model_id: "0b5c" } : undefined;
  await withClient({ config, result }, async (client, fake) => {
    await client.forwardBackward([1, 2].map(datumOf), "cross_entropy");
    assert.deepEqual(operations(fake), ["forward_backward 1", "forward_backward 2"]);
  });
});

Deno.test("a gradient that could not be sent is not stepped on, and training goes on after", async () => {
  await withClient({}, async (client, fake) => {
    await assert.rejects(client.forwardBackward([], "cross_entropy"), RangeError);
    await assert.rejects(client.optimStep(ADAM), /not taken.*at least one datum/);
    await client.forwardBackward(some, "cross_entropy");
    await client.optimStep(ADAM);
    assert.deepEqual(operations(fake), ["forward_backward 1", "optim_step 2"]);
    assert.equal(client.unsound, undefined);
  });
});

Deno.test("a missing gradient counts in the order of the calls", async () => {
  await withClient({}, async (client) => {
    const whole = client.forwardBackward(some, "cross_entropy");
    const taken = client.optimStep(ADAM);
    client.missGradient(new TypeError("datum 0 has no weights"));
    const refusedStep = client.optimStep(ADAM);
    await Promise.all([whole, taken, assert.rejects(refusedStep, /not taken.*no weights/)]);
    assert.equal(client.unsound, undefined);
  });
});

Deno.test("a refused gradient is not stepped on; its number goes to the next operation", async () => {
  const script: Script = {
    accept: ({ path, body }) => {
      if (path === "forward_backward" && body.loss_fn === "none") throw refused(422, "no such loss");
    },
  };
  await withClient(script, async (client, fake) => {
    const gradient = client.forwardBackward(some, "none");
    const update = client.optimStep(ADAM);
    await assert.rejects(gradient, /no such loss/);
    await assert.rejects(update, /not taken.*no such loss/);
    await client.forwardBackward(some, "cross_entropy");
    assert.deepEqual(operations(fake), ["forward_backward 1", "forward_backward 1"]);
  });
});

Deno.test("a gradient in part on the server ends training until a state is loaded", async () => {
  const script: Script = {
    result: ({ path, body }) => {
      if (path === "forward_backward" && body.loss_fn === "bad") throw failed("user", "no such loss");
    },
  };
  await withClient(script, async (client) => {
    await client.forwardBackward(some, "cross_entropy");
    await assert.rejects(client.forwardBackward(some, "bad"), /no such loss/);
    await assert.rejects(client.optimStep(ADAM), /not taken.*load the last saved state/);
    for (
      const call of [
        () => client.forwardBackward(some, "cross_entropy"),
        () => client.optimStep(ADAM),
        () => client.saveState("a"),
      ]
    ) await assert.rejects(call, /load the last saved state/);
    await client.forward(some, "cross_entropy");
  });
});

Deno.test("an optimizer step behind a gradient that failed on the server is no success", async () => {
  const computed = deferred();
  const script: Script = {
    result: async ({ path }) => {
      if (path !== "forward_backward") return undefined;
      await computed.promise;
      throw failed("server", "out of memory");
    },
  };
  await withClient(script, async (client) => {
    const gradient = assert.rejects(client.forwardBackward(some, "cross_entropy"), /out of memory/);
    const update = assert.rejects(client.optimStep(ADAM), /without a part of its gradient.*load the last saved state/);
    await settle();
    computed.resolve();
    await Promise.all([gradient, update]);
    await assert.rejects(client.optimStep(ADAM), /not taken.*load the last saved state/);
  });
});

Deno.test("a posting of which nobody knows whether it was taken ends the model's line", async () => {
  const script: Script = {
    accept: ({ path }) => {
      if (path === "forward_backward") throw new TypeError("connection reset");
    },
  };
  await withClient(script, async (client, fake) => {
    await assert.rejects(client.forwardBackward(some, "cross_entropy"), /connection reset/);
    await assert.rejects(client.optimStep(ADAM), /not taken.*load the last saved state/);
    await assert.rejects(client.forward(some, "cross_entropy"), /nobody knows whether operation 1/);
    assert.deepEqual(operations(fake), ["forward_backward 1"]);
  });
});

Deno.test("a gradient whose caller had enough is not stepped on", async () => {
  await withClient(
    { result: ({ path }) => path === "forward_backward" ? deferred().promise : undefined },
    async (client) => {
      const abort = new AbortController();
      const gradient = client.forwardBackward(some, "cross_entropy", { signal: abort.signal });
      await settle();
      abort.abort(new Error("enough"));
      await assert.rejects(gradient, /enough/);
      await assert.rejects(client.optimStep(ADAM), /not taken.*enough.*load the last saved state/);
    },
  );
});

Deno.test("a name that is taken is an error, and none when an earlier posting of the same save has taken it", async () => {
  for (const postings of [1, 2]) {
    const fake = new FakeConnection();
    const submit = fake.submit.bind(fake);
    fake.submit = (operation, options) => {
      if (operation.path !== "save_weights") return submit(operation, options);
      for (let i = 0; i < postings; i++) operation.body();
      return Promise.reject(refused(409, "checkpoint exists"));
    };
    const service = new TinkerService(fake);
    const client = await service.createTrainingClient({ base_model: "base" });
    if (postings === 1) await assert.rejects(client.saveState("a"), { status: 409 });
    else assert.equal(await client.saveState("a"), "tinker://s:train:0/weights/a");
    await service.close();
  }
});

Deno.test("names that a server may not take are refused here", async () => {
  await withClient({}, async (client, fake) => {
    for (const name of ["", "a.b", "a/b", "..", "x".repeat(256)]) {
      await assert.rejects(client.saveState(name), TypeError);
    }
    assert.deepEqual(operations(fake), []);
  });
});

/** A server that takes only the number it expects and does not move on when an operation fails. */
function strict(fails: (seen: Seen) => boolean): Script & { taken: string[] } {
  let expected = 1;
  const taken: string[] = [];
  const result = (seen: Seen) => {
    const { seq_id } = seen.body;
    if (seq_id === undefined) return seen.path === "create_model" ? { model_id: "0b5c" } : undefined;
    if (seq_id !== expected) throw failed("unknown", `expected ${expected}, got ${seq_id}`, 409);
    if (fails(seen)) throw failed("user", "bad data", 400);
    expected++;
    taken.push(seen.path);
    return undefined;
  };
  return { result, taken };
}

Deno.test("a failed operation's number is used again where the server expects it", async () => {
  const script = strict(({ body }) => body.loss_fn === "bad");
  await withClient(script, async (client) => {
    await client.forward(some, "cross_entropy");
    await assert.rejects(client.forward(some, "bad"), /bad data/);
    const gradient = client.forwardBackward(some, "cross_entropy");
    const update = client.optimStep(ADAM);
    await Promise.all([gradient, update]);
    assert.deepEqual(script.taken, ["forward_backward", "forward_backward", "optim_step"]);
    assert.equal(client.unsound, undefined);
  });
});

Deno.test("an optimizer step that was taken before its answer was lost is not taken twice", async () => {
  const fake = new FakeConnection({
    result: ({ path, body }) => {
      if (path === "optim_step") throw failed("unknown", `expected ${body.seq_id + 1}, got ${body.seq_id}`, 409);
    },
  });
  const submit = fake.submit.bind(fake);
  fake.submit = (operation, options) => {
    if (operation.path === "optim_step") operation.body();
    return submit(operation, options);
  };
  const service = new TinkerService(fake);
  const client = await service.createTrainingClient({ base_model: "base" });
  await client.forwardBackward(some, "cross_entropy");
  assert.deepEqual(await client.optimStep(ADAM), {});
  await client.forwardBackward(some, "cross_entropy");
  assert.deepEqual(operations(fake), ["forward_backward 1", "optim_step 2", "forward_backward 3"]);
  await service.close();
});

Deno.test("what is called behind a gradient of one's own loss comes after it", async () => {
  await withClient(
    { result: ({ path, body }) => path === "forward_backward" ? outputOf(body.data, -2) : undefined },
    async (client, fake) => {
      const loss = (logprobs: readonly (readonly number[])[]) => ({
        loss: 7,
        gradients: logprobs.map((row) => row.map((value) => 3 * value)),
        metrics: { "mine:mean": 1 },
      });
      const [output] = await Promise.all([client.forwardBackwardCustom(some, loss), client.optimStep(ADAM)]);
      assert.deepEqual(operations(fake), ["forward_backward 1", "forward_backward 2", "optim_step 3"]);
      const [forward, backward] = fake.seen.filter(({ path }) => path === "forward_backward").map(({ body }) => body);
      assert.equal(forward.forward_only, true);
      assert.equal(backward.forward_only ?? false, false);
      assert.equal(backward.loss_fn, "cross_entropy");
      assert.deepEqual([...backward.data[0].loss_fn_inputs.weights.data], [6]);
      assert.deepEqual(output.metrics, { "mine:mean": 1, "loss:sum": 7 });
    },
  );
});

Deno.test("a loss of one's own that fails is not stepped on, and the next gradient is whole", async () => {
  await withClient({}, async (client) => {
    const bad = client.forwardBackwardCustom(some, () => ({ loss: NaN, gradients: [] }));
    const update = client.optimStep(ADAM);
    await assert.rejects(bad, /NaN, not a finite number/);
    await assert.rejects(update, /not taken/);
    await client.forwardBackward(some, "cross_entropy");
    await client.optimStep(ADAM);
  });
});

Deno.test("closing frees the models, and does not wait for a server that says nothing", async () => {
  const fake = new FakeConnection({ accept: ({ path }) => path === "unload_model" && deferred().promise });
  const service = new TinkerService(fake, { closeTimeoutMs: 5 });
  await service.createTrainingClient({ base_model: "base" });
  await service.close();
  assert.deepEqual(fake.log.at(-1), "post unload_model");
});
