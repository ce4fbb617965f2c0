/** The small JSON files of a run's folder. A folder may come from a stranger: what is too long or no object is not taken. */
import { join } from "node:path";
import { isObject } from "../basics/mod.ts";
import { RUN_FILES } from "../runs/mod.ts";

/** Longer than any that this module writes, in bytes. */
const MOST_BYTES = 1 << 22;

/** The content of `config.json`, which never has a secret. @throws when it is missing, or is no JSON object of at most 4 MiB */
export function recordedConfig(run: string): Readonly<Record<string, unknown>> {
  return readJsonObject(join(run, RUN_FILES.config));
}

/** The JSON object that a file holds. @throws when it is missing, or holds no JSON object of at most 4 MiB */
export function readJsonObject(path: string): Readonly<Record<string, unknown>> {
  const { size } = Deno.statSync(path);
  if (size > MOST_BYTES) throw new RangeError(`cannot read ${path}: ${size} bytes are more than ${MOST_BYTES}`);
  const value: unknown = JSON.parse(Deno.readTextFileSync(path));
  if (isObject(value)) return value;
  throw new SyntaxError(`cannot read ${path}: it is no JSON object`);
}

/** When the run began, in milliseconds since 1970. */
export function began({ created_at }: Readonly<Record<string, unknown>>, now: number): number {
  const time = typeof created_at === "string" ? Date.parse(created_at) : NaN;
  return Number.isFinite(time) ? time : now;
}
