/** Reading the fields of a JSON body. A field that is missing or of the wrong kind is a 422 that names it. */
import { RefusedError } from "./errors.ts";

/** A parsed JSON object. */
export type Body = Readonly<Record<string, unknown>>;

/** Bounds of a whole number, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A value as an object. */
export function objectOf(value: unknown, name: string): Body {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Body;
  throw refused(name, value, "an object");
}

/** A string that must be there. */
export function textOf(body: Body, key: string): string {
  const value = body[key];
  if (typeof value === "string" && value !== "") return value;
  throw refused(key, value, "a string");
}

/** A string that may be missing or null. */
export function optionalText(body: Body, key: string): string | undefined {
  return isAbsent(body, key) ? undefined : textOf(body, key);
}

/** A whole number that must be there. */
export function integerOf(body: Body, key: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {}): number {
  const value = body[key];
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw refused(key, value, max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `${min} to ${max}`);
}

/** A whole number that may be missing or null. */
export function optionalInteger(body: Body, key: string, bounds?: Bounds): number | undefined {
  return isAbsent(body, key) ? undefined : integerOf(body, key, bounds);
}

/** A finite number, with a default. */
export function realOf(body: Body, key: string, otherwise: number): number {
  if (isAbsent(body, key)) return otherwise;
  const value = body[key];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refused(key, value, "a number");
}

/** A boolean, with a default. */
export function flagOf(body: Body, key: string, otherwise = false): boolean {
  if (isAbsent(body, key)) return otherwise;
  const value = body[key];
  if (typeof value === "boolean") return value;
  throw refused(key, value, "true or false");
}

/** A small object of a user's own, kept as it is. */
export function metadataOf(body: Body): Body | undefined {
  if (isAbsent(body, "user_metadata")) return undefined;
  const value = objectOf(body.user_metadata, "user_metadata");
  if (JSON.stringify(value).length > 64_000) {
    throw new RefusedError(422, "user_metadata is longer than 64000 characters");
  }
  return value;
}

/** Reads something from the wire; what cannot be read is a 422. */
export function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) throw new RefusedError(422, `the ${what} cannot be read: ${error.message}`);
    throw error;
  }
}

function isAbsent(body: Body, key: string): boolean {
  return body[key] === undefined || body[key] === null;
}

function refused(key: string, value: unknown, wanted: string): RefusedError {
  const seen = value === undefined ? "missing" : JSON.stringify(value)?.slice(0, 80);
  return new RefusedError(422, `${key} is ${seen}; it has to be ${wanted}`);
}
