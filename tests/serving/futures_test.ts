import assert from "node:assert/strict";
import { FUTURE_LIMITS, FutureStore, type Result } from "../../lib/serving/futures.ts";

function store(limits: Partial<typeof FUTURE_LIMITS> = {}, clock = { now: 0 }): FutureStore {
  return new FutureStore({ ...FUTURE_LIMITS, holdMs: 5, ...limits }, () => clock.now, (text) => text);
}

const done = (value: Record<string, unknown> = {}) => (): Promise<Result> => Promise.resolve({ kind: "json", value });

Deno.test("FutureStore keeps a fetched result for a while and then forgets it", async () => {
  const clock = { now: 0 };
  const futures = store({ keepMs: 100 }, clock);
  futures.start("a", "print", done({ n: 1 }));
  assert.deepEqual((await futures.result("a"))?.outcome, { kind: "json", value: { n: 1 } });
  futures.fetched("a");
  clock.now = 100;
  futures.sweep();
  assert.ok(await futures.result("a"));
  clock.now = 101;
  futures.sweep();
  await assert.rejects(futures.result("a"), /not known/);
  assert.equal(futures.has("a", "print"), false);
});

Deno.test("FutureStore keeps a result that nobody has fetched, until there are too many", async () => {
  const clock = { now: 0 };
  const futures = store({ maxKept: 2 }, clock);
  for (const id of ["a", "b", "c"]) {
    futures.start(id, "print", done());
    await futures.result(id);
  }
  futures.fetched("b");
  clock.now = 1e9;
  futures.sweep();
  await assert.rejects(futures.result("b"), /not known/);
  assert.ok(await futures.result("a"));
  futures.start("d", "print", done());
  await futures.result("d");
  futures.sweep();
  await assert.rejects(futures.result("a"), /not known/);
  assert.ok(await futures.result("d"));
});

Deno.test("FutureStore bounds the bytes it keeps", async () => {
  const futures = store({ maxKeptBytes: 1000 });
  for (const id of ["a", "b", "c"]) {
    futures.start(id, "print", done({ text: "x".repeat(400) }));
    await futures.result(id);
  }
  futures.sweep();
  await assert.rejects(futures.result("a"), /not known/);
  assert.ok((await futures.result("c"))!.bytes > 400);
});

Deno.test("FutureStore holds a request for a result, but not for ever", async () => {
  const futures = store();
  const gate = Promise.withResolvers<Result>();
  futures.start("a", "print", () => gate.promise);
  assert.equal(await futures.result("a"), undefined);
  const waiting = futures.result("a");
  gate.resolve({ kind: "json", value: {} });
  assert.ok(await waiting);
});

Deno.test("FutureStore makes a failed result of whatever is thrown, with whose fault it was", async () => {
  const futures = store();
  const errors: [unknown, string][] = [[new RangeError("a"), "user"], [new Error("b"), "server"], ["c", "server"]];
  for (const [i, [error, category]] of errors.entries()) {
    futures.start(`later ${i}`, "print", () => Promise.reject(error));
    futures.start(`now ${i}`, "print", () => {
      throw error;
    });
    const message = error instanceof Error ? error.message : error;
    const expected = { kind: "failed", error: message, category };
    assert.deepEqual((await futures.result(`later ${i}`))?.outcome, expected);
    assert.deepEqual((await futures.result(`now ${i}`))?.outcome, expected);
  }
});

Deno.test("FutureStore wakes those who wait when it is closed", async () => {
  const futures = store({ holdMs: 1e6 });
  const gate = Promise.withResolvers<Result>();
  futures.start("a", "print", () => gate.promise);
  const waiting = futures.result("a");
  futures.close();
  await assert.rejects(waiting, /shutting down/);
});

Deno.test("FutureStore refuses more operations than may be under way", async () => {
  const futures = store({ maxPending: 1 });
  const gate = Promise.withResolvers<Result>();
  futures.start("a", "print", () => gate.promise);
  assert.throws(() => futures.start("b", "print", done()), /1 requests are under way/);
  gate.resolve({ kind: "json", value: {} });
  await futures.result("a");
  futures.start("b", "print", done());
  assert.ok(await futures.result("b"));
});
