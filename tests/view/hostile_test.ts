/** Run folders from anyone: odd names, markup in every field, links, pipes, torn and huge files. Nothing of it harms a page. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { recordRun } from "../runs/_fakes.ts";
import { type Ask, rows, withSite, writeRun } from "./_site.ts";

const MARKUP = `"'><script>pwn()</script><img src=x onerror=pwn()>`;

/** Elements and attributes that a page of ours never has. */
const FOREIGN = /<script>pwn|<img src|onerror="|<iframe(?! id="viewer")/;

const address = (name: string) => `/run/${encodeURIComponent(name)}`;

async function pagesOf(ask: Ask, name: string): Promise<string> {
  const keys = ["", "/trajectories", "/trajectories/page"].map((below) => `${address(name)}${below}`);
  const paths = ["/", ...keys, "/templates", `/compare?runs=${encodeURIComponent(name)}&runs=good`];
  const texts: string[] = [];
  for (const path of paths) {
    const { status, text } = await ask(path);
    assert.notEqual(status, 500, `${path}: ${text}`);
    texts.push(text);
  }
  return texts.join("\n");
}

/** An administrator may read what nobody may. */
async function mayReadAll(): Promise<boolean> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.chmod(file, 0);
    return await Deno.readFile(file).then(() => true, () => false);
  } finally {
    await Deno.remove(file);
  }
}

async function mkfifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success);
}

