import assert from "node:assert/strict";
import { main, parseBenchArgs } from "../../lib/cli/bench.ts";
import { fakeIo } from "./_io.ts";

Deno.test("bench measures what is asked for, as often as is asked for, or both eight times", () => {
  assert.deepEqual(parseBenchArgs([]), { part: undefined, repeats: 8, gsm8k: undefined });
  assert.deepEqual(parseBenchArgs(["repeats=3", "grading", "gsm8k=some/a=b"]), {
    ...{ part: "grading", repeats: 3, gsm8k: "some/a=b" },
  });
  assert.equal(parseBenchArgs(["engine", "repeats=1000"]).part, "engine");
});

Deno.test("bench refuses what it does not know, or is told twice, with 2 and before it measures anything", async () => {
  const wrong = ["repeats=0", "repeats=1001", "repeats=x", "repeats=", "gsm8k=", "engines", "--fast", "data=x"];
  for (const args of [...wrong.map((arg) => [arg]), ["engine", "grading"], ["repeats=1", "repeats=2"]]) {
    const io = fakeIo();
    assert.equal(await main(args, io), 2, args.join(" "));
    assert.equal(io.said(), "");
    assert.ok(io.complained().includes(`not "${args.at(-1)}"`), io.complained());
  }
});

Deno.test("bench shows help that names every argument it takes", async () => {
  const io = fakeIo();
  assert.equal(await main(["grading", "--help"], io), 0);
  assert.match(io.said(), /deno task bench \[engine\|grading\] \[repeats=8\] \[gsm8k=PATH\]/);
});
