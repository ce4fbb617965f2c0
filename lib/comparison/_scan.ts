/**
 * Rows of a file of rollouts, of some problems or of all, without reading the others as JSON: of a line that is not wanted
 * no more than its beginning is looked at, where the problem's id stands. The file comes from outside: lines that are torn,
 * too long or no rollouts are passed over and counted, and no more than one line is held.
 */
import { isObject } from "../basics/mod.ts";
import { rolloutOfRow, type RolloutRow } from "../runs/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";
import { ComparisonError } from "./errors.ts";

const CHUNK_BYTES = 1 << 20;
/** Longest line that is read; no completion with its log-probabilities fills one. */
export const LONGEST_LINE_BYTES = 1 << 24;
/** Where the id has to stand to be found without parsing the line. */
const HEAD_BYTES = 1024;
/** The beginning of a line as this module writes it: `{"schema_version":1,"split":"test","step":0,"problem_id":"..."`. */
const HEAD =
  /^\{"schema_version":\d{1,9},"split":"(?:train|test)","step":\d{1,15},"problem_id":("(?:[^"\\]|\\.)*")[,}]/;
const NEWLINE = 0x0a;

/** What is told of a scan. */
export interface ScanCounts {
  /** Lines that were passed over. */
  skipped: number;
}

/**
 * The rows of some problems, in the order of the file.
 * @param ids absent: of all problems
 * @throws {ComparisonError} when there is no such file, or it is no ordinary one
 */
export async function* scanRows(
  path: string,
  ids: ReadonlySet<string> | undefined,
  counts: ScanCounts,
): AsyncGenerator<RolloutRow> {
  const isWanted = (head: string) => {
    const id = idOf(head);
    // A line that begins otherwise is read to know.
    return id === undefined || ids === undefined || ids.has(id);
  };
  for await (const line of wantedLines(path, isWanted, counts)) {
    const row = rowOf(line);
    if (row === undefined) counts.skipped++;
    else if (ids === undefined || ids.has(row.problem_id)) yield row;
  }
}

/** The id at the beginning of a line; undefined: it stands elsewhere. */
function idOf(head: string): string | undefined {
  const [, written] = HEAD.exec(head) ?? [];
  if (written === undefined) return undefined;
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined;
  }
}

/** A line that is a rollout, and whole; what `rolloutOfRow` fills in for old files would be made up here. */
function rowOf(line: string): RolloutRow | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return undefined;
  }
  const row = rolloutOfRow(raw);
  if (row === undefined || !isObject(raw)) return undefined;
  const isWhole = OUTCOMES.some((outcome) => outcome === raw.outcome) && typeof raw.correct === "boolean" &&
    Number.isSafeInteger(raw.sample) && (raw.sample as number) >= 0 && Number.isFinite(raw.reward) &&
    Number.isFinite(raw.prompt_tokens) && Array.isArray(raw.tokens);
  return isWhole ? row : undefined;
}

/** Lines whose beginning is wanted, decoded. */
async function* wantedLines(
  path: string,
  isWanted: (head: string) => boolean,
  counts: ScanCounts,
): AsyncGenerator<string> {
  using file = await openFile(path);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK_BYTES);
  const line = new Line();
  const ended = () => {
    const bytes = line.take();
    if (bytes === undefined) counts.skipped++;
    else if (bytes.length > 0 && isWanted(decoder.decode(bytes.subarray(0, HEAD_BYTES)))) return decoder.decode(bytes);
    return undefined;
  };
  for (let count = await file.read(chunk); count !== null; count = await file.read(chunk)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < count; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      start = end + 1;
      const text = ended();
      if (text !== undefined && text.trim() !== "") yield text;
    }
    line.keep(chunk.subarray(start, count));
  }
  const text = ended();
  if (text !== undefined && text.trim() !== "") yield text;
}

/** The line that is being read: most are views of a chunk, and only what goes over its end is copied. */
class Line {
  #parts: Uint8Array[] = [];
  #length = 0;
  #isTooLong = false;

  add(part: Uint8Array): void {
    this.#length += part.length;
    this.#isTooLong ||= this.#length > LONGEST_LINE_BYTES;
    if (this.#isTooLong) this.#parts = [];
    else this.#parts.push(part);
  }

  /** Adds what has to outlive the chunk. */
  keep(part: Uint8Array): void {
    if (part.length > 0) this.add(this.#isTooLong ? part : part.slice());
  }

  /** The line, and begins another; undefined: it was too long. */
  take(): Uint8Array | undefined {
    const [parts, length, isTooLong] = [this.#parts, this.#length, this.#isTooLong];
    [this.#parts, this.#length, this.#isTooLong] = [[], 0, false];
    if (isTooLong) return undefined;
    if (parts.length === 1) return parts[0];
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** A pipe, or a device, would be waited for without an end. */
async function openFile(path: string): Promise<Deno.FsFile> {
  await requireFile(path);
  return await Deno.open(path, { read: true });
}

/** @throws {ComparisonError} unless there is an ordinary file @returns its size in bytes */
export async function requireFile(path: string): Promise<number> {
  const info = await Deno.stat(path).catch((error) => {
    const isAbsent = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.FilesystemLoop;
    if (isAbsent) throw new ComparisonError(`there is no file ${path}`);
    throw error;
  });
  if (!info.isFile) throw new ComparisonError(`${path} is no ordinary file`);
  return info.size;
}
