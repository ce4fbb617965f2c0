/** The error of a run whose numbers stopped being numbers. */

/** Training broke down: a loss, gradient or log-probability is no longer finite. */
export class DivergenceError extends Error {
  /** `DivergenceError`. */
  override readonly name = "DivergenceError";
  /** Index of the step it was found in. */
  readonly step: number;

  /** Says which quantity became what, where, and what to do. */
  constructor(what: string, value: number, { step, learning_rate }: { step: number; learning_rate: number }) {
    super(
      `training broke down in step ${step}: the ${what} is ${value}, with learning_rate=${learning_rate}; ` +
        "nothing was saved after the last checkpoint. Use a lower learning_rate or grad_clip_norm=1, and resume",
    );
    this.step = step;
  }
}

/** Passes finite numbers. @throws {DivergenceError} for any other */
export function requireFinite(what: string, value: number, place: { step: number; learning_rate: number }): void {
  if (!Number.isFinite(value)) throw new DivergenceError(what, value, place);
}
