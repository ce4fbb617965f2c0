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
