/**
 * What the transport takes from the machine unless it is handed in: variables of the environment and the run of a command.
 * Neither ever prompts for a permission.
 */
import type { ReadEnv } from "./address.ts";
import type { RunCommand } from "./credentials.ts";
import { CredentialError } from "./errors.ts";

/** Reads the environment where that is allowed. */
export const readEnv: ReadEnv = (name) => {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
};

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
  const shell = new Deno.Command("sh", { args: ["-c", command], stdin: "null", stderr: "null", signal });
  const { success, code, stdout } = await shell.output();
  signal.throwIfAborted();
  if (!success) {
    throw new CredentialError(`TINKER_CREDENTIAL_CMD failed with exit code ${code}; run it by hand to see why`);
  }
  return new TextDecoder().decode(stdout);
};
