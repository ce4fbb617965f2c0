/**
 * The calls by which a run reaches Weights & Biases: which run it is and what the server has of it (GraphQL), and lines for
 * its files (`file_stream`). Found out by watching the official Python client; `tests/peers/tracking` holds both side by
 * side. Every value of an answer is checked here.
 */
import { isObject } from "../../basics/mod.ts";
import { type Connection, postJson, saidIn, WandbError } from "./http.ts";
import { count } from "./state.ts";

/** A run on the server. */
export interface Place {
  /** Whose project. */
  readonly entity: string;
  /** The project. */
  readonly project: string;
  /** The run's id in it. */
  readonly id: string;
}

/** What the server has of a run already. */
export interface ServerRun {
  /** The server's own name for it. */
  readonly bucket: string;
  /** Lines of its files. */
  readonly history: number;
  readonly log: number;
  readonly events: number;
  /** The last step of the history; absent: it has none. */
  readonly step?: number;
  /** Seconds that the run had run; 0: not known. */
  readonly runtime: number;
  /** Its configuration, keys to `{ value }`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What is to be there once it was asked for. */
export interface RunRequest {
  /** Absent: the key's default. */
  readonly entity?: string | undefined;
  readonly project: string;
  readonly id: string;
  /** The name for people; absent: it stays. */
  readonly displayName?: string | undefined;
  /** Keys to `{ value }`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The server's own name for a run that goes on. */
  readonly bucket?: string | undefined;
}

/** What is sent for the files of a run: for each its lines, and where the first one stands. */
export interface StreamBody {
  readonly files?: Readonly<Record<string, { readonly offset: number; readonly content: readonly string[] }>>;
  /** The run has ended. */
  readonly complete?: true;
  /** 0: in good order. */
  readonly exitcode?: number;
}

const RESUME_STATUS = `query RunResumeStatus($project: String, $entity: String, $name: String!) {
  model(name: $project, entityName: $entity) {
    bucket(name: $name, missingOk: true) {
      id
      historyLineCount
      logLineCount
      eventsLineCount
      historyTail
      config
    }
  }
}`;

const UPSERT_BUCKET = `mutation UpsertBucket(
  $id: String, $name: String, $project: String, $entity: String, $displayName: String, $config: JSONString
) {
  upsertBucket(input: {
    id: $id, name: $name, modelName: $project, entityName: $entity, displayName: $displayName, config: $config
  }) {
    bucket {
      id
      project {
        name
        entity {
          name
        }
      }
    }
    inserted
  }
}`;

/** What the server has of a run; nothing: it has no such run. @throws {WandbError} */
export async function resumeStatus(
  connection: Connection,
  { entity, project, id }: Pick<RunRequest, "entity" | "project" | "id">,
  signal: AbortSignal,
): Promise<ServerRun | undefined> {
  const variables = { project, entity: entity ?? null, name: id };
  const data = await graphql(connection, { operationName: "RunResumeStatus", query: RESUME_STATUS, variables }, signal);
  const run = object(object(data.model).bucket);
  if (typeof run.id !== "string" || run.id.length > 1024) return undefined;
  const tail = lastOfTail(run.historyTail);
  const step = count(tail._step);
  return {
    bucket: run.id,
    history: count(run.historyLineCount) ?? 0,
    log: count(run.logLineCount) ?? 0,
    events: count(run.eventsLineCount) ?? 0,
    ...(step !== undefined && { step }),
    runtime: typeof tail._runtime === "number" && tail._runtime > 0 ? tail._runtime : 0,
    config: object(parsed(run.config)),
  };
}

/** Makes a run, or tells of one that is there. @returns where it is, and whether it is new @throws {WandbError} */
export async function upsertRun(
  connection: Connection,
  { entity, project, id, displayName, config, bucket }: RunRequest,
  signal: AbortSignal,
): Promise<Place & { readonly inserted: boolean }> {
  const variables = {
    id: bucket ?? null,
    name: id,
    project,
    entity: entity ?? null,
    displayName: displayName ?? null,
    config: JSON.stringify(config),
  };
  const data = await graphql(connection, { operationName: "UpsertBucket", query: UPSERT_BUCKET, variables }, signal);
  const { bucket: made, inserted } = object(data.upsertBucket);
  const place = object(object(made).project);
  return {
    id,
    project: name(place.name, "a project"),
    entity: name(object(place.entity).name, "an entity"),
    inserted: inserted === true,
  };
}

/** Sends lines of a run's files. @throws {WandbError} */
export async function sendStream(
  connection: Connection,
  { entity, project, id }: Place,
  body: StreamBody,
  signal: AbortSignal,
): Promise<void> {
  const path = ["files", entity, project, id].map(encodeURIComponent).join("/");
  await postJson(connection, `/${path}/file_stream`, body, signal);
}

async function graphql(
  connection: Connection,
  request: { readonly operationName: string; readonly query: string; readonly variables: unknown },
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await postJson(connection, "/graphql", request, signal);
  if (Array.isArray(errors) && errors.length > 0) {
    const said = saidIn(JSON.stringify(errors[0]), connection.key);
    throw new WandbError(`refused ${request.operationName}${said === "" ? "" : `: ${said}`}`);
  }
  return object(data);
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return undefined;
  }
}

/** The history's end comes as JSON text of a list, whose members are JSON texts again. */
function lastOfTail(text: unknown): Record<string, unknown> {
  const tail = parsed(text);
  return Array.isArray(tail) ? object(parsed(tail.at(-1))) : {};
}

/** A name that is part of an address from here on. */
function name(value: unknown, what: string): string {
  if (typeof value === "string" && /^[^\p{Cc}/\\]{1,512}$/u.test(value) && !/^\.+$/.test(value)) return value;
  throw new WandbError(`did not name ${what} in its answer`, { passing: true });
}
