import { readEnv } from "../../../lib/basics/mod.ts";
import assert from "node:assert/strict";
import { CredentialError } from "../../../lib/policy/tinker/errors.ts";
import { openConnection } from "../../../lib/policy/tinker/open_connection.ts";
import { runInShell } from "../../../lib/policy/tinker/system.ts";
import { type Act, connect, fakeClock, json, OPTIM, refused, scripted, type Seen } from "./_scripted.ts";

const KEY = "tml-very-secret-key";
const OFFICIAL = "https://tinker.thinkingmachines.dev/services/tinker-prod";
const NOW = 1_700_000_000;

/** A token that lives so many seconds from the fake clock's start. */
function jwt(lifeSeconds: number, name: string, from = NOW): string {
  const payload = btoa(JSON.stringify({ name, iat: from, exp: from + lifeSeconds }));
  return `eyJhbGciOiJub25lIn0.${payload.replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_")}.c2ln`;
}

/** An environment of these variables. */
function envOf(variables: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => variables[name];
}

/** The keys that requests to a path came with. */
function keysOf(seen: readonly Seen[]): (string | null)[] {
  return seen.map(({ headers }) => headers.get("x-api-key"));
}

/** Everything that can be found in a thrown value. */
function everything(value: unknown, depth = 0): string {
  if (depth > 4 || typeof value !== "object" || value === null) return String(value);
  const own = Object.getOwnPropertyNames(value).map((name) => (value as Record<string, unknown>)[name]);
  return `${Deno.inspect(value, { depth: 9 })} ${own.map((entry) => everything(entry, depth + 1)).join(" ")}`;
}

Deno.test("openConnection() takes the key from the argument, then TINKER_API_KEY, then TINKER_CREDENTIAL_CMD", async () => {
  const env = envOf({ TINKER_API_KEY: "tml-env", TINKER_CREDENTIAL_CMD: "print it" });
  const commandOnly = envOf({ TINKER_API_KEY: " ", TINKER_CREDENTIAL_CMD: "print it" });
  const asked: string[] = [];
  const runCommand = (command: string) => (asked.push(command), Promise.resolve(" tml-printed\n"));
  for (
    const [options, key] of [
      [{ apiKey: "tml-arg", env }, "tml-arg"],
      [{ env }, "tml-env"],
      [{ env: commandOnly, runCommand }, "tml-printed"],
      [{}, null],
    ] as [Parameters<typeof connect>[1], string | null][]
  ) {
    const { connection, server } = await connect({}, options);
    assert.deepEqual(keysOf(server.seen), [key]);
    await connection.close();
  }
  assert.deepEqual(asked, ["print it"]);
});

Deno.test("openConnection() does without a key, or with any, at a server that is not the official one", async () => {
  for (const [apiKey, sent] of [[null, null], ["", null], ["sk-anything", "sk-anything"]]) {
    const { connection, server } = await connect({}, { apiKey: apiKey! });
    assert.deepEqual(keysOf(server.seen), [sent]);
    await connection.close();
  }
});

Deno.test("openConnection() never calls the official service without a key that looks like one", async () => {
  const server = scripted({});
  const open = (apiKey: string | null) => openConnection({ env: () => undefined, fetch: server.fetch, apiKey });
  await assert.rejects(open(null), { name: "CredentialError", message: /there is no key for https:.*TINKER_API_KEY/ });
  await assert.rejects(open("sk-other-secret"), (error: Error) => {
    assert.ok(error instanceof CredentialError);
    assert.match(error.message, /neither tml- nor eyJ.*TINKER_API_KEY/);
    assert.ok(!everything(error).includes("sk-other-secret"));
    return true;
  });
  assert.equal(server.seen.length, 0);
});

Deno.test("openConnection() asks the command where the official service would not take the key", async () => {
  const env = envOf({ TINKER_API_KEY: "sk-other", TINKER_CREDENTIAL_CMD: "x" });
  const { connection, server } = await connect({}, { baseUrl: OFFICIAL, env, runCommand: () => Promise.resolve(KEY) });
  assert.deepEqual(keysOf(server.seen), [KEY]);
  await connection.close();
});

Deno.test("openConnection() refuses a key that no header can hold without repeating it", async () => {
  for (const apiKey of ["tml-two words", "tml-line\nbreak", "tml-\u00fcmlaut"]) {
    await assert.rejects(connect({}, { apiKey }), (error: Error) => {
      assert.ok(error instanceof CredentialError);
      assert.ok(!everything(error).includes(apiKey.slice(4)));
      return true;
    });
  }
});

