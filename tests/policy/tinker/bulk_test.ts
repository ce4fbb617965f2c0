import assert from "node:assert/strict";
import { openConnection } from "../../../lib/policy/tinker/open_connection.ts";
import { openBulk } from "../../../lib/policy/tinker/bulk.ts";

/** A server that notes over which connection each path came. */
function listen(): { url: string; ports: Map<string, Set<number>>; close: () => Promise<void> } {
  const ports = new Map<string, Set<number>>();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request, { remoteAddr }) => {
    const path = new URL(request.url).pathname.replace("/api/v1/", "");
    ports.set(path, (ports.get(path) ?? new Set()).add(remoteAddr.port));
    await request.arrayBuffer();
    return Response.json({ request_id: "1" });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, ports, close: () => server.shutdown() };
}

Deno.test("gradients go over a connection of their own, the same one each time, which closes with the rest", async () => {
  const server = listen();
  const connection = await openConnection({ baseUrl: server.url, env: () => undefined });
  const operation = (path: string, body: unknown) => ({ path, type: "X", result: "json", body: () => body }) as const;
  for (let step = 0; step < 4; step++) {
    await Promise.all(Array.from({ length: 8 }, () => connection.submit(operation("asample", { a: 1 }))));
    await connection.submit(operation("forward_backward", new Uint8Array(100_000)));
  }
  await connection.close();
  await server.close();
  const samples = server.ports.get("asample")!;
  const gradients = server.ports.get("forward_backward")!;
  assert.equal(gradients.size, 1);
  assert.ok(samples.size > 1);
  assert.deepEqual(samples.intersection(gradients), new Set());
});

Deno.test("openBulk() may be closed unused, and twice; requests after that go out like any other", async () => {
  const server = listen();
  const bulk = openBulk();
  bulk.close();
  bulk.close();
  const response = await bulk.fetch(`${server.url}/api/v1/x`, { method: "POST", body: new Uint8Array(3) });
  assert.deepEqual(await response.json(), { request_id: "1" });
  await server.close();
});
