/**
 * Writing files so that a reader never meets half of one: whole files are written aside and renamed, lines are appended
 * one at a time. A full disk becomes one clear error, and what was written before it stays readable.
 */
import { dirname, resolve } from "node:path";

/** The file system would not take what had to be written: the disk is full, say, or the place is a folder. */
export class StorageError extends Error {
  /** Tells this class from others. */
  override readonly name = "StorageError";
  /** The system's code, such as `ENOSPC`, where it gave one. */
  readonly code: string | undefined;

  /**
   * Makes the error.
   * @param message what was being written, and why it could not be
   */
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and try again",
  EDQUOT: "the disk quota is used up; free some space and try again",
  EIO: "the disk reports an error; look after it, or choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  EACCES: "writing there is not allowed; choose another folder",
  EPERM: "writing there is not allowed; choose another folder",
  ENOENT: "no file can be made there; choose another folder",
  EISDIR: "it is a folder; name a file",
  ENOTDIR: "a part of this path is a file, not a folder; choose another folder",
  EEXIST: "a file stands where a folder has to be; choose another folder",
  ENAMETOOLONG: "a name in it is too long; choose a shorter one",
  ELOOP: "its links lead in a circle; choose another folder",
};

/** The error to throw when writing `path` failed: a `StorageError` for what the file system refused, else the error as it was. */
export function explainWriteError(path: string, error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  const reason = typeof code === "string" ? REASONS[code] : undefined;
  return reason === undefined ? error : new StorageError(`cannot write ${path}: ${reason}`, code as string);
}

/** What an unfinished copy is called: who finds one whose writer is gone may remove it. */
const ASIDE = /\.(?:\d+-\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.tmp$/;

/** Where the content of a file is written before it is renamed into place; another name for every call. */
export function asidePath(path: string): string {
  return `${path}.${crypto.randomUUID()}.tmp`;
}

/** Whether a file's name is one that `asidePath` makes. */
export function isAsideName(name: string): boolean {
  return ASIDE.test(name);
}

/** How a file is written. */
export interface WriteOptions {
  /** Waits until the disk has the content: what is written after it is never there without it. Default: false. */
  readonly sync?: boolean;
}

/** How a whole file is written. */
export interface WriteAsideOptions extends WriteOptions {
  /** Whether missing folders are made. Default: true. */
  readonly makeFolder?: boolean;
}

/**
 * Writes a whole file: aside first, then renamed into place, so that a reader sees the old content or the new one.
 * @throws {StorageError} when the file system will not take it; the old content is then untouched
 */
export async function writeAside(
  path: string,
  content: string | Uint8Array,
  { sync = false, makeFolder = true }: WriteAsideOptions = {},
): Promise<void> {
  const aside = asidePath(path);
  try {
    if (makeFolder) await Deno.mkdir(dirname(path), { recursive: true });
    {
      using file = await Deno.open(aside, { write: true, createNew: true });
      await writeAll(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
      if (sync) await syncFile(file);
    }
    await Deno.rename(aside, path);
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw explainWriteError(path, error);
  }
}

/** Some file systems have nothing to wait for, and say so with an error. */
const NOT_SYNCED: readonly unknown[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF"];

/** Waits until the disk has what was written to a file. @throws when it could not be written after all */
export async function syncFile(file: Deno.FsFile): Promise<void> {
  await file.sync().catch((error) => {
    if (!NOT_SYNCED.includes((error as { code?: unknown }).code)) throw error;
  });
}

/** Waits until the disk has the names in a folder, where the system lets one ask for that. */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path, { read: true });
    await folder.sync();
  } catch {
    // Windows opens no folder, and some file systems do not sync one.
  }
}

/** How lines are appended. */
export interface AppendOptions extends WriteOptions {
  /** Whether a torn last line is what a reader would take: then it is ended, else it is cut off. Absent: it is ended. */
  readonly keepTorn?: (line: string) => boolean;
}

/**
 * Appends lines, one write a line; a torn last line left by a crash is ended or cut off first, so it cannot swallow the next.
 * @param lines without their line ends
 * @throws {StorageError} when the disk will not take it; the line that failed is taken back
 */
export async function appendLines(
  path: string,
  lines: readonly string[],
  { sync = false, keepTorn = () => true }: AppendOptions = {},
): Promise<void> {
  try {
    using file = await Deno.open(path, { read: true, append: true, create: true });
    let size = await mendEnd(file, keepTorn);
    for (const line of lines) {
      try {
        size += await writeAll(file, new TextEncoder().encode(`${line}\n`));
      } catch (error) {
        await file.truncate(size).catch(() => {});
        throw error;
      }
    }
    if (sync) await syncFile(file);
  } catch (error) {
    throw explainWriteError(path, error);
  }
}

/** Bytes read at a time in search of the last line end. */
const CHUNK = 1 << 16;

/** Ends or cuts off a torn last line. @returns the size that the file has then */
async function mendEnd(file: Deno.FsFile, keepTorn: (line: string) => boolean): Promise<number> {
  const size = await file.seek(0, Deno.SeekMode.End);
  const torn: Uint8Array<ArrayBuffer>[] = [];
  let start = size;
  for (let line = 0; start > 0 && line === 0;) {
    const from = Math.max(0, start - CHUNK);
    const bytes = await readAt(file, from, start - from);
    line = bytes.lastIndexOf(0x0a) + 1;
    torn.unshift(bytes.subarray(line));
    start = from + line;
  }
  if (start === size) return size;
  if (!keepTorn(await new Blob(torn).text())) {
    await file.truncate(start);
    return start;
  }
  return size + await writeAll(file, new TextEncoder().encode("\n"));
}

async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await file.seek(offset, Deno.SeekMode.Start);
  for (let done = 0; done < length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  return bytes.length;
}

/** What is at a path, without following a symbolic link. */
export type PathKind = "absent" | "file" | "folder" | "link";

/** Says what is at a path. @throws when it cannot be looked at, for example for lack of permission */
export async function pathKind(path: string): Promise<PathKind> {
  try {
    const info = await Deno.lstat(path);
    return info.isSymlink ? "link" : info.isDirectory ? "folder" : "file";
  } catch (error) {
    // A file where a folder is expected on the way (ENOTDIR) means that nothing can be at the path either.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "absent";
    throw error;
  }
}

/**
 * The path without separators at its end, which make the system follow a symbolic link; a `.` behind one goes as well.
 * The root stays.
 */
export function withoutTrailingSeparators(path: string): string {
  const trailing = Deno.build.os === "windows" ? /(?:[\\/]\.?)+$/ : /(?:\/\.?)+$/;
  return path.replace(trailing, "") || path.slice(0, 1);
}

/** The longest part of a path that exists; it may be a file, and the path itself. */
export async function existingPart(path: string): Promise<string> {
  let part = resolve(path);
  while (await pathKind(part) === "absent" && dirname(part) !== part) part = dirname(part);
  return part;
}

/** Why no file can be written at a path; undefined when one can, as far as can be seen without trying. */
export async function whyNoFile(path: string): Promise<string | undefined> {
  const part = await existingPart(path);
  const info = await Deno.stat(part).catch(() => undefined);
  if (part !== resolve(path)) return info?.isDirectory ? undefined : `${part} is no folder`;
  return info === undefined || info.isFile ? undefined : info.isDirectory ? "it is a folder" : "it is no ordinary file";
}

/** Fills an array from where a file stands. @returns how many bytes there were: fewer than fit only at the file's end */
export async function readInto(file: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return done;
}