Deno.test("names of any kind are listed, lead to their page, and are no markup", () =>
  withSite(async (ask, runs) => {
    const names = [
      MARKUP.replaceAll("/", "_"),
      "a b%20c",
      "ünï",
      "..x",
      "-rf",
      "$(touch x)",
      "x\u202ey",
      "tab\there",
      "new\nline",
      "'",
      "%2e%2e",
      "con?a=b#c",
    ];
    for (const name of names) await writeRun(join(runs, name));
    const { text } = await ask("/");
    assert.doesNotMatch(text, FOREIGN);
    assert.match(text, new RegExp(`${names.length} runs`));
    for (const name of names) {
      const page = await ask(address(name));
      assert.equal(page.status, 200, JSON.stringify(name));
      assert.doesNotMatch(page.text, FOREIGN);
    }
    assert.match((await ask(address("$(touch x)"))).text, /deno task show &#39;runs\/\$\(touch x\)&#39;/);
    assert.match((await ask(address("-rf"))).text, /deno task show runs\/-rf/);
    assert.match((await ask(address("new\nline"))).text, /not one that can be typed/);
  }));

Deno.test("markup in every field of every file stays text", () =>
  withSite(async (ask, runs) => {
    const name = "hostile";
    const path = join(runs, name);
    await writeRun(join(runs, "good"));
    const template = {
      name: MARKUP,
      description: MARKUP,
      best_for: MARKUP,
      few_shot: [{ question: MARKUP, answer: MARKUP }],
      question: MARKUP,
    };
    const resumed = [{ at: MARKUP, step: MARKUP, changed: { [MARKUP]: [MARKUP, MARKUP] } }, null, 7];
    await writeRun(path, {
      config: {
        env: MARKUP,
        model_name: MARKUP,
        template,
        reward: MARKUP,
        versions: { [MARKUP]: MARKUP },
        resumed,
        created_at: MARKUP,
      },
      status: { state: "failed", last_error: MARKUP, stop_reason: MARKUP, stalled: MARKUP, hostname: MARKUP },
      metrics: `{"step":0,${JSON.stringify(MARKUP)}:1,"test/env/all/correct":0.5,"env/all/reward/total":1e308}\n${
        rows(3)
      }`,
    });
    await Deno.writeTextFile(join(path, "log.txt"), `${MARKUP}\x1b]0;title\x07\n`);
    const checkpoint = { name: MARKUP, step: 1, state_path: MARKUP, sampler_path: MARKUP };
    await Deno.writeTextFile(join(path, "checkpoints.jsonl"), JSON.stringify(checkpoint));
    await Deno.mkdir(join(path, "rollouts"));
    const row = {
      split: "test",
      step: 0,
      problem_id: MARKUP,
      question: MARKUP,
      text: MARKUP,
      reference: MARKUP,
      outcome: MARKUP,
      template: MARKUP,
    };
    await Deno.writeTextFile(join(path, "rollouts", "test_000000.jsonl"), `${JSON.stringify(row)}\n`);
    await Deno.mkdir(join(path, "evaluations", MARKUP.replaceAll("/", "_")), { recursive: true });
    const facts = {
      evaluation_schema: 1,
      state: "finished",
      target: MARKUP,
      env: MARKUP,
      problem_set: MARKUP,
      identity: { template: MARKUP },
    };
    const evaluation = join(path, "evaluations", MARKUP.replaceAll("/", "_"));
    await Deno.writeTextFile(join(evaluation, "evaluation.json"), JSON.stringify(facts));
    await Deno.writeTextFile(
      join(evaluation, "result.json"),
      JSON.stringify({ metrics: { "env/all/correct": MARKUP } }),
    );
    const comparison = join(runs, "comparisons", "c");
    await Deno.mkdir(comparison, { recursive: true });
    await Deno.writeTextFile(
      join(comparison, "comparison.json"),
      JSON.stringify({ title: MARKUP, problem_set: MARKUP, command: MARKUP, created_at: MARKUP, cells: 7 }),
    );
    await Deno.writeTextFile(
      join(comparison, "result.json"),
      JSON.stringify({ cells: [{ name: MARKUP, correct: MARKUP }], differences: [{}] }),
    );
    const all = await pagesOf(ask, name) + (await ask("/comparisons")).text + (await ask("/comparisons/c")).text;
    assert.doesNotMatch(all, FOREIGN);
    assert.ok(all.includes("&lt;script&gt;pwn()"));
    assert.ok(!all.includes("\x1b"));
  }));

Deno.test("torn, empty and broken files are shown as such, and take nothing else with them", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "good"));
    const broken: Record<string, [file: string, content: string, says: RegExp]> = {
      "torn config": ["config.json", '{"run_schema": 1, "env"', /no JSON, or was cut short/],
      "empty config": ["config.json", "", /config\.json is empty/],
      "a list": ["config.json", "[1]", /no JSON object/],
      "another's config": ["config.json", '{"name": "x"}', /not a run/],
      "a value out of range": ["config.json", '{"run_schema":1,"learning_rate":"fast"}', /learning_rate/],
      "torn status": ["status.json", '{"state": "runn', /no JSON, or was cut short/],
      "torn rows": ["metrics.jsonl", `${rows(2)}{"step": 2, "env/al`, /plain/],
      "broken rows": [
        "metrics.jsonl",
        `${rows(2)}garbage\n[1]\n"x"\nnull\n{"step":"a"}\n${rows(3)}`,
        /1 line of metrics\.jsonl/,
      ],
      "zeros": ["metrics.jsonl", "\0".repeat(5_000), /No step is done yet/],
      "broken checkpoints": ["checkpoints.jsonl", "{}\n[]\nx\n", /1 line of checkpoints\.jsonl/],
    };
    for (const [name, [file, content, says]] of Object.entries(broken)) {
      await writeRun(join(runs, name));
      await Deno.writeTextFile(join(runs, name, file), content);
      assert.match(await pagesOf(ask, name), says, name);
    }
    assert.match((await ask("/")).text, new RegExp(`${Object.keys(broken).length + 1} runs`));
  }));

Deno.test(
  "pipes, devices and folders in place of files are never opened",
  { ignore: Deno.build.os === "windows" },
  () =>
    withSite(async (ask, runs) => {
      await writeRun(join(runs, "good"));
      const files = [
        "config.json",
        "status.json",
        "metrics.jsonl",
        "checkpoints.jsonl",
        "metrics.superseded.jsonl",
        "log.txt",
        ".lock",
        "rollouts/test_000000.jsonl",
        "rollouts/train_000000.jsonl",
      ];
      for (const [i, file] of files.entries()) {
        const name = `pipe ${i}`;
        await recordRun(join(runs, name), 1);
        await Deno.remove(join(runs, name, file)).catch(() => {});
        await mkfifo(join(runs, name, file));
        assert.match(await pagesOf(ask, name), /is a pipe, and is not opened/, file);
      }
      await writeRun(join(runs, "folder"));
      await Deno.mkdir(join(runs, "folder", "log.txt"));
      assert.match((await ask("/run/folder")).text, /log\.txt is a folder/);
      await mkfifo(join(runs, "pipe"));
      await Deno.mkdir(join(runs, "comparisons", "c"), { recursive: true });
      await mkfifo(join(runs, "comparisons", "c", "report.html"));
      await mkfifo(join(runs, "comparisons", "c", "comparison.json"));
      assert.match((await ask("/comparisons")).text, /is a pipe/);
      assert.equal((await ask("/comparisons/c/report")).status, 404);
    }),
);

