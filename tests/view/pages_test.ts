/** What the pages say: of runs that go on, of many runs, of sweeps, templates, comparisons. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { answer } from "../../lib/view/http.ts";
import { Site } from "../../lib/view/site.ts";
import { evaluationEvent, inTempFolder, recorderFor, recordRun, stepEvent, TEMPLATE } from "../runs/_fakes.ts";
import { PORT, rows, withSite, writeRun } from "./_site.ts";

const namesIn = (text: string) => [...text.matchAll(/<a class="run" href="[^"]*">([^<]*)</g)].map(([, name]) => name);

Deno.test("a run is watched while it is written: steps, state, and what it says at its end", () =>
  withSite(async (ask, runs) => {
    const recorder = await recorderFor(join(runs, "live"), { template: TEMPLATE });
    try {
      await recorder.record(evaluationEvent(0, 0.25));
      const before = await ask("/run/live");
      assert.match(before.text, /class="pill running"/);
      assert.match(before.text, /deno task stop runs\/live/);
      assert.match(before.text, /data-again="2000"/);
      for (let step = 0; step < 3; step++) {
        if (step === 2) await recorder.record(evaluationEvent(2, 0.75));
        await recorder.record(stepEvent(step, { "env/all/reward/total": step }));
      }
      const after = await ask("/run/live");
      assert.match(after.text, /Held-out accuracy 0\.250 → 0\.750, reward 0\.000 → 2\.000/);
      assert.match((await ask("/")).text, /0\.250 → 0\.750/);
    } finally {
      await recorder.close();
    }
    const ended = await ask("/run/live");
    assert.doesNotMatch(ended.text, /class="pill running"|deno task stop/);
    assert.match(ended.text, /deno task resume runs\/live/);
    assert.match((await ask("/")).text, /class="pill stopped"/);
  }));

Deno.test("of a file of metrics that grew only what is new is read, and one that was written anew is read anew", () =>
  withSite(async (ask, runs) => {
    const metrics = join(runs, "one", "metrics.jsonl");
    await writeRun(join(runs, "one"), { metrics: rows(2) });
    assert.match((await ask("/run/one")).text, /reward 0\.000 → 0\.500/);
    await Deno.writeTextFile(metrics, '{"step":2,"env/all/reward/total":7}\n{"step":3,"env/all/rew', { append: true });
    assert.match((await ask("/run/one")).text, /reward 0\.000 → 7\.000/);
    await Deno.writeTextFile(metrics, 'ard/total":8}\n', { append: true });
    assert.match((await ask("/run/one")).text, /reward 0\.000 → 8\.000/);
    await Deno.writeTextFile(metrics, '{"step":0,"env/all/reward/total":3}\n');
    assert.match((await ask("/run/one")).text, /reward 3\.000</);
    assert.match((await ask("/")).text, />3\.000</);
  }));

Deno.test("a list that is not read in time comes all the same, and is whole a little later", () =>
  inTempFolder(async (runs) => {
    for (let i = 0; i < 80; i++) await writeRun(join(runs, `run_${i}`), { metrics: rows(1) });
    let clock = 0;
    // A clock that moves whenever one looks: some folders are read, and then the time is over.
    const site = new Site({ folder: runs, patienceMs: 100, now: () => clock += 1 });
    const ask = async () => {
      const host = `127.0.0.1:${PORT}`;
      return await (await answer(new Request(`http://${host}/`, { headers: { host } }), site, PORT)).text();
    };
    assert.match(await ask(), /\d+ runs still to be read/);
    let text = await ask();
    for (let tries = 0; tries < 6 && /still to be read/.test(text); tries++) text = await ask();
    assert.match(text, /80 runs/);
  }));

Deno.test("the list is filtered and sorted by its address", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "alpha"), { metrics: rows(2), config: { env: "gsm8k" } });
    await writeRun(join(runs, "beta"), { metrics: rows(9), status: { state: "failed" } });
    await writeRun(join(runs, "gamma"), { metrics: rows(4) });
    assert.deepEqual(namesIn((await ask("/?sort=reward&down=yes")).text), ["beta", "gamma", "alpha"]);
    assert.deepEqual(namesIn((await ask("/?sort=run&down=no")).text), ["alpha", "beta", "gamma"]);
    assert.deepEqual(namesIn((await ask("/?q=GSM8K")).text), ["alpha"]);
    const failed = await ask("/?q=failed+beta");
    assert.deepEqual(namesIn(failed.text), ["beta"]);
    assert.match(failed.text, /1 of 3 runs/);
  }));

Deno.test("runs of a sweep stand below it, and have pages of their own", () =>
  withSite(async (ask, runs) => {
    await writeRun(join(runs, "alone"));
    await Deno.mkdir(join(runs, "rates"));
    await Deno.writeTextFile(join(runs, "rates", "sweep.json"), "{}");
    for (const name of ["low", "high"]) await writeRun(join(runs, "rates", name));
    await Deno.mkdir(join(runs, "served", "x"), { recursive: true });
    const { text } = await ask("/");
    assert.deepEqual(namesIn(text), ["alone", "high", "low"]);
    assert.match(text, /sweep <a href="\/\?q=rates">rates<\/a> <span class="dim">2 finished/);
    assert.match((await ask("/run/rates/low")).text, /<h1>rates \/ low<\/h1>/);
    assert.equal((await ask("/run/rates/trajectories")).status, 404);
  }));

Deno.test("chosen runs lie over each other, with what tells them apart and what the tests say", () =>
  withSite(async (ask, runs) => {
    for (const [name, learning_rate] of [["low", 1e-4], ["high", 1e-3]] as const) {
      const recorder = await recorderFor(join(runs, name), { input: { learning_rate } });
      await recorder.record(evaluationEvent(0, 0.5));
      for (let step = 0; step < 2; step++) await recorder.record(stepEvent(step));
      await recorder.close();
    }
    const { text } = await ask("/compare?runs=low&runs=high&runs=no");
    assert.match(text, /There is no run no\./);
    assert.match(text, /<figure id="curves">/);
    assert.match(text, /<th scope="col">learning_rate<\/th>/);
    assert.match(text, /cannot be told apart on these/);
    assert.match(text, /deno task compare runs\/low runs\/high</);
    assert.match((await ask("/compare?runs=low")).text, /low alone cannot be compared/);
    const names: string[] = [];
    for await (const { name } of Deno.readDir(runs)) names.push(name);
    assert.deepEqual(names.sort(), ["high", "low"], "nothing is recorded");
  }));

Deno.test("templates are shown once, with the runs that have them and what differs", () =>
  withSite(async (ask, runs, folder) => {
    await Deno.mkdir(join(folder, "templates"));
    const yaml = "name: mine\ndescription: d\nbest_for: b\nquestion_suffix: ' Box it.'\n";
    await Deno.writeTextFile(join(folder, "templates", "mine.yaml"), yaml);
    await Deno.writeTextFile(join(folder, "templates", "broken.yaml"), "name: [");
    for (const name of ["one", "two"]) await writeRun(join(runs, name));
    const { text } = await ask("/templates");
    assert.match(text, /broken\.yaml cannot be used/);
    assert.match(text, /runs: <a href="\/run\/one">one<\/a>, <a href="\/run\/two">two<\/a>/);
    const ids = [...text.matchAll(/<option value="(\w+)"[^>]*>(mine|plain)/g)];
    const [mine, plain] = ["mine", "plain"].map((name) => ids.find(([, , of]) => of === name)![1]);
    const diff = await ask(`/templates?a=${mine}&b=${plain}`);
    assert.match(diff.text, /<span class="removed">.*name: mine/);
    assert.match(diff.text, /<span class="added">.*name: plain/);
  }));

Deno.test("completions are reached by step and split, and those that are not there are told", () =>
  withSite(async (ask, runs) => {
    await recordRun(join(runs, "one"), 3);
    const page = (await ask("/run/one")).text;
    assert.match(page, /href="\/run\/one\/trajectories\?split=train&amp;step=2"/);
    const shell = (await ask("/run/one/trajectories?split=train&step=1")).text;
    assert.match(shell, /step=0" rel="prev"/);
    assert.match(shell, /step=2" rel="next"/);
    assert.match(
      shell,
      /<iframe [^>]*sandbox="allow-scripts" src="\/run\/one\/trajectories\/page\?split=train&amp;step=1"/,
    );
    const framed = await ask("/run/one/trajectories/page?split=train&step=1");
    assert.match(framed.text, /What is 0 \+ 1\?/);
    assert.match((await ask("/run/one/trajectories?split=train&step=77")).text, /no completions of step 77/);
    assert.equal((await ask("/run/one/trajectories/page?split=train&step=77")).status, 404);
  }));
