import assert from "node:assert/strict";
import { main } from "../../lib/cli/serve.ts";
import { type ServeOptions, serveTinker } from "../../lib/serving/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { TestClient } from "./_client.ts";
import { FakeModels } from "./_fakes.ts";

/** What the command asks for. */
async function asked(args: readonly string[]): Promise<{ options?: ServeOptions; code: number; complained: string }> {
  let options: ServeOptions | undefined;
  const io = fakeIo();
  const code = await main(args, io, (given) => {
    options = given;
    return Promise.reject(new Error("seen enough"));
  });
  return { ...(options && { options }), code, complained: io.complained() };
}

Deno.test("serve offers the bundled model to this machine unless it is told otherwise", async () => {
  const { onEvent: _, ...options } = (await asked([])).options!;
  const expected = { models: ["abacus"], port: 10610, host: "127.0.0.1", weightsDir: "runs/served", maxModels: 4 };
  assert.deepEqual(options, { ...expected, lora: "adapter" });
});

Deno.test("serve takes key=value pairs, and models separated by commas first", async () => {
  const args = [
    "abacus, models/b",
    "port=0",
    "host=::1",
    "weights_dir=w",
    "api_key=tml-x",
    "max_models=1",
    "lora=full",
  ];
  const { onEvent: _, ...options } = (await asked(args)).options!;
  const expected = {
    models: ["abacus", "models/b"],
    port: 0,
    host: "::1",
    weightsDir: "w",
    maxModels: 1,
    apiKey: "tml-x",
    lora: "full",
  };
  assert.deepEqual(options, expected);
});

Deno.test("serve says what is wrong with a command line, and ends with 2", async () => {
  const wrong: [string[], RegExp][] = [
    [["prt=1"], /there is no key "prt".*Did you mean "port"/],
    [["port=70000"], /port is "70000"/],
    [["port=1", "port=2"], /give port once/],
    [["a", "b"], /one value too many/],
    [["max_models=0"], /max_models is "0"/],
    [["lora=none"], /lora is "none"; it has to be adapter or full/],
    [["weights_dir="], /with a value/],
  ];
  for (const [args, message] of wrong) {
    const { code, complained, options } = await asked(args);
    assert.equal(code, 2);
    assert.match(complained, message);
    assert.equal(options, undefined);
  }
  const { complained } = await asked(["api_key=tml-secret", "api_key=tml-secret"]);
  assert.ok(!complained.includes("secret"), complained);
});

Deno.test("serve prints how to connect and what happens, and ends in good order with Ctrl-C", async () => {
  await inTemporaryFolder(async (folder) => {
    const io = fakeIo();
    const fakes = new FakeModels();
    const serving = Promise.withResolvers<TestClient>();
    const args = ["table", "port=0", `weights_dir=${folder}/w`];
    const running = main(args, io, async (options) => {
      const server = await serveTinker({ ...options, open: fakes.opener });
      serving.resolve(new TestClient(server));
      return server;
    });
    const client = await serving.promise;
    const model_id = await client.model(await client.session(), "table");
    const { path } = await client.do("save_weights", { model_id, seq_id: 1, path: "a" });
    io.interrupt();
    assert.equal(await running, 0);
    assert.match(io.said(), new RegExp(`base_url="${client.server.url}", api_key="tml-local"`));
    assert.match(io.said(), /base_model="table"/);
    assert.ok(io.said().includes(`model ${model_id} of table, LoRA of rank 8\nsaved ${path}\n`), io.said());
    assert.match(io.said(), /checkpoints are in/);
    assert.equal(fakes.open, 0);
  });
});

Deno.test("serve names the port that is taken", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const io = fakeIo();
  assert.equal(await main([`port=${port}`], io), 1);
  taken.close();
  assert.match(io.complained(), new RegExp(`127.0.0.1:${port}; choose another port`));
});
