/** What a run's `config.json` says, for others to show: it never has a secret. */
import { join } from "node:path";
import { RUN_FILES } from "../runs/mod.ts";

/** Longer than any configuration that this module writes, in bytes. */
const MOST_BYTES = 1 << 22;

/** The content of `config.json`. @throws when it is missing, or is no JSON object of at most 4 MiB */
export function recordedConfig(run: string): Record<string, unknown> {
  const path = join(run, RUN_FILES.config);
  const { size } = Deno.statSync(path);
  if (size > MOST_BYTES) throw new RangeError(`cannot read ${path}: ${size} bytes are more than ${MOST_BYTES}`);
  const value: unknown = JSON.parse(Deno.readTextFileSync(path));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SyntaxError(`cannot read ${path}: it is no JSON object`);
}

/** When the run began, in milliseconds since 1970. */
export function began({ created_at }: Readonly<Record<string, unknown>>, now: number): number {
  const time = typeof created_at === "string" ? Date.parse(created_at) : NaN;
  return Number.isFinite(time) ? time : now;
}
