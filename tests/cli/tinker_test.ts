import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadTarget } from "../../lib/cli/_tinker_download.ts";
import { main } from "../../lib/cli/tinker.ts";
import { openTinker } from "../../lib/policy/tinker/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo, type FakeOptions } from "./_io.ts";

const PATH = "tinker://run-1:train:0/sampler_weights/final";
const HOSTILE = "\u001b]0;owned\u0007\u001b[2Jevil\nname\u202e\u009b1m";

/** What the server answers, by method and path below `api/v1/`; a number is a status. */
type Routes = Readonly<Record<string, unknown>>;

const checkpoint = (name: string, more: Record<string, unknown> = {}) => ({
  checkpoint_id: `weights/${name}`,
  checkpoint_type: "training",
  tinker_path: `tinker://run-1:train:0/weights/${name}`,
  time: "2026-11-22T23:10:34Z",
  ...more,
});

const run = (id: string, more: Record<string, unknown> = {}) => ({
  ...{ training_run_id: id, base_model: "Qwen/Qwen3-8B", model_owner: "me", is_lora: true, lora_rank: 32 },
  last_request_time: "2026-11-22T20:00:00+01:00",
  ...more,
});

/** Runs a command against routes; returns what was said and what was asked. */
async function tinker(args: readonly string[], routes: Routes = {}, options: FakeOptions = {}) {
  const io = fakeIo({ env: { TINKER_API_KEY: "tml-key" }, ...options });
  const asked: string[] = [];
  let opened = "";
  const answer: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search, origin, host } = new URL(request.url);
    opened = origin;
    const body = await request.text();
    const what = host === "store" ? "store" : `${request.method} ${pathname.replace(/^.*\/api\/v1\//, "")}`;
    if (what !== "POST client/config") asked.push(`${what}${search}${body && ` ${body}`}`);
    const found = what === "POST client/config" ? {} : routes[what] ?? 404;
    if (typeof found === "function") return found(request);
    return typeof found === "number"
      ? Response.json({ detail: "nothing here" }, { status: found })
      : Response.json(found);
  };
  const code = await main(args, io, (given) => openTinker({ ...given, fetch: answer }));
  return { code, said: io.said(), complained: io.complained(), asked, opened, io };
}

Deno.test("runs lists runs as a table, at most as many as asked for, and says when there are more", async () => {
  const runs = [run("a:train:0"), run("b:train:0", { corrupted: true, last_request_time: "lately" })];
  const routes = { "GET training_runs": { training_runs: runs, cursor: { offset: 0, limit: 20, total_count: 2 } } };
  const { code, said, asked, opened } = await tinker(["runs", "base_url=http://127.0.0.1:9/x"], routes);
  assert.equal(code, 0);
  assert.equal(
    said,
    "run        model          rank  last used\n" +
      "a:train:0  Qwen/Qwen3-8B  32    2026-11-22 19:00\n" +
      "b:train:0  Qwen/Qwen3-8B  32    lately            corrupted\n",
  );
  assert.match(asked[0]!, /limit=21/);
  assert.equal(opened, "http://127.0.0.1:9");
  const one = await tinker(["runs", "limit=1"], routes);
  assert.match(one.said, /a:train:0.*\n\nthere are more; limit=2 shows them\n$/s);
  assert.doesNotMatch(one.said, /b:train/);
  assert.equal((await tinker(["runs"], { "GET training_runs": { training_runs: [] } })).said, "no runs\n");
});

