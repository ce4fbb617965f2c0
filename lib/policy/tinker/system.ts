/**
 * What the transport takes from the machine unless it is handed in, beside the environment: the run of a command. It
 * never prompts for a permission.
 */
import type { RunCommand } from "./credentials.ts";
import { CredentialError } from "./errors.ts";

/**
 * Runs a command in `sh`, where that is allowed, and returns what it prints.
 * @throws {CredentialError} when it may not run or fails; neither the command nor its output is repeated
 */
export const runInShell: RunCommand = async (command, signal) => {
  const { state } = await Deno.permissions.query({ name: "run", command: "sh" });
  if (state !== "granted") {
    throw new CredentialError(
      "TINKER_CREDENTIAL_CMD is set but commands may not be run here; allow it with --allow-run=sh or set TINKER_API_KEY",
    );
  }
  const shell = new Deno.Command("sh", { args: ["-c", command], stdin: "null", stdout: "piped", stderr: "null" })
    .spawn();
  const reader = shell.stdout.getReader();
  // What the shell started may live on and hold the pipe: its end is not waited for.
  const stop = () => {
    try {
      shell.kill();
    } catch {
      // It has ended by itself.
    }
    reader.cancel().catch(() => {});
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const printed = await readText(reader);
    const { success, code } = await shell.status;
    signal.throwIfAborted();
    if (success) return printed;
    throw new CredentialError(`TINKER_CREDENTIAL_CMD failed with exit code ${code}; run it by hand to see why`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** Longer than any key; the rest is dropped. */
const MOST_CHARACTERS = 65_536;

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    if (text.length < MOST_CHARACTERS) text += decoder.decode(value, { stream: true });
  }
}
