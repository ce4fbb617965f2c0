/** Downloads from servers that hand out files and from those that pack archives, undisturbed and not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ApiError,
  downloadCheckpoint,
  type DownloadProgress,
  RestClient,
  TinkerService,
} from "../../../lib/policy/tinker/mod.ts";
import { inTemporaryFolder } from "../local/_fixtures.ts";
import { deferred, FakeConnection, refused, type Script, settle } from "./_fake.ts";

const STATE = "tinker://old:train:0/weights/a";
const SAMPLER = "tinker://old:train:0/sampler_weights/a";
const EXTERNAL = "tinker://r:train:0/external_weights/e";
const NOW = Date.parse("2026-01-01T00:00:00Z");

const FILES: Readonly<Record<string, string>> = {
  "model-00002-of-00002.safetensors": "b".repeat(3000),
  "config.json": "{}",
  "nested/tokenizer.json": "tokens",
};

/** Time stands still but while somebody sleeps. */
class QuickClock {
  #now = NOW;
  now = (): number => this.#now;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    // The heart of a session beats in a time of its own.
    if (ms === 10_000) {
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    }
    this.#now += ms;
    return new Promise((resolve) => setTimeout(resolve, 0));
  };
  /** Lets time pass. */
  pass(ms: number): void {
    this.#now += ms;
  }
}

interface Asked {
  readonly name: string;
  readonly signature: string;
  readonly range: string | null;
  readonly headers: string[];
}

/** A server of files, whose addresses carry a number that counts how often they were asked for. */
class FileServer {
  readonly clock = new QuickClock();
  readonly asked: Asked[] = [];
  readonly deleted: string[] = [];
  readonly lifetimes: unknown[] = [];
  signatures = 0;
  files: Readonly<Record<string, string>> = FILES;
  etags = true;
  validMs = 3_600_000;
  /** Called before a file is given. */
  before: (asked: Asked) => Response | undefined | Promise<Response | undefined> = () => undefined;
  /** Bytes after which an answer breaks off, for the next answers. */
  readonly breaks: number[] = [];

  readonly request: NonNullable<Script["request"]> = ({ method, path, body }) => {
    if (path === "weights_info") return { base_model: "m", is_lora: true, lora_rank: 8 };
    if (path === "save_weights_external") throw refused(422, "model_id is missing");
    if (path.endsWith("/external_weights_urls")) return this.#sign();
    if (method === "DELETE") this.deleted.push(path);
    if (path.endsWith("/ttl")) this.lifetimes.push(body);
    return undefined as never;
  };

  #sign() {
    const signature = ++this.signatures;
    const urls = Object.keys(this.files).map((name) => [name, `https://store.test/x/${name}?sig=${signature}`]);
    return { urls: Object.fromEntries(urls), expires: new Date(this.clock.now() + this.validMs).toISOString() };
  }

  readonly fetch = (async (url: URL, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const name = decodeURIComponent(url.pathname.slice("/x/".length));
    const signature = url.searchParams.get("sig") ?? "";
    const asked = { name, signature, range: headers.get("range"), headers: [...headers.keys()] };
    this.asked.push(asked);
    const instead = await this.before(asked);
    if (instead !== undefined) return instead;
    init.signal?.throwIfAborted();
    const content = new TextEncoder().encode(this.files[name]);
    const etag = `"${name}-${content.length}"`;
    const from = headers.get("if-range") === etag ? Number(/\d+/.exec(asked.range ?? "")?.[0] ?? 0) : 0;
    const named: Record<string, string> = this.etags ? { etag } : {};
    if (from > 0 && from >= content.length) {
      return new Response("", { status: 416, headers: { ...named, "content-range": `bytes */${content.length}` } });
    }
    const rest = content.subarray(from);
    const range = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
    return new Response(this.#body(rest), {
      status: from > 0 ? 206 : 200,
      headers: { ...named, ...(from > 0 ? range : {}), "content-length": String(rest.length) },
    });
  }) as typeof fetch;

  #body(rest: Uint8Array): ReadableStream<Uint8Array> {
    const broken = rest.length > 100 ? this.breaks.shift() : undefined;
    return new ReadableStream({
      start: (stream) => {
        stream.enqueue(rest.subarray(0, broken));
        if (broken === undefined) stream.close();
      },
      pull: (stream) => {
        if (broken !== undefined) stream.error(new TypeError("connection reset"));
      },
    });
  }
}

interface Scene {
  readonly server: FileServer;
  readonly fake: FakeConnection;
  readonly service: TinkerService;
  readonly folder: string;
  readonly to: { readonly files: string; readonly archive: string };
  readonly progress: DownloadProgress[];
  readonly options: { readonly onProgress: (progress: DownloadProgress) => void };
}

