/** Looks after what a server keeps: runs, checkpoints, sessions, archives. It needs no session of its own. */
import { type Clock, isObject, SYSTEM_CLOCK } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { isMissing, withSignal } from "./_calls.ts";
import { type ArchiveOptions, downloadArchive } from "./archive.ts";
import { ApiError } from "./errors.ts";
import type { ApiRequest, Connection } from "./connection.ts";
import {
  downloadFiles,
  type ExternalWeightsUrls,
  type FilesOptions,
  readExternalWeightsUrls,
} from "./external_weights.ts";
import {
  checkpointPlace,
  pick,
  readCheckpoint,
  readRun,
  readWeightsInfo,
  type SamplerInfo,
  type SavedCheckpoint,
  type SessionInfo,
  strings,
  type TrainingRun,
  type WeightsInfo,
} from "./rest_types.ts";

/** Options of a list. */
export interface ListOptions extends CallOptions {
  /** Entries asked for at once. Default: 100. */
  readonly pageSize?: number;
}

/** Options of a list of runs or sessions. */
export interface RunListOptions extends ListOptions {
  /** `accessible`: also those of others. Default: `owned`. */
  readonly access_scope?: "owned" | "accessible";
}

/** Options of the download of external weights. */
export interface ExternalDownload extends FilesOptions {
  /** What they are the files of, where that is another checkpoint; a later try goes on only with the same. */
  readonly source?: string;
  /** Seconds that they are kept from each time on that their addresses are asked for; absent: as they were saved. */
  readonly renew_ttl_seconds?: number;
}

/** What a client takes from its surroundings. */
export interface RestOptions {
  /** Fetches archives from where they are stored, which is elsewhere and gets no key. Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
  /** Ends downloads, with its reason. */
  readonly end?: AbortSignal;
}

/** Runs, checkpoints, sessions and archives of a server. */
export class RestClient {
  readonly #connection: Connection;
  readonly #options: { readonly fetch: typeof fetch; readonly clock: Clock };
  readonly #end: AbortSignal | undefined;

  /** A client over a connection, which it does not close. */
  constructor(connection: Connection, { fetch = globalThis.fetch, clock = SYSTEM_CLOCK, end }: RestOptions = {}) {
    this.#connection = connection;
    this.#options = { fetch, clock };
    this.#end = end;
  }

  /** All training runs, the newest first, asked for a page at a time. */
  trainingRuns({ access_scope = "owned", ...options }: RunListOptions = {}): AsyncGenerator<TrainingRun> {
    return this.#pages("training_runs", { query: { access_scope }, ...options }, (page) => list(page, readRun));
  }

  /** One training run. @throws {ApiError} with status 404 when there is none of this id */
  async trainingRun(id: string, options: CallOptions = {}): Promise<TrainingRun> {
    const reply = await this.#ask("GET", `training_runs/${idPart(id)}`, options);
    return readRun({ training_run_id: id, ...reply }) as TrainingRun;
  }

  /** The checkpoints of a run. */
  async checkpoints(runId: string, options: CallOptions = {}): Promise<readonly SavedCheckpoint[]> {
    const { checkpoints } = await this.#ask("GET", `training_runs/${idPart(runId)}/checkpoints`, options);
    return list(checkpoints, (value) => readCheckpoint(value, runId));
  }

  /** The checkpoints of all runs of the key's owner. Servers that cannot list them all are asked run by run. */
  async *allCheckpoints(options: ListOptions = {}): AsyncGenerator<SavedCheckpoint> {
    const read = (page: unknown) => list(page, (value) => readCheckpoint(value, undefined));
    try {
      yield* this.#pages("checkpoints", options, read);
    } catch (error) {
      if (!isMissing(error)) throw error;
      for await (const { training_run_id } of this.trainingRuns(options)) {
        yield* await this.checkpoints(training_run_id, options);
      }
    }
  }

  /** Deletes a checkpoint for good. */
  async deleteCheckpoint(path: string, options: CallOptions = {}): Promise<void> {
    await this.#ask("DELETE", checkpointUrl(path), options);
  }

  /** Lets anybody read a checkpoint. */
  async publishCheckpoint(path: string, options: CallOptions = {}): Promise<void> {
    await this.#ask("POST", `${checkpointUrl(path)}/publish`, options);
  }

  /** Lets nobody else read a checkpoint any more. */
  async unpublishCheckpoint(path: string, options: CallOptions = {}): Promise<void> {
    await this.#ask("DELETE", `${checkpointUrl(path)}/publish`, options);
  }

  /** Has a checkpoint deleted after so many seconds from now; null: never. */
  async setCheckpointTtl(path: string, ttl_seconds: number | null, options: CallOptions = {}): Promise<void> {
    await this.#ask("PUT", `${checkpointUrl(path)}/ttl`, options, { ttl_seconds });
  }

