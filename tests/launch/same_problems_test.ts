/** Whether a run goes on with the problems it began with: other texts under the same ids, other spellings, moved files. */
import assert from "node:assert/strict";
import { basename, join, relative } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { evaluate, type EvaluateOptions, type EvaluationStart, trainGRPO } from "../../lib/launch/mod.ts";
import { openForSampling } from "../../lib/policy/mod.ts";
import type { Run } from "../../lib/runs/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { lines } from "../problems/_sets.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", prompt_template: "none", groups_per_batch: 2, group_size: 2, max_steps: 1, save_every: 1 },
  ...{ test_limit: 2 },
};
const RESUME = { behavior_if_log_dir_exists: "resume" } as const;
const open = openAdder();
const sampling = openForSampling(open);

/** A table with 60 sums. */
function table({ add = 1, header = "question,answer,id", from = 0 } = {}): string {
  const rows = Array.from({ length: 60 }, (_, i) => `What is ${i + from} plus 1?,${i + from + add},row ${i}`);
  return [header, ...rows].join("\n");
}

/** Trains one step on a file, and goes on with what is asked for. */
async function inRun(
  text: string,
  input: TrainInput,
  body: (given: {
    readonly folder: string;
    readonly file: string;
    readonly run: Run;
    readonly resume: (more?: TrainInput) => Promise<Run>;
  }) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    const file = join(folder, "sums.csv");
    await Deno.writeTextFile(file, text);
    const log_path = join(folder, "run");
    const run = await trainGRPO({ ...SMALL, ...input, env: file, log_path }, { open });
    const resume = (more: TrainInput = {}) => trainGRPO({ log_path, max_steps: 2, ...RESUME, ...more }, { open });
    await body({ folder, file, run, resume });
  });
}

Deno.test("other answers under the same ids are other problems", () =>
  inRun(table(), {}, async ({ file, resume }) => {
    await Deno.writeTextFile(file, table({ add: 999 }));
    await assert.rejects(resume(), {
      name: "ConfigError",
      message: /with other training problems: it has sums train, \d+ problems \((\w+)\), and now .* \((?!\1)\w+\)/,
    });
    await Deno.writeTextFile(file, table());
    assert.equal((await resume()).status?.steps_done, 2);
  }));

Deno.test("other questions in the same number of rows are other problems", () =>
  inTempFolder(async (folder) => {
    const sums = (from: number) =>
      lines(Array.from({ length: 12 }, (_, i) => ({ question: `What is ${i + from} plus 1?`, answer: "#### 5" })));
    const [data_path, log_path] = [join(folder, "data"), join(folder, "run")];
    await Deno.mkdir(data_path);
    await Deno.writeTextFile(join(data_path, "train.jsonl"), sums(0));
    await Deno.writeTextFile(join(data_path, "test.jsonl"), sums(50));
    await trainGRPO({ ...SMALL, env: "gsm8k", data_path, log_path }, { open });
    await Deno.writeTextFile(join(data_path, "train.jsonl"), sums(20));
    const resume = () => trainGRPO({ log_path, max_steps: 2, ...RESUME }, { open });
    await assert.rejects(resume, /with other training problems: it has gsm8k train, 12 problems/);
    await Deno.writeTextFile(join(data_path, "train.jsonl"), sums(0));
    await Deno.writeTextFile(join(data_path, "test.jsonl"), sums(70));
    await assert.rejects(resume, /with other held-out problems: it has gsm8k test, 2 problems/);
  }));

Deno.test("another spelling of the same file is no other choice of problems", () =>
  inRun(table({ header: "task,result,id" }), { columns: { question: "task", answer: "result" } }, async (given) => {
    const { folder, file, resume } = given;
    const spelled = `${folder}/../${basename(folder)}/sums.csv`;
    assert.equal((await resume({ env: spelled })).status?.steps_done, 2, "with its columns");
    await Deno.writeTextFile(file, table({ header: "task,result,id", add: 999 }));
    const link = join(folder, "link.csv");
    await Deno.symlink(file, link);
    for (const env of [spelled, link, relative(Deno.cwd(), file)]) {
      await assert.rejects(resume({ env, max_steps: 3 }), /with other training problems/);
    }
  }));

