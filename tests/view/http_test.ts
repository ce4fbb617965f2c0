/** Who is answered and who is not, and what every answer says to the browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { recordRun } from "../runs/_fakes.ts";
import { PORT, withSite, writeRun } from "./_site.ts";

const PAGES = [
  "/",
  "/run/one",
  "/run/one/trajectories",
  "/compare",
  "/templates",
  "/evaluations",
  "/comparisons",
  "/no",
];

Deno.test("only this machine's own names are answered: a name that was pointed at it is not", () =>
  withSite(async (ask) => {
    for (const host of [`127.0.0.1:${PORT}`, `localhost:${PORT}`, `LOCALHOST:${PORT}`]) {
      assert.equal((await ask("/", { headers: { host } })).status, 200, host);
    }
    const others = [
      "evil.example",
      `evil.example:${PORT}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `127.0.0.1.evil.example:${PORT}`,
      "",
    ];
    for (const host of others) assert.equal((await ask("/", { headers: { host } })).status, 421, host);
  }));

Deno.test("pages of other sites are refused, whatever they ask for", () =>
  withSite(async (ask) => {
    const origins = ["http://evil.example", "null", "http://localhost:9999", `https://127.0.0.1:${PORT}`];
    for (const origin of origins) assert.equal((await ask("/", { headers: { origin } })).status, 403, origin);
    for (const site of ["cross-site", "same-site", "odd"]) {
      for (const path of [...PAGES, "/view.js", "/view.css"]) {
        assert.equal((await ask(path, { headers: { "sec-fetch-site": site } })).status, 403, `${site} ${path}`);
      }
    }
    const own = { origin: `http://127.0.0.1:${PORT}`, "sec-fetch-site": "same-origin" };
    assert.equal((await ask("/", { headers: own })).status, 200);
    assert.equal((await ask("/", { headers: { "sec-fetch-site": "none" } })).status, 200);
  }));

Deno.test("nothing but GET and HEAD is taken, and HEAD has no body", () =>
  withSite(async (ask) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const refused = await ask("/", { method });
      assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD"], method);
    }
    const head = await ask("/", { method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
    const whole = await ask("/");
    assert.equal(head.headers.get("etag"), whole.headers.get("etag"));
    const length = String(new TextEncoder().encode(whole.text).length);
    assert.deepEqual([head, whole].map(({ headers }) => headers.get("content-length")), [length, length]);
  }));

Deno.test("every page forbids scripts within it, frames around it and other sites, and shares itself with none", () =>
  withSite(async (ask, runs) => {
    await recordRun(join(runs, "one"), 2);
    for (const path of PAGES) {
      const { headers } = await ask(path);
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /, path);
      assert.match(policy, /frame-ancestors 'none'/, path);
      assert.doesNotMatch(policy, /unsafe/, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.equal(headers.get("access-control-allow-origin"), null);
      const { text } = await ask(path);
      assert.doesNotMatch(text, /<script(?! src="\/view\.js" defer><)|\son[a-z]+=|\sstyle=|javascript:/, path);
    }
  }));

Deno.test("completions and reports are sent in a sandbox without an origin", () =>
  withSite(async (ask, runs) => {
    await recordRun(join(runs, "one"), 2);
    await Deno.mkdir(join(runs, "comparisons", "a b"), { recursive: true });
    await Deno.writeTextFile(join(runs, "comparisons", "a b", "report.html"), "<script>pwn()</script>");
    const viewer = await ask("/run/one/trajectories/page?split=test&step=0");
    assert.equal(viewer.status, 200);
    assert.match(
      viewer.headers.get("content-security-policy")!,
      /^sandbox allow-scripts; default-src 'none'; .*frame-ancestors 'self'/,
    );
    const report = await ask("/comparisons/a%20b/report");
    assert.equal(report.status, 200);
    assert.match(
      report.headers.get("content-security-policy")!,
      /^sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:/,
    );
    assert.doesNotMatch(report.headers.get("content-security-policy")!, /script/);
  }));

Deno.test("an address never becomes a path: what is not listed is not there", () =>
  withSite(async (ask, runs, folder) => {
    await writeRun(join(runs, "one"));
    await writeRun(join(folder, "outside"));
    await Deno.writeTextFile(join(folder, "secret.txt"), "a secret");
    const paths = [
      ...[
        "/run/..%2Foutside",
        "/run/%2e%2e/outside",
        "/run/../outside",
        "/run/one/../../outside",
        "/run/one%2F..%2F..%2Foutside",
      ],
      ...[
        "/run/one/config.json",
        "/run/one/..%2f..%2fsecret.txt",
        "/secret.txt",
        "/..%2fsecret.txt",
        "/run/%00",
        "/run/%ff",
      ],
      ...[
        "/comparisons/..",
        "/comparisons/..%2f..%2foutside/report",
        "/run/one/trajectories/page/x",
        "//evil.example/",
        "/run/",
      ],
    ];
    for (const path of paths) {
      const { status, text } = await ask(path);
      assert.ok(status === 404 || !/a secret|outside/.test(text), `${path}: ${status}`);
      assert.doesNotMatch(text, /a secret/, path);
    }
    const chosen = await ask(`/compare?runs=${encodeURIComponent("../outside")}&runs=one`);
    assert.match(chosen.text, /There is no run \.\.\/outside/);
  }));

Deno.test("what has not changed is not sent again", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "one"));
    const etag = (await ask("/")).headers.get("etag")!;
    const again = await ask("/", { headers: { "if-none-match": etag } });
    assert.deepEqual([again.status, again.text], [304, ""]);
    await writeRun(join(runs, "two"));
    assert.equal((await ask("/", { headers: { "if-none-match": etag } })).status, 200);
  }));