Deno.test("openConnection() says that a server wants a key, or refuses the one there is", async () => {
  const refuse = { "client/config": [json({ detail: "unauthorized" }, 401)] };
  await assert.rejects(connect(refuse), {
    name: "CredentialError",
    message: /wants a key .*put one into .*TINKER_API_KEY/,
  });
  await assert.rejects(connect(refuse, { apiKey: KEY }), {
    name: "CredentialError",
    message: /refuses the key .*check/,
  });
});

Deno.test("openConnection() sends Cloudflare Access headers where their variables are set", async () => {
  const env = envOf({ CLOUDFLARE_ACCESS_CLIENT_ID: "id.access", CLOUDFLARE_ACCESS_CLIENT_SECRET: "cf-secret" });
  const { connection, server } = await connect({}, { env });
  assert.equal(server.seen[0]!.headers.get("CF-Access-Client-Id"), "id.access");
  assert.equal(server.seen[0]!.headers.get("CF-Access-Client-Secret"), "cf-secret");
  await connection.close();
});

/** A server that gives these tokens, one after the other, and takes optimizer steps. */
function tokenServer(
  tokens: readonly Act[],
  optim: readonly Act[] = [json({ request_id: "1" })],
): Record<string, readonly Act[]> {
  return { "client/config": [json({ pjwt_auth_enabled: true })], "auth/token": tokens, optim_step: optim };
}

Deno.test("a connection exchanges its key for a token where the server says so, and sends only that from then on", async () => {
  const first = jwt(3600, "a");
  const { connection, server } = await connect(tokenServer([json({ jwt: first })]), { apiKey: KEY });
  await connection.submit(OPTIM);
  assert.deepEqual(server.seen.map(({ path }) => path), ["client/config", "auth/token", "optim_step"]);
  assert.deepEqual(keysOf(server.seen), [KEY, KEY, first]);
  assert.equal(server.at("auth/token")[0]!.text, "{}");
  await connection.close();
});

Deno.test("a connection renews its token 300 s before its end, in the background, with the key", async () => {
  const [first, second] = [jwt(3600, "a"), jwt(7200, "b")];
  const script = tokenServer([json({ jwt: first }), json({ jwt: second })]);
  const { connection, server, clock } = await connect(script, { apiKey: KEY });
  clock.time += 3_299_000;
  await connection.submit(OPTIM);
  assert.equal(server.at("auth/token").length, 1);
  clock.time += 2000;
  await connection.submit(OPTIM);
  await new Promise((resolve) => setTimeout(resolve, 0));
  await connection.submit(OPTIM);
  assert.deepEqual(keysOf(server.at("auth/token")), [KEY, KEY]);
  assert.deepEqual(keysOf(server.at("optim_step")), [first, first, second]);
  await connection.close();
});

Deno.test("a connection keeps its token when renewing fails, and tries again after 60 s", async () => {
  const [first, second] = [jwt(3600, "a"), jwt(7200, "b")];
  const script = tokenServer([json({ jwt: first }), json({ detail: "no" }, 404), json({ jwt: second })]);
  const { connection, server, clock } = await connect(script, { apiKey: KEY });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  clock.time += 3_301_000;
  for (let i = 0; i < 3; i++) await connection.submit(OPTIM).then(settle);
  assert.equal(server.at("auth/token").length, 2);
  clock.time += 60_000;
  await connection.submit(OPTIM).then(settle);
  await connection.submit(OPTIM);
  assert.deepEqual(keysOf(server.at("optim_step")), [first, first, first, first, second]);
  await connection.close();
});

Deno.test("a connection waits for the new token when the old one has 60 s left, once for all requests", async () => {
  const [first, second] = [jwt(3600, "a"), jwt(7200, "b")];
  const script = tokenServer([json({ jwt: first }), json({ jwt: second })]);
  const { connection, server, clock } = await connect(script, { apiKey: KEY });
  clock.time += 3_541_000;
  await Promise.all([OPTIM, OPTIM, OPTIM].map((operation) => connection.submit(operation)));
  assert.equal(server.at("auth/token").length, 2);
  assert.deepEqual(keysOf(server.at("optim_step")), [second, second, second]);
  await connection.close();
});

Deno.test("a connection goes on with a token that still lives when it cannot be renewed, and fails once it is dead", async () => {
  const script = tokenServer([json({ jwt: jwt(3600, "a") }), json({ detail: "gone" }, 404)]);
  const { connection, clock } = await connect(script, { apiKey: KEY });
  clock.time += 3_590_000;
  await connection.submit(OPTIM);
  clock.time += 20_000;
  await assert.rejects(connection.submit(OPTIM), { name: "ApiError", message: /exchanging the key for a token/ });
  await connection.close();
});

