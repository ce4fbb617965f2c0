/**
 * Clients: a session lives as long as it gives a sign of life, and owns models and sampling sessions. Ids are made of the
 * session's and a number that the client counts, so that a request sent twice makes one thing.
 */
import { RefusedError } from "./errors.ts";
import type { Snapshot } from "./models.ts";
import type { Body } from "./_values.ts";

/** A place to sample from. */
export interface SamplingSession {
  /** `<session>:sample:<n>`. */
  readonly id: string;
  /** The weights; those of an in-flight sampling session move on. */
  readonly snapshot: () => Snapshot;
  /** The `tinker://` path they were opened from. */
  readonly modelPath?: string;
  /** Whether its weights move on. */
  readonly inflight?: boolean;
  /** What was asked for, to know the request when it comes again. */
  readonly fingerprint: string;
}

/** Saved weights that only a sampling session knows. */
export interface Ephemeral {
  /** What opens them. */
  readonly target: string;
  /** The sampling session that was made with them. */
  readonly sampler: string;
}

/** A client's session. */
export interface Session {
  readonly id: string;
  readonly userMetadata: Body | undefined;
  readonly models: Set<string>;
  readonly samplers: Map<string, SamplingSession>;
  /** The oldest first. */
  readonly ephemeral: Ephemeral[];
  seenAt: number;
  finished: boolean;
}

/** Sessions at most; another one is refused until a silent one has ended. */
const MAX_SESSIONS = 1000;

/** A gap between two looks of more than this means that the machine slept, not that clients were silent. */
const SLEPT_MS = 60_000;

/** All sessions. */
export class Sessions {
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #silenceMs: number;
  readonly #sessions = new Map<string, Session>();
  #lookedAt: number;

  /** @param silenceMs how long a session may be silent */
  constructor(now: () => number, newId: () => string, silenceMs: number) {
    this.#now = now;
    this.#newId = newId;
    this.#silenceMs = silenceMs;
    this.#lookedAt = now();
  }

  /** Begins a session. @throws {RefusedError} when there are too many */
  begin(userMetadata: Body | undefined): Session {
    if (this.#sessions.size >= MAX_SESSIONS) throw new RefusedError(429, `there are ${MAX_SESSIONS} sessions already`);
    const session: Session = {
      id: this.#newId(),
      userMetadata,
      models: new Set(),
      samplers: new Map(),
      ephemeral: [],
      seenAt: this.#now(),
      finished: false,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** A session that gives a sign of life. @throws {RefusedError} 404 when there is none, 410 when it is finished */
  alive(id: string): Session {
    const session = this.find(id);
    if (session.finished) throw new RefusedError(410, `session ${id} is finished`);
    session.seenAt = this.#now();
    return session;
  }

  /** A session. @throws {RefusedError} 404 */
  find(id: string): Session {
    const session = this.#sessions.get(id);
    if (session !== undefined) return session;
    throw new RefusedError(404, `there is no session ${id.slice(0, 100)}; this server may have been restarted since`);
  }

  /** The session that something belongs to, by the thing's id; it is alive as long as it is used. */
  ownerOf(id: string): Session | undefined {
    const session = this.#sessions.get(id.split(":")[0] ?? "");
    if (session !== undefined) session.seenAt = this.#now();
    return session;
  }

  /** A sampling session. @throws {RefusedError} 404 */
  sampler(id: string): SamplingSession {
    const sampler = this.ownerOf(id)?.samplers.get(id);
    if (sampler !== undefined) return sampler;
    throw new RefusedError(
      404,
      `there is no sampling session ${id.slice(0, 100)}; this server may have been restarted`,
    );
  }

  /** Whether a sampling session was opened from a checkpoint that is these weights. */
  samplesFrom(target: string): boolean {
    const all = [...this.#sessions.values()].flatMap(({ samplers }) => [...samplers.values()]);
    return all.some(({ modelPath, snapshot }) => modelPath !== undefined && snapshot().target === target);
  }

  /** Ids, the newest first. */
  ids(): string[] {
    return [...this.#sessions.keys()].reverse();
  }

  /** Takes out the sessions that were silent for too long. */
  takeSilent(): Session[] {
    const now = this.#now();
    const slept = now - this.#lookedAt > SLEPT_MS;
    this.#lookedAt = now;
    const all = [...this.#sessions.values()];
    if (slept) { for (const session of all) session.seenAt = now; }
    const silent = all.filter(({ seenAt }) => now - seenAt > this.#silenceMs);
    for (const { id } of silent) this.#sessions.delete(id);
    return silent;
  }
}
