/** Where keys come from when the environment has none. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { netrcEntries, netrcPassword } from "../../lib/tracking/wandb/_netrc.ts";
import { wandbSettings } from "../../lib/tracking/wandb/settings.ts";
import { inTempFolder, KEY } from "./_run.ts";

Deno.test("netrcEntries() reads machines on one line and on several, quoted or not, and skips comments and macros", () => {
  const text = [
    "# machine commented.org login a password wrong",
    "machine one.org login user password first",
    "machine two.org",
    "\tlogin user",
    '\tpassword "second"',
    "macdef init",
    "machine macro.org password wrong",
    "",
    "machine three.org:8080 account x login machine password third",
    "default login user password anyone",
  ].join("\n");
  assert.deepEqual([...netrcEntries(text)], [["one.org", "first"], ["two.org", "second"], ["three.org:8080", "third"]]);
});

Deno.test("netrcPassword() reads the file that NETRC names, else the one in the home folder, and no default entry", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(
      join(folder, ".netrc"),
      "machine a.org login user password home\ndefault password anyone\n",
    );
    await Deno.writeTextFile(join(folder, "other"), "machine a.org login user password named\n");
    const at = (values: Record<string, string>) => (name: string): string | undefined => values[name];
    assert.equal(netrcPassword(["a.org"], at({ HOME: folder })), "home");
    assert.equal(netrcPassword(["b.org"], at({ HOME: folder })), undefined);
    assert.equal(netrcPassword(["b.org", "a.org"], at({ HOME: folder, NETRC: "~/other" })), "named");
    assert.equal(netrcPassword(["a.org"], at({ HOME: folder, NETRC: join(folder, "absent") })), undefined);
    assert.equal(netrcPassword(["a.org"], at({})), undefined);
  }));

Deno.test("the key that `wandb login` stored is found under either name of the service, and WANDB_API_KEY comes first", () =>
  inTempFolder(async (folder) => {
    const NETRC = join(folder, "netrc");
    await Deno.writeTextFile(NETRC, `machine api.forge.coreweave.com\n  login user\n  password ${KEY}\n`);
    const settings = (values: Record<string, string>) => wandbSettings((name) => ({ NETRC, ...values })[name]);
    assert.equal(settings({})!.key, KEY);
    assert.equal(settings({})!.baseUrl, "https://api.wandb.ai");
    assert.equal(settings({ WANDB_API_KEY: "f".repeat(40) })!.key, "f".repeat(40));
    assert.equal(settings({ WANDB_BASE_URL: "https://wandb.example.org" })!.key, undefined);
  }));

Deno.test("a server of one's own: its pages are there, those of the service elsewhere", () => {
  const pages = (url: string) => wandbSettings((name) => name === "WANDB_BASE_URL" ? url : undefined)!.pagesUrl;
  assert.equal(pages("https://api.wandb.ai"), "https://wandb.ai");
  assert.equal(pages("https://wandb.example.org/"), "https://wandb.example.org");
  assert.equal(pages("https://api.example.org"), "https://app.example.org");
  assert.equal(pages("http://localhost:8080"), "http://localhost:8080");
});