Deno.test("of a file that is gone it is said what goes on with it at its new place, and that does", () =>
  inRun(table({ header: "task,result,id" }), { columns: { question: "task", answer: "result" } }, async (given) => {
    const { folder, file, run, resume } = given;
    const moved = join(folder, "elsewhere", "sums.csv");
    await Deno.mkdir(join(folder, "elsewhere"));
    await Deno.rename(file, moved);
    const says = /no such file or folder\. If it is somewhere else now, env=<new path> goes on with it there/;
    await assert.rejects(resume(), { name: "ConfigError", message: says });
    await assert.rejects(evaluate(run, { open: sampling }), { name: "ConfigError", message: says });
    await assert.rejects(resume({ env: join(folder, "slip.csv") }), (error: Error) => {
      assert.doesNotMatch(error.message, /somewhere else/);
      return true;
    });
    const resumed = await resume({ env: moved });
    assert.deepEqual([resumed.config.env, resumed.config.columns], [moved, { question: "task", answer: "result" }]);
    assert.equal(resumed.status?.steps_done, 2);
    const { changed } = resumed.facts.resumed.at(-1)!;
    assert.deepEqual(changed.env, [file, moved]);
    assert.ok(!Object.keys(changed).some((key) => /problems|columns/.test(key)), "they are the same problems");
    assert.equal((await evaluate(run, { open: sampling, env: moved })).notice, undefined);
  }));

Deno.test("another file in the place of one that is still there has columns of its own", () =>
  inRun(table({ header: "task,result,id" }), { columns: { question: "task", answer: "result" } }, async (given) => {
    const other = join(given.folder, "others.csv");
    await Deno.writeTextFile(other, table({ from: 100 }));
    await assert.rejects(given.resume({ env: other }), {
      name: "ConfigError",
      message: /with other training problems: .*; leave env, columns as it was, add resume_changes=allow/,
    });
    const resumed = await given.resume({ env: other, resume_changes: "allow" });
    assert.equal(resumed.config.columns, null);
    assert.ok("train problems" in (resumed.facts.resumed.at(-1)?.changed ?? {}));
  }));

Deno.test("an evaluation says that the problems are not those of the run, unless others are asked for", () =>
  inRun(table(), {}, async ({ folder, file, run }) => {
    const told: (string | undefined)[] = [];
    const onStart = ({ notice }: EvaluationStart) => told.push(notice);
    const ask = (options: EvaluateOptions = {}) => evaluate(run, { open: sampling, onStart, ...options });
    for (const limit of [undefined, 1, 0]) assert.equal((await ask({ limit })).notice, undefined);
    assert.equal((await ask({ split: "train", limit: 2 })).notice, undefined);
    await Deno.writeTextFile(file, table({ add: 999 }));
    for (const limit of [undefined, 1, 0]) {
      const result = await ask({ limit });
      const says =
        /The held-out problems are not those of the run: it had sums test, 2 problems \(.*, and now there are/;
      assert.match(result.notice ?? "", says);
      assert.match(Deno.inspect(result), says);
      assert.equal(told.at(-1), result.notice);
    }
    assert.match((await ask({ split: "train", limit: 2 })).notice ?? "", /The training problems are not/);
    const io = fakeIo();
    assert.equal(await evalMain([run.path], io, sampling), 0, io.complained());
    assert.match(io.complained(), /^The held-out problems are not those of the run: .*\.\n$/);
    const other = join(folder, "others.csv");
    await Deno.writeTextFile(other, table({ from: 100 }));
    assert.equal((await ask({ env: other })).notice, undefined);
    assert.equal((await ask({ env: "arithmetic", limit: 2 })).notice, undefined);
  }));