async function withServer(script: Script, body: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const server = new FileServer();
    const request: Script["request"] = async (asked) => await script.request?.(asked) ?? server.request(asked);
    const fake = new FakeConnection({ ...script, request });
    const service = new TinkerService(fake, { clock: server.clock, fetch: server.fetch, closeTimeoutMs: 200 });
    const progress: DownloadProgress[] = [];
    const to = { files: join(folder, "new"), archive: join(folder, "new.tar") };
    const options = { onProgress: (one: DownloadProgress) => void progress.push(one) };
    try {
      await body({ server, fake, service, folder, to, progress, options });
    } finally {
      await service.close();
    }
  });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(FILES)) {
    found[name] = await Deno.readTextFile(join(folder, name)).catch(() => "missing");
  }
  return found;
}

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

/** Where the exports of the fake server are. */
const exportOf = ({ fake }: Scene) => {
  const saved = fake.seen.find(({ path }) => path === "save_weights_external");
  return `training_runs/${saved?.body.model_id}/checkpoints/external_weights/${saved?.body.path}`;
};

Deno.test("external weights are saved under a name with a time to live, and only their own paths have files", async () => {
  await withServer({}, async ({ service, fake }) => {
    const client = await service.createTrainingClient({ base_model: "m" });
    const path = await client.saveWeightsExternal("mine", { ttl_seconds: 3600 });
    assert.equal(path, `tinker://${client.model.model_id}/external_weights/mine`);
    const { type, body } = fake.seen.at(-1)!;
    assert.equal(type, "SaveWeightsExternal");
    assert.deepEqual(body, {
      ...{ model_id: client.model.model_id, path: "mine", seq_id: 1, ttl_seconds: 3600, type: "save_weights_external" },
    });
    const { urls, expires } = await service.rest.externalWeightsUrls(path);
    assert.deepEqual(Object.keys(urls), Object.keys(FILES));
    assert.equal(expires, NOW + 3_600_000);
    await assert.rejects(service.rest.externalWeightsUrls(STATE), /only external weights have files/);
  });
});

Deno.test("files are fetched in order to a folder that appears when it is whole, and the store gets no key", async () => {
  await withServer({}, async ({ service, server, folder, to, progress, options }) => {
    assert.deepEqual(await downloadCheckpoint(service, EXTERNAL, to, options), { form: "files", to: to.files });
    assert.deepEqual(await contents(to.files), FILES);
    assert.deepEqual(await names(folder), ["new"]);
    assert.deepEqual(server.asked.map(({ name }) => name), Object.keys(FILES).sort());
    for (const { headers } of server.asked) assert.deepEqual(headers, []);
    assert.deepEqual(progress[0], { phase: "chosen", form: "files", to: to.files });
    assert.deepEqual(progress.at(-1), {
      ...{ phase: "files", file: "nested/tokenizer.json", number: 3, count: 3, bytes: 6, totalBytes: 6 },
    });
    assert.equal(server.signatures, 1);
  });
});

Deno.test("a training state is exported by a model of its own for an hour at a time, and nothing of it is left behind", async () => {
  await withServer({}, async (scene) => {
    const { service, server, fake, to, progress, options } = scene;
    assert.deepEqual(await downloadCheckpoint(service, STATE, to, options), { form: "files", to: to.files });
    assert.deepEqual(await contents(to.files), FILES);
    const did = fake.seen.map(({ path }) => path);
    assert.deepEqual(did, ["create_model", "load_weights", "save_weights_external", "unload_model"]);
    assert.equal(fake.seen[1]!.body.optimizer, false);
    assert.equal(fake.seen[2]!.body.ttl_seconds, 3600);
    assert.deepEqual(server.lifetimes, [{ ttl_seconds: 3600 }]);
    assert.deepEqual(server.deleted, [exportOf(scene)]);
    assert.ok(progress.some(({ phase }) => phase === "exporting"));
    assert.ok(progress.every(({ phase }) => phase !== "left"));
  });
});

Deno.test("addresses that are about to expire, or that the store refuses, are asked for again, and the export lives on", async () => {
  await withServer({}, async ({ service, server, to }) => {
    server.before = ({ name, signature }) => {
      if (name === "config.json") server.clock.pass(3_400_000);
      const refused = name.startsWith("nested") && signature === "2";
      return refused ? new Response("expired", { status: 403 }) : undefined;
    };
    await downloadCheckpoint(service, STATE, to);
    assert.deepEqual(await contents(to.files), FILES);
    const signatures = server.asked.map(({ name, signature }) => `${name[0]} ${signature}`);
    assert.deepEqual(signatures, ["c 1", "m 2", "n 2", "n 3"]);
    assert.equal(server.lifetimes.length, 3);
  });
});

