/**
 * Reading from folders that may come from anyone. Only regular files are opened, never a pipe or a device, which could
 * block for ever; a link counts as long as it stays inside the folder that is served; what is large is not read. Every
 * refusal says in words that a page can show what is the matter, without a path outside the folder.
 */
import { basename, join, sep } from "node:path";
import { fileSize, isObject } from "../basics/mod.ts";

/** Something in a folder that is not read. The message is for people. */
export class UnreadableError extends Error {
  /** Tells this class from others. */
  override readonly name = "UnreadableError";
}

/** A regular file inside the folder that is served. */
export interface SafeFile {
  /** Absolute, without links. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Changes whenever the file does. */
  readonly version: string;
}

const KB = 1024;

/** Most bytes that are read of a file, by what it is. */
export const MOST_BYTES = {
  config: 4 * KB * KB,
  status: 256 * KB,
  metrics: 512 * KB * KB,
  rows: 64 * KB * KB,
  rollouts: 4 * KB * KB * KB,
  result: 64 * KB * KB,
  report: 128 * KB * KB,
  template: 512 * KB,
} as const;

/** Whether `path` is `root` or below it; both absolute and without links. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** What the system refused, in words. */
export function refusalText(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "may not be read";
  }
  if (isMissing(error)) return "is gone";
  if (error instanceof Deno.errors.FilesystemLoop) return "is a link that leads in a circle";
  return `cannot be read (${(error as { code?: string }).code ?? (error as Error).name ?? "unknown"})`;
}

/** Whether there is no such file, or part of its path is none. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/**
 * The real path of a folder; undefined where there is none.
 * @param root the folder that is served, without links
 * @throws {UnreadableError} when it leaves the root, or may not be looked at
 */
export async function safeFolder(root: string, path: string): Promise<string | undefined> {
  const real = await realPath(root, path);
  if (real === undefined) return undefined;
  return (await orRefuse(path, () => Deno.stat(real)))?.isDirectory ? real : undefined;
}

async function realPath(root: string, path: string): Promise<string | undefined> {
  const real = await orRefuse(path, () => Deno.realPath(path));
  if (real === undefined || isInside(root, real)) return real;
  throw new UnreadableError(`${basename(path)} is a link that leads out of the folder, and is not followed`);
}

async function orRefuse<T>(path: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new UnreadableError(`${basename(path)} ${refusalText(error)}`);
  }
}

/**
 * Looks at a file before it is opened; undefined where there is none.
 * @param most bytes that may be read of it
 * @throws {UnreadableError} when it is no regular file, leaves the root, is too large or may not be read
 */
export async function safeFile(root: string, path: string, most: number): Promise<SafeFile | undefined> {
  const seen = await orRefuse(path, () => Deno.lstat(path));
  if (seen === undefined) return undefined;
  const real = seen.isSymlink ? await realPath(root, path) : path;
  if (real === undefined) throw new UnreadableError(`${basename(path)} is a link that leads nowhere`);
  const info = seen.isSymlink ? await orRefuse(path, () => Deno.lstat(real)) : seen;
  if (info === undefined) return undefined;
  if (!info.isFile) throw new UnreadableError(`${basename(path)} is ${kindOf(info)}, and is not opened`);
  if (info.size > most) {
    const size = `${fileSize(info.size)}, more than the ${fileSize(most)}`;
    throw new UnreadableError(`${basename(path)} has ${size} that are read here`);
  }
  return { path: real, size: info.size, version: `${info.size}:${info.mtime?.getTime()}:${info.ino}` };
}

function kindOf(info: Deno.FileInfo): string {
  if (info.isDirectory) return "a folder";
  return info.isFifo ? "a pipe" : info.isSocket ? "a socket" : "a device";
}

/** Opens a file that was looked at. @throws {UnreadableError} when it may not be read, or has become something else */
export async function openSafe(file: SafeFile): Promise<Deno.FsFile> {
  const opened = await orRefuse(file.path, () => Deno.open(file.path, { read: true }));
  if (opened === undefined) throw new UnreadableError(`${basename(file.path)} is gone`);
  try {
    if ((await opened.stat()).isFile) return opened;
  } catch {
    // Falls through to the refusal.
  }
  opened.close();
  throw new UnreadableError(`${basename(file.path)} is no longer a file`);
}

/** Part of a file as bytes. @param from where it begins @param most bytes; fewer where the file ends before */
export async function readPart(file: SafeFile, from: number, most: number): Promise<Uint8Array> {
  using opened = await openSafe(file);
  if (from > 0) await opened.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.max(0, Math.min(most, file.size - from)));
  let count = 0;
  while (count < bytes.length) {
    const read = await opened.read(bytes.subarray(count));
    if (read === null) break;
    count += read;
  }
  return bytes.subarray(0, count);
}

/** A whole file as text; undefined where there is none. @throws {UnreadableError} when it is not to be read */
export async function readSafe(root: string, path: string, most: number): Promise<string | undefined> {
  const file = await safeFile(root, path, most);
  return file && new TextDecoder().decode(await readPart(file, 0, most));
}

/** A JSON object from a file; undefined where there is none. @throws {UnreadableError} when it is none, or not to be read */
export async function readObject(
  root: string,
  path: string,
  most: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readSafe(root, path, most);
  if (text === undefined) return undefined;
  return parseObject(text, basename(path));
}

/** A JSON object from the text of a file. @throws {UnreadableError} when it is none */
export function parseObject(text: string, what: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") throw new UnreadableError(`${what} is empty`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new UnreadableError(`${what} is no JSON, or was cut short`);
  }
  if (!isObject(value) || Array.isArray(value)) throw new UnreadableError(`${what} holds no JSON object`);
  return value;
}

/** What is in a folder, in order of names, at most so many; nothing where there is no folder. */
export async function entriesIn(folder: string, most = 20_000): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  await orRefuse(folder, async () => {
    for await (const entry of Deno.readDir(folder)) if (entries.push(entry) >= most) break;
  });
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The folders in a folder, links to folders inside the root among them; others are left out. */
export async function foldersIn(
  root: string,
  path: string,
): Promise<{ readonly name: string; readonly path: string }[]> {
  const parent = await safeFolder(root, path);
  if (parent === undefined) return [];
  const found: { name: string; path: string }[] = [];
  for (const { name, isDirectory, isSymlink } of await entriesIn(parent)) {
    if (!isDirectory && !isSymlink) continue;
    const folder = isDirectory ? join(parent, name) : await safeFolder(root, join(parent, name)).catch(() => undefined);
    if (folder !== undefined) found.push({ name, path: folder });
  }
  return found;
}

/** Applies a function to all items, so many at a time; results in the order of the items. */
export async function mapLimited<T, R>(
  items: readonly T[],
  most: number,
  apply: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await apply(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  return results;
}
