/**
 * The official Python SDK trains and samples the embedded engine through `deno task serve`: both sides of the protocol,
 * with someone else's client. Every claim is in serve_sdk.py.
 */
import assert from "node:assert/strict";
import { main } from "../../lib/cli/serve.ts";
import { BUNDLED_MODELS, openLocalPolicy } from "../../lib/policy/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { fromRoot, pythonOf } from "./_peers.ts";

const CHAT = [{ role: "user", content: "Mia has 3 apples and buys 4 more. How many has she?" }] as const;

/** What the claims are about: a prompt, an answer, and the prompt as text. */
async function given(): Promise<{ prompt: number[]; answer: number[]; text: string }> {
  const policy = await openLocalPolicy({ model: BUNDLED_MODELS[0] as string, weightsDir: "unused" });
  try {
    const prompt = policy.chat.encodePrompt(CHAT);
    const { tokens } = policy.chat.encodeChat([...CHAT, { role: "assistant", content: "She has 7. \\boxed{7}" }]);
    return { prompt, answer: tokens.slice(prompt.length), text: policy.chat.decode(prompt) };
  } finally {
    await policy.close();
  }
}

Deno.test("the official SDK trains and samples the embedded engine", async (test) => {
  const python = pythonOf("sdk");
  await inTemporaryFolder(async (folder) => {
    const io = fakeIo();
    const running = main(["port=0", `weights_dir=${folder}/weights`, "max_models=40"], io);
    try {
      const url = await addressOf(io.said);
      const { success, stdout, stderr } = await new Deno.Command(python, {
        args: [fromRoot("tests/peers/serve_sdk.py"), url, JSON.stringify(await given())],
        // The SDK looks for a key there, and sends what happens to its makers.
        env: { HOME: folder, TINKER_TELEMETRY: "0", HF_HUB_OFFLINE: "1", TINKER_API_KEY: "", TINKER_BASE_URL: "" },
        cwd: folder,
      }).output();
      const said = new TextDecoder().decode(stdout);
      const complained = new TextDecoder().decode(stderr).slice(-4000);
      const claims = said.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
      for (const { claim, wrong } of claims) await test.step(claim, () => assert.equal(wrong, null, wrong ?? ""));
      assert.ok(success, complained);
      assert.ok(claims.length >= 18, complained);
    } finally {
      io.interrupt();
      assert.equal(await running, 0, io.complained());
    }
  });
});

/** The address that the command prints once it serves. */
async function addressOf(said: () => string): Promise<string> {
  for (let i = 0; i < 500; i++) {
    const [address] = /http:\/\/[\d.:]+/.exec(said()) ?? [];
    if (address !== undefined) return address;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the command serves nothing");
}
