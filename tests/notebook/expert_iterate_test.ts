/** `expertIterate` as notebooks have it: the same run, and a panel that tells of it where there is a notebook. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { expertIterate as outside } from "../../lib/launch/mod.ts";
import { expertIterate } from "../../lib/notebook/mod.ts";
import * as module from "../../mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { keepIn, type Sent } from "./_notebook.ts";

const SMALL: module.ExpertInput = {
  backend: "local",
  ...{ groups_per_batch: 4, group_size: 2, max_tokens: 48, train_limit: 8, test_limit: 2, levels: [1], max_steps: 1 },
};

Deno.test("the module's expertIterate is the notebook's", () => {
  assert.equal(module.expertIterate, expertIterate);
  assert.notEqual(module.expertIterate, outside);
});

Deno.test("a panel follows expert iteration, tells how many answers were kept, and how to go on", () =>
  inTemporaryFolder(async (folder) => {
    const sent: Sent[] = [];
    const panel = { broadcast: keepIn(sent, Date) };
    const log_path = join(folder, "run");
    const run = await expertIterate({ ...SMALL, log_path }, { panel });
    const kept = run.series("expert/kept")[0]!.value;
    assert.match(sent.at(-1)!.text, new RegExp(`finished 1 step in[^]*answers kept +${kept}`));
    const stopping = new AbortController();
    const going = { log_path, max_steps: 3, behavior_if_log_dir_exists: "resume" } as const;
    await expertIterate(going, {
      panel,
      signal: stopping.signal,
      onEvent: ({ type }) => type === "step" && stopping.abort(),
    });
    assert.match(sent.at(-1)!.text, /stopped after 2 of 3 steps[^]*await expertIterate\(\{ log_path: /);
    // A round without completions of its own.
    const input = { ...SMALL, rollouts_from: log_path, log_path: join(folder, "second") };
    await expertIterate(input, { panel });
    assert.doesNotMatch(sent.at(-1)!.text + sent.at(-1)!.html, /NaN|undefined/);
  }));

Deno.test("a panel or a method that there cannot be is refused", async () => {
  const panel = { panel: "no" } as unknown as module.NotebookExpertOptions;
  await assert.rejects(expertIterate(SMALL, panel), /option panel: expected false/);
  await assert.rejects(expertIterate({ method: "grpo" } as module.ExpertInput), /for grpo use trainGRPO/);
});
