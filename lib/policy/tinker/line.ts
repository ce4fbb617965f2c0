/** What all parts of a connection share: its settings, what is under way, and what it has learnt about the server. */
import type { Clock, Limiter } from "../../basics/mod.ts";
import type { Address } from "./address.ts";
import type { BillingPause } from "./billing.ts";
import type { Bulk } from "./bulk.ts";
import type { Calls } from "./call.ts";
import type { Credentials } from "./credentials.ts";
import type { TransportLimits } from "./limits.ts";
import type { WaitingRoom } from "./waiting.ts";

/** The inside of a connection. */
export interface Line {
  /** Where the server is. */
  readonly address: Address;
  /** How requests go out. */
  readonly fetch: typeof fetch;
  /** How large ones go out. */
  readonly bulk: Bulk;
  /** Time. */
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** Time limits and budgets. */
  readonly limits: TransportLimits;
  /** What is under way. */
  readonly calls: Calls;
  /** What it waits for. */
  readonly waits: WaitingRoom;
  /** Who is asking. */
  readonly credentials: Credentials;
  /** Headers of every request but the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unique to the connection; begins idempotency keys. */
  readonly clientId: string;
  /** The account's pause for lack of funds. */
  readonly billing: BillingPause;
  /** What has been learnt on the way. */
  readonly learnt: Learnt;
}

/** What a connection learns on the way. */
export interface Learnt {
  /** Counts answers of the server's own, of any kind: signs of life. */
  answers: number;
  /** Whether the server takes protobuf. */
  protobuf: "untried" | "accepted" | "refused";
  /** A sign of life being asked for. */
  probe: Promise<boolean> | undefined;
  /** Counts requests. */
  requests: number;
  /** Bytes of results on their way; anew once the server's settings are known. */
  responseBytes: Limiter;
  /** Longest pause for lack of funds, in ms. */
  billingMaxMs: number;
}
