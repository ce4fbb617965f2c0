/**
 * Who is asking: the key, from an argument, the environment, a command or the official client's store, and the short-lived
 * token that some servers want in its place. A token is renewed on use, ahead of its end, so no timer has to run. Keys never reach a message:
 * whatever comes from outside passes `redact`.
 */
import type { ReadEnv } from "../../basics/mod.ts";
import type { Address } from "./address.ts";
import { type Call, TimeLimit } from "./call.ts";
import { CredentialError } from "./errors.ts";
import type { StoredKey } from "./stored_key.ts";

/** Runs a command and returns what it printed; rejects with the signal's reason when that aborts. */
export type RunCommand = (command: string, signal: AbortSignal) => Promise<string>;

/** Where a key may come from. */
export interface KeySources {
  /** Given by the caller; null or empty: not given. */
  readonly apiKey?: string | null | undefined;
  /** Where `TINKER_API_KEY` and `TINKER_CREDENTIAL_CMD` are. */
  readonly env: ReadEnv;
  /** Runs `TINKER_CREDENTIAL_CMD`. */
  readonly runCommand: RunCommand;
  /** Finds the key that the official client has stored; it is for the official service alone. */
  readonly storedKey: StoredKey;
  /** Runs a call of the connection's own, which ends with the connection and with no caller. */
  readonly run: <T>(work: (call: Call) => Promise<T>) => Promise<T>;
}

/** Exchanges a key for a token. */
export type Exchange = (key: string | undefined) => Promise<string>;

/** When tokens are renewed. */
export interface TokenTiming {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Time before the end at which a token is renewed in the background. */
  readonly renewTokenMs: number;
  /** Time before the end at which requests wait for the new one. */
  readonly awaitTokenMs: number;
  /** Pause after a failed renewal. */
  readonly retryTokenMs: number;
}

interface Token {
  readonly text: string;
  readonly renewAt: number;
  readonly awaitAt: number;
  readonly endsAt: number;
}

/** Shorter secrets are no secrets, and taking them out of messages would only garble those. */
const SHORTEST_SECRET = 4;

/** Keys and tokens that are remembered: they come and go for as long as a run lasts, and the oldest are long dead. */
const MOST_REMEMBERED = 16;

/** What a key may hold: what fits a header. */
export const PRINTABLE: RegExp = /^[\x21-\x7e]+$/;

/** Time for `TINKER_CREDENTIAL_CMD`. */
const COMMAND_MS = 60_000;

const FIND_KEY = "get one at https://tinker.thinkingmachines.ai and put it into the variable TINKER_API_KEY";

/** The key of a connection, and the token it was exchanged for. */
export class Credentials {
  readonly #address: Address;
  readonly #sources: KeySources;
  readonly #timing: TokenTiming;
  readonly #secrets = new Set<string>();
  readonly #remembered: string[] = [];
  #key: string | undefined;
  #command: string | undefined;
  #exchange: Exchange | undefined;
  #token: Token | undefined;
  #renewal: Promise<void> | undefined;
  #failedAt = -Infinity;

  /** Finds nothing yet: `open` does. */
  constructor(address: Address, sources: KeySources, timing: TokenTiming) {
    this.#address = address;
    this.#sources = sources;
    this.#timing = timing;
  }

