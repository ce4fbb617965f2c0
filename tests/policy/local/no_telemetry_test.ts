/** What onnxruntime would leave and send by itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "./_fixtures.ts";

const ROOT = new URL("../../../", import.meta.url);
const SCRIPT = `
  const { openLocalPolicy } = await import("${new URL("lib/policy/mod.ts", ROOT).href}");
  const policy = await openLocalPolicy({ model: "abacus", weightsDir: "." });
  const tokens = policy.chat.encodePrompt([{ role: "user", content: "1 + 1?" }]);
  const problem = { id: "t", env: "t", split: "test", question: "?", answer: "2" };
  await policy.sample({ problem, messages: [], tokens }, 1, { max_tokens: 2, temperature: 1, seed: 1 });
  await policy.close();
`;

Deno.test("the engine's library is told not to report: it leaves no log of events", () =>
  inTemporaryFolder(async (folder) => {
    const run = async (env: Record<string, string>) => {
      const script = join(folder, "one.ts");
      await Deno.writeTextFile(script, SCRIPT);
      const args = ["run", "-q", "--no-check", "--config", new URL("deno.json", ROOT).pathname, "-P=train", script];
      const command = new Deno.Command(Deno.execPath(), { args, env: { TMPDIR: folder, ...env } });
      const { success, stderr } = await command.output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name !== "one.ts");
    };
    assert.deepEqual(await run({}), []);
    // Without the setting it leaves one: the claim can fail.
    const left = await run({ ORT_DISABLE_TELEMETRY: "0" });
    assert.ok(left.some((name) => name.startsWith("mat-debug-")), left.join(" "));
  }));
