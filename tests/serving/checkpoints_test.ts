import assert from "node:assert/strict";
import {
  type Answer,
  type Json,
  sampleRequest,
  type TestClient,
  trainingRequest,
  wireDatum,
  withServer,
} from "./_client.ts";
import { FakeModels } from "./_fakes.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";

const DATUM = wireDatum([2, 3], { target_tokens: [3, 4] });
const ADAM = { learning_rate: 1 };

interface Scene {
  readonly client: TestClient;
  readonly session_id: string;
  readonly model_id: string;
  readonly weightsDir: string;
  readonly clock: { now: number };
  readonly fakes: FakeModels;
}

function serving(name: string, body: (scene: Scene) => Promise<void>): void {
  Deno.test(`checkpoints: ${name}`, async () => {
    const fakes = new FakeModels();
    const clock = { now: Date.parse("2026-01-01") };
    await withServer({ models: ["table"], open: fakes.opener, clock: () => clock.now }, async (client, weightsDir) => {
      const session_id = await client.session();
      await body({ client, session_id, model_id: await client.model(session_id, "table"), weightsDir, clock, fakes });
    });
    assert.equal(fakes.open, 0, "a policy was left open");
  });
}

/** A step from number `seq`, which takes two. @returns its loss */
async function step(client: TestClient, model_id: string, seq: number): Promise<number> {
  const gradient = await client.post("forward_backward", trainingRequest(model_id, seq, [DATUM]));
  await client.do("optim_step", { model_id, seq_id: seq + 1, adam_params: ADAM });
  return ((await client.result(gradient)).metrics as Record<string, number>)["loss:sum"]!;
}

async function save({ client, model_id }: Scene, seq_id: number, more: Json = {}): Promise<Json> {
  return await client.do("save_weights", { model_id, seq_id, path: "a", ...more });
}

serving("training goes on from a saved state as if it had not stopped", async (scene) => {
  const { client, model_id, session_id } = scene;
  await step(client, model_id, 1);
  const { path } = await save(scene, 3);
  assert.equal(path, `tinker://${model_id}/weights/a`);
  const through = [await step(client, model_id, 4), await step(client, model_id, 6)];
  const reload = (seq_id: number, optimizer: boolean) =>
    client.do("load_weights", { model_id, seq_id, path, optimizer });
  assert.deepEqual(await reload(8, true), { path, model_id, type: "load_weights" });
  assert.deepEqual([await step(client, model_id, 9), await step(client, model_id, 11)], through);
  await reload(13, false);
  const fresh = [await step(client, model_id, 14), await step(client, model_id, 16)];
  assert.equal(fresh[0], through[0]);
  assert.notEqual(fresh[1], through[1]);
  const wanted = { session_id, model_seq_id: 1, path, optimizer: true };
  const other = (await client.do("load_weights", wanted)).model_id as string;
  assert.equal(other, `${session_id}:train:1`);
  assert.deepEqual([await step(client, other, 1), await step(client, other, 3)], through);
});

serving("weights_info tells what a model has to be made of", async (scene) => {
  const { path } = await save(scene, 1);
  const info = await scene.client.post("weights_info", { tinker_path: path });
  const everything = { train_attn: true, train_mlp: true, train_unembed: true };
  assert.deepEqual(info, { base_model: "table", is_lora: true, lora_rank: 8, ...everything });
});

serving("a name is taken once, unless it is overwritten; without a name there is one", async (scene) => {
  const { client, model_id } = scene;
  await save(scene, 1);
  const again = await save(scene, 2);
  assert.match(again.error as string, /is there already/);
  assert.equal(again.category, "user");
  assert.ok((await save(scene, 3, { overwrite: true })).path);
  const unnamed = await client.do("save_weights", { model_id, seq_id: 4 });
  assert.equal(unnamed.path, `tinker://${model_id}/weights/checkpoint-0004`);
});

