/** The proxy that the tests of faults stand on does what it says, as `fetch` sees it. */
import assert from "node:assert/strict";
import { FaultPlan, faultsOf, type Mishap } from "./plan.ts";
import { FaultProxy } from "./proxy.ts";

const BODY = "0123456789".repeat(1000);
const SENT = "b".repeat(5000);

/** What became of three requests, the second of which is struck, and of what the server saw. */
interface Observed {
  /** Status and length of the body, or `failed` before and `broken` after the answer began. */
  readonly answers: readonly string[];
  /** Requests that reached the server whole. */
  readonly reached: number;
  readonly restarts: number;
}

async function observe(mishap: Mishap, options: { readonly keepAlive?: boolean } = {}): Promise<Observed> {
  let reached = 0;
  let restarts = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (await request.text() === SENT) reached++;
    return new Response(BODY);
  });
  const proxy = new FaultProxy({
    ...options,
    upstream: () => server.addr.port,
    plan: new FaultPlan([{ mishap, path: "work", skip: 1, times: 1 }]),
    restart: () => Promise.resolve(void restarts++),
  });
  const answers: string[] = [];
  try {
    for (let i = 0; i < 3; i++) answers.push(await ask(`http://127.0.0.1:${proxy.port}/base/api/v1/work`));
  } finally {
    await proxy.close();
    await server.shutdown();
  }
  return { answers, reached, restarts };
}

async function ask(url: string): Promise<string> {
  let response: Response;
  // Not `AbortSignal.timeout`: its timer would outlive the test.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 100);
  try {
    response = await fetch(url, { method: "POST", body: SENT, signal: limit.signal });
  } catch {
    return limit.signal.aborted ? "late" : "failed";
  } finally {
    clearTimeout(timer);
  }
  return await response.text().then((text) => `${response.status} ${text.length}`, () => "broken");
}

const WHOLE = "200 10000";

const CLAIMS: readonly (readonly [Mishap, string, reached: number])[] = [
  [{ kind: "reset_request", share: 0.5 }, "failed", 2],
  [{ kind: "cut_response", share: 0 }, "failed", 3],
  [{ kind: "cut_response", share: 0.5 }, "broken", 3],
  [{ kind: "truncate_response", share: 0.5 }, "200 5000", 3],
  [{ kind: "status", status: 503, side: "before", json: true }, "503 31", 2],
  [{ kind: "status", status: 410, side: "after", json: false }, "410 0", 3],
  [{ kind: "empty_400", side: "before" }, "400 0", 2],
  [{ kind: "empty_400", side: "after" }, "400 0", 3],
  [{ kind: "hang", side: "before" }, "late", 2],
  [{ kind: "hang", side: "after" }, "late", 3],
  [{ kind: "delay", ms: 10 }, WHOLE, 3],
  [{ kind: "duplicate", together: true }, WHOLE, 4],
  [{ kind: "duplicate", together: false }, WHOLE, 4],
  [{ kind: "restart", side: "before" }, WHOLE, 3],
  [{ kind: "restart", side: "after" }, "failed", 3],
];

for (const [mishap, struck, reached] of CLAIMS) {
  const { kind, ...details } = mishap;
  Deno.test(`the proxy strikes one request with ${kind} ${JSON.stringify(details)}`, async () => {
    const observed = await observe(mishap);
    assert.deepEqual(observed, { answers: [WHOLE, struck, WHOLE], reached, restarts: Number(kind === "restart") });
  });
}

Deno.test("the proxy refuses connections for a while, and takes them again", async () => {
  const { answers, reached } = await observe({ kind: "refuse", ms: 30_000 });
  assert.deepEqual([answers, reached], [[WHOLE, "failed", "failed"], 1]);
  const short = await observe({ kind: "refuse", ms: 0 });
  assert.deepEqual(short.answers.slice(0, 2), [WHOLE, "failed"]);
});

Deno.test("on a connection kept alive fetch sends a request again by itself when the answer does not begin", async () => {
  const observed = await observe({ kind: "cut_response", share: 0 }, { keepAlive: true });
  assert.deepEqual(observed, { answers: [WHOLE, WHOLE, WHOLE], reached: 4, restarts: 0 });
});

Deno.test("the faults of a run follow from its number alone, and the kinds are all drawn", () => {
  assert.deepEqual(faultsOf(7), faultsOf(7));
  const all = Array.from({ length: 500 }, (_, number) => faultsOf(number)).flat().map(({ mishap }) => mishap);
  const kinds = new Set(all.map((mishap) => mishap.kind === "status" ? mishap.status : mishap.kind));
  assert.equal(kinds.size, 16);
  assert.ok(kinds.has(409) && kinds.has("restart"));
});
