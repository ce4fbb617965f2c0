/**
 * Our requests to Weights & Biases beside those of its Python client, field by field, for the same run and the same
 * resumption. Whatever differs stands in a table here with its reason; anything else that differs fails.
 */
import assert from "node:assert/strict";
import type { Recorded } from "../../tracking/_wandb_server.ts";
import { bothSides, type Side } from "./_sides.ts";

/** What their client asks and ours does not. */
const ONLY_THEIRS: Readonly<Record<string, string>> = {
  "graphql Viewer": "asks whose key it is, to print it; the answer to UpsertBucket names the entity",
  "graphql OrganizationCoreWeaveOrganizationID": "for its telemetry",
  "graphql ServerFeaturesQuery": "asks for features that are not used here, such as artifacts",
  "graphql CreateRunFiles": "asks where to put the files that follow",
  "PUT /storage/output.log": "what file_stream brought line by line, once more as a file",
  "PUT /storage/wandb-summary.json": "what file_stream brought, once more as a file",
  "PUT /storage/config.yaml": "what UpsertBucket brought, once more as a file",
  "PUT /storage/wandb-metadata.json": "machine, user and paths: a run needs none of it",
  "PUT /storage/requirements.txt": "Python packages",
  "POST /sdk/otel/v1/metrics": "telemetry about the client",
  "POST /sdk/otel/v1/logs": "telemetry about the client",
};

/** Headers that differ or are missing here. */
const HEADERS: Readonly<Record<string, string>> = {
  "user-agent": "each its own",
  "accept": "fetch says */*, which is the same as nothing",
  "accept-language": "fetch says *, which is the same as nothing",
  "accept-encoding": "fetch takes more kinds",
  "content-length": "of another body",
  "x-wandb-username": "empty unless WANDB_USERNAME is set, to log in another's name",
  "x-wandb-user-email": "empty unless WANDB_USER_EMAIL is set",
};

/** Variables of UpsertBucket that differ or are missing here. */
const UPSERT_VARIABLES: Readonly<Record<string, string>> = {
  host: "the machine's name: a run needs none of it",
  program: "the script's path",
  tags: "an empty list on resuming; there are no tags here",
};

function kindOf({ method, path, operation }: Recorded): string {
  if (operation !== undefined) return `graphql ${operation}`;
  return path.endsWith("/file_stream") ? "file_stream" : `${method} ${path}`;
}

function ofKind(requests: readonly Recorded[], kind: string): readonly Recorded[] {
  return requests.filter((request) => kindOf(request) === kind);
}

Deno.test("ours asks nothing that theirs does not ask, and what it leaves out is listed", async () => {
  const { theirs, ours } = await bothSides();
  for (const session of [0, 1] as const) {
    const kinds = (side: Side) => new Set(side.sessions[session].map(kindOf));
    assert.deepEqual([...kinds(ours)].filter((kind) => !kinds(theirs).has(kind)), []);
    const leftOut = [...kinds(theirs)].filter((kind) => !kinds(ours).has(kind));
    assert.deepEqual(leftOut.filter((kind) => !(kind in ONLY_THEIRS)), []);
    // In the same order, each where it comes first.
    const order = (side: Side) => [...kinds(side)].filter((kind) => kinds(ours).has(kind));
    assert.deepEqual(order(ours), order(theirs));
  }
});

Deno.test("headers are theirs, but for those listed", async () => {
  const { theirs, ours } = await bothSides();
  for (const kind of ["graphql UpsertBucket", "graphql RunResumeStatus", "file_stream"]) {
    const headers = ({ sessions }: Side) => ofKind(sessions[1], kind)[0]!.headers;
    const names = new Set([...Object.keys(headers(theirs)), ...Object.keys(headers(ours))]);
    const differing = [...names].filter((name) => headers(theirs)[name] !== headers(ours)[name]);
    assert.deepEqual(differing.filter((name) => !(name in HEADERS)), [], kind);
    assert.ok(headers(ours).authorization);
  }
});

