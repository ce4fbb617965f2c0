/** Keys that `wandb login` has left in a netrc file, for one host at a time. */
import { join } from "node:path";
import type { ReadEnv } from "../../basics/mod.ts";

/** Larger than any such file, in bytes. */
const MOST_BYTES = 1 << 18;

/**
 * The password that a netrc file has for one of these hosts, the first of them that has any. Entries for any host
 * (`default`) are not taken: a password must not go to a server that it was not meant for.
 * @param hosts as they stand in the file: with the port where an address has one
 */
export function netrcPassword(hosts: readonly string[], env: ReadEnv): string | undefined {
  for (const path of netrcPaths(env)) {
    const text = readSmall(path);
    if (text === undefined) continue;
    const entries = netrcEntries(text);
    return hosts.map((host) => entries.get(host)).find((password) => password !== undefined);
  }
  return undefined;
}

/** The passwords in a netrc file by machine; of two for one machine the later one. */
export function netrcEntries(text: string): Map<string, string> {
  const tokens = plainLines(text).flatMap((line) => line.match(/\S+/g) ?? []).map(unquoted);
  const entries = new Map<string, string>();
  let machine: string | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === "machine") machine = tokens[++at];
    else if (token === "default") machine = undefined;
    else if (token === "login" || token === "account") at++;
    else if (token === "password") {
      const password = tokens[++at];
      if (machine !== undefined && password) entries.set(machine, password);
    }
  }
  return entries;
}

/** Without comments, and without macros: such a text goes up to an empty line and may hold anything. */
function plainLines(text: string): string[] {
  let macro = false;
  return text.split(/\r?\n/).filter((line) => {
    if (/^\s*macdef\b/.test(line)) macro = true;
    else if (line.trim() === "") macro = false;
    return !macro && !line.trimStart().startsWith("#");
  });
}

function unquoted(token: string): string {
  return token.replace(/^(["'])(.*)\1$/, "$2");
}

/** Where the file may be: `NETRC` alone where it is set. */
function netrcPaths(env: ReadEnv): string[] {
  const home = env("HOME") ?? env("USERPROFILE");
  const named = env("NETRC");
  if (named) return [home === undefined ? named : named.replace(/^~(?=[\\/])/, home)];
  return home === undefined ? [] : [join(home, ".netrc"), join(home, "_netrc")];
}

/** A file's text, where it is there, may be read without asking, and is no giant. */
function readSmall(path: string): string | undefined {
  try {
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
    const { isFile, size } = Deno.statSync(path);
    return isFile && size <= MOST_BYTES ? Deno.readTextFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
