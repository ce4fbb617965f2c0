import assert from "node:assert/strict";
import { join } from "node:path";
import { compareTemplates, openComparison } from "../../lib/comparison/mod.ts";
import { loadTemplate } from "../../lib/prompts/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { guesser } from "../launch/_evaluating.ts";
import { remembering, trained } from "./_trained.ts";

const TASK = { env: "arithmetic", limit: 8, resamples: 200 } as const;

Deno.test("templates by checkpoints: every cell has the same problems, and a policy is opened once for all of its templates", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { asked, open } = remembering();
    const folder = join(home, "runs", "comparisons", "x");
    const cells: string[] = [];
    const comparison = await compareTemplates(["none", "baseline"], {
      ...{ ...TASK, runs: [run], checkpoints: [1, "final"], folder, open },
      onCell: ({ name }) => cells.push(name),
    });
    const { facts, result } = comparison;
    assert.deepEqual(cells, [
      "none, first step 1",
      "baseline, first step 1",
      "none, first step 2",
      "baseline, first step 2",
    ]);
    assert.deepEqual(facts.cells.map(({ name, template, policy }) => [name, template, policy]), [
      ["none, first step 1", 0, 0],
      ["baseline, first step 1", 1, 0],
      ["none, first step 2", 0, 1],
      ["baseline, first step 2", 1, 1],
    ]);
    assert.deepEqual([asked.opened, asked.closed], [["000001", "000002"], ["000001", "000002"]]);
    assert.equal(asked.problems.length, 4 * 8);
    assert.deepEqual(facts.policies.map(({ runs, step }) => [runs, step]), [[["first"], 1], [["first"], 2]]);
    assert.equal(result.differences.length, 4);
    assert.match(facts.cells[0]!.records[0]!, /^\.\.\/\.\.\/first\/evaluations\/arithmetic-none-step1-t1-n8-/);
    const opened = await openComparison(folder);
    assert.deepEqual([opened.facts, opened.result, opened.notices], [facts, result, []]);
    const id = comparison.problems(0)[0]!.problem_id;
    const answers = (await opened.completions(new Set([id]))).get(id)!;
    assert.deepEqual(answers.map(([row]) => row?.template), ["none", "baseline", "none", "baseline"]);
  }));

Deno.test("what is recorded is not asked again: one template more asks that one alone, and the same again opens nothing", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const folder = (name: string) => join(home, "runs", "comparisons", name);
    const compare = async (templates: string[], name: string) => {
      const { asked, open } = remembering();
      const comparison = await compareTemplates(templates, { ...TASK, runs: [run], folder: folder(name), open });
      return { comparison, asked };
    };
    const first = await compare(["none", "baseline"], "a");
    assert.equal(first.asked.problems.length, 16);
    const more = await compare(["none", "baseline", "concise"], "b");
    assert.deepEqual([more.asked.problems.length, more.asked.opened], [8, ["000002"]]);
    const again = await compare(["none", "baseline"], "a");
    assert.deepEqual([again.asked.problems, again.asked.opened], [[], []]);
    assert.deepEqual(again.comparison.result, first.comparison.result);
    assert.deepEqual(again.comparison.facts, first.comparison.facts);
  }));

Deno.test("a comparison that is broken off goes on where it was, and asks nothing twice", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const folder = join(home, "runs", "comparisons", "x");
    const { asked, open } = remembering();
    const stop = new AbortController();
    asked.onSample = (calls) => calls === 12 && stop.abort(new Error("enough"));
    const options = { ...TASK, runs: [run], folder, open };
    await assert.rejects(compareTemplates(["none", "baseline"], { ...options, signal: stop.signal }), /enough/);
    assert.deepEqual(asked.opened, asked.closed);
    const before = asked.problems.length;
    asked.onSample = () => {};
    const { result } = await compareTemplates(["none", "baseline"], options);
    assert.equal(result.cells[1]!.problems, 8);
    // The first template's eight are kept, whatever came of the second's.
    assert.ok(asked.problems.length - before <= 8, `${asked.problems.length - before}`);
  }));

Deno.test("an open policy stays open, is asked anew each time, and its answers lie with the comparison", () =>
  inTempFolder(async (home) => {
    const folder = join(home, "runs", "comparisons", "x");
    let closed = 0;
    const policy = { ...guesser(), close: () => Promise.resolve(void closed++) };
    const compare = () => compareTemplates(["none", "baseline"], { ...TASK, policies: [policy], samples: 3, folder });
    const comparison = await compare();
    assert.deepEqual([closed, policy.asked.length], [0, 16]);
    assert.deepEqual(comparison.facts.cells.map(({ records }) => records), [
      ["evaluations/none"],
      ["evaluations/baseline"],
    ]);
    assert.equal(comparison.result.cells[0]!.samples, 3);
    await compare();
    assert.equal(policy.asked.length, 32);
    assert.deepEqual((await openComparison(folder)).notices, []);
  }));

Deno.test("with record: false nothing is written, and the answers are there all the same", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { open } = remembering();
    const comparison = await compareTemplates(["none", "baseline"], { ...TASK, runs: [run], record: false, open });
    assert.equal(comparison.path, null);
    await assert.rejects(Deno.stat(join(run, "evaluations")));
    const id = comparison.problems(0)[0]!.problem_id;
    const answers = (await comparison.completions(new Set([id]))).get(id)!;
    assert.deepEqual(answers.map((rows) => rows.length), [1, 1]);
  }));

