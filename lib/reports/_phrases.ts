/** Words and numbers put together, for sentences of reports. */

/** A count with its noun: `1 policy`, `3 policies`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`; of many the first, and how many more. */
export function plainList(names: readonly string[], most = 12): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