Deno.test(
  "links that leave the folder are not followed; those within it are",
  { ignore: Deno.build.os === "windows" },
  () =>
    withSite(async (ask, runs, folder) => {
      await recordRun(join(runs, "good"), 1);
      await writeRun(join(folder, "outside"), { config: { model_name: "a secret" } });
      await Deno.writeTextFile(join(folder, "secret.txt"), "a secret\n");
      await Deno.symlink(join(folder, "outside"), join(runs, "out"));
      await Deno.symlink(join(runs, "good"), join(runs, "within"));
      await Deno.symlink("circle", join(runs, "circle"));
      await writeRun(join(runs, "log"));
      await Deno.symlink(join(folder, "secret.txt"), join(runs, "log", "log.txt"));
      await writeRun(join(runs, "device"));
      await Deno.symlink("/dev/zero", join(runs, "device", "log.txt"));
      await writeRun(join(runs, "rows"));
      await Deno.remove(join(runs, "rows", "config.json"));
      await Deno.symlink(join(folder, "outside", "config.json"), join(runs, "rows", "config.json"));
      await Deno.mkdir(join(runs, "sub"));
      await Deno.writeTextFile(join(runs, "sub", "sweep.json"), "{}");
      await Deno.symlink(join(folder, "outside"), join(runs, "sub", "out"));
      await Deno.symlink(folder, join(runs, "comparisons"));
      const texts = [];
      for (
        const path of [
          "/",
          "/run/out",
          "/run/log",
          "/run/device",
          "/run/rows",
          "/run/sub/out",
          "/templates",
          "/comparisons",
        ]
      ) {
        texts.push((await ask(path)).text);
      }
      assert.doesNotMatch(texts.join("\n"), /a secret/);
      assert.match(texts[2]!, /log\.txt is a link that leads out of the folder/);
      assert.equal((await ask("/run/out")).status, 404);
      assert.match((await ask("/run/within")).text, /id="metrics"/);
    }),
);

Deno.test("what is too large is not read, and it is said", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "good"));
    for (
      const [file, bytes] of [["config.json", 2 ** 30], ["status.json", 2 ** 30], ["metrics.jsonl", 2 ** 40]] as const
    ) {
      await writeRun(join(runs, file));
      await Deno.truncate(join(runs, file, file), bytes);
      assert.match(await pagesOf(ask, file), new RegExp(`${file} has .* are read here`), file);
    }
    const long = join(runs, "long");
    await writeRun(long, { metrics: `${rows(2)}{"step":9,"x":"${"x".repeat(10_000_000)}"}\n${rows(3)}` });
    await Deno.writeTextFile(join(long, "log.txt"), `${"a".repeat(3_000_000)}\nthe last line\n`);
    const { text } = await ask("/run/long");
    assert.match(text, /the last line/);
    assert.ok(text.length < 500_000, `${text.length} characters`);
  }));

Deno.test("a folder that goes while it is looked at is no error", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "good"));
    await writeRun(join(runs, "gone"));
    assert.match((await ask("/")).text, /2 runs/);
    assert.equal((await ask("/run/gone")).status, 200);
    const asked = Promise.all(
      Array.from({ length: 12 }, (_, i) => ask(["/", "/run/gone", "/run/gone/trajectories"][i % 3]!)),
    );
    await Deno.remove(join(runs, "gone"), { recursive: true });
    for (const { status } of await asked) assert.notEqual(status, 500);
    assert.equal((await ask("/run/gone")).status, 404);
    assert.match((await ask("/")).text, /1 run</);
    await Deno.remove(runs, { recursive: true });
    assert.match((await ask("/")).text, /Nothing to show: there is no folder/);
    await Deno.writeTextFile(runs, "not a folder");
    assert.match((await ask("/")).text, /Nothing to show: there is no folder/);
  }));

Deno.test(
  "folders that may not be read are named",
  { ignore: Deno.build.os === "windows" || await mayReadAll() },
  () =>
    withSite(async (ask, runs) => {
      await writeRun(join(runs, "closed"));
      await Deno.chmod(join(runs, "closed"), 0);
      try {
        assert.match((await ask("/")).text, /may not be read/);
        assert.notEqual((await ask("/run/closed")).status, 500);
      } finally {
        await Deno.chmod(join(runs, "closed"), 0o700);
      }
    }),
);
