/**
 * Tells whether two requests ask for the same. Made of what a request means and not of its bytes: a client that sends it
 * again may order the keys of a map differently.
 */
import { createHash, type Hash } from "node:crypto";

/** A short text that is equal for equal requests and different for different ones. */
export function fingerprint(value: unknown): string {
  const hash = createHash("sha256");
  feed(hash, value);
  return hash.digest("base64");
}

function feed(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) return feedNumbers(hash, value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === "number")) return feedNumbers(hash, value);
    hash.update(`[${value.length}:`);
    return value.forEach((item) => feed(hash, item));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
    hash.update(`{${entries.length}:`);
    for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${JSON.stringify(key)}:`);
      feed(hash, item);
    }
    return;
  }
  hash.update(`${typeof value === "bigint" ? value : JSON.stringify(value)},`);
}

/** Lists of numbers are equal whatever type of array holds them. */
function feedNumbers(hash: Hash, values: ArrayLike<number>): void {
  hash.update(`n${values.length}:`);
  hash.update(new Uint8Array(Float64Array.from(values).buffer));
}
