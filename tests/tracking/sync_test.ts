/** `deno task wandb sync`: what it says, and its exit codes. */
import assert from "node:assert/strict";
import { main } from "../../lib/cli/wandb.ts";
import { fakeIo } from "../cli/_io.ts";
import { inTempFolder, KEY, writeRun } from "./_run.ts";
import { onlyRun, withServer } from "./_tracked.ts";
import { historyOf } from "./_wandb_server.ts";

Deno.test("deno task wandb sync sends runs and says where they are to be seen", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder, { backend: "local", log_path: folder });
      for (const step of [0, 1]) run.step(step);
      const io = fakeIo({ env: { WANDB_BASE_URL: server.url, WANDB_API_KEY: KEY } });
      assert.equal(await main(["sync", run.path, "project=math"], io), 0);
      assert.equal(io.said(), `${run.path}: ${server.url}/ada/math/runs/${onlyRun(server).id}\n`);
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1]);
      // A run that nobody ended in good order.
      assert.equal(onlyRun(server).exitcode, 1);
    })
  ));

Deno.test("deno task wandb sync names what the server has against a run, with exit code 1 and without the key", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder, { backend: "local", log_path: folder });
      server.instead = () => Response.json({ error: `not with ${KEY}` }, { status: 400 });
      const io = fakeIo({ env: { WANDB_BASE_URL: server.url, WANDB_API_KEY: KEY } });
      assert.equal(await main(["sync", run.path, "project=math"], io), 1);
      const host = new URL(server.url).host;
      assert.equal(io.complained(), `error: cannot send ${run.path}: ${host} answered with status 400: not with ***\n`);
    })
  ));

Deno.test("deno task wandb refuses what it does not know with exit code 2", async () => {
  for (const args of [["pull"], ["sync"], ["sync", "--all"], ["sync", "no/such/run"]]) {
    const io = fakeIo();
    assert.equal(await main(args, io), 2, args.join(" "));
    assert.match(io.complained(), /^error: (cannot send|there is no)/);
  }
});
