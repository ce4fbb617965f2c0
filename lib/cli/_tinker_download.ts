/** Downloads a checkpoint's archive with a bar. Ctrl-C keeps what came, and the same command goes on from there. */
import { dirname } from "node:path";
import { whyNoFile } from "../basics/mod.ts";
import type { ArchiveProgress, RestClient } from "../policy/mod.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, UsageError } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { fileSize } from "./_tinker_tables.ts";
import { bar, duration, oneLine } from "./_text.ts";

/** Where a download goes. @throws {UsageError} when it cannot be written, or is there already */
export async function downloadFile(path: string, to: string | undefined): Promise<string> {
  // The name comes from a server: only its harmless characters.
  const file = to ?? `${path.split("/").at(-1)!.replace(/[^\w.-]+/g, "_").replace(/^[._]+/, "") || "checkpoint"}.tar`;
  const why = await Deno.lstat(file).then(() => "it is there already", () => whyNoFile(file));
  if (why !== undefined) throw new UsageError(`cannot download to ${file}: ${why}; name another file with to=...`);
  return file;
}

/** Downloads. @returns whether it was not stopped */
export async function download(
  rest: Pick<RestClient, "downloadArchive">,
  { path, file, io }: { readonly path: string; readonly file: string; readonly io: CliIo },
): Promise<boolean> {
  const live = liveLines(io);
  const interrupt = listenForInterrupt(io, () => {}, () => live.clear());
  const { signal } = interrupt;
  let first: { readonly bytes: number; readonly at: number } | undefined;
  const onProgress = (progress: ArchiveProgress) => {
    if (progress.phase === "building") {
      live.show([`the server is building the archive (asked ${progress.attempt} times)`]);
      return;
    }
    const { bytes, totalBytes } = progress;
    if (first === undefined && bytes > 0) live.print(`going on from ${fileSize(bytes)} in ${oneLine(file)}.part`);
    first ??= { bytes, at: io.now() };
    live.show([progressLine(bytes, totalBytes, (bytes - first.bytes) / (io.now() - first.at))]);
  };
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await rest.downloadArchive(path, file, { signal, onProgress });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    interrupt.close();
    live.clear();
  }
}

function progressLine(bytes: number, total: number | undefined, bytesPerMs: number): string {
  if (total === undefined) return `${fileSize(bytes)}`;
  const left = duration((total - bytes) / bytesPerMs / 1000);
  return `${bar(bytes / total, 30)}  ${fileSize(bytes)} of ${fileSize(total)}  ${left} left`;
}
