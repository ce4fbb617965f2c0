/** An operation that is taken, its answer lost, and its second posting refused: the server may hold it all the same. */
import assert from "node:assert/strict";
import { Limiter } from "../../../lib/basics/mod.ts";
import type { ServiceContext } from "../../../lib/policy/tinker/_context.ts";
import { wire } from "../../../lib/policy/tinker/mod.ts";
import { TrainingClient } from "../../../lib/policy/tinker/training_client.ts";
import { ADAM, datumOf, outputOf } from "./_fake.ts";
import { connect, json, refused, type Seen } from "./_scripted.ts";

/** A server that takes each number once, answers a repeated one with what it has, and refuses the second forward pass. */
async function deduplicating(refusal: number, { lost = true } = {}): Promise<{
  readonly client: TrainingClient;
  readonly taken: Map<number, string>;
  readonly close: () => Promise<void>;
}> {
  const taken = new Map<number, string>();
  const results = new Map<string, unknown>();
  const take = (seq: number, type: string, result: unknown): Response => {
    if (!taken.has(seq)) {
      taken.set(seq, type);
      results.set(`f${seq}`, result);
    }
    return json({ request_id: `f${seq}` });
  };
  let postings = 0;
  const { connection, clock } = await connect({
    forward_backward: [({ bytes }: Seen) => {
      const request = wire.decodeForwardBackwardRequest(bytes);
      if (!request.forward_only) return take(request.seq_id, "gradient", outputOf(request.data));
      if (postings++ > 0 || !lost) return json({ detail: "no" }, refusal);
      take(request.seq_id, "forward", outputOf(request.data));
      throw refused();
    }],
    optim_step: [({ text }: Seen) => take(JSON.parse(text).seq_id, "step", { metrics: {} })],
    retrieve_future: [({ text }: Seen) => json(results.get(JSON.parse(text).request_id))],
  });
  const context = { connection, clock, gradientBytes: new Limiter(1e7) } as unknown as ServiceContext;
  const model = { model_id: "s:train:0", base_model: "b", dialect: "standard" } as const;
  return { client: new TrainingClient(context, model), taken, close: () => connection.close() };
}

for (const status of [401, 403, 404, 413]) {
  Deno.test(`a posting refused with ${status} after one whose answer was lost ends the training`, async () => {
    const { client, taken, close } = await deduplicating(status);
    await assert.rejects(client.forward([datumOf(1)], "cross_entropy"), /no/);
    await assert.rejects(client.forwardBackward([datumOf(2)], "cross_entropy"), /load the last saved state/);
    await assert.rejects(client.optimStep(ADAM), /load the last saved state/);
    assert.deepEqual([...taken], [[1, "forward"]]);
    await close();
  });
}

Deno.test("an operation refused at its first posting leaves its number to the next one", async () => {
  const { client, taken, close } = await deduplicating(413, { lost: false });
  await assert.rejects(client.forward([datumOf(1)], "cross_entropy"), /no/);
  await client.forwardBackward([datumOf(2)], "cross_entropy");
  await client.optimStep(ADAM);
  assert.deepEqual([...taken], [[1, "gradient"], [2, "step"]]);
  await close();
});
