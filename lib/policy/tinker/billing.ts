/** The pause while the account has no funds (402): all requests of a connection share one, so it is counted once. */

/** When a pause for lack of funds began, and whether it may go on. */
export class BillingPause {
  #first: number | undefined;
  #last = 0;

  /**
   * Takes a complaint about funds into account.
   * @param quietMs after so long without a complaint this one begins a new pause
   * @returns whether the pause may go on: it has lasted no longer than `maxMs`
   */
  mayGoOn(now: number, { quietMs, maxMs }: { readonly quietMs: number; readonly maxMs: number }): boolean {
    if (this.#first === undefined || now - this.#last > quietMs) this.#first = now;
    this.#last = now;
    return now - this.#first <= maxMs;
  }
}
