/** What onnxruntime would leave and send by itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "./_fixtures.ts";

const ROOT = new URL("../../../", import.meta.url);
const FILE = new URL("lib/policy/local/graph/_no_telemetry.ts", ROOT).href;
const POLICY = new URL("lib/policy/mod.ts", ROOT).href;

/** Samples once, and says what the library found set when it was loaded. */
const SCRIPT = `
  const { openLocalPolicy } = await import("${POLICY}");
  const policy = await openLocalPolicy({ model: "abacus", weightsDir: "." });
  const tokens = policy.chat.encodePrompt([{ role: "user", content: "1 + 1?" }]);
  const problem = { id: "t", env: "t", split: "test", question: "?", answer: "2" };
  await policy.sample({ problem, messages: [], tokens }, 1, { max_tokens: 2, temperature: 1, seed: 1 });
  await policy.close();
`;
const TELLS = `await import("${FILE}"); console.log(Deno.env.get("ORT_DISABLE_TELEMETRY"));`;

/** Runs a script in a process of its own. @returns what it printed, and the names of what it left in the temporary folder */
function run(text: string, env: Record<string, string> = {}): Promise<{ said: string; left: string[] }> {
  return inTemporaryFolder(async (folder) => {
    const script = join(folder, "one.ts");
    await Deno.writeTextFile(script, text);
    const args = ["run", "-q", "--no-check", "--config", new URL("deno.json", ROOT).pathname, "-P=train", script];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      env: { TMPDIR: folder, ...env },
    })
      .output();
    const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    assert.ok(success, decoded(stderr));
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name !== "one.ts");
    return { said: decoded(stdout), left };
  });
}

Deno.test("the engine's library leaves nothing in the temporary folder: it is told not to report", async () => {
  assert.deepEqual((await run(SCRIPT)).left, []);
});

Deno.test("onnxruntime is told before it is loaded, and somebody's own setting stays", async () => {
  assert.equal((await run(TELLS)).said, "1");
  assert.equal((await run(TELLS, { ORT_DISABLE_TELEMETRY: "0" })).said, "0");
  // Modules are run in the order of their imports.
  const files = [...Deno.readDirSync(new URL("lib/policy/local/graph/", ROOT))].filter(({ isFile }) => isFile);
  const loading = files.flatMap(({ name }) => {
    const source = Deno.readTextFileSync(new URL(`lib/policy/local/graph/${name}`, ROOT));
    const imports = [...source.matchAll(/^import (?!type)[^;]*?"([^"]+)";/gm)].map(([, from]) => from);
    return imports.includes("onnxruntime-node") ? [{ name, first: imports[0] }] : [];
  });
  assert.ok(loading.length > 0);
  for (const { name, first } of loading) assert.equal(first, "./_no_telemetry.ts", name);
});
