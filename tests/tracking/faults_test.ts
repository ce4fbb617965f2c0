/** Servers that are down, slow, full, hostile or of another mind: training goes on, one line is said, and no key gets out. */
import assert from "node:assert/strict";
import { openTrackers, syncWandb } from "../../lib/tracking/mod.ts";
import { done, inTempFolder, KEY, started, writeRun, type WrittenRun } from "./_run.ts";
import { CONFIG, ENTITY, onlyRun, PACE, stateOf, track, until, variables, withServer } from "./_tracked.ts";
import { historyOf, startWandb, type WandbServer } from "./_wandb_server.ts";

/** A port on which nobody listens. */
function deadPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

function textsIn(folder: string): string {
  const files = [...Deno.readDirSync(folder)].map(({ name, isFile }) => isFile ? `${folder}/${name}` : "");
  return files.filter((path) => path !== "").map((path) => Deno.readTextFileSync(path)).join("\n");
}

/** Neither as it is nor as the header has it. */
function assertNoKey(text: string): void {
  for (const secret of [KEY, btoa(`api:${KEY}`), btoa(KEY)]) assert.ok(!text.includes(secret), text.slice(0, 500));
}

/** How many rows the one run of a server has; 0: there is no run yet. */
function sentRows(server: WandbServer): number {
  return server.runs.size === 0 ? 0 : (onlyRun(server).files["wandb-history.jsonl"] ?? []).length;
}

/** A run of some steps against a server, to its end. */
async function runTo(run: WrittenRun, url: string, pace = PACE): Promise<readonly string[]> {
  const trackers = await track(run, url, { pace });
  trackers.onEvent(started(0));
  for (const step of [0, 1, 2]) trackers.onEvent(run.step(step));
  trackers.onEvent(done(3));
  await trackers.close();
  return trackers.notices;
}

Deno.test("a server that is down costs one line; when it is up again everything arrives", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    const port = deadPort();
    const trackers = await track(run, `http://127.0.0.1:${port}`);
    trackers.onEvent(run.step(0));
    await until(() => trackers.notices.length > 0);
    trackers.onEvent(run.step(1));
    const server = startWandb(port);
    try {
      await until(() => sentRows(server) === 2);
      trackers.onEvent(run.step(2));
      trackers.onEvent(done(3));
      await trackers.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1, 2]);
      const [trouble, page, ...others] = trackers.notices;
      assert.match(trouble!, /cannot be reached; training goes on/);
      assert.match(page!, /\/ada\/math\/runs\//);
      assert.deepEqual(others, []);
    } finally {
      await server.close();
    }
  }));

Deno.test("a server that goes away between two rows gets what it missed, under the same id", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      trackers.onEvent(run.step(0));
      await until(() => sentRows(server) === 1);
      server.instead = () => new Response("gone fishing", { status: 503 });
      trackers.onEvent(run.step(1));
      await until(() => trackers.notices.some((line) => /status 503/.test(line)));
      server.instead = () => undefined;
      trackers.onEvent(run.step(2));
      await trackers.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1, 2]);
    })
  ));

Deno.test("what a dead server did not get, the next resumption sends, and so does syncWandb()", () =>
  inTempFolder(async (folder) => {
    for (const how of ["resume", "sync"]) {
      const run = writeRun(`${folder}/${how}`, { backend: "local", log_path: folder, wandb_project: "math" });
      const port = deadPort();
      const url = `http://127.0.0.1:${port}`;
      assert.equal((await runTo(run, url)).length, 1);
      const { id } = stateOf(run);
      const server = startWandb(port);
      try {
        if (how === "resume") await (await track(run, url)).close();
        else await syncWandb(run.path, { env: variables(url), pace: PACE });
        assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1, 2]);
        assert.equal(onlyRun(server).id, id);
      } finally {
        await server.close();
      }
    }
  }));

for (
  const [status, said, requests] of [
    [401, /does not know the key.*WANDB_API_KEY/, 1],
    [403, /does not allow it \(status 403\): no project of yours/, 1],
    [404, /status 404/, 1],
    [302, /status 302/, 1],
    [429, /status 429/, 2],
    [500, /status 500: no project of yours/, 2],
  ] as const
) {
  Deno.test(`status ${status} is one line and ${requests === 1 ? "no further request" : "tried again, later and later"}`, () =>
    withServer((server) =>
      inTempFolder(async (folder) => {
        const run = writeRun(folder);
        const headers = { Location: "https://example.org/graphql" };
        server.instead = () =>
          Response.json({ errors: [{ message: `no project of yours ${KEY}` }] }, { status, headers });
        const trackers = await track(run, server.url);
        trackers.onEvent(run.step(0));
        await until(() => server.requests.length >= requests);
        await trackers.close();
        if (requests === 1) assert.equal(server.requests.length, 1);
        assert.equal(trackers.notices.length, 1);
        assert.match(trackers.notices[0]!, said);
        assertNoKey(trackers.notices[0]!);
        assertNoKey(textsIn(run.path));
      })
    ));
}

