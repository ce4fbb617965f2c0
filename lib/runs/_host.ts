/** What this machine is called, and how long a heartbeat of another one counts. */

/** A heartbeat older than this has stopped. */
export const STALE_AFTER_MS = 30_000;

/** Name of this machine, where reading it is allowed without asking. */
export function hostName(): string | null {
  const permission = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return permission.state === "granted" ? Deno.hostname() : null;
}