/** Pairs like `modelName: $project` and `$project: String` in a GraphQL text. */
function pairsOf(request: Recorded): string[] {
  const { query } = request.body as { query: string };
  const plain = query.replace(/\s+/g, "").replaceAll(",", " ");
  return [...plain.matchAll(/(\w+):\$(\w+)|\$(\w+):([[\]\w!]+)/g)].map(([pair]) => pair);
}

Deno.test("GraphQL texts name the same operations, and put the same variables of the same types into the same fields", async () => {
  const { theirs, ours } = await bothSides();
  for (const kind of ["graphql UpsertBucket", "graphql RunResumeStatus"]) {
    const [their, our] = [theirs, ours].map(({ sessions }) => ofKind(sessions[1], kind)[0]!) as [Recorded, Recorded];
    assert.equal(
      (our.body as { operationName: string }).operationName,
      (their.body as { operationName: string }).operationName,
    );
    assert.ok(pairsOf(our).length >= 6);
    assert.deepEqual(pairsOf(our).filter((pair) => !pairsOf(their).includes(pair)), []);
    // Every field asked for is one that theirs asks for.
    const words = ({ body }: Recorded) => new Set((body as { query: string }).query.match(/\w+/g));
    assert.deepEqual([...words(our)].filter((word) => !words(their).has(word)), []);
  }
});

Deno.test("UpsertBucket has their variables, but for those listed, and their configuration without what describes the client", async () => {
  const { theirs, ours } = await bothSides();
  for (const session of [0, 1] as const) {
    const variables = ({ sessions }: Side) => ofKind(sessions[session], "graphql UpsertBucket")[0]!.variables!;
    const [their, our] = [variables(theirs), variables(ours)];
    for (const name of Object.keys(their)) {
      if (name === "config" || name in UPSERT_VARIABLES) continue;
      // Each run has its own id, and the server's name for it.
      if (name === "name") assert.match(String(our[name]), /^[0-9a-z]{8}$/);
      else if (name === "id" && session === 1) assert.equal(our[name], `bucket ${ours.run.id}`);
      // Theirs was not told it anew; ours has it in the run's folder.
      else if (name === "entity" && session === 1) assert.equal(our[name], "ada");
      else assert.deepEqual(our[name] ?? null, their[name], name);
    }
    assert.deepEqual(Object.keys(our).filter((name) => !(name in their)), []);
    const { _wandb, ...config } = JSON.parse(String(their.config));
    // Theirs describes itself there; ours has what tells a run that has begun, and no more.
    assert.ok(_wandb.value.t && _wandb.value.cli_version);
    assert.deepEqual(JSON.parse(String(our.config)), { _wandb: { value: { t: {} } }, ...config });
  }
});

Deno.test("RunResumeStatus asks for the same place", async () => {
  const { theirs, ours } = await bothSides();
  const variables = ({ sessions }: Side) => ofKind(sessions[1], "graphql RunResumeStatus")[0]!.variables!;
  // Theirs was not told the entity anew; ours has it in the run's folder.
  assert.deepEqual(variables(ours), { ...variables(theirs), name: ours.run.id, entity: "ada" });
});

interface Stream {
  readonly files?: Readonly<Record<string, { readonly offset: number; readonly content: readonly string[] }>>;
  readonly [key: string]: unknown;
}

function streamsOf({ sessions }: Side, session: 0 | 1): readonly Stream[] {
  return ofKind(sessions[session], "file_stream").map(({ body }) => body as Stream);
}