Deno.test("a server that asks to be left alone is left alone", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const pauses: number[] = [];
      const sleep = (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          pauses.push(ms);
          if (pauses.length < 8) return resolve();
          // The pauses grow no further: it is waited for the end.
          signal!.addEventListener("abort", () => resolve());
        });
      server.instead = () =>
        new Response("", { status: 429, headers: pauses.length === 0 ? { "Retry-After": "7" } : {} });
      const run = writeRun(folder);
      const clock = { now: Date.now, sleep };
      const trackers = await track(run, server.url, { clock, pace: { ...PACE, retryMs: 1000 } });
      await until(() => pauses.length === 8);
      await trackers.close();
      assert.deepEqual(pauses, [7000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
    })
  ));

for (
  const [what, answer] of [
    ["not JSON", () => new Response("<html>please log in</html>")],
    ["a list", () => Response.json([])],
    ["empty", () => new Response("")],
    ["JSON of another kind", () => Response.json({ data: { upsertBucket: { bucket: 7 } } })],
    [
      "a name that leads out of an address",
      () => Response.json({ data: { upsertBucket: { bucket: { project: { name: "..", entity: { name: "a/b" } } } } } }),
    ],
    ["endless", () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20).fill(32)) }),
      )],
  ] as const
) {
  Deno.test(`an answer that is ${what} is trouble of the server's, and tried again`, () =>
    withServer((server) =>
      inTempFolder(async (folder) => {
        const run = writeRun(folder);
        let answers = 0;
        server.instead = () => answers++ < 2 ? answer() : undefined;
        const trackers = await track(run, server.url);
        trackers.onEvent(run.step(0));
        await until(() => sentRows(server) === 1);
        await trackers.close();
        const [trouble, page, ...rest] = trackers.notices;
        assert.match(trouble!, /(answered with|did not name).*training goes on/);
        assert.match(page!, /\/runs\//);
        assert.deepEqual(rest, []);
      })
    ));
}

Deno.test("a server that never answers holds up neither the events nor the end", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const hanging = Promise.withResolvers<undefined>();
      server.instead = () => hanging.promise;
      const trackers = await track(run, server.url, { pace: { ...PACE, requestMs: 60_000, closeMs: 50 } });
      await until(() => server.requests.length === 1);
      // Returns in the same tick: what a tracker did with its result, a promise or not, is not waited for.
      assert.equal(trackers.onEvent(run.step(0)), undefined);
      await trackers.close();
      hanging.resolve(undefined);
      assert.equal(server.requests.length, 1);
      assert.deepEqual(trackers.notices.map((line) => line.replace(/127\S+|\/\S+/g, "...")), [
        "Weights & Biases: ... did not answer in time; what is not sent waits in the run folder, for the next resumption " +
        "or `deno task wandb sync ...",
      ]);
    })
  ));

/** A body that comes a byte at a time, and never ends. */
function dripping(): Response {
  let timer: ReturnType<typeof setInterval> | undefined;
  return new Response(
    new ReadableStream({
      start: (controller) => void (timer = setInterval(() => controller.enqueue(new Uint8Array([32])), 5)),
      cancel: () => clearInterval(timer),
    }),
  );
}

for (const how of ["not answered", "answered a byte at a time"]) {
  Deno.test(`a request that is ${how} is given up and tried again`, () =>
    withServer((server) =>
      inTempFolder(async (folder) => {
        const run = writeRun(folder);
        const hanging = Promise.withResolvers<undefined>();
        const first = () => how === "not answered" ? hanging.promise : dripping();
        server.instead = () => server.requests.length === 1 ? first() : undefined;
        const trackers = await track(run, server.url, { pace: { ...PACE, requestMs: 50 } });
        trackers.onEvent(run.step(0));
        await until(() => sentRows(server) === 1);
        hanging.resolve(undefined);
        await trackers.close();
        assert.match(trackers.notices[0]!, /did not answer in time; training goes on/);
      })
    ));
}

Deno.test("a key that is refused midway is told, though the server was in trouble before", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      const trouble = async (step: number, status: number, told: RegExp) => {
        server.instead = () => new Response("", { status });
        trackers.onEvent(run.step(step));
        await until(() => trackers.notices.some((line) => told.test(line)));
        server.instead = () => undefined;
      };
      await until(() => trackers.notices.length === 1);
      await trouble(0, 503, /status 503; training goes on/);
      await until(() => sentRows(server) === 1);
      await trouble(1, 401, /does not know the key/);
      const { length } = server.requests;
      await trackers.close();
      assert.equal(server.requests.length, length);
      const [, passing, refused, ...others] = trackers.notices;
      assert.match(passing!, /status 503; training goes on/);
      assert.match(refused!, /does not know the key/);
      assert.deepEqual(others, []);
    })
  ));

Deno.test("what a server does not take at the end is told, though it was back from an earlier trouble", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      server.instead = () => new Response("", { status: 503 });
      trackers.onEvent(run.step(0));
      await until(() => trackers.notices.some((line) => /503/.test(line)));
      server.instead = () => undefined;
      await until(() => sentRows(server) === 1);
      server.instead = ({ body }) => "complete" in Object(body) ? new Response("", { status: 502 }) : undefined;
      await trackers.close();
      assert.match(trackers.notices.at(-1)!, /status 502; what is not sent waits in the run folder/);
    })
  ));

