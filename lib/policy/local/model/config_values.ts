/** Single values of a config.json, each checked, with messages that name the file, the key and what stands there. */

/** A configuration file's content, and what messages call the file. */
export interface ConfigSource {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

/** Sizes that no model here comes near; a file that claims more is broken, and is not to be computed with. */
const MOST: Readonly<Record<string, number>> = { num_hidden_layers: 1024 };
const MOST_OTHERWISE = 2 ** 27;

/** A positive whole number. @param otherwise stands for a key that is absent or null; absent: the key is needed */
export function countOf({ raw, origin }: ConfigSource, key: string, otherwise?: number): number {
  const value = raw[key] ?? otherwise;
  const most = MOST[key] ?? MOST_OTHERWISE;
  if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most) return value as number;
  throw new TypeError(`${origin}: ${key} is ${show(raw[key])}; a positive whole number up to ${most} is needed`);
}

/** A positive number. @param otherwise stands for a key that is absent or null; absent: the key is needed */
export function realOf({ raw, origin }: ConfigSource, key: string, otherwise?: number): number {
  const value = raw[key] ?? otherwise;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`${origin}: ${key} is ${show(raw[key])}; a positive number is needed`);
}

/** True or false; absent and null are false. */
export function flagOf({ raw, origin }: ConfigSource, key: string): boolean {
  const value = raw[key] ?? false;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${origin}: ${key} is ${show(value)}; true or false is needed`);
}

/** A value of the file, short enough for a message. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