Deno.test("run shows one run with its checkpoints", async () => {
  const id = "run-1:train:0";
  const saved = [
    checkpoint("a", { size_bytes: 5_000_000, public: true }),
    checkpoint("b", { expires_at: "2027-01-01T00:00:00Z" }),
  ];
  const { code, said } = await tinker(["run", id], {
    [`GET training_runs/${id}`]: run(id),
    [`GET training_runs/${id}/checkpoints`]: { checkpoints: saved },
  });
  assert.equal(code, 0);
  assert.match(said, /^run {8}run-1:train:0\nmodel {6}Qwen\/Qwen3-8B\nLoRA rank {2}32\nowner {6}me\n/);
  assert.match(said, /4\.8 MiB +public +tinker:\/\/run-1:train:0\/weights\/a\n/);
  assert.match(said, /2027-01-01 00:00 +tinker:\/\/run-1:train:0\/weights\/b\n/);
});

Deno.test("checkpoints lists those of a run or of all runs", async () => {
  const routes = {
    "GET checkpoints": { checkpoints: [checkpoint("a"), checkpoint("b")] },
    "GET training_runs/r/checkpoints": { checkpoints: [checkpoint("c")] },
  };
  for (const args of [["checkpoints"], ["checkpoints", "all"]]) {
    assert.match((await tinker(args, routes)).said, /weights\/a\n.*weights\/b\n/);
  }
  assert.match((await tinker(["checkpoints", "r"], routes)).said, /weights\/c\n$/);
  assert.match((await tinker(["checkpoints", "limit=1"], routes)).said, /weights\/a\n\nthere are more/);
});

Deno.test("info and models say what is there", async () => {
  const info = { base_model: "Qwen/Qwen3-8B", is_lora: true, lora_rank: 8, train_mlp: true, train_attn: true };
  const { said, asked } = await tinker(["info", PATH], { "POST weights_info": info });
  assert.match(said, /model +Qwen\/Qwen3-8B\nLoRA +yes\nLoRA rank +8\ntrained +attn, mlp\n/);
  assert.deepEqual(asked, [`POST weights_info {"tinker_path":"${PATH}"}`]);
  const supported_models = [{ model_name: "Qwen/Qwen3-8B", max_context_length: 32768 }, { model_name: "b" }];
  const models = await tinker(["models"], { "GET get_server_capabilities": { supported_models } });
  assert.equal(
    models.said,
    "model          context (tokens)\nQwen/Qwen3-8B            32,768\nb                             -\n",
  );
});

Deno.test("publish, unpublish and ttl do what they say", async () => {
  const place = "training_runs/run-1:train:0/checkpoints/sampler_weights/final";
  const cases: [string[], string, RegExp][] = [
    [["publish", PATH], `POST ${place}/publish`, /anybody may read it now: tinker:/],
    [["unpublish", PATH], `DELETE ${place}/publish`, /nobody else may read it now: tinker:/],
    [["ttl", PATH, "3600"], `PUT ${place}/ttl {"ttl_seconds":3600}`, /deleted in 3600 seconds: tinker:/],
    [["ttl", PATH, "none"], `PUT ${place}/ttl {"ttl_seconds":null}`, /it is kept: tinker:/],
  ];
  for (const [args, wanted, pattern] of cases) {
    const { code, said, asked } = await tinker(args, { [wanted.split(" {")[0]!]: {} });
    assert.deepEqual([code, asked], [0, [wanted]]);
    assert.match(said, pattern);
  }
});

Deno.test("delete asks on a terminal, and elsewhere wants yes=true", async () => {
  const wanted = "DELETE training_runs/run-1:train:0/checkpoints/sampler_weights/final";
  const routes = { [wanted]: {} };
  const none = await tinker(["delete", PATH], routes);
  assert.equal(none.code, 2);
  assert.match(none.complained, /pass yes=true/);
  for (const answer of ["", "n", "yess", "no"]) {
    const kept = await tinker(["delete", PATH], routes, { answers: [answer] });
    assert.deepEqual([kept.code, kept.asked], [1, []]);
    assert.match(kept.said, /Delete tinker:\/\/.*final for good\? \[y\/N\]nothing was deleted\n/);
  }
  for (const options of [{ answers: ["Yes "] }, {}]) {
    const args = ["delete", PATH, ...("answers" in options ? [] : ["yes=true"])];
    const deleted = await tinker(args, routes, options);
    assert.deepEqual([deleted.code, deleted.asked], [0, [wanted]]);
    assert.match(deleted.said, /deleted: tinker:/);
  }
});