Deno.test("two templates of one name with different texts are told apart, and a run's own settings hold for all", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first", ["eval_temperature=0.5", "seed=3"]);
    const { open } = remembering();
    const none = await loadTemplate("none");
    const other = { ...none, question_suffix: " Please." };
    const folder = join(home, "runs", "comparisons", "x");
    const { facts } = await compareTemplates([none, other], { runs: [run], folder, open, resamples: 200 });
    assert.deepEqual(facts.templates.map(({ name }) => name), ["none", "none (2)"]);
    assert.deepEqual([facts.problems, facts.temperature, facts.seed, facts.env], [12, 0.5, 3, "arithmetic"]);
    assert.doesNotMatch(JSON.stringify(facts), new RegExp(home));
    assert.match(
      facts.command,
      /^deno task compare none none .*checkpoints=2 .*seed=3 backend=local limit=12 temperature=0\.5$/,
    );
  }));

Deno.test("policies are checkpoints, what runs started from, servers' checkpoints, endpoints and open policies, under names of their own", () =>
  inTempFolder(async (home) => {
    const runs = [await trained(home, "first"), await trained(home, "second", ["seed=1"])];
    const configs: unknown[] = [];
    const { facts } = await compareTemplates(["none"], {
      ...{ ...TASK, runs, checkpoints: ["base", 1], record: false },
      policies: [
        join(runs[0]!, "weights", "000002"),
        { target: "tinker://r/sampler_weights/a", base_url: "http://127.0.0.1:1" },
        { target: "qwen3:0.6b", backend: "openai", base_url: "http://127.0.0.1:2/v1", name: "qwen" },
        guesser(),
        guesser(),
      ],
      open: ({ backend, base_url, model_name }, { weights }) => {
        configs.push([backend, base_url, model_name, weights?.split("/").at(-1)]);
        return Promise.resolve(guesser());
      },
    });
    // Both runs started from one model: it is asked once.
    assert.deepEqual(facts.policies.map(({ name, step }) => [name, step]), [
      ["abacus", null],
      ["first step 1", 1],
      ["second step 1", 1],
      ["first step 2", 2],
      ["r a", null],
      ["qwen", null],
      ["guesser", null],
      ["guesser (2)", null],
    ]);
    assert.deepEqual(configs, [
      ["local", null, "abacus", undefined],
      ["local", null, "abacus", "000001"],
      ["local", null, "abacus", "000001"],
      ["local", null, "abacus", "000002"],
      ["tinker", "http://127.0.0.1:1", "tinker://r/sampler_weights/a", "a"],
      ["openai", "http://127.0.0.1:2/v1", "qwen3:0.6b", undefined],
    ]);
    // Whatever a backend would ask by itself: problems, seed and settings are the first run's.
    assert.deepEqual([facts.seed, facts.max_tokens, facts.problems], [0, 256, 8]);
  }));

Deno.test("what cannot be compared is refused before anything is asked, with what is wrong and what to do", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { asked, open } = remembering();
    const options = { ...TASK, runs: [run], folder: join(home, "x"), open };
    const refused = (templates: unknown, more: Record<string, unknown>, message: RegExp) =>
      assert.rejects(compareTemplates(templates as string[], { ...options, ...more }), message);
    await refused([], {}, /templates: the list is empty; name at least one template/);
    await refused("none", {}, /give a list of templates/);
    await refused(["none", "none"], {}, /templates: none is there twice; leave one out/);
    await refused(["none", 3], {}, /templates: expected names, paths or templates, got 3/);
    await refused(["none", "nothing_like_it"], {}, /nothing_like_it/);
    await refused(["none"], {}, /nothing to compare none with: .* one policy \(first step 2\)/);
    await refused(["none"], { runs: [], policies: [] }, /option runs: expected a list of at least one/);
    await refused(["none"], { runs: undefined, policies: [] }, /policies: expected a list of at least one/);
    await refused(["none"], { checkpoints: ["last", "final"] }, /policies: first step 2 is there twice; leave one out/);
    await refused(["none"], { checkpoints: [7] }, /run first has no checkpoint "7"/);
    await refused(["none"], { runs: ["nowhere"] }, /runs: there is no run in nowhere, nor in runs\/nowhere/);
    await refused(["none"], { policies: [{}] }, /policies: expected a run, a path/);
    await refused(["none"], { checkpoint: 1 }, /no option checkpoint: it is called checkpoints here/);
    await refused(["none"], { sampels: 2 }, /has no option sampels/);
    await refused(["none"], { record: "x" }, /option record: expected true or false, got "x"/);
    await Deno.mkdir(join(home, "x"));
    await Deno.writeTextFile(join(home, "x", "mine.txt"), "");
    await refused(["none", "baseline"], {}, /it holds mine\.txt and no comparison\.json/);
    assert.deepEqual(asked.opened, []);
  }));

Deno.test("an evaluation that another process is writing is refused in plain words", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { asked, open } = remembering();
    const options = { ...TASK, runs: [run], open };
    let second: Promise<unknown> | undefined;
    asked.onSample = (calls) => {
      if (calls !== 1) return;
      second = assert.rejects(
        compareTemplates(["none", "baseline"], { ...options, folder: join(home, "b") }),
        /LogFolderError: .* is in use: this evaluation is being written already, by another call or another process/,
      );
    };
    const { result } = await compareTemplates(["none", "baseline"], { ...options, folder: join(home, "a") });
    await second;
    assert.equal(result.cells.length, 2);
  }));