serving("runs and checkpoints are listed, deleted and expire", async (scene) => {
  const { client, model_id, weightsDir, clock } = scene;
  const get = async (path: string) => (await client.send("GET", path)).body;
  await save(scene, 1, { user_metadata: { note: "x" } });
  clock.now += 1000;
  await client.do("save_weights_for_sampler", { model_id, seq_id: 2, path: "b", ttl_seconds: 60 });
  const { training_runs, cursor } = await get("training_runs") as { training_runs: Json[]; cursor: Json };
  assert.deepEqual(cursor, { offset: 0, limit: 20, total_count: 1 });
  assert.deepEqual(training_runs[0], await get(`training_runs/${model_id}`));
  assert.equal((training_runs[0]!.last_checkpoint as Json).checkpoint_id, "weights/a");
  assert.equal((training_runs[0]!.last_sampler_checkpoint as Json).checkpoint_id, "sampler_weights/b");
  const { checkpoints } = await get(`training_runs/${model_id}/checkpoints`) as { checkpoints: Json[] };
  assert.deepEqual(checkpoints[0], {
    checkpoint_id: "weights/a",
    checkpoint_type: "training",
    time: "2026-01-01T00:00:00.000Z",
    tinker_path: `tinker://${model_id}/weights/a`,
    size_bytes: (checkpoints[0] as { size_bytes: number }).size_bytes,
    public: false,
    user_metadata: { note: "x" },
  });
  assert.ok(checkpoints[0]!.size_bytes as number > 100);
  assert.equal(checkpoints[1]!.expires_at, "2026-01-01T00:01:01.000Z");
  const page = await get("checkpoints?limit=1&offset=1") as { checkpoints: Json[] };
  assert.deepEqual(page.checkpoints.map(({ checkpoint_id }) => checkpoint_id), ["weights/a"]);

  const ttl = await client.send("PUT", `training_runs/${model_id}/checkpoints/weights/a/ttl`, { ttl_seconds: 30 });
  assert.equal(ttl.status, 200);
  await client.send("PUT", `training_runs/${model_id}/checkpoints/sampler_weights/b/ttl`, { ttl_seconds: null });
  clock.now += 61_000;
  assert.deepEqual(((await get("checkpoints")).checkpoints as Json[]).map((each) => each.checkpoint_id), [
    "sampler_weights/b",
  ]);
  const gone = await client.send("DELETE", `training_runs/${model_id}/checkpoints/sampler_weights/b`);
  assert.equal(gone.status, 200);
  assert.deepEqual((await get("checkpoints")).checkpoints, []);
  const again = await client.send("DELETE", `training_runs/${model_id}/checkpoints/sampler_weights/b`);
  assert.equal(again.status, 404);
  const left = await Array.fromAsync(
    Deno.readDir(`${weightsDir}/${model_id.replaceAll(":", ".")}`),
    ({ name }) => name,
  );
  assert.deepEqual(left.sort(), ["checkpoints", "run.json"]);
});

Deno.test("checkpoints outlive the server", async () => {
  await inTemporaryFolder(async (folder) => {
    const options = { models: ["table"], open: new FakeModels().opener, weightsDir: `${folder}/weights` };
    let [path, sampled, loss] = ["", "", 0];
    await withServer(options, async (client) => {
      const model_id = await client.model(await client.session(), "table");
      await step(client, model_id, 1);
      path = (await client.do("save_weights", { model_id, seq_id: 3, path: "a" })).path as string;
      sampled = (await client.do("save_weights_for_sampler", { model_id, seq_id: 4, path: "a" })).path as string;
      loss = await step(client, model_id, 5);
    });
    await withServer(options, async (client) => {
      const session_id = await client.session();
      const wanted = { session_id, model_seq_id: 0, path, optimizer: true };
      const model_id = (await client.do("load_weights", wanted)).model_id as string;
      assert.equal(await step(client, model_id, 1), loss);
      const sampler = await client.sampler(session_id, { model_path: sampled });
      assert.ok((await client.do("asample", sampleRequest(sampler, 0, [1]))).sequences);
    });
  });
});

