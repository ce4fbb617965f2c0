/**
 * A server as far as clients of Weights & Biases need one to be content: it keeps runs with the lines of their files, and
 * every request as it came. The official Python client runs against it as well, see tests/peers/tracking.
 */

/** A request as it came. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's JSON, or its text. */
  readonly body: unknown;
  /** Of GraphQL. */
  readonly operation?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A run as the server has it. */
export interface ServedRun {
  readonly id: string;
  readonly project: string;
  readonly entity: string;
  displayName: string;
  config: Readonly<Record<string, { readonly value: unknown }>>;
  /** Lines by file. */
  readonly files: Record<string, string[]>;
  exitcode: number | undefined;
}

/** A server that runs. */
export interface WandbServer {
  /** For `WANDB_BASE_URL`. */
  readonly url: string;
  readonly requests: Recorded[];
  readonly runs: Map<string, ServedRun>;
  /** Answers in the server's place, where it answers at all; told of requests that were recorded. */
  instead: (request: Recorded) => Response | undefined | Promise<Response | undefined>;
  close(): Promise<void>;
}

/** Whose key it is. */
export const ENTITY = "ada";

/** Starts a server. @param port 0: any */
export function startWandb(port = 0): WandbServer {
  const requests: Recorded[] = [];
  const runs = new Map<string, ServedRun>();
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
    const recorded = await record(request);
    requests.push(recorded);
    return await made.instead(recorded) ?? answer(recorded, runs, made.url);
  });
  const made: WandbServer = {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    runs,
    instead: () => undefined,
    close: () => server.shutdown(),
  };
  return made;
}

/** The rows of a run's history. */
export function historyOf(run: ServedRun): Record<string, number>[] {
  return (run.files["wandb-history.jsonl"] ?? []).map((line) => JSON.parse(line.replaceAll("NaN", "null")));
}

async function record(request: Request): Promise<Recorded> {
  const zipped = request.headers.get("Content-Encoding") === "gzip";
  const stream = zipped ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
  const text = await new Response(stream ?? null).text();
  const { pathname } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const body = parsed(text);
  const { operationName, query, variables } = (typeof body === "object" ? body ?? {} : {}) as Record<string, unknown>;
  const operation = operationName ?? /(?:query|mutation)\s+(\w+)/.exec(String(query))?.[1];
  return {
    ...{ method: request.method, path: pathname, headers, body },
    ...(pathname === "/graphql" && { operation: String(operation), variables: variables as Recorded["variables"] }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function answer(request: Recorded, runs: Map<string, ServedRun>, url: string): Response {
  const stream = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/file_stream$/.exec(request.path);
  if (stream !== null) return streamed(request, runs.get(stream.slice(1).join("/")));
  if (request.operation === undefined) return Response.json({});
  return Response.json({ data: graphql(request, runs, url) });
}

interface Stream {
  readonly files?: Readonly<Record<string, { readonly offset: number; readonly content: readonly string[] }>>;
  readonly complete?: boolean;
  readonly exitcode?: number;
}

function streamed({ body }: Recorded, run: ServedRun | undefined): Response {
  if (run === undefined) return Response.json({ error: "no such run" }, { status: 404 });
  const { files = {}, complete, exitcode } = body as Stream;
  for (const [name, { offset, content }] of Object.entries(files)) {
    const lines = run.files[name] ??= [];
    // Lines stand where the client says; a gap would be a client's mistake.
    if (offset > lines.length) return Response.json({ error: `a gap in ${name}` }, { status: 400 });
    lines.splice(offset, content.length, ...content);
  }
  if (complete) run.exitcode = exitcode;
  return Response.json({ exitcode: null, limits: {} });
}

function graphql({ operation, variables = {} }: Recorded, runs: Map<string, ServedRun>, url: string): unknown {
  const entity = String(variables.entity ?? ENTITY);
  const project = String(variables.project);
  const id = String(variables.name);
  const run = runs.get(`${entity}/${project}/${id}`);
  const place = { id: "p1", name: project, entity: { id: "e1", name: entity } };
  switch (operation) {
    case "Viewer":
      return { viewer: { id: "u1", entity, username: entity, email: "", flags: "{}", teams: { edges: [] } } };
    case "ServerFeaturesQuery":
      return { serverInfo: { features: [] } };
    case "CreateRunFiles": {
      const files = (variables.files as string[]).map((name) => ({ name, uploadUrl: `${url}/storage/${name}` }));
      return { createRunFiles: { runID: "b1", uploadHeaders: [], files } };
    }
    case "RunResumeStatus":
      return { model: { ...place, bucket: run === undefined ? null : bucketOf(run) } };
    case "UpsertBucket": {
      const { config, displayName } = variables;
      const made = run ?? { id, project, entity, displayName: "", config: {}, files: {}, exitcode: undefined };
      if (typeof config === "string") made.config = JSON.parse(config);
      if (typeof displayName === "string") made.displayName = displayName;
      runs.set(`${entity}/${project}/${id}`, made);
      return { upsertBucket: { bucket: { ...bucketOf(made), project: place }, inserted: run === undefined } };
    }
  }
  return {};
}

function bucketOf(run: ServedRun): Record<string, unknown> {
  const { id, displayName, config, files } = run;
  const wandb = config._wandb?.value as { readonly t?: unknown } | undefined;
  const lines = (name: string) => files[name] ?? [];
  return {
    ...{ id: `bucket ${id}`, name: id, displayName, description: "", sweepName: null, tags: [], notes: "" },
    config: JSON.stringify(config),
    summaryMetrics: lines("wandb-summary.json").at(-1) ?? "{}",
    historyLineCount: lines("wandb-history.jsonl").length,
    eventsLineCount: lines("wandb-events.jsonl").length,
    logLineCount: lines("output.log").length,
    historyTail: JSON.stringify(lines("wandb-history.jsonl").slice(-1)),
    eventsTail: JSON.stringify(lines("wandb-events.jsonl").slice(-1)),
    // Their client takes a run without it for one that never began.
    wandbConfig: wandb === undefined ? null : JSON.stringify({ t: wandb.t }),
  };
}
