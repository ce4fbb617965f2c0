/** `deno task tinker download` against this server: both sides of a download, file by file and as an archive. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/tinker.ts";
import { openTinker } from "../../lib/policy/mod.ts";
import { type ServeOptions, serveTinker } from "../../lib/serving/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { FakeModels } from "./_fakes.ts";

const KEY = "tml-of-this-server";

interface Scene {
  readonly folder: string;
  readonly fakes: FakeModels;
  readonly state: string;
  readonly sampler: string;
  /** Runs the command. */
  readonly tinker: (args: readonly string[], io?: ReturnType<typeof fakeIo>) => Promise<{ code: number; said: string }>;
}

async function withServer(options: Partial<ServeOptions>, body: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const fakes = new FakeModels();
    const where = { models: ["table"], open: fakes.opener, weightsDir: join(folder, "weights"), port: 0, apiKey: KEY };
    const server = await serveTinker({ ...where, ...options });
    const env = (name: string) => name === "TINKER_API_KEY" ? KEY : undefined;
    try {
      const service = await openTinker({ baseUrl: server.url, env });
      const client = await service.createTrainingClient({ base_model: "table" });
      const [state, sampler] = [await client.saveState("a"), await client.saveWeightsForSampler("a")];
      await service.close();
      const tinker: Scene["tinker"] = async (args, io = fakeIo({ env: { TINKER_API_KEY: KEY } })) => {
        const code = await main([...args, `base_url=${server.url}`], io);
        return { code, said: io.said() + io.complained() };
      };
      await body({ folder, fakes, state, sampler, tinker });
    } finally {
      await server.close();
    }
    assert.equal(fakes.open, 0, "a policy was left open");
  });
}

const table = async (folder: string) => JSON.parse(await Deno.readTextFile(join(folder, "table.json"))).table.length;

Deno.test("download: a training state becomes a folder of its files, and leaves neither an export nor a model", async () => {
  await withServer({}, async ({ folder, fakes, state, tinker }) => {
    const to = join(folder, "mine");
    const { code, said } = await tinker(["download", state, `to=${to}`, "json=true"]);
    assert.equal(code, 0, said);
    const at = said.indexOf("{\n");
    const answer = JSON.parse(said.slice(at, said.indexOf("\n}") + 2));
    assert.deepEqual(answer, { tinker_path: state, form: "files", file: to });
    assert.match(said, /the server hands out files: they go to the folder .*mine\nthe server has to export it first/);
    assert.equal(await table(to), 64);
    const left = await tinker(["checkpoints", "json=true"]);
    assert.doesNotMatch(left.said, /external_weights/);
    assert.equal(fakes.open, 0);
  });
});

Deno.test("download: weights for sampling, or to=<name>.tar, become an archive", async () => {
  await withServer({}, async ({ folder, state, sampler, tinker }) => {
    for (const [path, name] of [[sampler, "a"], [state, "b.tar"]] as const) {
      const to = join(folder, name);
      const { code, said } = await tinker(["download", path, `to=${to}`]);
      assert.equal(code, 0, said);
      assert.match(said, /the server packs an archive/);
      assert.match(await Deno.readTextFile(to), /^table\.json\0/);
    }
  });
});

Deno.test("download: Ctrl-C during the export ends it, and the model goes", async () => {
  await withServer({}, async ({ folder, fakes, state, tinker }) => {
    const { promise: gate, resolve } = Promise.withResolvers<void>();
    fakes.gates.set("saveWeightsForSampler", gate);
    const io = fakeIo({ env: { TINKER_API_KEY: KEY } });
    const running = tinker(["download", state, `to=${join(folder, "mine")}`], io);
    while (!fakes.calls.some((call) => /^1 saveWeightsForSampler/.test(call))) {
      await new Promise((next) => setTimeout(next, 5));
    }
    io.interrupt();
    setTimeout(resolve, 20);
    const { code, said } = await running;
    assert.equal(code, 130, said);
    assert.match(said, /stopped by Ctrl-C; nothing came\n/);
    assert.doesNotMatch((await tinker(["checkpoints", "json=true"])).said, /external_weights/);
    assert.equal(fakes.open, 0);
  });
});

Deno.test("download: what the server does not have is said in its words", async () => {
  await withServer({}, async ({ folder, state, tinker }) => {
    for (const path of [state.replace(/a$/, "b"), state.replace("/weights/a", "/external_weights/a")]) {
      const { code, said } = await tinker(["download", path, `to=${join(folder, "mine")}`]);
      assert.equal(code, 1);
      assert.match(said, /error: .*there is no checkpoint/);
    }
  });
});
