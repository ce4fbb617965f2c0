/** `deno task runs`: what it lists, and where it says more is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/runs.ts";
import { runSweep } from "../../lib/sweeps/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { FakeRuns } from "../sweeps/_fakes.ts";
import { fakeIo } from "./_io.ts";

Deno.test("a sweep beside the runs is named, and its own folder lists its runs and what is still to come", () =>
  inTempFolder(async (folder) => {
    const runs = new FakeRuns();
    runs.fate = (name) => name === "seed-1" ? "refused" : "finishes";
    const sweep = { name: "lr", base: { max_steps: 2, env: "arithmetic" }, grid: { seed: [0, 1] } } as const;
    await runSweep(sweep, { folder, start: runs.start, environment: {}, pollMs: 5 });
    await runs.ended();

    const all = fakeIo();
    assert.equal(await main([folder], all), 0, all.complained());
    assert.match(all.said(), /^no runs in /);
    assert.ok(all.said().includes(`own: lr; list one with, for example, deno task runs ${join(folder, "lr")}\n`));

    const one = fakeIo();
    assert.equal(await main([join(folder, "lr")], one), 0, one.complained());
    assert.match(one.said(), /^ +seed-0 +finished +2\/2 /m);
    assert.match(one.said(), /^sweep lr: 1 of 2 finished, 1 waiting$/m);
  }));

Deno.test("a sweep.json from anyone does no harm to the list of runs", () =>
  inTempFolder(async (folder) => {
    await Deno.mkdir(join(folder, "a\nb"));
    await Deno.writeTextFile(join(folder, "a\nb", "sweep.json"), "{");
    const all = fakeIo();
    assert.equal(await main([folder], all), 0);
    assert.equal(all.said().split("\n").length, 3, all.said());
    const one = fakeIo();
    assert.equal(await main([join(folder, "a\nb")], one), 0);
    assert.match(one.complained(), /^[^\n]*cannot read [^\n]*sweep\.json: [^\n]*\n$/);
  }));
