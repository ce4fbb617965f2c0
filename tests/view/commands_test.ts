/** Commands that a page shows: whatever a folder is called, a shell takes its name as one word. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ownSettings, runCommands, shellWord, typedPath } from "../../lib/view/_commands.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { inTempFolder, recorderFor } from "../runs/_fakes.ts";

Deno.test(
  "a shell reads each word back as it was, or there is none",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const names = ["plain", "a b", "it's", "$(touch x)", "`x`", "a;b|c&d", '"', "*?[]{}~#!", "\\", "ünï", "-rf", "a=b"];
    const words = names.map((name) => shellWord(name)!);
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `printf '%s\\n' ${words.join(" ")}`] }).output();
    assert.deepEqual(new TextDecoder().decode(stdout).trimEnd().split("\n"), names);
    for (const name of ["new\nline", "\x1b[2J", "x\u202ey", "\0", ""]) assert.equal(shellWord(name), undefined);
  },
);

Deno.test("paths are typed from the working folder where they are below it", () => {
  assert.equal(typedPath("/a/runs/x", "/a"), "runs/x");
  assert.equal(typedPath("/a/-x", "/a"), "./-x");
  assert.equal(typedPath("/b/x", "/a"), "/b/x");
  assert.equal(typedPath("/a", "/a"), "/a");
});

Deno.test("the command that trains again names what is not a default, and nothing else", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "one");
    const input = { learning_rate: 0.002, levels: [1, 3], prompt_template: "concise" } as const;
    await (await recorderFor(path, { input })).close();
    const run = await openRun(path);
    const again = runCommands(run, folder).find(({ text }) => text.startsWith("deno task train "))!;
    for (const part of ["learning_rate=0.002", "levels=1,3", "prompt_template=concise", "max_steps=4"]) {
      assert.ok(again.text.split(" ").includes(part), again.text);
    }
    assert.doesNotMatch(again.text, /log_path|temperature/);
    assert.deepEqual(ownSettings(run).map(([key]) => key).filter((key) => key === "log_path"), []);
    assert.equal(runCommands(run, folder)[0]!.text, "deno task resume one");
  }));
