import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/diagnose.ts";
import { main as show } from "../../lib/cli/show.ts";
import { fakeIo } from "../cli/_io.ts";
import { inTempFolder, START } from "../runs/_fakes.ts";
import { write } from "./_folders.ts";

const CUT = { "env/all/outcome/truncated": 1, "env/all/truncated": 1, "env/all/correct": 0 };

Deno.test("deno task diagnose prints findings with evidence and suggestion and ends with 0 whatever it found", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await write(path, { change: () => CUT });
    const io = fakeIo({ now: () => START });
    assert.equal(await main([path], io), 0, io.complained());
    assert.match(io.said(), /^diagnosis of run \(finished, 12 of 12 steps, .*\): learning is blocked$/m);
    assert.match(io.said(), /^ {2}Every completion is cut off before it comes to an answer\.$/m);
    assert.match(io.said(), /^ {4}seen {2}640 of 640 completions reached max_tokens=256 without an answer/m);
    assert.match(io.said(), /^ {4}set {3}max_tokens=512$/m);
    const json = fakeIo({ now: () => START });
    assert.equal(await main(["--json", path], json), 0);
    assert.equal(JSON.parse(json.said()).findings[0].rule, "truncated");
  }));

Deno.test("deno task show says in a line why a run is not learning, and nothing of one that learns", () =>
  inTempFolder(async (folder) => {
    await write(join(folder, "cut"), { change: () => CUT });
    await write(join(folder, "well"), {});
    const [cut, well] = [fakeIo({ now: () => START }), fakeIo({ now: () => START })];
    assert.equal(await show([join(folder, "cut")], cut), 0, cut.complained());
    assert.match(cut.said(), /^not learning: Every completion is cut off .* Raise max_tokens to 512/m);
    assert.equal(await show([join(folder, "well")], well), 0, well.complained());
    assert.doesNotMatch(well.said(), /learning:|could learn/);
  }));

Deno.test("deno task diagnose refuses what is no run, by name", () =>
  inTempFolder(async (folder) => {
    for (
      const [args, code, message] of [
        [[], 2, /name one/],
        [["a", "b"], 2, /name one/],
        [["--fast"], 2, /no option --fast/],
        [[join(folder, "gone")], 2, /there is no folder/],
        [[folder], 1, /has no config\.json/],
      ] as const
    ) {
      const io = fakeIo();
      assert.equal(await main(args, io), code, args.join(" "));
      assert.match(io.complained(), message);
    }
    const io = fakeIo();
    assert.equal(await main(["--help"], io), 0);
    assert.match(io.said(), /deno task diagnose <run>/);
  }));
