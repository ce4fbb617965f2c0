/**
 * `wandb.json` in a run's folder: which run of Weights & Biases it is, so that a resumed run goes on with the same one,
 * and how much of the folder that run has. Never a key.
 */
import { join } from "node:path";
import { writeAside } from "../../basics/mod.ts";
import { readJsonObject } from "../_recorded_config.ts";

/** The file's name. */
const WANDB_FILE = "wandb.json";

/** Its content. */
export interface WandbState {
  /** The run's id, unique in its project. */
  readonly id: string;
  /** The project. */
  readonly project: string;
  /** Address of the server that the counts are of. */
  readonly base_url: string;
  /** Whose project; null: no server was reached yet. */
  readonly entity: string | null;
  /** Where a person sees it; null: no server was reached yet. */
  readonly url: string | null;
  /** Lines of history, of the log and of system metrics that were acknowledged. */
  readonly history_lines: number;
  readonly log_lines: number;
  readonly event_lines: number;
  /** The highest step that was acknowledged; null: none. */
  readonly last_step: number | null;
}

/** A state before anything was sent. */
export function newState(id: string, project: string, baseUrl: string): WandbState {
  const nothing = { history_lines: 0, log_lines: 0, event_lines: 0, last_step: null };
  return { id, project, base_url: baseUrl, entity: null, url: null, ...nothing };
}

/** An id like those of the official client: eight digits of base 36. */
export function newRunId(): string {
  // 252 is the last multiple of 36 in a byte: all digits are equally likely.
  const digits: string[] = [];
  while (digits.length < 8) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1)) as unknown as [number];
    if (byte < 252) digits.push((byte % 36).toString(36));
  }
  return digits.join("");
}

/** Reads the state of a run's folder; nothing where there is none or it cannot be understood. */
export function readState(run: string): WandbState | undefined {
  const raw = readObject(join(run, WANDB_FILE));
  const { id, project, base_url, entity, url, last_step } = raw;
  if (typeof id !== "string" || !/^[\w-]{1,128}$/.test(id)) return undefined;
  if (typeof project !== "string" || typeof base_url !== "string") return undefined;
  const text = (value: unknown) => typeof value === "string" ? value : null;
  return {
    ...{ id, project, base_url },
    entity: text(entity),
    url: text(url),
    history_lines: count(raw.history_lines) ?? 0,
    log_lines: count(raw.log_lines) ?? 0,
    event_lines: count(raw.event_lines) ?? 0,
    last_step: count(last_step) ?? null,
  };
}

/** Writes the state. @throws {StorageError} when the disk will not take it, or the run folder is gone: it is not made again */
export async function writeState(run: string, state: WandbState): Promise<void> {
  await writeAside(join(run, WANDB_FILE), `${JSON.stringify(state, null, 2)}\n`, { makeFolder: false });
}

/** A value as a count; nothing for anything else. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    return readJsonObject(path);
  } catch (error) {
    const isNone = [Deno.errors.NotFound, SyntaxError, RangeError].some((kind) => error instanceof kind);
    if (isNone) return {};
    throw error;
  }
}
