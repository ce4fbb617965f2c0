/**
 * A session with a server: made when it is first needed, kept alive by a heartbeat, counting the models and samplers made
 * in it. It knows nothing of what they do.
 */
import { type Clock, SYSTEM_CLOCK } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { clause, reasonOf, withSignal } from "./_calls.ts";
import type { Connection } from "./connection.ts";
import { ApiError, CredentialError } from "./errors.ts";

/** The version of the official client whose protocol this client speaks; servers warn those that say an old one. */
export const SDK_VERSION = "0.38.0";

const HEARTBEAT_MS = 10_000;
const SILENCE_MS = 120_000;

/** Something that the user should see; plain text, from the server or about it. */
export interface ServiceMessage {
  /** How serious it is. */
  readonly severity: "info" | "warning" | "error";
  /** What is said. */
  readonly text: string;
}

/** How a session is made. */
export interface SessionOptions {
  /** Words to find it by. */
  readonly tags?: readonly string[];
  /** Anything, kept with the session. */
  readonly user_metadata?: Readonly<Record<string, unknown>>;
  /** The project it belongs to. */
  readonly project_id?: string;
  /** Takes what the user should see. */
  readonly onMessage?: (message: ServiceMessage) => void;
  /** Where time comes from. Default: the machine. */
  readonly clock?: Clock;
}

/** How a session ended, for its owner to see. */
export interface SessionEnd {
  /** In a word of the protocol. */
  readonly type: "success" | "errored" | "interrupted";
  /** Why, in words. */
  readonly detail?: string;
}

/** Longest words of an end that are sent. */
const DETAIL_LENGTH = 500;

/** One session. */
export class Session {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  #id: Promise<string> | undefined;
  /** Once it is made. */
  #made: string | undefined;
  #noted: SessionEnd = { type: "success" };
  #models = 0;
  #samplers = 0;

  /** A session that is made on the server when its id is first asked for. */
  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  /** The session's id. A failure is not remembered: the next call tries again. */
  id(): Promise<string> {
    this.#id ??= this.#create().catch((error) => {
      this.#id = undefined;
      throw error;
    });
    return this.#id;
  }

  /** Counts models from 0. */
  nextModelSeqId(): number {
    return this.#models++;
  }

  /** Counts samplers from 0. */
  nextSamplingSeqId(): number {
    return this.#samplers++;
  }

  /** Notes that something did not go well, to be said in the end: what its caller has left, or why it failed. */
  note(signal: AbortSignal | undefined, error: unknown): void {
    if (signal?.aborted) this.#noted = { type: "interrupted" };
    else if (this.#noted.type === "success") this.#noted = { type: "errored", detail: reasonOf(error) };
  }

  /** Tells the server that nothing more will come, if there is a session. What goes wrong with that is not said. */
  async finish({ type, detail }: SessionEnd = this.#noted, { signal }: CallOptions = {}): Promise<void> {
    const id = this.#made;
    if (id === undefined || this.#end.signal.aborted) return;
    const said = detail === undefined ? null : this.#connection.clean(detail).slice(0, DETAIL_LENGTH);
    const body = { reason: { type }, detail: said };
    const request = { method: "POST", path: `sessions/${id}/finish`, body, retry: "none" } as const;
    await this.#connection.request(request, withSignal(signal)).catch(() => {});
  }

  /** Stops the heartbeat. */
  close(): void {
    this.#end.abort(new Error("the session was closed"));
  }

  async #create(): Promise<string> {
    this.#end.signal.throwIfAborted();
    const { tags = [], user_metadata, project_id } = this.#options;
    const reply = await this.#connection.request({
      method: "POST",
      path: "create_session",
      body: { tags, user_metadata, sdk_version: SDK_VERSION, project_id, type: "create_session" },
    }, { signal: this.#end.signal });
    for (const severity of ["info", "warning", "error"] as const) {
      const text = reply[`${severity}_message`];
      if (typeof text === "string" && text !== "") this.#say(severity, this.#connection.clean(text));
    }
    const id = reply.session_id;
    if (typeof id !== "string") throw new TypeError(`${this.#connection.baseUrl} made a session without saying its id`);
    this.#made = id;
    this.#heartbeat(id).catch(() => {});
    return id;
  }

  /** Ends only by the session's own signal. */
  async #heartbeat(session_id: string): Promise<void> {
    const { signal } = this.#end;
    let heard = this.#clock.now();
    let reported = false;
    while (true) {
      await this.#clock.sleep(HEARTBEAT_MS, signal);
      try {
        const body = { session_id, type: "session_heartbeat" };
        const request = { method: "POST", path: "session_heartbeat", body, timeoutMs: 10_000, retry: "none" } as const;
        await this.#connection.request(request, { signal });
        heard = this.#clock.now();
        if (reported) this.#say("info", `${this.#connection.baseUrl} answers again`);
        reported = false;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ApiError && error.status === 410) {
          this.#say("warning", `${this.#connection.baseUrl} has ended the session`);
          return;
        }
        const silentMs = this.#clock.now() - heard;
        if (silentMs < SILENCE_MS || reported) continue;
        reported = true;
        const refused = error instanceof ApiError || error instanceof CredentialError;
        const what = refused ? "has refused every heartbeat" : "has not answered a heartbeat";
        const text = `${this.#connection.baseUrl} ${what} for ${Math.round(silentMs / 1000)} s`;
        this.#say("warning", `${text} (${clause(error)}); it may unload the session's models`);
      }
    }
  }

  #say(severity: ServiceMessage["severity"], text: string): void {
    this.#options.onMessage?.({ severity, text });
  }
}
