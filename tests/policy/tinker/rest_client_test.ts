/** Looking after what a server keeps: paths, pages, the odd ways of some servers, and downloads that break off. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ApiError, checkpointPlace, ConnectionError, RestClient } from "../../../lib/policy/tinker/mod.ts";
import type { ArchiveProgress } from "../../../lib/policy/tinker/mod.ts";
import { inTemporaryFolder } from "../local/_fixtures.ts";
import { FakeConnection, ManualClock, refused, type Script, settle } from "./_fake.ts";

const PATH = "tinker://s:train:0/weights/a";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(items);
}

Deno.test("lists are asked for page by page until the server's count is reached", async () => {
  const ids = ["a", "b", "c", "d", "e"];
  const fake = new FakeConnection({
    request: ({ path, query }) => {
      const [limit, offset] = [Number(query!.limit), Number(query!.offset)];
      const page = ids.slice(offset, offset + limit);
      const cursor = { limit, offset, total_count: ids.length };
      return path === "sessions"
        ? { sessions: page, cursor }
        : { training_runs: page.map((training_run_id) => ({ training_run_id, base_model: "m" })), cursor };
    },
  });
  const rest = new RestClient(fake);
  assert.deepEqual((await all(rest.trainingRuns({ pageSize: 2 }))).map((run) => run.training_run_id), ids);
  assert.deepEqual(await all(rest.sessions({ access_scope: "accessible" })), ids);
  assert.deepEqual(fake.requests.map(({ query }) => query), [
    ...[0, 2, 4].map((offset) => ({ access_scope: "owned", limit: 2, offset })),
    { access_scope: "accessible", limit: 100, offset: 0 },
  ]);
});

Deno.test("a server that does not count, or does not page, is listed once", async () => {
  for (const count of [1, 5]) {
    const training_runs = Array.from({ length: count }, (_, i) => ({ training_run_id: String(i) }));
    const fake = new FakeConnection({ request: () => ({ training_runs }) });
    assert.equal((await all(new RestClient(fake).trainingRuns({ pageSize: 3 }))).length, count);
    assert.equal(fake.requests.length, 1);
  }
});

Deno.test("checkpoints without the kind in their id, or without a path, are read as if they had them", async () => {
  const checkpoints = [
    { checkpoint_id: "a", checkpoint_type: "sampler", tinker_path: "tinker://r/a", public: true, size_bytes: 3 },
    { checkpoint_id: "weights/b", checkpoint_type: "training", time: "2026-01-02T03:04:05Z", size_bytes: null },
    { checkpoint_id: "c" },
    { nothing: true },
    null,
  ];
  const found = await new RestClient(new FakeConnection({ request: () => ({ checkpoints }) })).checkpoints("r");
  assert.deepEqual(found, [
    {
      ...{ checkpoint_id: "sampler_weights/a", checkpoint_type: "sampler", tinker_path: "tinker://r/a" },
      ...{ size_bytes: 3, public: true },
    },
    {
      ...{ checkpoint_id: "weights/b", checkpoint_type: "training", tinker_path: "tinker://r/weights/b" },
      time: "2026-01-02T03:04:05Z",
    },
    { checkpoint_id: "weights/c", checkpoint_type: "training", tinker_path: "tinker://r/weights/c" },
  ]);
});

Deno.test("all checkpoints are listed run by run where the server cannot list them", async () => {
  const request: Script["request"] = ({ path }) => {
    if (path === "checkpoints") throw refused(404, "no such call");
    if (path === "training_runs") return { training_runs: [{ training_run_id: "r" }, { training_run_id: "q" }] };
    return { checkpoints: [{ checkpoint_id: "weights/a" }] };
  };
  const found = await all(new RestClient(new FakeConnection({ request })).allCheckpoints());
  assert.deepEqual(found.map(({ tinker_path }) => tinker_path), ["tinker://r/weights/a", "tinker://q/weights/a"]);
});

Deno.test("checkpoints are deleted, published and given a time to live by their paths", async () => {
  const fake = new FakeConnection();
  const rest = new RestClient(fake);
  await rest.deleteCheckpoint(PATH);
  await rest.publishCheckpoint(PATH);
  await rest.unpublishCheckpoint(PATH);
  await rest.setCheckpointTtl(PATH, null);
  await rest.deleteCheckpoint("tinker://model_1/a");
  const place = "training_runs/s:train:0/checkpoints/weights/a";
  assert.deepEqual(fake.requests.map(({ method, path, body }) => [method, path, ...(body ? [body] : [])]), [
    ["DELETE", place],
    ["POST", `${place}/publish`],
    ["DELETE", `${place}/publish`],
    ["PUT", `${place}/ttl`, { ttl_seconds: null }],
    ["DELETE", "training_runs/model_1/checkpoints/sampler_weights/a"],
  ]);
});

Deno.test("what is no path of a checkpoint, or would lead elsewhere, is refused", () => {
  assert.deepEqual(checkpointPlace(PATH), { run: "s:train:0", checkpoint_id: "weights/a" });
  const bad = ["", "a", "http://r/weights/a", "tinker://r", "tinker://r/other/a/b", "tinker://../weights/a"];
  for (const path of [...bad, "tinker://r/weights/..", "tinker://r/weights/a?b", "tinker://r/weights/a#b"]) {
    assert.throws(() => checkpointPlace(path), TypeError, path);
  }
});

Deno.test("ids that would change the path of a request are refused", async () => {
  const rest = new RestClient(new FakeConnection());
  for (const id of ["", "..", "a/b", "a?b", "a b"]) await assert.rejects(rest.session(id), TypeError);
});

Deno.test("weights without a base model say nothing, and that is said", async () => {
  const rest = new RestClient(new FakeConnection({ request: () => ({ is_lora: true }) }));
  await assert.rejects(rest.weightsInfo(PATH), /does not say which base model/);
});

const CONTENT = new Uint8Array(1000).map((_, i) => i % 251);

/** A store of files that ends its first answers early. */
class Store {
  readonly asked: { readonly range: string | null; readonly key: string | null }[] = [];
  etag: string | null = '"v1"';
  content = CONTENT;
  /** Bytes after which an answer breaks off, for the next answers. */
  readonly breaks: number[] = [];

