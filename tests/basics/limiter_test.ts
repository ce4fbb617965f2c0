import assert from "node:assert/strict";
import { Limiter } from "../../lib/basics/mod.ts";

/** Lets everything that can go on without a timer go on. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Acquires in the background and keeps the order of admissions. */
function arrivals(limiter: Limiter): {
  readonly admitted: string[];
  readonly come: (name: string, weight: number, signal?: AbortSignal) => Promise<() => void>;
} {
  const admitted: string[] = [];
  return {
    admitted,
    come: async (name, weight, signal) => {
      const release = await limiter.acquire(weight, signal);
      admitted.push(name);
      return release;
    },
  };
}

Deno.test("Limiter admits up to its capacity and the next one when weight is given back", async () => {
  const limiter = new Limiter(2);
  const { admitted, come } = arrivals(limiter);
  const first = await come("a", 1);
  await come("b", 1);
  const third = come("c", 1);
  await settle();
  assert.deepEqual(admitted, ["a", "b"]);
  assert.equal(limiter.waiting, 1);
  first();
  await third;
  assert.deepEqual(admitted, ["a", "b", "c"]);
  assert.equal(limiter.used, 2);
});

Deno.test("Limiter serves in order: light ones do not pass a heavy one that waits", async () => {
  const limiter = new Limiter(10);
  const { admitted, come } = arrivals(limiter);
  const first = await come("a", 6);
  const heavy = come("heavy", 9);
  const light = come("light", 1);
  await settle();
  assert.deepEqual(admitted, ["a"]);
  first();
  await Promise.all([heavy, light]);
  assert.deepEqual(admitted, ["a", "heavy", "light"]);
});

Deno.test("Limiter admits alone what weighs more than everything", async () => {
  const limiter = new Limiter(10);
  const { admitted, come } = arrivals(limiter);
  const giant = await come("giant", 1e9);
  const next = come("next", 1);
  await settle();
  assert.deepEqual(admitted, ["giant"]);
  giant();
  (await next)();
  assert.equal(limiter.used, 0);
});

Deno.test("Limiter lets a waiter leave with its signal's reason, and those behind it pass", async () => {
  const limiter = new Limiter(4);
  const { admitted, come } = arrivals(limiter);
  await come("a", 3);
  const controller = new AbortController();
  const heavy = come("heavy", 4, controller.signal);
  const light = come("light", 1);
  await settle();
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(heavy, (error) => error === reason);
  await light;
  assert.deepEqual(admitted, ["a", "light"]);
  await assert.rejects(limiter.acquire(1, controller.signal), (error) => error === reason);
});

Deno.test("Limiter takes weight back once, however often release is called", async () => {
  const limiter = new Limiter(2);
  const release = await limiter.acquire(2);
  release();
  release();
  assert.equal(limiter.used, 0);
});

Deno.test("Limiter keeps its count over thousands of waiters on one signal", async () => {
  const limiter = new Limiter(7);
  const { signal } = new AbortController();
  let most = 0;
  await Promise.all(Array.from({ length: 5000 }, async (_, i) => {
    const release = await limiter.acquire(1 + i % 3, signal);
    most = Math.max(most, limiter.used);
    await Promise.resolve();
    release();
  }));
  assert.equal(most, 7);
  assert.deepEqual([limiter.used, limiter.waiting], [0, 0]);
});

Deno.test("Limiter refuses a capacity or a weight that makes no sense", async () => {
  for (const capacity of [0, -1, NaN]) assert.throws(() => new Limiter(capacity), RangeError);
  for (const weight of [-1, NaN]) await assert.rejects(new Limiter(1).acquire(weight), RangeError);
});
