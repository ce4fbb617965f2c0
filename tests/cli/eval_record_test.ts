/** `deno task eval` with several completions a problem, and with its record: going on, showing, starting anew. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import type { OpenSampling } from "../../lib/launch/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { guesser, type GuesserOptions } from "../launch/_evaluating.ts";
import { fakeIo } from "./_io.ts";

const TASK = ["guesser", "backend=local", "env=arithmetic", "limit=8", "k=4", "temperature=0.6"];

/** Runs the command against a guesser. */
async function run(args: readonly string[], options: GuesserOptions & { readonly code?: number } = {}) {
  const io = fakeIo();
  const policy = guesser({ ...options, onCall: (calls, prompt) => options.onCall?.(calls, prompt) });
  let opened = 0;
  const open: OpenSampling = () => (opened++, Promise.resolve(policy));
  assert.equal(await evalMain(args, io, open), options.code ?? 0, io.complained());
  return { said: io.said(), complained: io.complained(), asked: policy.asked, opened, io };
}

Deno.test("the table has pass@k and maj@k with intervals, for each template; json has a row a completion", () =>
  inTempFolder(async (folder) => {
    const json = join(folder, "figures.json");
    const args = [...TASK, "prompt_template=none,concise", `record=${join(folder, "r")}`, `json=${json}`];
    const { said } = await run(args);
    assert.match(said, /none +concise/);
    assert.match(said, /problems +8 x 4 +8 x 4/);
    for (const name of ["accuracy \\(strict\\)", "pass@2", "pass@4", "maj@4"]) {
      assert.match(
        said,
        new RegExp(`${name} +\\d\\.\\d{3} +\\d\\.\\d{3}\n  95 % interval +\\d\\.\\d{3}-\\d\\.\\d{3} +\\d`),
      );
    }
    assert.match(said, /none: recorded in .*r[\\/]none\nconcise: recorded in .*r[\\/]concise\n$/);
    const { evaluations } = JSON.parse(await Deno.readTextFile(json));
    const [{ k, samples, split, record, problems, metrics }] = evaluations;
    assert.deepEqual([k, samples, split, record], [4, 4, "test", join(folder, "r", "none")]);
    assert.deepEqual(
      problems.map(({ sample }: { sample: number }) => sample),
      Array.from({ length: 32 }, (_, i) => i % 4),
    );
    assert.ok(metrics["env/all/pass@4"] >= metrics["env/all/pass@2"]);
  }));

Deno.test("Ctrl-C keeps what is done and says how to go on; the same command does, and then shows it at once", () =>
  inTempFolder(async (folder) => {
    const args = [...TASK, "prompt_template=none", `record=${join(folder, "r")}`];
    const io = fakeIo();
    const slow = guesser({ onCall: (calls) => calls <= 3 ? undefined : new Promise<void>(() => {}) });
    const open: OpenSampling = () =>
      Promise.resolve({
        ...slow,
        sample: (prompt, count, params, { signal } = {}) => {
          const drawn = slow.sample(prompt, count, params);
          return Promise.race([
            drawn,
            new Promise<never>((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason))),
          ]);
        },
      });
    const path = join(folder, "r", "rollouts.jsonl");
    const waiting = (async () => {
      while ((await Deno.readTextFile(path).catch(() => "")).split("\n").length <= 12) {
        await new Promise((done) => setTimeout(done, 2));
      }
      io.interrupt();
    })();
    assert.equal(await evalMain(args, io, open), 130);
    await waiting;
    assert.equal(
      io.complained(),
      "stopped by Ctrl-C; 3 of 8 problems are recorded, and the same command goes on with the others\n",
    );
    const resumed = await run(args);
    assert.equal(resumed.asked.length, 5);
    assert.match(resumed.said, /\n3 of 8 from the record .*r\n$/);
    const shown = await run(args);
    assert.deepEqual([shown.opened, shown.asked], [0, []]);
    assert.match(shown.said, /\nfrom the record .*r\n$/);
    const tableOf = (said: string) => said.slice(0, said.lastIndexOf("\n\n"));
    assert.equal(tableOf(shown.said), tableOf(resumed.said));
    assert.equal((await run([...args, "fresh=true"])).asked.length, 8);
  }));