Deno.test("weights without a record that a server cut short left behind go after a day, and nothing else does", async () => {
  await inTemporaryFolder(async (folder) => {
    const weightsDir = `${folder}/weights`;
    const gone = ["ephemeral.1", "weights.c", "2.weights.a", "3.weights.ephemeral.1"];
    const kept = ["weights.a", "2.weights.ephemeral.1", "weights.torn", "2.weights.torn", "other"];
    const paths = [...[...gone, ...kept].map((name) => `a.train.0/${name}`), "mine/ephemeral.1"];
    for (const path of paths) await Deno.mkdir(`${weightsDir}/${path}`, { recursive: true });
    const records = { a: "weights.a", "ephemeral.1": "2.weights.ephemeral.1" };
    await Deno.mkdir(`${weightsDir}/a.train.0/checkpoints`);
    for (const [name, target] of Object.entries(records)) {
      await Deno.writeTextFile(`${weightsDir}/a.train.0/checkpoints/weights.${name}.json`, JSON.stringify({ target }));
    }
    await Deno.writeTextFile(`${weightsDir}/a.train.0/checkpoints/weights.torn.json`, '{"targ');
    const options = { models: ["table"], open: new FakeModels().opener, weightsDir };
    const left = async (hours: number) => {
      await withServer({ ...options, clock: () => Date.now() + hours * 3_600_000 }, () => Promise.resolve());
      const there = await Promise.all(paths.map((path) => Deno.stat(`${weightsDir}/${path}`).catch(() => undefined)));
      return there.map((info) => info !== undefined);
    };
    assert.deepEqual(await left(23), paths.map(() => true));
    assert.deepEqual(await left(25), paths.map((path) => !gone.includes(path.slice("a.train.0/".length))));
  });
});

serving("an overwrite that was cut short leaves the checkpoint before as it was", async (scene) => {
  const { client, model_id, session_id, weightsDir, fakes } = scene;
  await step(client, model_id, 1);
  await save(scene, 3);
  const loss = await step(client, model_id, 4);
  fakes.cutShort = true;
  assert.ok((await save(scene, 6, { overwrite: true })).error);
  fakes.cutShort = false;
  const resumed = { session_id, model_seq_id: 1, path: `tinker://${model_id}/weights/a`, optimizer: true };
  const { model_id: other } = await client.do("load_weights", resumed);
  assert.equal(await step(client, other as string, 1), loss);
  assert.equal((await save(scene, 7, { overwrite: true })).path, resumed.path);
  // Only what the record names is kept, and no folder is used twice.
  assert.deepEqual(await weightsIn(`${weightsDir}/${model_id.replaceAll(":", ".")}`), ["3.weights.a"]);
  const { model_id: last } = await client.do("load_weights", { ...resumed, model_seq_id: 2 });
  assert.notEqual(await step(client, last as string, 1), loss);
  assert.equal((await client.send("DELETE", `training_runs/${model_id}/checkpoints/weights/a`)).status, 200);
  assert.deepEqual(await weightsIn(`${weightsDir}/${model_id.replaceAll(":", ".")}`), []);
});

serving(
  "a sampling session keeps to its weights through an overwrite; they go with the last such session",
  async (scene) => {
    const { client, model_id, session_id, weightsDir } = scene;
    const model_path = `tinker://${model_id}/sampler_weights/x`;
    const saveSampler = (seq_id: number) =>
      client.do("save_weights_for_sampler", { model_id, seq_id, path: "x", overwrite: true });
    let number = 0;
    const score = async (sampler: string) =>
      (await client.do("asample", sampleRequest(sampler, number++, [2, 3, 4], { prompt_logprobs: true })))
        .prompt_logprobs;
    await saveSampler(1);
    const other = await client.session();
    const before = await client.sampler(other, { model_path });
    const scores = await score(before);
    await step(client, model_id, 2);
    await saveSampler(4);
    const after = await client.sampler(session_id, { model_path });
    assert.deepEqual(await score(before), scores);
    assert.notDeepEqual(await score(after), scores);
    const folder = `${weightsDir}/${model_id.replaceAll(":", ".")}`;
    assert.deepEqual(await weightsIn(folder), ["2.sampler_weights.x", "sampler_weights.x"]);
    await client.post(`sessions/${other}/finish`, {});
    assert.deepEqual(await weightsIn(folder), ["2.sampler_weights.x"]);
  },
);

