/** A run that is resumed keeps the template it has recorded, with its variables, and says what is another one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as trainMain } from "../../lib/cli/train.ts";
import { evaluate, type OpenPolicy, trainGRPO } from "../../lib/launch/mod.ts";
import { openForSampling } from "../../lib/policy/mod.ts";
import { openRun, type Run } from "../../lib/runs/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";

/** What follows the question in the last prompt of all. */
let heard = "";

const open: OpenPolicy = async (...args) => {
  const policy = await openAdder()(...args);
  return {
    ...policy,
    sample: (prompt, ...rest) => {
      heard = String(prompt.messages.at(-1)?.content).replace(/^.*\?/s, "");
      return policy.sample(prompt, ...rest);
    },
  };
};
const SMALL = "backend=local env=arithmetic groups_per_batch=2 group_size=2 test_limit=2 save_every=1 eval_every=0"
  .split(" ");

interface Bench {
  readonly log_path: string;
  readonly template: string;
  readonly parent: string;
  /** Trains by the command line, on from where the run is. */
  train(...more: string[]): Promise<{ readonly run: Run; readonly said: string }>;
}

/** A template with a parent and variables, and a run of one step with it. */
async function inBench(test: (bench: Bench) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const [parent, template] = [join(folder, "parent.yaml"), join(folder, "mine.yaml")];
    await Deno.writeTextFile(parent, "question_suffix: ' Old.'\n");
    await Deno.writeTextFile(
      template,
      "extends: parent.yaml\nvariables: { tone: kind, shout: false }\n" +
        "question: '{{ question }} {{ tone }}{% if shout %} LOUD{% endif %}'\n",
    );
    const log_path = join(folder, "run");
    const train: Bench["train"] = async (...more) => {
      const io = fakeIo();
      const own = more.some((arg) => arg.startsWith("prompt_template=")) ? [] : [`prompt_template=${template}`];
      const args = [...SMALL, `log_path=${log_path}`, ...own, ...more];
      assert.equal(await trainMain([...args, "behavior_if_log_dir_exists=resume"], io, open), 0, io.complained());
      return { run: await openRun(log_path), said: io.said() };
    };
    await train("max_steps=1", 'template_variables={"tone":"calm","shout":true}');
    await test({ log_path, template, parent, train });
  });
}

Deno.test("the same command goes on with the recorded text, whatever became of the file or its parent, and says so", () =>
  inBench(async ({ template, parent, train }) => {
    await Deno.writeTextFile(parent, "question_suffix: ' New.'\n");
    const { run, said } = await train("max_steps=2");
    assert.equal(run.template.question_suffix, " Old.");
    assert.match(
      said,
      /The template .*mine\.yaml has changed since: the run goes on with the text that it has recorded/,
    );
    assert.match(await Deno.readTextFile(join(run.path, "log.txt")), /has changed since/);
    assert.deepEqual(Object.keys(run.facts.resumed[0]!.changed), ["max_steps"]);
    assert.equal(heard, " calm LOUD Old.");

    await Deno.remove(parent);
    const gone = await train("max_steps=3");
    assert.deepEqual([gone.run.template.question_suffix, /template/i.test(gone.said)], [" Old.", false]);
    await Deno.remove(template);
    assert.equal((await train("max_steps=4")).run.template.question_suffix, " Old.");
  }));

Deno.test("another template is taken when it is named, both texts are kept, and a line says so", () =>
  inBench(async ({ template, parent, train }) => {
    await Deno.writeTextFile(parent, "question_suffix: ' New.'\n");
    const other = join(template, "..", "other.yaml");
    await Deno.copyFile(template, other);
    const { run, said } = await train("max_steps=2", `prompt_template=${other}`, "resume_changes=allow");
    assert.match(said, /From here on problems are put by other, .*config\.json keeps both texts/);
    const { changed } = run.facts.resumed[0]!;
    const [before, after] = changed.template as [Run["template"], Run["template"]];
    assert.deepEqual([before.question_suffix, before.variables], [" Old.", { tone: "calm", shout: true }]);
    assert.deepEqual(JSON.parse(JSON.stringify(run.template)), after);
    assert.deepEqual([after.question_suffix, after.variables], [" New.", { tone: "kind", shout: false }]);
    assert.deepEqual(Object.keys(changed).sort(), ["max_steps", "prompt_template", "template", "template_variables"]);
  }));

Deno.test("variables that are not given again stay, in the configuration as in the prompts; none gives them all back", () =>
  inBench(async ({ log_path, train }) => {
    const { run } = await train("max_steps=2", 'template_variables={"shout":false}', "resume_changes=allow");
    const calm = { tone: "calm", shout: false };
    assert.deepEqual([run.config.template_variables, run.template.variables], [calm, calm]);
    assert.deepEqual(Object.keys(run.facts.resumed[0]!.changed).sort(), [
      "max_steps",
      "template",
      "template_variables",
    ]);
    assert.equal(heard, " calm Old.");

    const options = { open: openForSampling(open), limit: 1 };
    const shouted = await evaluate(run, { ...options, template_variables: { shout: true } });
    assert.deepEqual([heard, shouted.n], [" calm LOUD Old.", 1]);

    const none = await trainGRPO({
      log_path,
      behavior_if_log_dir_exists: "resume",
      resume_changes: "allow",
      max_steps: 3,
      template_variables: null,
    }, { open });
    assert.deepEqual([none.config.template_variables, none.template.variables], [null, { tone: "kind", shout: false }]);
  }));
