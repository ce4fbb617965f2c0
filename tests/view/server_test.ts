/** The server itself: where it listens, what it does when the port is taken, how it ends. */
import assert from "node:assert/strict";
import { serveView, VIEW_PORT } from "../../lib/view/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";

Deno.test("it listens on this machine alone, answers, and is gone when it is closed", () =>
  inTempFolder(async (folder) => {
    const server = await serveView({ folder, port: 0 });
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(server.url);
    assert.match(await response.text(), /There are no runs/);
    const spoofed = await fetch(server.url, { headers: { origin: "http://evil.example" } });
    assert.equal(spoofed.status, 403);
    await spoofed.body?.cancel();
    await server.close();
    await assert.rejects(() => fetch(server.url));
  }));

Deno.test("where the usual port is taken the next one serves; a port that was asked for is not given up", () =>
  inTempFolder(async (folder) => {
    const [first, second] = [await serveView({ folder }), await serveView({ folder })];
    try {
      const ports = [first, second].map(({ url }) => Number(new URL(url).port));
      assert.ok(ports[0]! >= VIEW_PORT && ports[1]! > ports[0]!, ports.join());
      await assert.rejects(() => serveView({ folder, port: ports[0] }), /port \d+ is taken; choose another/);
      await assert.rejects(() => serveView({ folder, port: 1.5 }), RangeError);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  }));