Deno.test("whoever is told and throws fails nothing", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const onNotice = () => {
        throw new Error("a panel that is gone");
      };
      const trackers = await openTrackers({ ...CONFIG, tensorboard: true }, run.path, {
        ...{ env: variables(server.url), pace: PACE, onNotice },
      });
      Deno.writeTextFileSync(`${run.path}/tensorboard`, "in the way");
      trackers.onEvent(started(0));
      trackers.onEvent(run.step(0));
      await until(() => trackers.notices.length === 2);
      await trackers.close();
      assert.equal(sentRows(server), 1);
    })
  ));

Deno.test("the key goes to the configured server as the official client sends it, and into nothing that is written or said", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      run.log("run started");
      const notices = await runTo(run, server.url);
      assert.ok(server.requests.length >= 3);
      for (const { headers } of server.requests) assert.equal(headers.authorization, `Basic ${btoa(`api:${KEY}`)}`);
      assertNoKey(JSON.stringify(server.requests.map(({ path, body }) => ({ path, body }))));
      assertNoKey(notices.join("\n"));
      assertNoKey(textsIn(run.path));
    })
  ));

for (
  const [what, others, said] of [
    ["no key", { WANDB_API_KEY: undefined }, /no key for 127\.0\.0\.1:\d+; set WANDB_API_KEY/],
    ["a key that is none", { WANDB_API_KEY: "my key" }, /the key for 127\.0\.0\.1:\d+ is not one/],
    ["WANDB_MODE=offline", { WANDB_MODE: "offline" }, /WANDB_MODE is offline/],
    ["a WANDB_MODE that there is not", { WANDB_MODE: "sometimes" }, /WANDB_MODE is "sometimes"/],
    ["an address that is not encrypted", { WANDB_BASE_URL: "http://example.org" }, /is not encrypted/],
    ["an address with a password", { WANDB_BASE_URL: "https://me:hunter2@example.org" }, /more than a host and a path/],
    ["an address that is none", { WANDB_BASE_URL: "example" }, /is no address/],
  ] as const
) {
  Deno.test(`with ${what} nothing is sent, a line says why, and the run's id is kept for later`, () =>
    withServer((server) =>
      inTempFolder(async (folder) => {
        const run = writeRun(folder);
        const asked: unknown[] = [];
        const fetch = (address: unknown) => (asked.push(address), Promise.reject(new Error("nothing may be asked")));
        const env = variables(server.url, others);
        const trackers = await openTrackers(CONFIG, run.path, { env, fetch, pace: PACE });
        trackers.onEvent(run.step(0));
        await trackers.close();
        assert.equal(trackers.notices.length, 1);
        assert.match(trackers.notices[0]!, said);
        assert.match(trackers.notices[0]!, /deno task wandb sync/);
        assert.doesNotMatch(trackers.notices[0]!, /hunter2|my key/);
        assert.match(String(stateOf(run).id), /^[0-9a-z]{8}$/);
        assert.deepEqual(asked, []);
      })
    ));
}

Deno.test("WANDB_MODE=disabled, and a run without wandb_project, say and write nothing", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    const off = await openTrackers(CONFIG, run.path, {
      env: variables("https://example.org", { WANDB_MODE: "disabled" }),
    });
    const none = await openTrackers({ ...CONFIG, wandb_project: null }, run.path, {
      env: variables("https://example.org"),
    });
    for (const trackers of [off, none]) {
      trackers.onEvent(run.step(0));
      await trackers.close();
      assert.deepEqual(trackers.notices, []);
    }
    assert.deepEqual([...Deno.readDirSync(run.path)].map(({ name }) => name).sort(), ["config.json", "metrics.jsonl"]);
  }));

Deno.test("a run folder that was deleted meanwhile is not made again", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      trackers.onEvent(run.step(0));
      await until(() => server.runs.size === 1);
      // In one go: a folder that is being written to may not be empty when its last file is gone.
      await Deno.rename(run.path, `${folder}/elsewhere`);
      await trackers.close();
      await assert.rejects(Deno.stat(run.path), Deno.errors.NotFound);
    })
  ));

function beginsAnew(textFor: (base_url: string) => string): Promise<void> {
  return withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      Deno.writeTextFileSync(`${run.path}/wandb.json`, textFor(server.url));
      await runTo(run, server.url);
      assert.equal(onlyRun(server).entity, ENTITY);
      assert.notEqual(onlyRun(server).id, "abcdefgh");
      assert.equal(stateOf(run).id, onlyRun(server).id);
    })
  );
}

for (
  const [what, textFor] of [
    ["cannot be understood", () => '{"id":"../..","project":"math"'],
    [
      "is far too long",
      (base_url: string) => JSON.stringify({ id: "abcdefgh", project: "math", base_url }) + " ".repeat(5 << 20),
    ],
  ] as const
) {
  Deno.test(`a wandb.json that ${what} is begun anew`, () => beginsAnew(textFor));
}
