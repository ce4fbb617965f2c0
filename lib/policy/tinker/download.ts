/**
 * Gets a checkpoint onto this machine, from any kind of server. Newer ones hand out external weights, file by file; a
 * training state is exported as such by a model made of it, for the time of the download. Older ones pack an archive.
 */
import { pathKind } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { isMissing, reasonOf, untilAborted, withSignal } from "./_calls.ts";
import type { ArchiveProgress } from "./archive.ts";
import { ApiError } from "./errors.ts";
import type { FilesProgress } from "./external_weights.ts";
import { checkpointPlace } from "./rest_types.ts";
import type { TinkerService } from "./service.ts";

/** What comes of a download: a folder of files, or a tar file. */
export type DownloadForm = "files" | "archive";

/** How far a download is. */
export type DownloadProgress =
  /** What the server gives is known, and where it goes. */
  | { readonly phase: "chosen"; readonly form: DownloadForm; readonly to: string }
  /** A model is made of the checkpoint and saved as files, which starts a training session. */
  | { readonly phase: "exporting" }
  /** What was exported could not be deleted. */
  | { readonly phase: "left"; readonly path: string; readonly ttl_seconds: number; readonly reason: string }
  | FilesProgress
  | ArchiveProgress;

/** Options of `downloadCheckpoint`. */
export interface DownloadOptions extends CallOptions {
  /** The one form that is wanted; absent: files where the server has them, else an archive. */
  readonly form?: DownloadForm | undefined;
  /** Told how far it is. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** What was downloaded. */
export interface Downloaded {
  /** What it is. */
  readonly form: DownloadForm;
  /** Where it is. */
  readonly to: string;
}

/** What is used of a service. */
export type DownloadService = Pick<TinkerService, "rest" | "baseUrl" | "createTrainingClientFromState" | "unload">;

/** The least that the official service keeps anything; renewed as long as the download lasts. */
const EXPORT_TTL_SECONDS = 3600;
/** Longest time for taking the export away again. */
const CLEAN_MS = 10_000;

/**
 * Downloads a checkpoint. What was cut off goes on where it stopped, from the `.part` beside the target.
 * @param to where it goes, by what it turns out to be
 * @throws {Deno.errors.AlreadyExists} when the target is there
 * @throws {TypeError} when the server does not hand out such checkpoints, or not in the form that is wanted
 * @throws {ApiError} when it does not have the checkpoint
 */
export async function downloadCheckpoint(
  service: DownloadService,
  path: string,
  to: Readonly<Record<DownloadForm, string>>,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const kind = checkpointPlace(path).checkpoint_id.split("/")[0];
  if (kind === "external_weights") return await files(service, path, to.files, options);
  const call = withSignal(options.signal);
  const exports = async () => kind === "weights" && await service.rest.hasExternalWeights(call);
  const form = options.form ?? (await exports() ? "files" : "archive");
  if (form === "archive") return await archive(service, path, to.archive, options);
  if (kind === "weights") return await files(service, path, to.files, options);
  throw new TypeError(`${path} has no files to download: only training states (tinker://<run>/weights/<name>) do`);
}

async function archive(
  { rest, baseUrl }: DownloadService,
  path: string,
  to: string,
  { onProgress, signal }: DownloadOptions,
): Promise<Downloaded> {
  onProgress?.({ phase: "chosen", form: "archive", to });
  try {
    await rest.downloadArchive(path, to, { ...withSignal(signal), ...(onProgress && { onProgress }) });
    return { form: "archive", to };
  } catch (error) {
    if (!(error instanceof ApiError) || !isMissing(error)) throw error;
    await rest.weightsInfo(path, withSignal(signal)).catch((unknown) => {
      // Either there is no such checkpoint, or no such call; frameworks say the latter in these words.
      const isGone = unknown instanceof ApiError && unknown.status === 404 && !/^not found\.?$/i.test(unknown.detail);
      if (isGone || !(unknown instanceof ApiError)) throw unknown;
    });
    throw new TypeError(
      checkpointPlace(path).checkpoint_id.startsWith("weights/")
        ? `${baseUrl} packs no archives; download the files of ${path} into a folder`
        : `${baseUrl} does not hand out weights for sampling, as ${path} are; ` +
          "download the training state saved with them (tinker://<run>/weights/<name>)",
    );
  }
}

async function files(
  service: DownloadService,
  path: string,
  to: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  if (options.form === "archive") throw new TypeError(`${path} are files and no archive; name a folder for them`);
  // Before anything is exported for it.
  if (await pathKind(to) !== "absent") throw new Deno.errors.AlreadyExists(`there is a ${to} already`);
  options.onProgress?.({ phase: "chosen", form: "files", to });
  const { onProgress, signal } = options;
  const how = { ...withSignal(signal), ...(onProgress && { onProgress }) };
  if (checkpointPlace(path).checkpoint_id.startsWith("external_weights/")) {
    await service.rest.downloadExternalWeights(path, to, how);
  } else {
    const renew = { source: path, renew_ttl_seconds: EXPORT_TTL_SECONDS };
    await exported(
      service,
      path,
      options,
      (exportPath) => service.rest.downloadExternalWeights(exportPath, to, { ...how, ...renew }),
    );
  }
  return { form: "files", to };
}

/** Does work with an export of a training state, which is taken away again, also when the caller has had enough. */
async function exported(
  service: DownloadService,
  path: string,
  { signal, onProgress }: DownloadOptions,
  work: (exportPath: string) => Promise<void>,
): Promise<void> {
  onProgress?.({ phase: "exporting" });
  const user_metadata = { created_by: "math-rl download" };
  const client = await service.createTrainingClientFromState(path, {
    ...{ optimizer: false, user_metadata },
    ...withSignal(signal),
  });
  try {
    const name = `download-${crypto.randomUUID().slice(0, 8)}`;
    // Without the signal: what is being exported has to be known to be deleted.
    const saving = client.saveWeightsExternal(name, { ttl_seconds: EXPORT_TTL_SECONDS });
    try {
      await work(await untilAborted(saving, signal));
    } finally {
      const reason = await remove(service, saving);
      const left = `tinker://${client.model.model_id}/external_weights/${name}`;
      if (reason !== undefined) {
        onProgress?.({ phase: "left", path: left, ttl_seconds: EXPORT_TTL_SECONDS, reason });
      }
    }
  } finally {
    await service.unload(client);
  }
}

/** Deletes an export, in a bounded time. @returns why it may still be there */
async function remove({ rest }: DownloadService, saving: Promise<string>): Promise<string | undefined> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error(`no answer within ${CLEAN_MS / 1000} s`)), CLEAN_MS);
  const { signal } = end;
  let saved = false;
  try {
    const exportPath = await untilAborted(saving, signal);
    saved = true;
    await rest.deleteCheckpoint(exportPath, { signal });
    return undefined;
  } catch (error) {
    // What was never saved is not there.
    return saved || signal.aborted ? reasonOf(error) : undefined;
  } finally {
    clearTimeout(timer);
  }
}
