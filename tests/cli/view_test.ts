/** The command: what it takes, what it prints, how it ends. */
import assert from "node:assert/strict";
import { main } from "../../lib/cli/view.ts";
import type { ViewOptions } from "../../lib/view/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

Deno.test("view serves until Ctrl-C, and prints where", () =>
  inTempFolder(async (folder) => {
    const io = fakeIo();
    const ended = main([folder, "port=0"], io);
    while (io.said() === "") await new Promise((resolve) => setTimeout(resolve, 5));
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(io.said())![0];
    assert.ok(io.said().includes(folder));
    const response = await fetch(url);
    assert.equal(response.status, 200);
    await response.body?.cancel();
    io.interrupt();
    assert.equal(await ended, 0);
    await assert.rejects(() => fetch(url));
  }));

Deno.test("view takes a folder by itself or by its name, and a port", async () => {
  const given: ViewOptions[] = [];
  for (const args of [[], ["elsewhere"], ["folder=a=b", "port=9000"], ["host=127.0.0.1"]]) {
    const io = fakeIo();
    const ended = main(args, io, (options) => {
      given.push(options);
      return Promise.resolve({ url: "http://127.0.0.1:1", close: () => Promise.resolve() });
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    io.interrupt();
    assert.equal(await ended, 0);
  }
  assert.deepEqual(given, [{ folder: "runs" }, { folder: "elsewhere" }, { folder: "a=b", port: 9000 }, {
    folder: "runs",
  }]);
});

Deno.test("view refuses other addresses, odd ports and keys it does not know", async () => {
  const wrong: [args: string[], says: RegExp][] = [
    [["host=0.0.0.0"], /for this machine alone/],
    [["host=192.168.1.2"], /ssh -L/],
    [["port=abc"], /whole number from 0 to 65535/],
    [["port=70000"], /whole number/],
    [["port="], /with a value/],
    [["a", "b"], /no key/],
    [["prot=1"], /Did you mean|port/],
    [["--port"], /no key/],
  ];
  for (const [args, says] of wrong) {
    const io = fakeIo();
    const never = () => Promise.reject(new Error("it must not serve"));
    assert.equal(await main(args, io, never), 2, args.join(" "));
    assert.match(io.complained(), says, args.join(" "));
  }
});
