import assert from "node:assert/strict";
import { AbortListeners, sleep, steady } from "../../lib/basics/mod.ts";

Deno.test("sleep() ends with the signal's reason and leaves no timer", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const asleep = sleep(60_000, controller.signal);
  controller.abort(reason);
  await assert.rejects(asleep, (error) => error === reason);
  await assert.rejects(sleep(0, controller.signal), (error) => error === reason);
});

Deno.test("sleep() takes a length beyond what a timer holds without firing at once", async () => {
  const controller = new AbortController();
  const first = await Promise.race([
    sleep(Number.MAX_SAFE_INTEGER, controller.signal).then(() => "slept", () => "ended"),
    sleep(5).then(() => "short"),
  ]);
  assert.equal(first, "short");
  controller.abort();
});

Deno.test("AbortListeners registers one listener a signal, and none once nobody waits", () => {
  const { signal } = new AbortController();
  let registered = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    registered++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    registered--;
    removeEventListener.apply(signal, args);
  };
  const listeners = new AbortListeners();
  const ends = Array.from({ length: 3 }, () => listeners.add(signal, () => {}));
  assert.equal(registered, 1);
  for (const end of ends) end();
  for (const end of ends) end();
  assert.equal(registered, 0);
});

Deno.test("AbortListeners calls back once, and not those whose wait is over", () => {
  const controller = new AbortController();
  const listeners = new AbortListeners();
  const called: string[] = [];
  listeners.add(controller.signal, () => called.push("a"))();
  listeners.add(controller.signal, () => called.push("b"));
  controller.abort();
  assert.deepEqual(called, ["b"]);
});

Deno.test("steady() goes on where its clock is set back, and leaps forward with it", () => {
  const times = [100, 150, 50, 60, 65, 1000, 900, 905];
  const now = steady(() => times.shift()!);
  assert.deepEqual(Array.from({ length: 8 }, now), [100, 150, 150, 160, 165, 1100, 1100, 1105]);
});
