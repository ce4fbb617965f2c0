/** How long the transport waits, and how much it takes in. The defaults are the protocol's. */

/** Time limits and budgets of a connection. */
export interface TransportLimits {
  /** Time for one attempt of a request until its answer begins, and longest silence within the answer. */
  readonly requestTimeoutMs: number;
  /** Slowest line, in bytes a millisecond, over which a request gets through: its body has so much more time. */
  readonly slowestUploadBytesPerMs: number;
  /** The same for one poll for a result; after it the poll is made again. */
  readonly pollTimeoutMs: number;
  /** Time for one sign of life from a server that lets a poll hang. */
  readonly probeTimeoutMs: number;
  /** How long a request may fail in a row before it is given up. */
  readonly giveUpAfterMs: number;
  /** The same while the connection is opened: nobody waits five minutes to learn of a wrong address. */
  readonly openGiveUpAfterMs: number;
  /** Pause after the first failure; it doubles with each further one. */
  readonly firstRetryMs: number;
  /** Longest pause between attempts of a request. */
  readonly longestRetryMs: number;
  /** Longest pause between polls. */
  readonly longestPollRetryMs: number;
  /** Pause after a poll that came back sooner than `quickPollMs` with nothing. */
  readonly pollPauseMs: number;
  /** What counts as soon. */
  readonly quickPollMs: number;
  /** Pause while the account has no funds. */
  readonly billingPauseMs: number;
  /** After so long without a complaint about funds, the next one starts a new count. */
  readonly billingQuietMs: number;
  /** Time before a token's end at which it is renewed in the background. */
  readonly renewTokenMs: number;
  /** Time before a token's end at which requests wait for the new one. */
  readonly awaitTokenMs: number;
  /** Pause after a failed renewal in the background. */
  readonly retryTokenMs: number;
  /** Longest answer that is read, in bytes. */
  readonly maxAnswerBytes: number;
  /** Refusals of one request with 400 and no body, which come from proxies, that are taken for lost connections. */
  readonly emptyRefusals: number;
  /** Refusals of a poll with 400 and no explanation that are tried again. */
  readonly unexplainedRefusals: number;
  /** Times one operation is submitted again after the server lost it (410). */
  readonly resubmissions: number;
}

/** The protocol's limits. */
export const DEFAULT_LIMITS: TransportLimits = {
  requestTimeoutMs: 60_000,
  slowestUploadBytesPerMs: 32,
  pollTimeoutMs: 45_000,
  probeTimeoutMs: 10_000,
  giveUpAfterMs: 300_000,
  openGiveUpAfterMs: 20_000,
  firstRetryMs: 500,
  longestRetryMs: 10_000,
  longestPollRetryMs: 30_000,
  pollPauseMs: 100,
  quickPollMs: 1000,
  billingPauseMs: 5000,
  billingQuietMs: 300_000,
  renewTokenMs: 300_000,
  awaitTokenMs: 60_000,
  retryTokenMs: 60_000,
  maxAnswerBytes: 1 << 30,
  emptyRefusals: 16,
  unexplainedRefusals: 3,
  resubmissions: 8,
};