Deno.test("a transfer that breaks off goes on where it stopped, however often, as long as something comes", async () => {
  await withServer({}, async ({ service, server, to }) => {
    server.breaks.push(300, 300, 300, 300, 300, 300, 300);
    await downloadCheckpoint(service, EXTERNAL, to);
    assert.deepEqual(await contents(to.files), FILES);
    const ranges = server.asked.filter(({ name }) => name.startsWith("model")).map(({ range }) => range);
    assert.deepEqual(ranges, [null, ...[300, 600, 900, 1200, 1500, 1800, 2100].map((from) => `bytes=${from}-`)]);
  });
});

Deno.test("a later try goes on with the same checkpoint, asks whether what is there is still right, and takes no other's part", async () => {
  await withServer({}, async ({ service, server, to, folder }) => {
    server.breaks.push(1000, 0, 0, 0, 0, 0);
    await assert.rejects(downloadCheckpoint(service, STATE, to), /cannot download model-.*what is there is kept/);
    assert.deepEqual(await names(folder), ["new.part"]);
    assert.equal(server.deleted.length, 1);
    server.breaks.length = server.asked.length = 0;
    await assert.rejects(
      downloadCheckpoint(service, "tinker://old:train:0/weights/b", to),
      { name: "AlreadyExists", message: /new\.part is no part of .*weights\/b/ },
    );
    await downloadCheckpoint(service, STATE, to);
    assert.deepEqual(await contents(to.files), FILES);
    assert.deepEqual(await names(folder), ["new"]);
    const ranges = server.asked.map(({ name, range }) => `${name[0]} ${range}`);
    assert.deepEqual(ranges, ["c bytes=2-", "m bytes=1000-", "n null"]);
  });
});

Deno.test("what changed meanwhile is fetched anew, and files that there no longer are do not stay", async () => {
  await withServer({}, async ({ service, server, to }) => {
    server.breaks.push(1000, 0, 0, 0, 0, 0);
    await assert.rejects(downloadCheckpoint(service, STATE, to));
    server.breaks.length = 0;
    server.files = { "model.safetensors": "c".repeat(2000) };
    await downloadCheckpoint(service, STATE, to);
    assert.deepEqual(await names(to.files), ["model.safetensors"]);
  });
});

Deno.test("names that lead out of the folder, or that some system takes for something else, are refused before a byte comes", async () => {
  const odd = [
    "../x",
    "a/../../x",
    "/etc/x",
    "a//b",
    "",
    ".",
    "..",
    "a/./b",
    "a\\b",
    "C:x",
    "a\0b",
    "a\nb",
    "a./b",
    "a ",
  ];
  for (const name of [...odd, "nul", "COM1.txt", "a\u202eb", "x".repeat(300), "a/".repeat(600) + "b"]) {
    await withServer({}, async ({ service, server, folder, to }) => {
      server.files = { "config.json": "{}", [name]: "evil" };
      await assert.rejects(downloadCheckpoint(service, EXTERNAL, to), TypeError, JSON.stringify(name));
      assert.deepEqual(server.asked, []);
      assert.deepEqual(await names(folder), []);
    });
  }
});

