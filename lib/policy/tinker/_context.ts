/** What the clients of one service share. */
import type { Clock, Limiter } from "../../basics/mod.ts";
import type { Cancels } from "./cancels.ts";
import type { Connection } from "./connection.ts";
import type { SampleGate } from "./sample_gate.ts";
import type { Session } from "./session.ts";

/** The shared parts. */
export interface ServiceContext {
  /** The line to the server. */
  readonly connection: Connection;
  /** The session, made when it is needed. */
  readonly session: Session;
  /** Samples that nobody waits for any more. */
  readonly cancels: Cancels;
  /** Time. */
  readonly clock: Clock;
  /** Bytes of forward_backward being posted. */
  readonly gradientBytes: Limiter;
  /** Sample requests under way. */
  readonly gate: SampleGate;
}
