/** How samples wait for a server that is too busy for them: seen by who looks, and not for ever. */
import assert from "node:assert/strict";
import type { Clock } from "../../../lib/basics/mod.ts";
import { BackpressureError } from "../../../lib/policy/tinker/errors.ts";
import { ManualClock, settle } from "./_fake.ts";
import { SampleGate } from "../../../lib/policy/tinker/sample_gate.ts";

const LIMITS = { inFlight: 10, dispatchBytes: 1000 };
const HOUR = 3_600_000;

/** A clock whose pauses take no time but its own. */
function jumpingClock(): Clock & { time: number } {
  return {
    time: 0,
    now() {
      return this.time;
    },
    sleep(ms) {
      this.time += ms;
      return Promise.resolve();
    },
  };
}

function busy(): Promise<never> {
  return Promise.reject(new BackpressureError("refused", { status: 429, detail: "too many samples" }));
}

Deno.test("a request that the server is too busy for counts as waiting until it is taken", async () => {
  const waits: string[] = [];
  const gate = new SampleGate(LIMITS, jumpingClock(), (reason) => {
    waits.push(reason);
    return () => waits.push("over");
  });
  assert.equal(await gate.dispatch(1, () => Promise.resolve("at once")), "at once");
  assert.deepEqual(waits, []);
  let refusals = 3;
  assert.equal(await gate.dispatch(1, () => refusals-- > 0 ? busy() : Promise.resolve("taken")), "taken");
  assert.deepEqual(waits, ["too many samples", "over"]);
});

Deno.test("a server that takes no sample at all for two hours is given up, one that takes some is not", async () => {
  const clock = jumpingClock();
  const gate = new SampleGate(LIMITS, clock);
  await assert.rejects(gate.dispatch(1, busy), BackpressureError);
  assert.ok(clock.time > 2 * HOUR && clock.time < 2.1 * HOUR, `${clock.time}`);
  const begun = clock.time;
  let refusals = 0;
  const slow = gate.dispatch(1, async () => {
    if (clock.time - begun > 5 * HOUR) return "taken in the end";
    // Another one gets through now and then.
    if (++refusals % 100 === 0) await gate.dispatch(1, () => Promise.resolve());
    return await busy();
  });
  assert.equal(await slow, "taken in the end");
});

Deno.test("a server that is too busy gets few requests at a time, those that it has refused included", async () => {
  const clock = new ManualClock();
  const gate = new SampleGate({ inFlight: 2000, dispatchBytes: 10_485_760 }, clock);
  const waves: number[] = [];
  let [posts, taken] = [0, 0];
  const post = async () => {
    posts++;
    if (clock.now() < 5000) return await busy();
    taken++;
  };
  const all = Promise.all(Array.from({ length: 200 }, () => gate.dispatch(1000, post)));
  for (let second = 0; second < 10; second++) {
    await clock.advance(second === 0 ? 0 : 1000);
    for (let i = 0; i < 20; i++) await settle();
    waves.push(posts);
    posts = 0;
  }
  await clock.advance(60_000);
  await all;
  assert.equal(taken, 200);
  assert.equal(waves[0], 64);
  assert.ok(waves.slice(1, 5).every((count) => count > 0 && count <= 10), `${waves}`);
});
