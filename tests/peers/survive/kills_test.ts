/** A few of the runs that `kills.ts` kills by the hundred. */
import assert from "node:assert/strict";
import { killRuns, tallyText } from "./kills.ts";

for (const extra of [[], ["max_steps_off_policy=1"]]) {
  const what = ["runs that are killed at random and resumed by the same command come to the same", ...extra];
  Deno.test(what.join(", with "), async () => {
    const tally = await killRuns({ count: extra.length === 0 ? 6 : 2, seed: 7, extra });
    assert.equal(tally.faults.size, 0, tallyText(tally));
    assert.ok(tally.kills >= tally.runs);
  });
}