Deno.test("a connection replaces a token that the server refuses before its end, and sends the request again", async () => {
  const [first, second] = [jwt(3600, "a"), jwt(3600, "b")];
  const optim: Act = ({ headers }) =>
    headers.get("x-api-key") === second ? json({ request_id: "1" }) : json({ detail: "invalid token" }, 401);
  const { connection, server } = await connect(tokenServer([json({ jwt: first }), json({ jwt: second })], [optim]), {
    apiKey: KEY,
  });
  await Promise.all([OPTIM, OPTIM].map((operation) => connection.submit(operation)));
  assert.deepEqual(keysOf(server.at("optim_step")), [first, first, second, second]);
  assert.equal(server.at("auth/token").length, 2);
  await connection.close();
});

Deno.test("a connection gives up on a server that refuses every token", async () => {
  const tokens: Act[] = [0, 1, 2].map((i) => json({ jwt: jwt(3600, `t${i}`) }));
  const { connection, server } = await connect(tokenServer(tokens, [json({}, 401)]), { apiKey: KEY });
  await assert.rejects(connection.submit(OPTIM), { name: "CredentialError" });
  assert.equal(server.at("optim_step").length, 2);
  await connection.close();
});

Deno.test("a connection is not put off by a clock that is wrong: a token's life is counted from its issue", async () => {
  const token = jwt(3600, "a", NOW - 86_400);
  const { connection, server } = await connect(tokenServer([json({ jwt: token })]), { apiKey: KEY });
  await connection.submit(OPTIM);
  assert.equal(server.at("auth/token").length, 1);
  await connection.close();
});

Deno.test("a connection takes a token that it cannot read, or of a silly length, without asking at every request", async () => {
  for (const token of ["opaque-token", "eyJ.!!!.x", jwt(1e15, "long"), jwt(-5, "dead", NOW + 10)]) {
    const { connection, server } = await connect(tokenServer([json({ jwt: token })]), { apiKey: KEY });
    await connection.submit(OPTIM);
    await connection.submit(OPTIM);
    assert.deepEqual(keysOf(server.at("optim_step")), [token, token]);
    assert.equal(server.at("auth/token").length, 1);
    await connection.close();
  }
});

Deno.test("a connection asks the command at every exchange where the server prefers it", async () => {
  const config = json({ pjwt_auth_enabled: true, credential_default_source: "credential_cmd" });
  const env = envOf({ TINKER_API_KEY: KEY, TINKER_CREDENTIAL_CMD: "x" });
  let printed = 0;
  const { connection, server, clock } = await connect(
    { ...tokenServer([json({ jwt: jwt(3600, "a") }), json({ jwt: jwt(7200, "b") })]), "client/config": [config] },
    { env, runCommand: () => Promise.resolve(`tml-printed-${printed++}`) },
  );
  clock.time += 3_590_000;
  await connection.submit(OPTIM);
  assert.deepEqual(keysOf(server.at("client/config")), [KEY]);
  assert.equal(keysOf(server.at("auth/token")).at(-1), `tml-printed-${printed - 1}`);
  assert.ok(printed >= 2);
  await connection.close();
});

Deno.test("a connection asks the command anew after a 401, without tokens too", async () => {
  const optim: Act = ({ headers }) => headers.get("x-api-key") === "tml-2" ? json({ request_id: "1" }) : json({}, 401);
  let printed = 0;
  const { connection } = await connect({ optim_step: [optim] }, {
    env: envOf({ TINKER_CREDENTIAL_CMD: "x" }),
    runCommand: () => Promise.resolve(`tml-${++printed}`),
  });
  await connection.submit(OPTIM);
  assert.equal(printed, 2);
  await connection.close();
});

Deno.test("no key, token or Cloudflare secret gets out, though the server repeats them in every answer", async () => {
  const token = jwt(3600, "secret");
  const secrets = [KEY, token, "cf-secret-value"];
  const echo = `you sent ${secrets.join(" and ")}`;
  const env = envOf({ TINKER_API_KEY: KEY, CLOUDFLARE_ACCESS_CLIENT_SECRET: "cf-secret-value" });
  const acts: Act[] = [
    ...[400, 401, 402, 403, 404, 409, 422, 503].map((status) =>
      json({ detail: echo }, status, { "x-should-retry": "false" })
    ),
    new TypeError("fetch failed", { cause: new Error(echo) }),
    new Response(echo),
    json({ error: echo, category: "user" }),
    new Response(null, { status: 302, headers: { location: `https://elsewhere.test/?key=${KEY}` } }),
  ];
  const limits = { giveUpAfterMs: 1 };
  for (const act of acts) {
    for (const path of ["optim_step", "retrieve_future"]) {
      const script = { ...tokenServer([json({ jwt: token })]), optim_step: [json({ request_id: "1" })], [path]: [act] };
      const { connection } = await connect(script, { env, limits });
      const error = await connection.submit(OPTIM).then((submitted) => connection.result(submitted)).then(
        () => undefined,
        (e) => e,
      );
      assert.ok(error === undefined || error instanceof Error);
      const found = everything(error) + everything(connection) + JSON.stringify(connection.waiting());
      for (const secret of secrets) assert.ok(!found.includes(secret), `${path}: ${Deno.inspect(error)}`);
      await connection.close();
    }
  }
});