Deno.test("download saves the archive where it is wanted, without sending the key to the store, and replaces nothing", () =>
  inTempFolder(async (folder) => {
    const archive = "GET training_runs/run-1:train:0/checkpoints/sampler_weights/final/archive";
    let key: string | null = "none was asked";
    const routes = {
      [archive]: { url: "https://store/final.tar" },
      store: (request: Request) => {
        key = request.headers.get("x-api-key");
        return new Response("tar".repeat(1000), { headers: { "content-length": "3000" } });
      },
    };
    const to = join(folder, "new", "mine.tar");
    const { code, said, complained } = await tinker(["download", PATH, `to=${to}`], routes);
    assert.equal(code, 0, complained);
    assert.equal(said, `the server packs an archive: it goes to ${to}\nsaved to ${to}\n`);
    assert.equal((await Deno.readTextFile(to)).length, 3000);
    assert.equal(key, null);
    const again = await tinker(["download", PATH, `to=${to}`], routes);
    assert.deepEqual([again.code, again.asked], [2, []]);
    assert.match(again.complained, /it is there already; name another place with to=/);
  }));

Deno.test("a download without a name takes the checkpoint's, in harmless characters", async () => {
  const names: [string, string][] = [
    ["tinker://r/weights/000020-of-a-test", "000020-of-a-test"],
    ["tinker://r/sampler_weights/..\\x\u001b$(y)", "x_y_"],
    ["tinker://r/weights/..", "checkpoint"],
  ];
  for (const [path, name] of names) {
    assert.deepEqual(await downloadTarget(path, undefined), { to: { files: name, archive: `${name}.tar` } });
  }
});

Deno.test("a download that was stopped goes on where it was, and says so", () =>
  inTempFolder(async (folder) => {
    const archive = "GET training_runs/run-1:train:0/checkpoints/sampler_weights/final/archive";
    const to = join(folder, "final.tar");
    await Deno.writeTextFile(`${to}.part`, "x".repeat(2048));
    await Deno.writeTextFile(`${to}.part.etag`, '"1"');
    const headers = { etag: '"1"', "content-range": "bytes 2048-4095/4096", "content-length": "2048" };
    let range: string | null = null;
    const routes = {
      [archive]: { url: "https://store/final.tar" },
      store: (request: Request) => {
        range = request.headers.get("range");
        return new Response("y".repeat(2048), { status: 206, headers });
      },
    };
    const { code, said } = await tinker(["download", PATH, `to=${to}`], routes, { isTerminal: true });
    assert.equal(code, 0);
    assert.equal(range, "bytes=2048-");
    assert.match(said, /going on from 2\.0 KiB in .*final\.tar\.part\n/);
    assert.match(said, /2\.0 KiB of 4\.0 KiB/);
    assert.equal(await Deno.readTextFile(to), "x".repeat(2048) + "y".repeat(2048));
  }));

Deno.test("Ctrl-C ends a download and keeps what came", () =>
  inTempFolder(async (folder) => {
    const to = join(folder, "final.tar");
    const io = fakeIo();
    const stopped = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const rest = {
      downloadArchive: async (_path: string, file: string, { signal }: { signal: AbortSignal }) => {
        await Deno.writeTextFile(`${file}.part`, "half");
        queueMicrotask(io.interrupt);
        await stopped(signal);
      },
    };
    const closed: unknown[] = [];
    const keeper = {
      rest,
      capabilities: () => Promise.resolve([]),
      close: (end: unknown) => Promise.resolve(void closed.push(end)),
    };
    assert.equal(await main(["download", PATH, `to=${to}`], io, () => Promise.resolve(keeper as never)), 130);
    assert.match(io.complained(), /^stopped by Ctrl-C; what came is kept in .*final\.tar\.part, and the same command/);
    assert.deepEqual([await Deno.readTextFile(`${to}.part`), closed], ["half", [{ type: "interrupted" }]]);
  }));

