/** What all of the room requires of its input. */

/** Names what is wrong unless all are whole numbers from 0 on. @throws {RangeError} */
export function requireCounts(doing: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`cannot ${doing} with ${name} ${count}: it takes a whole number from 0 on`);
    }
  }
}

/** Names the first value that is not finite. @throws {RangeError} */
export function requireFinite(doing: string, values: readonly number[]): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new RangeError(`cannot ${doing}: value ${index} is ${values[index]}, and all have to be finite numbers`);
  }
}

/** Both shares of the problems that change. @throws {RangeError} */
export function requireRates(gained: number, lost: number): void {
  // Shares that sum to 1 may do so with an error of rounding.
  if (!(gained >= 0 && lost >= 0 && gained + lost <= 1 + 1e-12)) {
    throw new RangeError(
      `cannot plan for shares of ${gained} gained and ${lost} lost: none may be below 0, nor their sum above 1`,
    );
  }
}

/** The level of a test. @throws {RangeError} */
export function requireAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`cannot test at the level ${alpha}: it is between 0 and 1`);
}