  fetch = ((_url: URL, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    this.asked.push({ range: headers.get("range"), key: headers.get("x-api-key") });
    const from = /^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1];
    const start = from !== undefined && headers.get("if-range") === this.etag ? Number(from) : 0;
    const rest = this.content.subarray(start);
    const broken = this.breaks.shift();
    const body = new ReadableStream({
      start: (stream) => {
        stream.enqueue(rest.subarray(0, broken));
        if (broken === undefined) stream.close();
      },
      pull: (stream) => {
        if (broken !== undefined) stream.error(new TypeError("connection reset"));
      },
    });
    const total = this.content.length;
    return Promise.resolve(
      new Response(body, {
        status: start === 0 ? 200 : 206,
        headers: {
          "content-length": String(rest.length),
          ...(this.etag === null ? {} : { etag: this.etag }),
          ...(start === 0 ? {} : { "content-range": `bytes ${start}-${total - 1}/${total}` }),
        },
      }),
    );
  }) as typeof fetch;
}

/** Downloads while time passes as fast as it is waited for. */
async function download(
  { raw, store, file }: { raw?: Script["raw"]; store: Store; file: string },
): Promise<{ progress: ArchiveProgress[]; fake: FakeConnection; waitedMs: number; error?: unknown }> {
  const fake = new FakeConnection({ raw: raw ?? (() => Response.json({ url: "https://store.test/a.tar?sig=1" })) });
  const clock = new ManualClock();
  const progress: ArchiveProgress[] = [];
  const rest = new RestClient(fake, { fetch: store.fetch, clock });
  let done = false;
  let error: unknown;
  const work = rest.downloadArchive(PATH, file, { onProgress: (one) => progress.push(one) })
    .catch((reason) => error = reason)
    .finally(() => done = true);
  while (!done) {
    // File operations need turns of the event loop, not of the clock.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await clock.advance(1000);
  }
  await work;
  await settle();
  return { progress, fake, waitedMs: clock.now(), ...(error === undefined ? {} : { error }) };
}

const parts = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

Deno.test("an archive is fetched without the key, with progress, and stands under its name when it is whole", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    const { progress, fake, error } = await download({ store, file });
    assert.equal(error, undefined);
    assert.deepEqual(await Deno.readFile(file), CONTENT);
    assert.deepEqual(await parts(folder), ["a.tar"]);
    assert.equal(fake.requests[0]!.path, "training_runs/s:train:0/checkpoints/weights/a/archive");
    assert.deepEqual(store.asked, [{ range: null, key: null }]);
    assert.deepEqual(progress.at(-1), { phase: "downloading", bytes: 1000, totalBytes: 1000 });
  }));

