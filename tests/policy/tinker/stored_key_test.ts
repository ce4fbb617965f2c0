/** The key that the official client has stored: when it is used, and that nothing of its file is ever repeated. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CredentialError } from "../../../lib/policy/tinker/errors.ts";
import { readStoredKey } from "../../../lib/policy/tinker/stored_key.ts";
import { inTemporaryFolder } from "../local/_fixtures.ts";
import { connect } from "./_scripted.ts";

const OFFICIAL = "https://tinker.thinkingmachines.dev/services/tinker-prod";
const SECRET = "tml-a-stored-secret";
const RECORD = { type: "manual", key: SECRET, name: "mine", note: null };

async function stored(content: unknown): Promise<string | undefined> {
  let found: string | undefined;
  await inTemporaryFolder(async (home) => {
    await Deno.mkdir(join(home, ".tinker"));
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await Deno.writeTextFile(join(home, ".tinker", "credentials.json"), text);
    found = await readStoredKey((name) => name === "HOME" ? home : undefined);
  });
  return found;
}

Deno.test("the stored default key is found; without a default, a file or a home there is none", async () => {
  assert.equal(
    await stored({ version: 1, default: "k1", keys: { k1: RECORD, k2: { ...RECORD, key: "tml-x" } } }),
    SECRET,
  );
  assert.equal(await stored({ version: 1, default: null, keys: { k1: RECORD } }), undefined);
  assert.equal(await stored({ version: 1, default: "gone", keys: { k1: RECORD } }), undefined);
  assert.equal(await stored({ version: 1, default: "constructor", keys: { k1: RECORD } }), undefined);
  assert.equal(await readStoredKey(() => undefined), undefined);
  assert.equal(await readStoredKey(() => "/nowhere/at/all"), undefined);
});

Deno.test("a file that is none of its kind is refused without a word of it", async () => {
  const odd = [`{"default": "${SECRET}`, [SECRET], { default: 3 }, { default: "k", keys: [] }, {
    default: "k",
    keys: { k: { key: 3 } },
  }];
  for (const content of [...odd, `"${SECRET}"`, `{"a": "${SECRET.repeat(100_000)}"}`]) {
    await assert.rejects(stored(content), (error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(error.message, /credentials\.json is not what "tinker auth login" writes/);
      return !Deno.inspect(error).includes(SECRET);
    });
  }
});

Deno.test("the stored key comes last, and goes to nobody but the official service", async () => {
  const storedKey = () => Promise.resolve(SECRET);
  const runCommand = () => Promise.resolve("tml-printed");
  const env = (variables: Record<string, string>) => (name: string) => variables[name];
  const cases: [Parameters<typeof connect>[1], string | null][] = [
    [{ baseUrl: OFFICIAL, storedKey }, SECRET],
    [{ baseUrl: OFFICIAL, storedKey, apiKey: "tml-arg" }, "tml-arg"],
    [{ baseUrl: OFFICIAL, storedKey, env: env({ TINKER_API_KEY: "tml-env" }) }, "tml-env"],
    [{ baseUrl: OFFICIAL, storedKey, runCommand, env: env({ TINKER_CREDENTIAL_CMD: "x" }) }, "tml-printed"],
    [{ storedKey }, null],
  ];
  for (const [options, key] of cases) {
    const { connection, server } = await connect({}, options);
    assert.deepEqual(server.seen.map(({ headers }) => headers.get("x-api-key")), [key]);
    await connection.close();
  }
});

Deno.test("a stored key that cannot be one is said to be stored, and is not repeated", async () => {
  const open = connect({}, { baseUrl: OFFICIAL, storedKey: () => Promise.resolve("sk-other-secret") });
  await assert.rejects(open, (error: Error) => {
    assert.match(error.message, /the key that "tinker auth login" stored .* starts with neither tml- nor eyJ/);
    return error instanceof CredentialError && !error.message.includes("sk-other");
  });
});