  /** What saved weights are. @throws {ApiError} when the server has none at the path */
  async weightsInfo(tinker_path: string, options: CallOptions = {}): Promise<WeightsInfo> {
    const info = readWeightsInfo(await this.#ask("POST", "weights_info", options, { tinker_path }));
    if (info !== undefined) return info;
    throw new TypeError(`${this.#connection.baseUrl} does not say which base model ${tinker_path} belongs to`);
  }

  /** Ids of all sessions, asked for a page at a time. */
  sessions({ access_scope = "owned", ...options }: RunListOptions = {}): AsyncGenerator<string> {
    return this.#pages("sessions", { query: { access_scope }, ...options }, strings);
  }

  /** What was made in a session. */
  async session(id: string, options: CallOptions = {}): Promise<SessionInfo> {
    const { training_run_ids, sampler_ids } = await this.#ask("GET", `sessions/${idPart(id)}`, options);
    return { training_run_ids: strings(training_run_ids), sampler_ids: strings(sampler_ids) };
  }

  /** What a sampler samples with. */
  async sampler(sampling_session_id: string, options: CallOptions = {}): Promise<SamplerInfo> {
    const reply = await this.#ask("GET", `samplers/${idPart(sampling_session_id)}`, options);
    return pick(reply, "string", ["base_model", "tokenizer_id", "model_path"]);
  }

  /**
   * Where the files of external weights are, each at an address that works for a while and needs no key.
   * @param path `tinker://<run>/external_weights/<name>`
   * @throws {ApiError} when the server has none at the path
   */
  async externalWeightsUrls(path: string, options: CallOptions = {}): Promise<ExternalWeightsUrls> {
    if (!checkpointPlace(path).checkpoint_id.startsWith("external_weights/")) {
      throw new TypeError(`only external weights have files with addresses, got ${path}`);
    }
    return readExternalWeightsUrls(
      await this.#ask("GET", `${checkpointUrl(path)}/external_weights_urls`, options),
      path,
    );
  }

  /** Whether the server saves weights in the format of other programs. Nothing is saved for finding out. */
  async hasExternalWeights(options: CallOptions = {}): Promise<boolean> {
    try {
      // A server that knows the call misses the model's name.
      await this.#ask("POST", "save_weights_external", options, { type: "save_weights_external" });
      return true;
    } catch (error) {
      if (error instanceof ApiError) return !isMissing(error);
      throw error;
    }
  }

  /**
   * Downloads the files of external weights to a folder. A download that was cut off goes on where it stopped, from the
   * folder's `.part`; addresses that expire meanwhile are asked for again.
   * @throws {Deno.errors.AlreadyExists} when the folder is there
   * @throws {TypeError} when there are no files, or one would be written outside the folder
   */
  async downloadExternalWeights(path: string, folder: string, options: ExternalDownload = {}): Promise<void> {
    const { source = path, renew_ttl_seconds: ttl, ...rest } = options;
    const call = withSignal(options.signal);
    const sign = async () => {
      const urls = await this.externalWeightsUrls(path, call);
      // What expires must outlive its addresses; a server without lifetimes keeps it anyway.
      if (ttl !== undefined) await this.setCheckpointTtl(path, ttl, call).catch(ifMissing);
      return urls;
    };
    await downloadFiles(
      this.#options,
      { path: source, sign, baseUrl: this.#connection.baseUrl, folder },
      this.#ending(rest),
    );
  }

  /**
   * Downloads the archive of a checkpoint, a tar of a LoRA adapter, to a file. A download that was cut off goes on where
   * it stopped, from the file's `.part`.
   * @throws {Deno.errors.AlreadyExists} when the file is there
   * @throws {TypeError} when the server keeps it where it cannot be fetched from
   */
  async downloadArchive(path: string, file: string, options: ArchiveOptions = {}): Promise<void> {
    const { run, checkpoint_id } = checkpointPlace(path);
    const place = `training_runs/${run}/checkpoints`;
    // Some servers know the archive by the bare name.
    const bare = checkpoint_id.slice(checkpoint_id.indexOf("/") + 1);
    const urls = [checkpoint_id, bare].map((id) => `${place}/${id}/archive`);
    await downloadArchive(
      { connection: this.#connection, ...this.#options },
      { path, urls, file },
      this.#ending(options),
    );
  }

  /** Options of a call that also ends with the client's owner. */
  #ending<T extends CallOptions>(options: T): T {
    const signals = [options.signal, this.#end].filter((signal) => signal !== undefined);
    return signals.length === 0 ? options : { ...options, signal: AbortSignal.any(signals) };
  }

  async #ask(
    method: ApiRequest["method"],
    path: string,
    { signal }: CallOptions,
    body?: unknown,
    query?: Readonly<Record<string, string | number>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const request = { method, path, ...(body === undefined ? {} : { body }), ...(query && { query }) };
    return await this.#connection.request(request, withSignal(signal));
  }

  async *#pages<T>(
    name: string,
    { query = {}, pageSize = 100, signal }: ListOptions & { query?: Readonly<Record<string, string>> },
    read: (page: unknown) => readonly T[],
  ): AsyncGenerator<T> {
    for (let offset = 0;;) {
      const reply = await this.#ask("GET", name, withSignal(signal), undefined, { ...query, limit: pageSize, offset });
      const page = Array.isArray(reply[name]) ? reply[name] : [];
      yield* read(page);
      offset += page.length;
      const cursor: Readonly<Record<string, unknown>> = isObject(reply.cursor) ? reply.cursor : {};
      const total = cursor.total_count;
      if (page.length === 0 || (typeof total === "number" ? offset >= total : page.length < pageSize)) return;
      // A server that does not page gives everything at once, however little was asked for.
      if (page.length > pageSize) return;
    }
  }
}

function ifMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function list<T>(value: unknown, read: (item: unknown) => T | undefined): T[] {
  return (Array.isArray(value) ? value : []).map(read).filter((item) => item !== undefined);
}

function checkpointUrl(path: string): string {
  const { run, checkpoint_id } = checkpointPlace(path);
  return `training_runs/${run}/checkpoints/${checkpoint_id}`;
}

/** An id as a part of a request's path. @throws {TypeError} when it would change the path */
function idPart(id: string): string {
  if (/^[^/?#%\s]+$/.test(id) && !/^\.+$/.test(id)) return id;
  throw new TypeError(`"${id}" is not an id of a Tinker server`);
}