Deno.test("a transfer that breaks off goes on where it stopped", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    store.breaks.push(300, 200);
    const { error } = await download({ store, file });
    assert.equal(error, undefined);
    assert.deepEqual(await Deno.readFile(file), CONTENT);
    assert.deepEqual(store.asked.map(({ range }) => range), [null, "bytes=300-", "bytes=500-"]);
  }));

Deno.test("a later try goes on with what is there, and begins anew when the content is another", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    store.breaks.push(100, 400, 0, 0, 0, 0);
    const first = await download({ store, file });
    assert.ok(first.error instanceof ConnectionError);
    assert.deepEqual(await parts(folder), ["a.tar.part", "a.tar.part.etag"]);
    store.etag = '"v2"';
    store.content = CONTENT.map((byte) => byte ^ 1);
    store.breaks.push(50);
    const second = await download({ store, file });
    assert.equal(second.error, undefined);
    assert.deepEqual(await Deno.readFile(file), store.content);
    assert.deepEqual(store.asked.slice(6).map(({ range }) => range), ["bytes=500-", "bytes=50-"]);
    assert.deepEqual(await parts(folder), ["a.tar"]);
  }));

Deno.test("a store that does not name its content is asked from the beginning", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    store.etag = null;
    store.breaks.push(300);
    await download({ store, file });
    assert.deepEqual(await Deno.readFile(file), CONTENT);
    assert.deepEqual(store.asked.map(({ range }) => range), [null, null]);
  }));

Deno.test("an archive that is being built is waited for, and not for ever", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    let building = 2;
    const raw = () =>
      building-- > 0
        ? new Response("not yet", { status: 503 })
        : new Response(null, { status: 302, headers: { location: "https://store.test/a.tar" } });
    const { progress, waitedMs, error } = await download({ store, file, raw });
    assert.equal(error, undefined);
    assert.deepEqual(progress.slice(0, 2), [{ phase: "building", attempt: 1 }, { phase: "building", attempt: 2 }]);
    assert.ok(waitedMs >= 60_000);
    building = 100;
    const late = await download({ store, file: join(folder, "b.tar"), raw });
    assert.ok(late.error instanceof ApiError);
    assert.match(late.error.message, /still being built; try again later/);
  }));

Deno.test("an archive on the server's own disk, or at no address, is refused in a sentence", () =>
  inTemporaryFolder(async (folder) => {
    const store = new Store();
    const at = (location: string) => () => new Response(null, { status: 302, headers: { location } });
    const own = await download({ store, file: join(folder, "a"), raw: at("file:///srv/a%20b.tar") });
    assert.match(String(own.error), /TypeError: .*on the server's own machine, \/srv\/a b\.tar; copy it from there/);
    const none = await download({ store, file: join(folder, "a"), raw: at("ftp://x/y") });
    assert.match(String(none.error), /TypeError: .*cannot be fetched/);
    const missing = await download({
      store,
      file: join(folder, "a"),
      raw: () => Response.json({ detail: "gone" }, { status: 404 }),
    });
    assert.match(String(missing.error), /status 404: gone/);
    assert.deepEqual(store.asked, []);
  }));

Deno.test("an archive is found under its bare name where the server knows it so, at an address below the server's", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    const raw: Script["raw"] = ({ path }) =>
      path.endsWith("/checkpoints/a/archive")
        ? new Response(null, { status: 302, headers: { location: "/api/v1/download" } })
        : Response.json({ detail: "unknown" }, { status: 404 });
    const { fake, error } = await download({ store, file, raw });
    assert.equal(error, undefined);
    assert.equal(fake.requests.length, 2);
  }));

Deno.test("a file that is there is not overwritten", () =>
  inTemporaryFolder(async (folder) => {
    const [store, file] = [new Store(), join(folder, "a.tar")];
    await Deno.writeTextFile(file, "mine");
    const { error } = await download({ store, file });
    assert.ok(error instanceof Deno.errors.AlreadyExists);
    assert.equal(await Deno.readTextFile(file), "mine");
  }));