Deno.test("file_stream: the same path, the same keys, offsets that count the lines before, and the same end", async () => {
  const { theirs, ours } = await bothSides();
  for (const side of [theirs, ours]) {
    const lines: Record<string, number> = {};
    for (const session of [0, 1] as const) {
      for (const { path } of ofKind(side.sessions[session], "file_stream")) {
        assert.equal(path, `/files/ada/math/${side.run.id}/file_stream`);
      }
      for (const { files = {} } of streamsOf(side, session)) {
        for (const [name, { offset, content }] of Object.entries(files)) {
          // A summary is one line, written again and again.
          assert.equal(offset, name === "wandb-summary.json" ? 0 : lines[name] ?? 0, `${name} of ${side.run.id}`);
          lines[name] = (lines[name] ?? 0) + content.length;
        }
      }
    }
  }
  for (const session of [0, 1] as const) {
    const keys = (side: Side) => new Set(streamsOf(side, session).flatMap((body) => Object.keys(body)));
    // Theirs lists the files that it put into the storage.
    assert.deepEqual([...keys(ours), "uploaded"].sort(), [...keys(theirs)].sort());
    const end = (side: Side) => streamsOf(side, session).at(-1)!;
    for (const key of ["complete", "exitcode"]) assert.equal(end(ours)[key], end(theirs)[key]);
  }
});

Deno.test("history: the same lines with the same keys and values, NaN included, the step done again sent by neither", async () => {
  const { theirs, ours } = await bothSides();
  const read = ({ run }: Side, file: string) =>
    run.files[file]!.map((line) => JSON.parse(line.replace(/:NaN\b/g, ':"NaN"')) as Record<string, unknown>);
  for (const file of ["wandb-history.jsonl", "wandb-summary.json"]) {
    const [their, our] = [read(theirs, file), read(ours, file)];
    assert.deepEqual(our.map((line) => Object.keys(line).sort()), their.map((line) => Object.keys(line).sort()), file);
    const timeless = ({ _timestamp, _runtime, _wandb, ...rest }: Record<string, unknown>) => rest;
    assert.deepEqual(our.map(timeless), their.map(timeless), file);
    for (const [index, { _timestamp, _runtime }] of our.entries()) {
      assert.ok(Math.abs((_timestamp as number) - (their[index]!._timestamp as number)) < 120);
      assert.ok((_runtime as number) >= 0 && (_runtime as number) < 120);
    }
  }
  assert.deepEqual(read(ours, "wandb-history.jsonl").map(({ _step }) => _step), [0, 1, 2, 3]);
  const runtime = ({ run }: Side) => JSON.parse(run.files["wandb-summary.json"]!.at(-1)!)._wandb;
  assert.deepEqual(Object.keys(runtime(ours)), Object.keys(runtime(theirs)));
  assert.ok(Number.isInteger(runtime(ours).runtime));
});

Deno.test("their client goes on with a run of ours, where ours ended", async () => {
  const { adopted } = await bothSides();
  const rows = adopted.files["wandb-history.jsonl"]!.map((line) => JSON.parse(line.replaceAll("NaN", "null")));
  assert.deepEqual(rows.map(({ _step }) => _step), [0, 1, 2, 3, 4]);
  assert.equal(rows[4]["env/all/correct"], 1);
  assert.ok(rows[4]._runtime >= rows[3]._runtime);
});

Deno.test("output.log: a time of their form, a space, the line", async () => {
  const { theirs, ours } = await bothSides();
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9} (.*)$/;
  const said = ({ run }: Side) => run.files["output.log"]!.map((line) => form.exec(line)?.[1]);
  // Theirs warns on the standard error stream of the step that it leaves out.
  assert.deepEqual(said(ours), ["a line of output", "another line"]);
  assert.deepEqual(said(theirs).filter((line) => line !== undefined), said(ours));
});

Deno.test("wandb-events.jsonl: measurements of memory by their names, and no others", async () => {
  const { theirs, ours } = await bothSides();
  const [their, our] = [theirs, ours].map(({ run }) => JSON.parse(run.files["wandb-events.jsonl"]![0]!));
  assert.deepEqual(Object.keys(our).filter((key) => !(key in their)), []);
  assert.equal(our._wandb, true);
  const percents = ["system.memory_percent", "system.proc.memory.percent"];
  for (const key of percents) assert.ok(our[key] > 0 && our[key] < 100 && their[key] > 0 && their[key] < 100, key);
  // One process, two measurements: the same machine's memory within a few GiB.
  const key = "system.proc.memory.availableMB";
  assert.ok(Math.abs(our[key] / their[key] - 1) < 0.5, `${our[key]} and ${their[key]} MB`);
});