/** Folders of weights of a run. */
async function weightsIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name.includes("weights.")).sort();
}

serving("no name and no path leads out of the weights folder", async (scene) => {
  const { client, model_id, session_id, weightsDir } = scene;
  await Deno.writeTextFile(`${weightsDir}/../secret.json`, "{}");
  await save(scene, 1);
  const refused = async (answer: Promise<Answer>) => {
    const { status, body } = await answer;
    assert.ok(status === 400 || status === 404 || status === 405, JSON.stringify([status, body]));
    assert.ok(!JSON.stringify(body).includes(weightsDir), JSON.stringify(body));
  };
  const names = ["../a", "..", ".", "a/b", "/etc/passwd", "a\\b", "a\0", "", "%2e%2e", "a b", "x".repeat(300)];
  for (const name of names.filter((each) => each !== "")) {
    await refused(client.send("POST", "save_weights", { model_id, seq_id: 2, path: name }));
    await refused(client.send("POST", "save_weights_for_sampler", { model_id, seq_id: 2, path: name }));
  }
  const paths = [
    ...names.map((name) => `tinker://${model_id}/weights/${name}`),
    `tinker://../weights/a`,
    `tinker://${model_id}/../secret`,
    `tinker://${model_id}/checkpoints/a`,
    `tinker://${model_id}/weights`,
    `tinker://${model_id}/weights/a/b`,
    `tinker://..:train:0/weights/a`,
    `file:///etc/passwd`,
    "/etc",
    weightsDir,
  ];
  for (const path of paths) {
    await refused(client.send("POST", "weights_info", { tinker_path: path || "x" }));
    await refused(client.send("POST", "load_weights", { model_id, seq_id: 2, path, optimizer: false }));
    const sampling = { session_id, sampling_session_seq_id: 1, model_path: path };
    await refused(client.send("POST", "create_sampling_session", sampling));
    const model = { session_id, model_seq_id: 7, base_model: path };
    await refused(client.send("POST", "create_model", model));
  }
  for (const id of ["..", "%2e%2e", "..%2f..", "%2e%2e%2fsecret.json", "..:train:0"]) {
    await refused(client.send("GET", `training_runs/${id}`));
    await refused(client.send("DELETE", `training_runs/${id}/checkpoints/weights/a`));
    await refused(client.send("DELETE", `training_runs/${model_id}/checkpoints/weights/${id}`));
    await refused(client.send("GET", `training_runs/${model_id}/checkpoints/${id}/secret.json/archive`));
    await refused(client.send("GET", `archives/${id}`));
  }
});

serving("an archive is a tar of the checkpoint, whole or in parts", async (scene) => {
  const { client, model_id } = scene;
  await save(scene, 1);
  const response = await fetch(`${client.server.url}/api/v1/training_runs/${model_id}/checkpoints/weights/a/archive`, {
    redirect: "manual",
  });
  assert.equal(response.status, 302);
  assert.ok(Date.parse(response.headers.get("expires")!) > scene.clock.now);
  await response.body?.cancel();
  const location = response.headers.get("location")!;
  const whole = new Uint8Array(await (await fetch(location)).arrayBuffer());
  assert.deepEqual(await untar(whole), ["table.json"]);
  const part = async (range: string) => {
    const answer = await fetch(location, { headers: { range } });
    return [answer.status, answer.headers.get("content-range"), [...new Uint8Array(await answer.arrayBuffer())]];
  };
  const size = whole.length;
  const expected = (from: number, to: number) => [206, `bytes ${from}-${to}/${size}`, [...whole.slice(from, to + 1)]];
  assert.deepEqual(await part("bytes=0-9"), expected(0, 9));
  assert.deepEqual(await part("bytes=500-600"), expected(500, 600));
  assert.deepEqual(await part("bytes=700-"), expected(700, size - 1));
  assert.deepEqual(await part("bytes=-1100"), expected(size - 1100, size - 1));
  assert.equal((await part(`bytes=${size}-`))[0], 416);
  scene.clock.now += 16 * 60_000;
  const late = await fetch(location);
  assert.equal(late.status, 404);
  await late.body?.cancel();
});

