/** Claims about hostile completions: none is correct, none throws, and the pool's limit in time holds for each. */
import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { gradeAnswer } from "../../lib/grading/mod.ts";
import { createJudge } from "../../lib/grading/pool/pool.ts";
import { OUTCOMES } from "../../lib/vocabulary.ts";
import { type Hostile, hostile } from "./_hostile.ts";

const SEED = 20_260_802;
const COUNT = 10_000;
/** Items that are in memory together. */
const BATCH = 500;
const LIMIT_MS = 1000;
const GRACE_MS = 50;
/** Faults that are shown. */
const SHOWN = 20;

/** The items in batches, the same ones every time. */
function* batches(): Generator<readonly Hostile[]> {
  const random = randomFrom(SEED, "hostile");
  for (let from = 0; from < COUNT; from += BATCH) {
    yield Array.from({ length: BATCH }, (_, i) => hostile(random, from + i));
  }
}

function shown({ shape, text, reference }: Hostile, what: string): string {
  return `${shape}: ${what}: ${JSON.stringify(text.slice(0, 120))} for ${reference}`;
}

Deno.test("none of 10,000 hostile completions is graded correct, and none throws", () => {
  const faults = new Set<string>();
  let count = 0;
  for (const batch of batches()) {
    for (const item of batch) {
      count++;
      try {
        const { correct, strict, lenient, outcome } = gradeAnswer(item.text, item.reference, { bare: item.bare });
        if (correct || strict || lenient || !OUTCOMES.includes(outcome)) faults.add(shown(item, outcome));
      } catch (error) {
        faults.add(shown(item, String(error)));
      }
    }
  }
  assert.equal(count, COUNT);
  assert.deepEqual([...faults].slice(0, SHOWN), []);
});

Deno.test("none of 10,000 hostile completions takes a pool longer than its limit and 50 ms, and it goes on", async () => {
  const judge = createJudge({ timeoutMs: LIMIT_MS });
  const faults: string[] = [];
  let longest = 0;
  try {
    for (const batch of batches()) {
      const verdicts = await judge.judge(batch);
      for (const [i, { correct, ms, outcome }] of verdicts.entries()) {
        longest = Math.max(longest, ms);
        if (correct || ms > LIMIT_MS + GRACE_MS) faults.push(shown(batch[i] as Hostile, `${outcome} after ${ms} ms`));
      }
    }
    const sane = { text: "So \\boxed{\\frac{2}{\\sqrt{2}}}.", reference: "\\sqrt{2}" };
    assert.equal((await judge.judge([sane]))[0]?.correct, true);
  } finally {
    await judge.close();
  }
  assert.ok(longest > 0);
  assert.deepEqual(faults.slice(0, SHOWN), []);
});