Deno.test("addresses that cannot be fetched, no files and no addresses are each said in a sentence", async () => {
  const cases: [unknown, RegExp][] = [
    [{ urls: { a: "file:///etc/passwd" } }, /a of tinker:.* is a file on the server's own machine/],
    [{ urls: { a: "ftp://x/y" } }, /cannot be fetched/],
    [{ urls: {} }, /has no files/],
    [{ urls: { a: 3 } }, /does not say where the files/],
    [{}, /does not say where the files/],
  ];
  for (const [reply, pattern] of cases) {
    const request: Script["request"] = ({ path }) => (path.endsWith("_urls") ? reply : undefined) as never;
    await withServer({ request }, async ({ service, to }) => {
      await assert.rejects(downloadCheckpoint(service, EXTERNAL, to), pattern);
    });
  }
});

Deno.test("who stops a download keeps what came, and the export goes", async () => {
  await withServer({}, async (scene) => {
    const { service, server, folder, to } = scene;
    const stop = new AbortController();
    server.before = ({ name }) => {
      if (name.startsWith("model")) stop.abort(new Error("enough"));
      return undefined;
    };
    await assert.rejects(downloadCheckpoint(service, STATE, to, { signal: stop.signal }), /enough/);
    assert.deepEqual(server.deleted, [exportOf(scene)]);
    assert.deepEqual(await names(folder), ["new.part"]);
    assert.deepEqual(await names(join(folder, "new.part", "files")), ["config.json"]);
  });
});

Deno.test("who stops during the export has it deleted all the same, once it is there", async () => {
  const saved = deferred();
  const result: Script["result"] = async ({ path }) => {
    if (path === "save_weights_external") await saved.promise;
  };
  await withServer({ result }, async (scene) => {
    const { service, server, fake, to } = scene;
    const stop = new AbortController();
    const done = downloadCheckpoint(service, STATE, to, { signal: stop.signal });
    done.catch(() => {});
    while (!fake.log.includes("took save_weights_external 2")) await new Promise((resolve) => setTimeout(resolve, 0));
    stop.abort(new Error("enough"));
    await settle();
    assert.deepEqual(server.deleted, []);
    saved.resolve();
    await assert.rejects(done, /enough/);
    assert.deepEqual(server.deleted, [exportOf(scene)]);
    assert.equal(server.signatures, 0);
  });
});

Deno.test("an export that cannot be deleted is named, with the time after which it goes by itself", async () => {
  const request: Script["request"] = ({ method }) => {
    if (method === "DELETE") throw refused(500, "no");
    return undefined as never;
  };
  await withServer({ request }, async ({ service, to, progress, options }) => {
    await downloadCheckpoint(service, STATE, to, options);
    const [left] = progress.filter(({ phase }) => phase === "left") as Extract<DownloadProgress, { phase: "left" }>[];
    assert.match(left!.path, /^tinker:\/\/.*\/external_weights\/download-\w+$/);
    assert.equal(left!.ttl_seconds, 3600);
  });
});

Deno.test("a server that knows no external weights is asked for the archive, and no model is made", async () => {
  for (const status of [404, 405]) {
    const request: Script["request"] = ({ path }) => {
      if (path === "save_weights_external") throw refused(status, "no such call");
      return undefined as never;
    };
    const raw = () => Response.json({ url: "https://store.test/x/config.json?sig=1" });
    await withServer({ request, raw }, async ({ service, fake, to, progress, options }) => {
      assert.deepEqual(await downloadCheckpoint(service, STATE, to, options), { form: "archive", to: to.archive });
      assert.equal(await Deno.readTextFile(to.archive), FILES["config.json"]);
      assert.deepEqual(fake.seen, []);
      assert.deepEqual(progress[0], { phase: "chosen", form: "archive", to: to.archive });
    });
  }
});

Deno.test("who wants an archive gets one from a server that has both", async () => {
  const raw = () => Response.json({ url: "https://store.test/x/config.json?sig=1" });
  await withServer({ raw }, async ({ service, fake, to }) => {
    assert.equal((await downloadCheckpoint(service, STATE, to, { form: "archive" })).form, "archive");
    assert.deepEqual(fake.seen, []);
    await assert.rejects(downloadCheckpoint(service, EXTERNAL, to, { form: "archive" }), /files and no archive/);
    await assert.rejects(downloadCheckpoint(service, SAMPLER, to, { form: "files" }), /only training states/);
  });
});

Deno.test("weights for sampling on a server without archives are refused in one sentence that names the way out", async () => {
  await withServer({}, async ({ service, to }) => {
    await assert.rejects(
      downloadCheckpoint(service, SAMPLER, to),
      /^TypeError: http:\/\/fake.test\/ does not hand out weights for sampling, as .* are; download the training state/,
    );
    await assert.rejects(downloadCheckpoint(service, STATE, to, { form: "archive" }), /packs no archives/);
  });
});

Deno.test("a checkpoint that is not there is said not to be there", async () => {
  const request: Script["request"] = ({ path }) => {
    if (path === "weights_info") throw refused(404, "checkpoint a is unknown");
    return undefined as never;
  };
  await withServer({ request }, async ({ service, to }) => {
    for (const path of [SAMPLER, STATE]) {
      await assert.rejects(downloadCheckpoint(service, path, to), (error) => {
        assert.ok(error instanceof ApiError);
        return /checkpoint a is unknown/.test(error.message);
      });
    }
  });
});

Deno.test("what is there is not replaced, and nothing is exported in vain", async () => {
  await withServer({}, async ({ service, fake, to }) => {
    await Deno.mkdir(to.files);
    await assert.rejects(downloadCheckpoint(service, STATE, to), Deno.errors.AlreadyExists);
    assert.deepEqual(fake.seen, []);
  });
});

Deno.test("a server without lifetimes gives its files all the same", async () => {
  const request: Script["request"] = ({ path }) => {
    if (path.endsWith("/ttl")) throw refused(404, "no such call");
    return undefined as never;
  };
  await withServer({ request }, async ({ fake, server, to }) => {
    const rest = new RestClient(fake, { fetch: server.fetch, clock: server.clock });
    await rest.downloadExternalWeights(EXTERNAL, to.files, { renew_ttl_seconds: 3600 });
    assert.deepEqual(await contents(to.files), FILES);
  });
});
