/** Commands that a person may want next, as they are typed. */
import type { TrainConfig } from "../config/mod.ts";
import { isForeignServer } from "../policy/mod.ts";
import { oneLine } from "./_text.ts";

/** For who has no Deno of their own; whether that is so cannot be told from here. */
export const WITH_NPX = "(with npx: npx -y deno task ...)\n";

/** Text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w./=:@%+,-]+$/.test(text) ? text : `'${oneLine(text, 4096).replaceAll("'", `'\\''`)}'`;
}

/** Goes on with a run; everything else that it needs is in the folder. */
export function resumeCommand({ log_path, ...config }: Pick<TrainConfig, "log_path" | "backend" | "base_url">): string {
  // A key goes to such a server only when it is named again.
  const server = isForeignServer(config) ? ` ${quoted(`base_url=${config.base_url}`)}` : "";
  return `deno task resume ${quoted(log_path)}${server}`;
}

/** Shows a run as it goes on elsewhere. */
export function followCommand(path: string): string {
  return `deno task show ${quoted(path)} --follow`;
}

/** Ends a run that goes on elsewhere, in good order. */
export function stopCommand(path: string): string {
  return `deno task stop ${quoted(path)}`;
}
