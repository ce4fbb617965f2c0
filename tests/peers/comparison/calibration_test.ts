/** A quick look at how often comparisons are wrong; `calibration.ts` takes longer over it, and prints more. */
import assert from "node:assert/strict";
import { calibrate, errorOf } from "./calibration.ts";

// Of one completion a problem only costs are drawn anew, which nothing here asks for.
const SINGLE = { comparisons: 1000, problems: 60, samples: 1, resamples: 2 };
const SEVERAL = { comparisons: 1600, problems: 60, samples: 4, resamples: 400 };

for (const simulated of [SINGLE, SEVERAL]) {
  const { comparisons, samples } = simulated;
  const error = errorOf(0.05, comparisons);

  Deno.test(`identical templates are called different at most 5 times in 100, by ${samples} of a problem`, () => {
    const { told, covered } = calibrate({ ...simulated, gap: 0 });
    assert.ok(told <= 0.05 + 2 * error, `${told} were told apart`);
    assert.ok(Math.abs(covered - 0.95) <= 0.01 + 2 * error, `${covered} of the intervals held 0`);
  });

  Deno.test(`a known gap is found as often as theory says, by ${samples} of a problem`, () => {
    const { told, theory, covered } = calibrate({ ...simulated, gap: 0.15 });
    assert.ok(Math.abs(told - theory) <= 0.01 + 2 * errorOf(theory, comparisons), `${told} were found, not ${theory}`);
    assert.ok(Math.abs(covered - 0.95) <= 0.01 + 2 * error, `${covered} of the intervals held the gap`);
  });
}
