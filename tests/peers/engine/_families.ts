/** Runs the Python side of the families' tests. */
import { fromRoot, pythonOf } from "../_peers.ts";

/**
 * Runs a script of this folder with the engine's peers installed.
 * @param input what it reads as JSON
 * @returns what it prints as JSON
 * @throws {Error} when it fails, with what it said
 */
export async function runEngineScript(script: string, input: unknown): Promise<unknown> {
  const process = new Deno.Command(pythonOf("engine"), {
    args: [fromRoot(`tests/peers/engine/${script}`)],
    env: { HF_HUB_OFFLINE: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
