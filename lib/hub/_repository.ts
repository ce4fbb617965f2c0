/**
 * What a hub says about a repository: the commit behind a revision, and the files of it. The only file that imports
 * `@huggingface/hub`. Its downloads are not used: they put files under the commit that last changed them, where Python
 * does not look, keep no refs, and do not check what arrives.
 */
import type { PathInfo } from "@huggingface/hub";
import { type Asked, COMMIT, describeAsked } from "./_asked.ts";
import { apiFetch, type Requests } from "./_requests.ts";
import { HubError } from "./errors.ts";

/** A file as the hub lists it. */
export interface RemoteFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the content for large files, else git's SHA-1 of it; the name of the blob in the cache. */
  readonly etag: string;
}

/** The commit that the revision stands for now. @throws {HubError} when the hub does not tell */
export async function fetchCommit(requests: Requests, asked: Asked): Promise<string> {
  const { repository, settings } = asked;
  const { datasetInfo, modelInfo } = await import("@huggingface/hub");
  const params = {
    name: repository.name,
    revision: repository.revision,
    hubUrl: settings.endpoint,
    fetch: apiFetch(requests, asked),
  };
  const { sha } = await readAnswer(
    asked,
    (): Promise<{ sha?: unknown }> =>
      repository.type === "dataset"
        ? datasetInfo({ ...params, additionalFields: ["sha"] })
        : modelInfo({ ...params, additionalFields: ["sha"] }),
  );
  if (typeof sha === "string" && COMMIT.test(sha)) return sha;
  throw new HubError("server", `cannot fetch ${describeAsked(asked)}: ${settings.endpoint} does not name its commit`);
}

/** Those of the paths that are files of the commit. @throws {HubError} when the hub does not tell */
export async function fetchFileList(
  requests: Requests,
  asked: Asked,
  commit: string,
  paths: readonly string[],
): Promise<RemoteFile[]> {
  const { repository: { name, type }, settings } = asked;
  const { pathsInfo } = await import("@huggingface/hub");
  const found = await readAnswer(asked, () =>
    pathsInfo({
      repo: { type, name },
      paths: [...paths],
      revision: commit,
      hubUrl: settings.endpoint,
      fetch: apiFetch(requests, asked),
    }));
  return found.filter(({ path, type }) => type === "file" && paths.includes(path)).map((info) =>
    readEntry(info, asked)
  );
}

function readEntry(info: PathInfo, asked: Asked): RemoteFile {
  const sizeBytes = info.lfs?.size ?? info.size;
  const etag = info.lfs?.oid ?? info.oid;
  const known = typeof etag === "string" && (info.lfs === undefined ? COMMIT : /^[0-9a-f]{64}$/).test(etag);
  if (known && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) return { path: info.path, sizeBytes, etag };
  const what = describeAsked({ ...asked, path: info.path });
  throw new HubError("server", `cannot fetch ${what}: ${asked.settings.endpoint} does not tell its size and hash`);
}

/** Runs a call of the library; an answer it cannot read becomes a sentence. */
async function readAnswer<T>(asked: Asked, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    const what = describeAsked(asked);
    throw new HubError("server", `cannot fetch ${what}: what ${asked.settings.endpoint} says is not a hub's answer`);
  }
}

/** The address of a file at a commit. */
export function fileUrl({ repository, settings }: Asked, commit: string, path: string): string {
  const folder = repository.type === "dataset" ? "datasets/" : "";
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return `${settings.endpoint}/${folder}${repository.name}/resolve/${commit}/${escaped}`;
}
