/**
 * How far the event files of earlier sessions go: a session without TensorBoard, or a loss of power, leaves steps out that
 * the next session has to write as well. What is torn or foreign ends a file where it stands.
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "./_crc32c.ts";

/** Longer than any record that is written here, in bytes. */
const MOST_RECORD = 1 << 24;

/** The last step that these files have numbers of, of all that count after the last start of a session; -1: none. @param paths in the order in which they were written */
export function lastStepOf(paths: readonly string[]): number {
  for (const path of paths.toReversed()) {
    const step = lastStepIn(path);
    if (step !== undefined) return step;
  }
  return -1;
}

function lastStepIn(path: string): number | undefined {
  using file = Deno.openSync(path);
  let last: number | undefined;
  for (let data = nextRecord(file); data !== undefined; data = nextRecord(file)) last = stepOf(data) ?? last;
  return last;
}

function nextRecord(file: Deno.FsFile): Uint8Array | undefined {
  const size = readChecked(file, 8);
  if (size === undefined) return undefined;
  const length = new DataView(size.buffer).getBigUint64(0, true);
  return length > MOST_RECORD ? undefined : readChecked(file, Number(length));
}

/** So many bytes and the checksum behind them. */
function readChecked(file: Deno.FsFile, size: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = readAll(file, size + 4);
  if (bytes === undefined) return undefined;
  const content = bytes.subarray(0, size);
  return new DataView(bytes.buffer).getUint32(size, true) === maskedCrc32c(content) ? content : undefined;
}

function readAll(file: Deno.FsFile, size: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) return undefined;
    done += count;
  }
  return bytes;
}

/** The step of an event with numbers, the one before a session's first; nothing for other events. */
function stepOf(data: Uint8Array): number | undefined {
  const reader = new BinaryReader(data);
  let [step, isStart, hasNumbers] = [0, false, false];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 2) step = Number(reader.int64());
    else if (field === 5) hasNumbers = isOfNumbers(reader.bytes());
    else reader.skip(type);
    if (field === 7) isStart = true;
  }
  return hasNumbers ? step : isStart ? step - 1 : undefined;
}

/** Whether the first value of a summary is a plain number. */
function isOfNumbers(summary: Uint8Array): boolean {
  const outer = new BinaryReader(summary);
  if (outer.len === 0 || outer.tag()[0] !== 1) return false;
  const value = new BinaryReader(outer.bytes());
  while (value.pos < value.len) {
    const [field, type] = value.tag();
    if (field === 2) return true;
    value.skip(type);
  }
  return false;
}
