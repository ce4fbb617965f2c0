/** What the terminal says of runs that keep their best weights, or end early. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as resume } from "../../lib/cli/resume.ts";
import { main as show } from "../../lib/cli/show.ts";
import { main as train } from "../../lib/cli/train.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const SMALL = "env=arithmetic prompt_template=none groups_per_batch=2 group_size=2 save_every=1 eval_every=1".split(
  " ",
);

async function said(main: typeof train, ...args: string[]): Promise<string> {
  const io = fakeIo();
  assert.equal(await main(args, io, openAdder()), 0, io.complained());
  return io.said();
}

Deno.test("problems set aside and the best weights are shown, when a run ends and later", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const kept = ["keep_best=true", "validation_limit=16", "train_limit=40", "test_limit=2", "max_steps=14"];
    const ended = await said(train, ...SMALL, ...kept, `log_path=${path}`);
    assert.match(ended, /^evaluation after 0 steps .* 2 problems {2}set aside 0\.\d{3}$/m);
    const run = await openRun(path);
    const scores = run.series("val/env/all/correct");
    const highest = Math.max(...scores.map(({ value }) => value));
    const { step } = scores.find(({ value }) => value === highest)!;
    assert.ok(run.checkpoints.filter(({ name }) => name === "best").length > 1, "not one alone");
    const line = `\nbest weights: checkpoint best, after ${step} steps, with accuracy ${highest.toFixed(3)} ` +
      "on the problems set aside\n";
    assert.ok(ended.includes(line), ended);
    const later = await said((args, io) => show(args, io), path);
    assert.ok(later.includes(line), later);
    assert.match(later, /held-out before it +set aside\n/);
    // Those that were best before are no more; the one that is stays in sight, however old.
    assert.deepEqual(later.match(/^best +after .*/gm)?.length, 1);
    assert.match(later, new RegExp(`^best +after ${step} steps`, "m"));
  }));

Deno.test("a run that ended early says so when it is resumed, and how it goes on all the same", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    // One problem is right or wrong, so that the second evaluation or the third is no better.
    const ended = await said(train, ...SMALL, "early_stop=1", "test_limit=1", "max_steps=9", `log_path=${path}`);
    const [, done] = /ended early, after (\d) of 9 steps \(early_stop=1: /.exec(ended) ?? [];
    assert.ok(done !== undefined, ended);
    for (const more of [[], ["max_steps=12"]]) {
      const io = fakeIo();
      assert.equal(await resume([path, ...more], io, openAdder()), 1);
      assert.match(
        io.complained(),
        /ended early, after \d of 9 steps \(early_stop=1: .*\)\. .* resume \S+ early_stop=0\n$/,
      );
    }
    assert.match(await said(resume, path, "early_stop=0"), /finished 9 steps/);
  }));
