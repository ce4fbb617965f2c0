/**
 * A proxy on real TCP between a client and a Tinker-compatible server, that does to requests what a plan says. It knows
 * HTTP/1.1 and nothing of the protocol above it. Each request goes to the server on a connection of its own.
 */
import { type Head, messageBytes, MessageReader, pathOf, writeAll } from "./http.ts";
import type { FaultPlan, Mishap, Side } from "./plan.ts";

/** What a proxy stands before. */
export interface ProxyOptions {
  /** The server's port as of now; it may change with a restart. */
  readonly upstream: () => number;
  /** What goes wrong. */
  readonly plan: FaultPlan;
  /** Ends the server and starts another. */
  readonly restart: () => Promise<void>;
  /**
   * Whether a client's connection serves more than one request. Then `fetch` may send a request again by itself, when the
   * connection goes before an answer has begun, and the client never learns of it.
   */
  readonly keepAlive?: boolean;
}

/** Below the ports that outgoing connections get, one of which could sit on a port that is closed for a while. */
const PORTS = { from: 20_000, to: 32_000 };
const taken = new Set<number>();
let candidate = PORTS.from + Math.floor((Deno.pid * 7919) % (PORTS.to - PORTS.from));

/** A port of this process's own; others may still hold it. */
function listenSomewhere(): Deno.TcpListener {
  while (true) {
    candidate = candidate >= PORTS.to ? PORTS.from : candidate + 1;
    if (taken.has(candidate)) continue;
    try {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: candidate });
      taken.add(candidate);
      return listener;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** An answer as it came. */
interface Answer {
  readonly head: Head;
  readonly body: Uint8Array;
}

/** A proxy while it runs. */
export class FaultProxy {
  /** Where it listens. */
  readonly port: number;
  readonly #options: ProxyOptions;
  readonly #work = new Set<Promise<void>>();
  readonly #conns = new Set<Deno.Conn>();
  /** Ends all waiting. */
  readonly #end = new AbortController();
  #listener: Deno.TcpListener | undefined;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#listener = listenSomewhere();
    this.port = this.#listener.addr.port;
    this.#track(this.#accept(this.#listener));
  }

  /** Drops all connections and ends when nothing is left. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#dropAll();
    while (this.#work.size > 0) await Promise.all(this.#work);
    taken.delete(this.port);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const conn of listener) {
        this.#conns.add(conn);
        this.#track(this.#serve(conn).catch(ignoreBroken).finally(() => this.#drop(conn)));
      }
    } catch (error) {
      ignoreBroken(error);
    }
  }

  /** One connection: request after request, until a side or a mishap ends it. */
  async #serve(conn: Deno.Conn): Promise<void> {
    const reader = new MessageReader(conn);
    for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
      const path = pathOf(head);
      const mishap = this.#options.plan.next(path, head.headers.get("x-tinker-request-type"));
      if (mishap?.kind === "reset_request") {
        // What is left unread turns the closing of the connection into a reset.
        await reader.body(head, mishap.share);
        return;
      }
      const request = messageBytes(head.first, head.headers, await reader.body(head));
      if (!await this.#answer(conn, request, mishap)) return;
    }
  }

  /** Answers one request. @returns whether the connection goes on */
  async #answer(conn: Deno.Conn, request: Uint8Array, mishap: Mishap | undefined): Promise<boolean> {
    const send = (answer: Answer) => this.#send(conn, answer);
    if (mishap === undefined) return await send(await this.#forward(request));
    const work = async (side: Side) => void (side === "after" && await this.#forward(request));
    switch (mishap.kind) {
      case "refuse":
        this.#track(this.#refuse(mishap.ms));
        return false;
      case "status":
        await work(mishap.side);
        return await send(statusAnswer(mishap.status, mishap.json));
      case "empty_400":
        await work(mishap.side);
        return await send(statusAnswer(400, false));
      case "hang":
        await work(mishap.side);
        await gone(conn);
        return false;
      case "delay":
        await this.#pause(mishap.ms);
        return await send(await this.#forward(request));
      case "duplicate":
        return await send(await this.#twice(request, mishap.together));
      case "restart":
        await work(mishap.side);
        await this.#options.restart();
        return mishap.side === "before" && await send(await this.#forward(request));
      case "cut_response":
        await cut(conn, await this.#forward(request), mishap.share);
        return false;
      case "truncate_response": {
        const { head, body } = await this.#forward(request);
        return await send({ head, body: body.subarray(0, Math.floor(body.length * mishap.share)) });
      }
      case "reset_request":
        return false;
    }
  }

  async #twice(request: Uint8Array, together: boolean): Promise<Answer> {
    if (!together) {
      await this.#forward(request);
      return await this.#forward(request);
    }
    const [, second] = await Promise.allSettled([this.#forward(request), this.#forward(request)]);
    if (second.status === "rejected") throw second.reason;
    return second.value;
  }

  /** Sends a request to the server on a connection of its own. */
  async #forward(request: Uint8Array): Promise<Answer> {
    this.#end.signal.throwIfAborted();
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.#options.upstream() });
    this.#conns.add(conn);
    try {
      await writeAll(conn, request);
      const reader = new MessageReader(conn);
      const head = await reader.head();
      if (head === undefined) throw new Deno.errors.UnexpectedEof();
      return { head, body: await reader.body(head) };
    } finally {
      this.#drop(conn);
    }
  }

  /** @returns whether the connection goes on */
  async #send(conn: Deno.Conn, { head, body }: Answer): Promise<boolean> {
    const { keepAlive = false } = this.#options;
    await writeAll(conn, messageBytes(head.first, head.headers, body, { keepAlive }));
    return keepAlive;
  }

  async #refuse(ms: number): Promise<void> {
    if (this.#listener === undefined) return;
    this.#listener.close();
    this.#listener = undefined;
    this.#dropAll();
    await this.#pause(ms);
    if (this.#end.signal.aborted) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#track(this.#accept(this.#listener));
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
    });
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  #dropAll(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const conn of this.#conns) this.#drop(conn);
  }

  #drop(conn: Deno.Conn): void {
    if (this.#conns.delete(conn)) conn.close();
  }
}

/** Sends a head that promises the whole body, and a part of it. */
async function cut(conn: Deno.Conn, { head, body }: Answer, share: number): Promise<void> {
  if (share === 0) return;
  const part = body.subarray(0, Math.min(Math.floor(body.length * share), body.length - 1));
  await writeAll(conn, messageBytes(head.first, head.headers, part, { length: body.length }));
}

const REASONS: Readonly<Record<number, string>> = { 408: "Request Timeout", 409: "Conflict", 410: "Gone" };

function statusAnswer(status: number, json: boolean): Answer {
  const queue = status === 408 ? { queue_state: "paused_capacity", queue_state_reason: "the proxy is pausing" } : {};
  const text = json ? JSON.stringify({ detail: `the proxy says ${status}`, ...queue }) : "";
  return {
    head: {
      first: `HTTP/1.1 ${status} ${REASONS[status] ?? "Injected"}`,
      headers: new Map(json ? [["content-type", "application/json"]] : []),
    },
    body: new TextEncoder().encode(text),
  };
}

/** Waits until the other side has closed. */
async function gone(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(256);
  while (await conn.read(buffer) !== null) { /* it still talks */ }
}

/** Connections break here all the time; anything else is a mistake of the proxy's. */
function ignoreBroken(error: unknown): void {
  const { errors } = Deno;
  const broken = [
    ...[errors.BadResource, errors.BrokenPipe, errors.ConnectionAborted, errors.ConnectionRefused],
    ...[errors.ConnectionReset, errors.Interrupted, errors.UnexpectedEof],
  ];
  if (broken.some((kind) => error instanceof kind)) return;
  if (error instanceof DOMException && error.name === "AbortError") return;
  throw error;
}