  /**
   * Finds the key. The official service is never called without one; other servers may need none.
   * @throws {CredentialError} when there is none or it cannot be one, saying what to do
   */
  async open(): Promise<void> {
    const { apiKey, env, storedKey } = this.#sources;
    const command = env("TINKER_CREDENTIAL_CMD")?.trim() || undefined;
    const set = apiKey?.trim() || env("TINKER_API_KEY")?.trim();
    // Nobody who names a server of their own has asked for the key of the official one to be sent there.
    const stored = !set && command === undefined && this.#address.official ? await storedKey(env) : undefined;
    const given = set || stored;
    const fits = given && (!this.#address.official || looksLikeKey(given));
    if (fits) this.#keep(given);
    else if (command !== undefined) await this.#ask(command);
    else if (given) {
      const whose = stored === undefined ? "the key" : `the key that "tinker auth login" stored`;
      throw new CredentialError(`${whose} for ${this.#address.base} starts with neither tml- nor eyJ; ${FIND_KEY}`);
    } else if (this.#address.official) {
      throw new CredentialError(`there is no key for ${this.#address.base}; ${FIND_KEY}, and allow it to be read`);
    }
  }

  /** Asks `TINKER_CREDENTIAL_CMD` from now on, because the server wants keys that come from a command. */
  async preferCommand(): Promise<void> {
    const command = this.#sources.env("TINKER_CREDENTIAL_CMD")?.trim();
    if (command && this.#command === undefined && !this.#key?.startsWith("eyJ")) await this.#ask(command);
  }

  /** Uses tokens from now on. @throws what the first exchange throws */
  async useTokens(exchange: Exchange): Promise<void> {
    this.#exchange = exchange;
    await this.#renew();
  }

  /** What a request is sent with now; a token about to end is renewed first. */
  current(call: Call): string | undefined | Promise<string | undefined> {
    const token = this.#token;
    if (token === undefined) return this.#key;
    const now = this.#timing.now();
    if (now < token.renewAt) return token.text;
    if (now >= token.awaitAt) return this.#renewedOrCurrent(call);
    if (now - this.#failedAt >= this.#timing.retryTokenMs) this.#renew().catch(() => {});
    return token.text;
  }

  /** After a 401: whether there is something else to send than what was refused. */
  async renewAfter(call: Call, refused: string | undefined): Promise<boolean> {
    if (this.#sent() !== refused) return true;
    if (this.#exchange === undefined && this.#command === undefined) return false;
    await this.#renewed(call);
    return this.#sent() !== refused;
  }

  /** Whether there is a key at all. */
  get known(): boolean {
    return this.#key !== undefined;
  }

  /** Adds something that must not appear in messages. */
  hide(secret: string): void {
    if (secret.length >= SHORTEST_SECRET) this.#secrets.add(secret);
  }

  /** Text from outside without the secrets it may repeat. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, "[key]");
    return clean;
  }

  /** Hides a key or token that will be followed by others. */
  #hideForNow(secret: string): void {
    this.hide(secret);
    this.#remembered.push(secret);
    const oldest = this.#remembered.length > MOST_REMEMBERED ? this.#remembered.shift() : undefined;
    if (oldest !== undefined && !this.#remembered.includes(oldest) && oldest !== this.#key) {
      this.#secrets.delete(oldest);
    }
  }

  #keep(key: string): void {
    // The runtime's own error about a header would quote the key.
    if (!PRINTABLE.test(key)) {
      throw new CredentialError(
        `the key for ${this.#address.base} holds spaces or letters that no key has; set it again`,
      );
    }
    this.#hideForNow(key);
    this.#key = key;
  }

  /** Asks the command for a key. */
  async #ask(command: string): Promise<void> {
    const { run, runCommand } = this.#sources;
    const printed = await run((call) => call.step((signal) => runCommand(command, signal), COMMAND_MS)).catch(
      (error) => {
        if (error instanceof TimeLimit) {
          throw new CredentialError(`TINKER_CREDENTIAL_CMD took over ${COMMAND_MS / 1000} s`);
        }
        throw error;
      },
    );
    if (printed.trim() === "") {
      throw new CredentialError("TINKER_CREDENTIAL_CMD printed nothing; it has to print a key");
    }
    this.#keep(printed.trim());
    this.#command = command;
  }

  #sent(): string | undefined {
    return this.#token?.text ?? this.#key;
  }

  /** All who wait for a renewal share one; each may leave early. */
  #renewed(call: Call): Promise<void> {
    return call.step(() => this.#renew());
  }

  #renew(): Promise<void> {
    this.#renewal ??= this.#renewNow().finally(() => this.#renewal = undefined);
    return this.#renewal;
  }

  async #renewNow(): Promise<void> {
    try {
      if (this.#command !== undefined) await this.#ask(this.#command);
      if (this.#exchange !== undefined) this.#keepToken(await this.#exchange(this.#key));
    } catch (error) {
      this.#failedAt = this.#timing.now();
      throw error;
    }
  }

  #keepToken(text: string): void {
    if (!PRINTABLE.test(text)) throw new CredentialError(`${this.#address.base} gave a token that cannot be sent`);
    this.#hideForNow(text);
    const { now, renewTokenMs, awaitTokenMs } = this.#timing;
    const life = lifetimeMs(text, now());
    this.#token = {
      text,
      renewAt: now() + Math.max(life - renewTokenMs, life / 2),
      awaitAt: now() + Math.max(life - awaitTokenMs, life * 0.75),
      endsAt: now() + life,
    };
  }

  async #renewedOrCurrent(call: Call): Promise<string | undefined> {
    try {
      await this.#renewed(call);
    } catch (error) {
      call.throwIfEnded();
      const alive = this.#token !== undefined && this.#timing.now() < this.#token.endsAt;
      if (error instanceof CredentialError || !alive) throw error;
    }
    return this.#token?.text;
  }
}

/** What keys of the official service look like. */
function looksLikeKey(text: string): boolean {
  return text.startsWith("tml-") || text.startsWith("eyJ");
}

/**
 * How long a JWT lives, from its payload; not verified, since it came from the server it goes to. Its issue time is
 * preferred over the clock of this machine, which may be off. What cannot be read is taken to live for an hour: a refusal
 * renews it anyway.
 */
function lifetimeMs(jwt: string, now: number): number {
  let claims: { exp?: unknown; iat?: unknown } | null = null;
  try {
    const payload = (jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    claims = JSON.parse(atob(payload));
  } catch {
    // Not a JWT.
  }
  const [ends, issued] = [Number(claims?.exp), Number(claims?.iat)];
  const life = (issued < ends ? ends - issued : ends - now / 1000) * 1000;
  return life > 0 ? Math.min(Math.max(life, 10_000), 30 * 86_400_000) : 3_600_000;
}
