/** The client under test: the real one, with limits of a second instead of minutes, held to leaving nothing behind. */
import assert from "node:assert/strict";
import { sleep } from "../../../../lib/basics/mod.ts";
import {
  ApiError,
  ConnectionError,
  CredentialError,
  openTinkerPolicy,
  type TrainablePolicy,
} from "../../../../lib/policy/mod.ts";
import { CountingFetch, FastClock } from "./clocks.ts";
import { TOY, toyChat } from "./toy.ts";

/** Seconds of the client's clock in one of the machine's. */
const SPEED = 50;
/** Longer takes nothing here, unless it hangs. */
const LONGEST_MS = 30_000;

/** On the machine's clock: limits on one request. On the fast one: all others. */
const LIMITS = {
  ...{ requestTimeoutMs: 300, pollTimeoutMs: 250, probeTimeoutMs: 200 },
  ...{ giveUpAfterMs: 30_000, openGiveUpAfterMs: 20_000 },
};

/** A gradient of a step in several requests. */
const CHUNKED = { fwdbwd_max_chunk_len: 5 };

/** Does something with policies of one address. Whoever opens one closes it. */
export interface Client {
  /** Opens a policy. */
  readonly open: () => Promise<TrainablePolicy>;
  /** Aborted when it takes so long that something must hang. */
  readonly signal: AbortSignal;
}

/**
 * Gives a client to `work`.
 * @throws {AssertionError} when a request or a pause is left once the work is done
 */
export async function withClient<T>(
  baseUrl: string,
  { chunked = false }: { readonly chunked?: boolean },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const clock = new FastClock(SPEED);
  const counting = new CountingFetch(chunked ? CHUNKED : {});
  const connection = { limits: LIMITS, clock, fetch: counting.fetch, env: () => undefined };
  const chat = () => Promise.resolve(toyChat);
  const open = () => openTinkerPolicy({ ...{ model: TOY, baseUrl, loraRank: 8, seed: 0, chat, connection } });
  const late = Promise.withResolvers<never>();
  const end = new AbortController();
  const timer = setTimeout(() => {
    const error = new Error(`it hangs: it is not done after ${LONGEST_MS / 1000} s`);
    late.reject(error);
    end.abort(error);
  }, LONGEST_MS);
  try {
    return await Promise.race([work({ open, signal: end.signal }), late.promise]);
  } finally {
    clearTimeout(timer);
    await sleep(0);
    const pauses = clock.sleeping;
    // The runtime takes a moment to let go of a request that was aborted.
    for (let k = 0; k < 20 && counting.underWay > 0; k++) await sleep(10);
    const left = { pauses, requests: counting.underWay };
    if (!end.signal.aborted) assert.deepEqual(left, { pauses: 0, requests: 0 }, "the policy left something running");
  }
}

/** Holds an error to being one that a user can do something with: of the client's own classes, naming the server. */
export function assertClear(error: unknown, baseUrl: string): asserts error is Error {
  assert.ok(
    error instanceof ConnectionError || error instanceof ApiError || error instanceof CredentialError,
    `not an error of the client: ${error instanceof Error ? error.stack : error}`,
  );
  assert.ok(error.message.includes(new URL(baseUrl).host), `the server is not named: ${error.message}`);
}
