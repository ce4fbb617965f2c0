/** Whether a server that lets a poll hang is still alive. All polls of a connection share one question. */
import type { Call } from "./call.ts";
import { send } from "./http.ts";
import type { Line } from "./line.ts";

/** Whether the server has answered anything since it had given so many answers, or answers now. */
export function serverLives(line: Line, call: Call, since: number): Promise<boolean> {
  const { learnt } = line;
  if (learnt.answers > since) return Promise.resolve(true);
  learnt.probe ??= askHealth(line).finally(() => learnt.probe = undefined);
  const { probe } = learnt;
  return call.step(() => probe);
}

async function askHealth(line: Line): Promise<boolean> {
  const request = { method: "GET", path: "healthz", timeoutMs: line.limits.probeTimeoutMs } as const;
  try {
    // A server without this path says so, and lives.
    const { status } = await line.calls.run(undefined, (call) => send(line, call, request));
    return status > 0 && status < 500;
  } catch {
    return false;
  }
}