serving("external weights are files at addresses that need no key, whole, in parts, and for a while", async (scene) => {
  const { client, model_id, session_id } = scene;
  const path = `tinker://${model_id}/external_weights/out`;
  const saved = await client.do("save_weights_external", { model_id, seq_id: 1, path: "out", ttl_seconds: 3600 });
  assert.deepEqual({ ...saved, size_bytes: 0 }, { path, type: "save_weights_external", size_bytes: 0 });
  assert.ok((saved.size_bytes as number) > 100);
  const [listed] = (await client.send("GET", `training_runs/${model_id}/checkpoints`)).body.checkpoints as Json[];
  assert.deepEqual([listed!.checkpoint_type, listed!.tinker_path], ["external", path]);
  assert.ok(listed!.expires_at);
  const place = `training_runs/${model_id}/checkpoints/external_weights/out`;
  const { body } = await client.send("GET", `${place}/external_weights_urls`);
  const { "table.json": url, ...others } = body.urls as Record<string, string>;
  assert.deepEqual(others, {});
  assert.ok(Date.parse(body.expires as string) > scene.clock.now);
  const get = async (headers: Record<string, string> = {}, of = url!) => {
    const answer = await fetch(of, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const whole = await get();
  assert.ok(JSON.parse(whole.text).table);
  assert.equal(Number(whole.headers.get("content-length")), whole.text.length);
  const etag = whole.headers.get("etag")!;
  const rest = await get({ range: "bytes=10-", "if-range": etag });
  assert.deepEqual([rest.status, rest.text], [206, whole.text.slice(10)]);
  const other = await get({ range: "bytes=10-", "if-range": '"another"' });
  assert.deepEqual([other.status, other.text], [200, whole.text]);
  const behind = await get({ range: `bytes=${whole.text.length}-`, "if-range": etag });
  assert.deepEqual([behind.status, behind.headers.get("content-range")], [416, `bytes */${whole.text.length}`]);
  for (const name of ["..%2Frun.json", "%2Fetc%2Fpasswd", "run.json", "..", ""]) {
    assert.equal((await get({}, url!.replace("table.json", name))).status, 404, name);
  }
  assert.equal((await get({}, url!.replace(/files\/[^/]+/, `files/${session_id}`))).status, 404);
  scene.clock.now += 16 * 60_000;
  assert.equal((await get()).status, 404);
  assert.equal((await client.send("DELETE", place)).status, 200);
  assert.equal((await client.send("GET", `${place}/external_weights_urls`)).status, 404);
});

serving("only what was saved as external has addresses for its files, and nothing is encrypted", async (scene) => {
  const { client, model_id } = scene;
  await save(scene, 1);
  const place = `training_runs/${model_id}/checkpoints/weights/a/external_weights_urls`;
  assert.equal((await client.send("GET", place)).status, 400);
  const wanted = { model_id, seq_id: 2, path: "out", age_encryption_recipients: ["age1x"] };
  assert.equal((await client.send("POST", "save_weights_external", wanted)).status, 400);
  assert.equal((await client.send("POST", "save_weights_external", {})).status, 422);
});

/** Names of the files in a tar file, as the system's own tar reads it. */
async function untar(bytes: Uint8Array): Promise<string[]> {
  const name = new TextDecoder().decode(bytes.subarray(0, 100)).replace(/\0.*$/s, "");
  const size = parseInt(new TextDecoder().decode(bytes.subarray(124, 135)), 8);
  const sum = bytes.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  assert.equal(parseInt(new TextDecoder().decode(bytes.subarray(148, 154)), 8), sum);
  JSON.parse(new TextDecoder().decode(bytes.subarray(512, 512 + size)));
  assert.equal(bytes.length % 512, 0);
  assert.ok(bytes.subarray(-1024).every((byte) => byte === 0));
  return await Promise.resolve([name]);
}