Deno.test("text of a server cannot steer the terminal, in tables or in JSON", async () => {
  const routes = {
    "GET training_runs": { training_runs: [run(HOSTILE, { base_model: HOSTILE, last_request_time: HOSTILE })] },
    "GET checkpoints": { checkpoints: [checkpoint("a", { tinker_path: HOSTILE, checkpoint_type: HOSTILE })] },
    "GET get_server_capabilities": { supported_models: [{ model_name: HOSTILE }] },
    "POST weights_info": { base_model: HOSTILE },
    "GET training_runs/r": () => Response.json({ detail: HOSTILE }, { status: 400 }),
  };
  for (const args of [["runs"], ["checkpoints"], ["models"], ["info", PATH], ["run", "r"]]) {
    for (const format of [[], ["json=true"]]) {
      const { said, complained } = await tinker([...args, ...format], routes);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(said + complained, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, args.join(" "));
      assert.match(said + complained, /evil/);
    }
  }
});

Deno.test("json=true gives the server's own values", async () => {
  const routes = { "GET training_runs": { training_runs: [run(HOSTILE)] } };
  const [first] = JSON.parse((await tinker(["runs", "json=true"], routes)).said);
  assert.equal(first.training_run_id, HOSTILE);
  assert.equal(first.lora_rank, 32);
});

Deno.test("a command line that is wrong ends with 2 and asks nobody", async () => {
  const cases: [string[], RegExp][] = [
    [["rums"], /no command "rums".*Did you mean "runs"\?/],
    [["base_url=http://x"], /there is no command ""/],
    [["runs", "x"], /"runs" does not take "x"/],
    [["runs", "limit=0"], /limit: expected a whole number of at least 1, got "0"/],
    [["runs", "to=x"], /"runs" has no option to/],
    [["runs", "json=yes"], /json: expected true or false/],
    [["runs", "limit=1", "limit=2"], /give limit once/],
    [["run"], /"run" needs run: run is missing/],
    [["info", "weights/x"], /"weights\/x" is not the path of a checkpoint/],
    [["delete", "tinker://run"], /is not the path of a checkpoint/],
    [["ttl", PATH], /"ttl" needs path and seconds: seconds is missing/],
    [["ttl", PATH, "soon"], /seconds: expected a whole number of at least 1, or none, got "soon"/],
    [["runs", "--limit"], /does not take "--limit"/],
    [["download", PATH, "to=deno.json"], /cannot download to deno.json: it is there already/],
  ];
  for (const [args, pattern] of cases) {
    const { code, complained, asked } = await tinker(args);
    assert.deepEqual([code, asked], [2, []], args.join(" "));
    assert.match(complained, pattern);
  }
});

Deno.test("help names every command and asks nobody", async () => {
  for (const args of [[], ["--help"], ["help"], ["ttl", "-h"]]) {
    const { code, said, asked } = await tinker(args);
    assert.deepEqual([code, asked], [0, []]);
    for (const name of ["runs", "checkpoints [run]", "ttl <path> <seconds>", "models"]) {
      assert.ok(said.includes(name), name);
    }
  }
});

Deno.test("without a key the official server is not asked, in one clear sentence", async () => {
  const { code, complained, asked } = await tinker(["runs"], {}, { env: {} });
  assert.deepEqual([code, asked], [1, []]);
  assert.match(complained, /^error: there is no key for https:\/\/tinker\..*TINKER_API_KEY.*\n$/);
});

Deno.test("what the server does not have ends with 1 and its own words", async () => {
  const { code, complained } = await tinker(["run", "r"], {});
  assert.equal(code, 1);
  assert.match(complained, /404.*nothing here|nothing here.*404/s);
});