Deno.test("templates whose names are no file names have a folder each", () =>
  inTempFolder(async (folder) => {
    const text = await Deno.readTextFile("templates/none.yaml");
    const paths = ["\u7b80", "\u57fa", "b c"].map((name) => {
      const path = join(folder, `${name}.yaml`);
      Deno.writeTextFileSync(path, text.replace(/^name: .*$/m, `name: ${name}`));
      return path;
    });
    const record = join(folder, "r");
    await run([...TASK, `prompt_template=${paths.join(",")}`, `record=${record}`]);
    const made = await Array.fromAsync(Deno.readDir(record), ({ name }) => name);
    assert.equal(made.length, 3);
    assert.ok(made.every((name) => /^(b-c-)?[0-9a-f]{8}$/.test(name)), made.join(" "));
  }));

Deno.test("one completion a problem shows what it always has, besides where it is recorded", () =>
  inTempFolder(async (folder) => {
    const args = ["guesser", "backend=local", "env=arithmetic", "prompt_template=none", "test_limit=8"];
    const { said } = await run([...args, `record=${folder}/r`]);
    assert.match(
      said,
      /problems +8\naccuracy \(strict\) +\d\.\d{3}\n +95 % interval +\d\.\d{3}-\d\.\d{3}\naccuracy \(lenient\)/,
    );
    assert.doesNotMatch(said, /pass@|maj@/);
    assert.match(said, /\nrecorded in .*r\n$/);
    assert.doesNotMatch((await run([...args, "record=false"])).said, /record/);
  }));

Deno.test("training problems are asked where that is wanted; temperature means that of the evaluation", () =>
  inTempFolder(async (folder) => {
    const { said } = await run([...TASK, "split=train", "prompt_template=none", `record=${folder}/r`]);
    assert.match(said, /^guesser on training problems of arithmetic/);
    const facts = JSON.parse(await Deno.readTextFile(join(folder, "r", "evaluation.json")));
    assert.deepEqual([facts.identity.split, facts.identity.temperature], ["train", 0.6]);
  }));

Deno.test("several completions at temperature 0 are said to be all the same, before anything is asked", async () => {
  const greedy = [...TASK.filter((arg) => !arg.startsWith("temp")), "temperature=0", "prompt_template=none"];
  const { complained } = await run([...greedy, "record=false"]);
  assert.match(complained, /^At temperature 0 all 4 completions of a problem are the same.*\n$/);
  assert.equal((await run([...greedy.filter((arg) => arg !== "k=4"), "record=false"])).complained, "");
});

Deno.test({
  name: "where nothing may be written the figures are shown, and it is said that they are not recorded",
  permissions: { read: "inherit", env: "inherit", sys: "inherit", ffi: "inherit", write: false },
  async fn() {
    const { said, complained } = await run([...TASK, "prompt_template=none"]);
    assert.match(said, /pass@4/);
    assert.doesNotMatch(said, /recorded/);
    assert.match(complained, /^Nothing is recorded: .*write access.*\n$/);
  },
});

Deno.test("what cannot be used is refused with 2, before anything is opened", async () => {
  const cases: [string, RegExp][] = [
    ["k=0", /option k: expected a whole number/],
    ["k=1000000000", /from 1 to 10,000, got 1000000000/],
    ["k=many", /argument "k=many": expected a whole number/],
    ["samples=2", /too few for k=4/],
    ["split=dev", /argument "split=dev": expected test or train/],
    ["fresh=perhaps", /argument "fresh=perhaps": expected true or false/],
    ["record=", /give record once, with a value/],
    ["eval_temperature=1", /eval_temperature is already set/],
  ];
  for (const [arg, message] of cases) {
    const args = arg.startsWith("k=") ? [...TASK.filter((one) => !one.startsWith("k=")), arg] : [...TASK, arg];
    const { complained, opened } = await run([
      ...args,
      "prompt_template=none",
      ...(arg === "record=" ? [] : ["record=false"]),
    ], {
      code: 2,
    });
    assert.match(complained, message);
    assert.equal(opened, 0);
  }
});