Deno.test("the key stays hidden after any number of tokens", async () => {
  let count = 0;
  const optim: Act = ({ headers }) => headers.get("x-api-key") === "dead" ? json({}) : json({ detail: KEY }, 401);
  const tokens: Act = () => json({ jwt: jwt(3600, `token ${count++}`) });
  const { connection } = await connect(tokenServer([tokens], [optim]), { apiKey: KEY });
  for (let i = 0; i < 40; i++) {
    await assert.rejects(connection.submit(OPTIM), (error: Error) => !everything(error).includes(KEY));
  }
  assert.ok(count > 40);
  await connection.close();
});

Deno.test("openConnection() follows redirects within the origin and takes the key nowhere else", async () => {
  const to = (location: string, status: number) => new Response(null, { status, headers: { location } });
  const { connection, server } = await connect({
    optim_step: [to("/api/v1/optim_step/", 307)],
    "optim_step/": [json({ request_id: "1" })],
    asample: [to("https://elsewhere.test/api/v1/asample", 307)],
    forward: [to("/api/v1/optim_step/", 302)],
    round: [to("/api/v1/round", 307)],
  }, { apiKey: KEY });
  await connection.submit(OPTIM);
  assert.deepEqual(keysOf(server.at("optim_step/")), [KEY]);
  await assert.rejects(connection.submit({ ...OPTIM, path: "asample" }), {
    name: "ApiError",
    message: /redirects to https:\/\/elsewhere\.test/,
  });
  await assert.rejects(connection.submit({ ...OPTIM, path: "forward" }), { name: "ApiError", status: 302 });
  await assert.rejects(connection.submit({ ...OPTIM, path: "round" }), { name: "ApiError", status: 307 });
  assert.ok(server.seen.every(({ url }) => new URL(url).host === "tinker.test"));
  await connection.close();
});

Deno.test("openConnection() reports a command that prints nothing or fails, and ends one that hangs", async () => {
  const env = envOf({ TINKER_CREDENTIAL_CMD: "x" });
  await assert.rejects(connect({}, { env, runCommand: () => Promise.resolve("\n") }), /printed nothing/);
  const controller = new AbortController();
  let ended: unknown;
  const opening = connect({}, {
    env,
    signal: controller.signal,
    runCommand: (_, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => (ended = signal.reason, reject(signal.reason)))
      ),
  });
  controller.abort("enough");
  await assert.rejects(opening, (error) => error === "enough");
  assert.equal(ended, "enough");
});

const { state: shell } = await Deno.permissions.query({ name: "run", command: "sh" });

Deno.test({
  name: "runInShell() returns what a command prints, and says no more than its exit code",
  ignore: shell !== "granted",
  fn: async () => {
    const { signal } = new AbortController();
    assert.equal(await runInShell("echo tml-$((1+1))", signal), "tml-2\n");
    await assert.rejects(runInShell("echo tml-secret; echo tml-secret >&2; exit 3", signal), (error: Error) => {
      assert.match(error.message, /exit code 3/);
      assert.ok(!everything(error).includes("tml-secret"));
      return true;
    });
    const controller = new AbortController();
    const running = runInShell("sleep 5; true", controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await assert.rejects(running, /enough/);
  },
});

Deno.test({
  name: "readEnv() and runInShell() never prompt where they are not allowed",
  permissions: { env: false, run: false },
  fn: async () => {
    assert.equal(readEnv("TINKER_API_KEY"), undefined);
    await assert.rejects(runInShell("echo x", new AbortController().signal), {
      name: "CredentialError",
      message: /--allow-run=sh or set TINKER_API_KEY/,
    });
  },
});

Deno.test("an exchange that cannot reach the server ends soon when a connection is opened", async () => {
  const clock = fakeClock();
  await assert.rejects(connect(tokenServer([refused()]), { apiKey: KEY, clock }), { name: "ConnectionError" });
  assert.equal(clock.pauses.reduce((total, ms) => total + ms), 20_000);
});
