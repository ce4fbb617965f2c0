/**
 * Real comparisons, small: every figure of them and of their reports is worked out again in Python, from the recorded rows
 * alone, with numpy, scipy and statsmodels; and what is written down wrongly is found.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "../../policy/local/_fixtures.ts";
import { compareRuns, compareTemplates, type Comparison, COMPARISON_FILES } from "../../../lib/comparison/mod.ts";
import { trainGRPO } from "../../../mod.ts";
import { writeReport } from "../../../lib/reports/mod.ts";
import { recompute } from "./_recompute.ts";

const TEMPLATES = ["baseline", "step_by_step", "concise"];

async function requireAgreement(comparison: Comparison): Promise<void> {
  await writeReport(comparison);
  const { agrees, said } = await recompute(comparison.path!);
  assert.ok(agrees, said);
}

/** Writes a file differently. */
async function change(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.notEqual(text.replace(from, to), text, `nothing was changed in ${path}`);
  await Deno.writeTextFile(path, text.replace(from, to));
}

Deno.test("every figure of three templates follows from the recorded rows, and a changed one is noticed", () =>
  inTemporaryFolder(async (root) => {
    const folder = join(root, "comparisons", "single");
    const comparison = await compareTemplates(TEMPLATES, { backend: "local", limit: 48, folder });
    await requireAgreement(comparison);

    const { p, completion_tokens: { low, high } } = comparison.result.differences[0]!;
    const [result, page, notebook] = [COMPARISON_FILES.result, COMPARISON_FILES.page, COMPARISON_FILES.notebook];
    await change(join(folder, result), `"p": ${p},`, `"p": ${p * (1 - 1e-8)},`);
    // A third of the width: no other draw of the resamples gives that.
    await change(join(folder, result), `"high": ${high}`, `"high": ${high! + (high! - low!) / 3}`);
    const shown = /data-of=(\\?"\/cells\/1\/correct\/value\\?")>[^<]*</;
    await change(join(folder, page), shown, "data-of=$1>0.012<");
    await change(join(folder, notebook), shown, "data-of=$1>0.012<");
    const { agrees, said } = await recompute(folder);
    assert.ok(!agrees);
    assert.match(said, /differs: \/differences\/0\/p is/);
    assert.match(said, /differs: \/differences\/0\/completion_tokens\/high is .* standard errors off/);
    assert.match(said, /differs: report\.html: \/cells\/1\/correct\/value shows '0.012'/);
    assert.match(said, /differs: report\.ipynb: \/cells\/1\/correct\/value shows '0.012'/);
  }));

Deno.test("with several completions a problem as well, where problems are the observations", () =>
  inTemporaryFolder(async (root) => {
    const folder = join(root, "comparisons", "several");
    const asked = { backend: "local", limit: 24, samples: 4, temperature: 1, folder } as const;
    await requireAgreement(await compareTemplates(TEMPLATES, asked));
  }));

Deno.test("of training runs also the means over seeds, their curves and Welch's test", () =>
  inTemporaryFolder(async (root) => {
    const runs: string[] = [];
    for (const [learning_rate, seed] of [[1e-5, 0], [1e-5, 1], [1e-5, 2], [1e-3, 0], [1e-3, 1]] as const) {
      const log_path = join(root, "runs", `rate_${learning_rate}_${seed}`);
      await trainGRPO({
        ...{ backend: "local", learning_rate, seed, log_path, groups_per_batch: 4, group_size: 4, max_tokens: 48 },
        ...{ train_limit: 40, test_limit: 24, levels: [1, 2], eval_every: 1, save_every: 0, max_steps: 2 },
      });
      runs.push(log_path);
    }
    await requireAgreement(await compareRuns(runs, { folder: join(root, "runs", "comparisons", "rates") }));
  }));
