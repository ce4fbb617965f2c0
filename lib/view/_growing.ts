/**
 * A file of JSON lines that grows, of which each look reads only what was appended. Where nothing has changed, nothing is
 * opened. A file that was written anew, as a resumption does, is noticed by what stood before the place; a line that does
 * not parse is counted and left out.
 */
import { basename } from "node:path";
import { readInto } from "../basics/mod.ts";
import { openSafe, type SafeFile, safeFile } from "./_guard.ts";

/** Read at once. */
const CHUNK = 1 << 20;
/** A longer line is no line of a run. */
const LONGEST_LINE = 8 << 20;
/** Bytes before the place that have to be as they were. */
const MARK = 64;

/** Told what stands in a file. */
export interface RowReader {
  /** A value; one without a line end after it may come again. */
  row(value: unknown): void;
  /** The file is another one: what was told before no longer counts. */
  anew(): void;
}

/** Reads a file again and again. Between two looks nothing is open. */
export class GrowingFile {
  /** Lines that do not parse; the last one of a file is not counted, as it may be written just now. */
  broken = 0;
  readonly #root: string;
  readonly #path: string;
  readonly #most: number;
  #version: string | undefined;
  #offset = 0;
  #mark: Uint8Array = new Uint8Array();

  /** Of the file at a path below `root`, which may not be there yet; at most so many bytes are read. */
  constructor(root: string, path: string, most: number) {
    this.#root = root;
    this.#path = path;
    this.#most = most;
  }

  /** What the file is called. */
  get name(): string {
    return basename(this.#path);
  }

  /** Changes whenever the file does; undefined: there is none. */
  get version(): string | undefined {
    return this.#version;
  }

  /**
   * Tells what has come since the last look. One look at a time.
   * @returns whether there was anything
   * @throws {UnreadableError} when the file is not to be read
   */
  async look(reader: RowReader): Promise<boolean> {
    const file = await safeFile(this.#root, this.#path, this.#most);
    if (file?.version === this.#version) return false;
    if (file === undefined) this.#restart(reader);
    else await this.#read(file, reader);
    this.#version = file?.version;
    return true;
  }

  #restart(reader: RowReader): void {
    [this.#offset, this.#mark, this.broken] = [0, new Uint8Array(), 0];
    reader.anew();
  }

  async #read(file: SafeFile, reader: RowReader): Promise<void> {
    using opened = await openSafe(file);
    if (this.#offset > 0 && !await this.#isSame(opened)) this.#restart(reader);
    await opened.seek(this.#offset, Deno.SeekMode.Start);
    const decoder = new TextDecoder();
    let rest: Uint8Array = new Uint8Array();
    for (;;) {
      const chunk = new Uint8Array(CHUNK);
      const count = await readInto(opened, chunk);
      const bytes = joined(rest, chunk.subarray(0, count));
      const end = bytes.lastIndexOf(0x0a) + 1;
      if (end > 0) this.#take(bytes.subarray(0, end), decoder, reader);
      rest = bytes.subarray(end);
      if (rest.length > LONGEST_LINE) {
        // Left out up to here; what remains of it does not parse either.
        this.#passed(rest);
        rest = new Uint8Array();
        this.broken++;
      }
      if (count < CHUNK || this.#offset > this.#most) break;
    }
    // The file of a run that has ended may lack its last line end. What is not yet whole comes again.
    const last = parsed(decoder.decode(rest));
    if (last !== undefined) reader.row(last);
  }

  #take(bytes: Uint8Array, decoder: TextDecoder, reader: RowReader): void {
    this.#passed(bytes);
    for (const line of decoder.decode(bytes).split("\n")) {
      if (line.trim() === "") continue;
      const value = parsed(line);
      if (value === undefined) this.broken++;
      else reader.row(value);
    }
  }

  #passed(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#mark = bytes.length >= MARK ? bytes.slice(-MARK) : joined(this.#mark, bytes).slice(-MARK);
  }

  async #isSame(opened: Deno.FsFile): Promise<boolean> {
    await opened.seek(this.#offset - this.#mark.length, Deno.SeekMode.Start);
    const bytes = new Uint8Array(this.#mark.length);
    const count = await readInto(opened, bytes);
    return count === bytes.length && bytes.every((byte, i) => byte === this.#mark[i]);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
