/**
 * A file of JSON lines that grows, read on from where the last look ended. A line that is not yet whole waits for the
 * next look; a file that was written anew, as a resumption does, is noticed by what stood before that place.
 */
import { readInto } from "../basics/mod.ts";

/** Bytes before the place that have to be as they were. */
const MARK = 256;
/** Read at once. */
const CHUNK = 1 << 20;

/** What a look found. */
export interface TailLook {
  /** The lines that parse, in order. */
  readonly rows: readonly unknown[];
  /** The file is another one than before: these are its lines from the first one on. */
  readonly isAnew: boolean;
}

/** Reads a file again and again. Between two looks nothing is open. */
export class Tail {
  readonly #path: string;
  #offset = 0;
  #mark: Uint8Array = new Uint8Array();

  /** Of the file at a path, which may not be there yet. */
  constructor(path: string) {
    this.#path = path;
  }

  /** What has come since the last look. @param isLast nothing comes any more: a last line without an end is one as well */
  async look(isLast: boolean): Promise<TailLook> {
    try {
      using file = await Deno.open(this.#path, { read: true });
      const isAnew = !await this.#isSame(file);
      if (isAnew) [this.#offset, this.#mark] = [0, new Uint8Array()];
      await file.seek(this.#offset, Deno.SeekMode.Start);
      return { rows: await this.#read(file, isLast), isAnew };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const isAnew = this.#offset > 0;
      [this.#offset, this.#mark] = [0, new Uint8Array()];
      return { rows: [], isAnew };
    }
  }

  async #isSame(file: Deno.FsFile): Promise<boolean> {
    const start = this.#offset - this.#mark.length;
    await file.seek(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(this.#mark.length);
    const count = await readInto(file, bytes);
    return count === bytes.length && bytes.every((byte, i) => byte === this.#mark[i]);
  }

  async #read(file: Deno.FsFile, isLast: boolean): Promise<unknown[]> {
    const rows: unknown[] = [];
    let rest: Uint8Array = new Uint8Array();
    for (;;) {
      const chunk = new Uint8Array(CHUNK);
      const count = await readInto(file, chunk);
      const bytes = joined(rest, chunk.subarray(0, count));
      const end = bytes.lastIndexOf(0x0a) + 1;
      this.#take(bytes.subarray(0, end), rows);
      rest = bytes.subarray(end);
      if (count < CHUNK) break;
    }
    if (isLast) this.#take(rest, rows);
    return rows;
  }

  #take(bytes: Uint8Array, rows: unknown[]): void {
    if (bytes.length === 0) return;
    this.#offset += bytes.length;
    this.#mark = joined(this.#mark, bytes).slice(-MARK);
    for (const line of new TextDecoder().decode(bytes).split("\n")) {
      const row = parsed(line);
      if (row !== undefined) rows.push(row);
    }
  }
}

/** A line that a crash has torn, and that another one follows, is passed over. */
function parsed(line: string): unknown {
  try {
    return line.trim() === "" ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
