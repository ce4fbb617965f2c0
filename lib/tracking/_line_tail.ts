/**
 * What has been added to a run's append-only files since the last look. The folder is the queue of everything that is
 * sent elsewhere: nothing is held in memory or stored twice, and what was not sent is still there after a crash.
 */

/** Read at once; a longer line is cut there, and so is no JSON. */
const CHUNK_BYTES = 1 << 18;

/** Reads the lines of a growing file, a chunk at a time. A file that is not there has none; a last line without its end waits. */
export class LineTail {
  readonly #path: string;
  #offset = 0;

  /** Begins with the file's first line. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The next lines, 256 KiB at most; empty: nothing is new. @throws when the file is there and cannot be read */
  read(): string[] {
    // Synchronous: a few KiB that were written a moment ago, and readers that stay in step with the events.
    const chunk = readAt(this.#path, this.#offset);
    const end = chunk.lastIndexOf(0x0a) + 1;
    const bytes = end === 0 && chunk.length === CHUNK_BYTES ? chunk : chunk.subarray(0, end);
    this.#offset += bytes.length;
    const lines = new TextDecoder().decode(bytes).split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }
}

function readAt(path: string, offset: number): Uint8Array {
  try {
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(CHUNK_BYTES);
    let size = 0;
    for (;;) {
      const count = file.readSync(bytes.subarray(size));
      if (count === null || count === 0) return bytes.subarray(0, size);
      size += count;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}
