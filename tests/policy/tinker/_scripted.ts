/** A server that follows a script, a clock that takes no time, and operations to try them with. */
import type { Clock } from "../../../lib/basics/mod.ts";
import type { Connection, Operation } from "../../../lib/policy/tinker/connection.ts";
import { type ConnectionOptions, openConnection } from "../../../lib/policy/tinker/open_connection.ts";

/** What a scripted server does with a request. */
export type Act = Response | Error | "hang" | ((seen: Seen) => Response | Promise<Response>);

/** A request as the server saw it. */
export interface Seen {
  readonly url: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** A scripted `fetch`, by path below `api/v1/`. An act is used once; the last one of a path stays. */
export function scripted(
  script: Readonly<Record<string, readonly Act[]>>,
): { readonly fetch: typeof fetch; readonly seen: Seen[]; readonly at: (path: string) => Seen[] } {
  const seen: Seen[] = [];
  const used: Record<string, number> = {};
  const act = async (input: Request | URL | string, init: RequestInit = {}): Promise<Response> => {
    const { signal } = init;
    signal?.throwIfAborted();
    const request = new Request(input, { ...init, signal: null });
    const bytes = new Uint8Array(await request.arrayBuffer());
    signal?.throwIfAborted();
    const path = new URL(request.url).pathname.replace(/^.*\/api\/v1\//, "");
    const text = new TextDecoder().decode(bytes);
    const entry: Seen = { url: request.url, path, method: request.method, headers: request.headers, text, bytes };
    seen.push(entry);
    const acts = script[path] ?? (path === "client/config" ? [json({})] : []);
    const step = acts[Math.min(used[path] ?? 0, acts.length - 1)];
    used[path] = (used[path] ?? 0) + 1;
    if (step === undefined) throw new Error(`the script has nothing for ${path}`);
    if (step === "hang") return await untilAborted(signal!);
    if (step instanceof Error) throw step;
    // The copy is read, so that one answer can be given again and again.
    return (step instanceof Response ? step : await step(entry)).clone();
  };
  return { fetch: act as typeof fetch, seen, at: (path) => seen.filter((entry) => entry.path === path) };
}

/** Never resolves; rejects when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });
}

/** A protobuf answer. */
export function protobuf(bytes: Uint8Array): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/x-protobuf" } });
}

/** Bytes of hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** A sample result: one sequence that ended by length, tokens 11 and 12. */
export const SAMPLE = hex("0a16080112080b0000000c0000001a08000000bf000080be12080000c07f000080bf");

/** What `fetch` throws when nobody listens. */
export function refused(): Error {
  return new TypeError("fetch failed", { cause: new Error("Connection refused (os error 111)") });
}

/** A clock whose pauses take no time and are written down; `frozen`: they never end by themselves. */
export function fakeClock(options: { frozen?: boolean } = {}): Clock & { readonly pauses: number[]; time: number } {
  const pauses: number[] = [];
  const clock = {
    pauses,
    time: 1_700_000_000_000,
    now: () => clock.time,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
      if (options.frozen) return await untilAborted(signal!);
      clock.time += ms;
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
  return clock;
}

/** Opens a connection to a scripted server. */
export async function connect(
  script: Readonly<Record<string, readonly Act[]>>,
  options: Omit<ConnectionOptions, "clock"> & { readonly clock?: ReturnType<typeof fakeClock> } = {},
): Promise<{
  readonly connection: Connection;
  readonly server: ReturnType<typeof scripted>;
  readonly clock: ReturnType<typeof fakeClock>;
}> {
  const server = scripted(script);
  const clock = options.clock ?? fakeClock();
  const defaults = { baseUrl: "http://tinker.test", env: () => undefined, random: () => 0, fetch: server.fetch };
  const connection = await openConnection({ ...defaults, ...options, clock });
  return { connection, server, clock };
}

/** An optimizer step. */
export const OPTIM: Operation<"json"> = {
  path: "optim_step",
  type: "OptimStep",
  result: "json",
  body: () => ({ model_id: "m", seq_id: 2 }),
};

/** A sample. */
export const SAMPLING: Operation<"sample"> = {
  path: "asample",
  type: "Sample",
  result: "sample",
  body: () => ({ sampling_session_id: "s", seq_id: 0 }),
};

/** A forward_backward in protobuf with its JSON twin. */
export const FORWARD: Operation<"forward_backward"> = {
  path: "forward_backward",
  type: "ForwardBackward",
  result: "forward_backward",
  body: () => new Uint8Array([1, 2, 3]),
  jsonFallback: () => ({ as: "json" }),
};

/** Submits an operation and waits for its result. */
export async function run<K extends "json" | "sample" | "forward_backward">(
  connection: Connection,
  operation: Operation<K>,
  signal?: AbortSignal,
): Promise<unknown> {
  const options = signal === undefined ? {} : { signal };
  return await connection.result(await connection.submit(operation, options), options);
}
