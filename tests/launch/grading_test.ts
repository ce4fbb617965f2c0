/** Runs and evaluations under another grader, and problems that nothing can be graded against. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DISPLAY } from "../../lib/basics/mod.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { evaluate, type OpenPolicy, trainGRPO } from "../../lib/launch/mod.ts";
import { openForSampling } from "../../lib/policy/mod.ts";
import { openRun } from "../../lib/runs/mod.ts";
import type { Problem, Split } from "../../lib/vocabulary.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", prompt_template: "none", groups_per_batch: 2, group_size: 4, max_steps: 1, save_every: 1 },
};
const WORDS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" ");

/** Sums whose answers are words, which the recipe's grader does not read. */
function sums(split: Split): Problem[] {
  const words = split === "train" ? WORDS.slice(0, 4) : WORDS.slice(4);
  return words.map((answer) => {
    const n = WORDS.indexOf(answer) + 1;
    return { id: `words/${n}`, env: "words", split, question: `What is ${n} + 1?`, answer };
  });
}

/** A policy that knows the sums, and answers in digits. */
const open: OpenPolicy = async (config, options) => {
  const adder = await openAdder()(config, options);
  return {
    ...adder,
    sample(prompt, ...rest) {
      const answer = String(WORDS.indexOf(prompt.problem.answer) + 2);
      return adder.sample({ ...prompt, problem: { ...prompt.problem, answer } }, ...rest);
    },
  };
};

const problems = { train: sums("train"), test: sums("test") };

Deno.test("with grader=both a run trains on our verdicts and keeps the recipe's beside them", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "both");
    const run = await trainGRPO({ ...SMALL, log_path, grader: "both" }, { open, problems });
    const rows = await Array.fromAsync(run.rollouts());
    assert.ok(rows.some(({ correct }) => correct));
    assert.ok(rows.every(({ recipe, correct, reward_parts }) => recipe === false && reward_parts.correct === +correct));
    for (const prefix of ["", "test/"]) {
      const { metrics } = run.metrics[0]!;
      const correct = metrics[`${prefix}env/all/correct`]!;
      assert.ok(correct > 0);
      assert.equal(metrics[`${prefix}env/all/recipe_correct`], 0);
      assert.equal(metrics[`${prefix}env/all/grader_disagreement`], correct);
    }
    const stored = JSON.parse(await Deno.readTextFile(join(log_path, "config.json")));
    assert.deepEqual([stored.grader, stored.grader_timeout], ["both", 1]);
  }));

Deno.test("an evaluation has the grader of its run, or the one that is asked for; a resumed run notes another one", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "recipe");
    const run = await trainGRPO({ ...SMALL, log_path, grader: "recipe" }, { open, problems });
    assert.ok(run.metrics.every(({ metrics }) => metrics["test/env/all/correct"] === 0));
    const asked = { problems: problems.test, open: openForSampling(open) };
    const same = await evaluate(run, asked);
    const ours = await evaluate(run, { ...asked, grader: "standard", grader_timeout: 5 });
    assert.equal(same.metrics["env/all/correct"], 0);
    assert.doesNotMatch(Deno.inspect(same), /grader/);
    const both = await evaluate(run, { ...asked, grader: "both" });
    const share = both.metrics["env/all/correct"]!.toFixed(3);
    assert.match(Deno.inspect(both), new RegExp(`by the recipe's grader +0\\.000\\n +graders disagree +${share}`));
    assert.match(String((await both[DISPLAY]())["text/html"]), /graders disagree<\/th>/);
    assert.ok(ours.metrics["env/all/correct"]! > 0);
    const more = { log_path, max_steps: 2, grader: "standard", behavior_if_log_dir_exists: "resume" } as const;
    await assert.rejects(trainGRPO(more, { open, problems }), {
      name: "ConfigError",
      message: /other settings than it had \(grader: recipe -> standard\): .* resume_changes=allow/,
    });
    await trainGRPO({ ...more, resume_changes: "allow" }, { open, problems });
    const { config, facts } = await openRun(log_path);
    assert.equal(config.grader, "standard");
    assert.deepEqual(facts.resumed[0]?.changed.grader, ["recipe", "standard"]);
  }));

Deno.test("who resumes a run with another grader or time limit is told, on the terminal and in the log", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const train = async (...more: string[]): Promise<string> => {
      const io = fakeIo();
      const small = "backend=local env=arithmetic prompt_template=none groups_per_batch=2 group_size=2 test_limit=2";
      const args = [...small.split(" "), "save_every=1", "eval_every=0", `log_path=${log_path}`, ...more];
      const resume = ["behavior_if_log_dir_exists=resume", "resume_changes=allow"];
      assert.equal(await trainMain([...args, ...resume], io, openAdder()), 0, io.complained());
      return io.said().split("\n").filter((line) => line.startsWith("From here on")).join("\n");
    };
    assert.equal(await train("max_steps=1"), "");
    const both = await train("max_steps=2", "grader=both");
    assert.match(
      both,
      /^From .* grader=both, not grader=standard: .* as before, and the recipe's verdicts are recorded\.$/,
    );
    assert.equal(await train("max_steps=3"), "");
    const recipe = await train("max_steps=4", "grader=recipe", "grader_timeout=2.5");
    assert.match(recipe, /grader=recipe, not grader=both: the recipe's grader decides .* cannot be compared\.\n/);
    assert.match(recipe, /longer than 2\.5 s to grade is not right; before it was 1 s\.$/);
    const log = await Deno.readTextFile(join(log_path, "log.txt"));
    for (const line of [both, ...recipe.split("\n")]) assert.equal(log.split(line).length, 2, line);
  }));

Deno.test("problems that are given with an answer nothing can be graded against are refused before a model is opened", async () => {
  const broken: Problem = { ...problems.train[0]!, id: "words/broken", question: "?", answer: "\\frac{1}{" };
  const open = () => assert.fail("a model was opened");
  const message =
    /option problems\.train: nothing can be graded against the answer of words\/broken, .*frac.*leave it out, as set\.filter/;
  const given = { train: [...problems.train, broken], test: problems.test };
  await assert.rejects(trainGRPO(SMALL, { open, problems: given }), message);
  const both = [broken, { ...broken, id: "words/more" }];
  await assert.rejects(
    evaluate("abacus", { backend: "local", problems: both, open }),
    /option problems: .*words\/broken.*, and 1 other problem with such an answer/,
  );
});
