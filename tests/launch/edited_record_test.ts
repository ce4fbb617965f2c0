/** What a person, or another process, may have done to the record of an evaluation. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluate } from "../../lib/launch/mod.ts";
import { takeLock } from "../../lib/runs/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { evaluateGuesser, guesser, jsonOf, rowsOf, TASK } from "./_evaluating.ts";

Deno.test("rows that somebody has edited are not taken for answers: only their problems are asked again", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const whole = await evaluateGuesser(guesser(), { record });
    const path = join(record, "rollouts.jsonl");
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const changed = (line: string, change: Record<string, unknown>) =>
      JSON.stringify({ ...JSON.parse(line), ...change });
    const edits: [string, (lines: string[]) => void][] = [
      ["a row is gone", (lines) => lines.splice(4, 1)],
      ["a row is no JSON", (lines) => lines[4] = lines[4]!.slice(0, 40)],
      ["a row is empty JSON", (lines) => lines[4] = "[]"],
      ["an odd outcome", (lines) => lines[4] = changed(lines[4]!, { outcome: "splendid" })],
      ["a verdict that is no truth value", (lines) => lines[4] = changed(lines[4]!, { correct: "yes" })],
      ["a reward that is no number", (lines) => lines[4] = changed(lines[4]!, { reward: null })],
      ["another reference", (lines) => lines[4] = changed(lines[4]!, { reference: "1000" })],
      ["another template", (lines) => lines[4] = changed(lines[4]!, { template: "other" })],
      ["a later version", (lines) => lines[4] = changed(lines[4]!, { schema_version: 99 })],
      ["rows in another order", (lines) => lines.splice(3, 2, lines[4]!, lines[3]!)],
      ["tokens that are none", (lines) => lines[4] = changed(lines[4]!, { tokens: ["x", -1] })],
      ["a huge length", (lines) => lines[4] = changed(lines[4]!, { completion_tokens: 1e99 })],
    ];
    for (const [what, edit] of edits) {
      const edited = [...lines];
      edit(edited);
      await Deno.writeTextFile(path, `${edited.join("\n")}\n`);
      const policy = guesser();
      const again = await evaluateGuesser(policy, { record });
      assert.deepEqual(policy.asked, [JSON.parse(lines[4]!).problem_id], what);
      assert.deepEqual([again.metrics, again.resumed], [whole.metrics, 9], what);
      assert.deepEqual((await rowsOf(record)).length, 30, what);
    }
  }));

Deno.test("a problem that is not asked, a copy of one that is, and a line of 70 million characters are passed over", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const whole = await evaluateGuesser(guesser(), { record });
    const path = join(record, "rollouts.jsonl");
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const stranger = lines.slice(0, 3).map((line) => JSON.stringify({ ...JSON.parse(line), problem_id: "../../x" }));
    const huge = `{"text":"${"x".repeat(70_000_000)}"}`;
    const wrongCopy = lines.slice(0, 3).map((line) => JSON.stringify({ ...JSON.parse(line), correct: false }));
    await Deno.writeTextFile(path, [...stranger, ...lines, huge, ...wrongCopy, ""].join("\r\n"));
    const open = () => Promise.reject(new Error("the policy was opened"));
    const shown = await evaluate("guesser", { ...TASK, backend: "local", record, open });
    assert.deepEqual([shown.metrics, shown.rollouts.length], [whole.metrics, 30]);
  }));

Deno.test("a record that cannot be understood is refused in words and left as it is; fresh begins anew", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    await evaluateGuesser(guesser(), { record });
    const path = join(record, "evaluation.json");
    const facts = await jsonOf(record, "evaluation.json");
    const broken: [string, RegExp][] = [
      ["{", /cannot read .*evaluation\.json: not JSON/],
      ["[1]", /expected a JSON object/],
      [JSON.stringify({ ...facts, evaluation_schema: 99 }), /was written by a later version \(evaluation_schema 99/],
      [JSON.stringify({ ...facts, identity: null }), /lacks evaluation_schema or identity/],
      [
        JSON.stringify({ ...facts, identity: { ...facts.identity as object, seed: 7, grader: "recipe" } }),
        /holds another evaluation: it differs in seed, grader; name another folder .* fresh=true/,
      ],
    ];
    for (const [text, message] of broken) {
      await Deno.writeTextFile(path, text);
      const policy = guesser();
      await assert.rejects(evaluateGuesser(policy, { record }), { message });
      assert.deepEqual([policy.asked, await Deno.readTextFile(path)], [[], text]);
      assert.equal((await evaluateGuesser(guesser(), { record, fresh: true })).n, 10);
    }
  }));

Deno.test("a folder of something else is not written to, and fresh does not delete what is not an evaluation's", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    for (const fresh of [false, true]) {
      await assert.rejects(evaluateGuesser(guesser(), { record: folder, fresh }), {
        name: "LogFolderError",
        message: /cannot record an evaluation in .*: it holds notes\.txt and no evaluation\.json; name another folder/,
      });
    }
    const record = join(folder, "a");
    await evaluateGuesser(guesser(), { record });
    await Deno.writeTextFile(join(record, "notes.txt"), "mine");
    await evaluateGuesser(guesser(), { record, fresh: true });
    assert.equal(await Deno.readTextFile(join(record, "notes.txt")), "mine");
    await assert.rejects(evaluateGuesser(guesser(), { record: join(folder, "notes.txt") }), /notes\.txt/);
  }));

Deno.test("two writers of one record are impossible", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    await Deno.mkdir(record);
    const lock = await takeLock(record);
    await assert.rejects(evaluateGuesser(guesser(), { record }), {
      name: "LogFolderError",
      message: /is in use: this evaluation is being written already/,
    });
    await lock!.close();
    let inside: Promise<unknown> | undefined;
    const policy = guesser({
      onCall: async () => {
        inside ??= assert.rejects(evaluateGuesser(guesser(), { record }), /is in use/);
        await inside;
      },
    });
    assert.equal((await evaluateGuesser(policy, { record })).n, 10);
    assert.ok(inside !== undefined);
  }));
