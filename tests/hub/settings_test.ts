import assert from "node:assert/strict";
import { readHubSettings } from "../../lib/hub/mod.ts";

function read(values: Readonly<Record<string, string>>) {
  return readHubSettings((name) => values[name]);
}

Deno.test("the cache is where Python looks for it: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HOME, in this order", async () => {
  const all = { HF_HUB_CACHE: "/a", HF_HOME: "/b", XDG_CACHE_HOME: "/c", HOME: "/d" };
  const cases: [Record<string, string>, string][] = [
    [all, "/a"],
    [{ ...all, HF_HUB_CACHE: "" }, "/b/hub"],
    [{ XDG_CACHE_HOME: "/c", HOME: "/d" }, "/c/huggingface/hub"],
    [{ HOME: "/d" }, "/d/.cache/huggingface/hub"],
    [{ HF_HOME: "~/models", HOME: "/d" }, "/d/models/hub"],
  ];
  for (const [values, folder] of cases) assert.equal((await read(values)).cacheFolder, folder);
  await assert.rejects(read({}), { name: "TypeError", message: /HF_HOME/ });
});

Deno.test("HF_TOKEN goes before the token file, and a token that cannot be one is refused without being shown", async () => {
  const home = await Deno.makeTempDir();
  try {
    assert.equal((await read({ HF_HOME: home })).token, undefined);
    await Deno.writeTextFile(`${home}/token`, "hf_fromTheFile\n");
    assert.equal((await read({ HF_HOME: home })).token, "hf_fromTheFile");
    assert.equal((await read({ HF_HOME: home, HF_TOKEN: "hf_fromTheEnv" })).token, "hf_fromTheEnv");
    await assert.rejects(read({ HF_HOME: home, HF_TOKEN: "hf_se\ncret" }), (error: Error) => {
      assert.ok(error instanceof TypeError && !error.message.includes("secret") && !error.message.includes("hf_se"));
      return true;
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("HF_HUB_OFFLINE is read as Python reads it, and HF_ENDPOINT has to be a plain address", async () => {
  for (const value of ["1", "true", "YES", "on"]) {
    assert.equal((await read({ HOME: "/d", HF_HUB_OFFLINE: value })).offline, true);
  }
  for (const value of ["0", "false", ""]) {
    assert.equal((await read({ HOME: "/d", HF_HUB_OFFLINE: value })).offline, false);
  }
  assert.equal((await read({ HOME: "/d" })).endpoint, "https://huggingface.co");
  assert.equal((await read({ HOME: "/d", HF_ENDPOINT: "http://mirror/hf/" })).endpoint, "http://mirror/hf");
  for (const value of ["mirror", "ftp://mirror", "http://user:hidden@mirror"]) {
    await assert.rejects(read({ HOME: "/d", HF_ENDPOINT: value }), (error: Error) => {
      assert.ok(error instanceof TypeError && !error.message.includes("hidden"));
      return true;
    });
  }
});
