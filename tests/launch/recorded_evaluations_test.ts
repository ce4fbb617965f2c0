/** The evaluations of a run beside everything else in its folder: listed, not taken for runs, gone with it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluate, type EvaluationResult, listEvaluations } from "../../lib/launch/mod.ts";
import { deleteRun, listRuns, openRun } from "../../lib/runs/mod.ts";
import { checkpointEvent, inTempFolder, recorderFor, recordRun, START } from "../runs/_fakes.ts";
import { evaluateGuesser, guesser } from "./_evaluating.ts";

const open = () => Promise.resolve(guesser());

function evaluateRun(path: string, k: number): Promise<EvaluationResult> {
  return evaluate(path, { env: "arithmetic", prompt_template: "none", limit: 4, k, open });
}

Deno.test("evaluations of a run are listed with what they are of and what came of them; one that is not finished has no result", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "mine");
    await recordRun(path);
    assert.deepEqual(await listEvaluations(path), []);
    const [one, two] = [await evaluateRun(path, 1), await evaluateRun(path, 2)];
    const facts = join(two.record!, "evaluation.json");
    const listed = await listEvaluations(path);
    assert.deepEqual(listed.map(({ folder, facts }) => [folder, facts.identity.k]), [[one.record, 1], [two.record, 2]]);
    assert.deepEqual(listed.map(({ result }) => [result?.metrics, result?.tokens, result?.problems]), [
      ...[one, two].map(({ metrics, tokens, perProblem }) => [metrics, tokens, perProblem]),
    ]);
    assert.deepEqual(await listEvaluations(await openRun(path)), listed);
    assert.deepEqual(await listEvaluations(join(path, "evaluations")), listed);
    await Deno.writeTextFile(facts, (await Deno.readTextFile(facts)).replace('"finished"', '"running"'));
    assert.deepEqual((await listEvaluations(path)).map(({ result }) => result !== undefined), [true, false]);
  }));

Deno.test("records that cannot be understood are left out of the list and told of, and nothing else is in it", () =>
  inTempFolder(async (folder) => {
    for (const name of ["a", "b", "c", "d"]) await evaluateGuesser(guesser(), { record: join(folder, name), limit: 2 });
    await Deno.writeTextFile(join(folder, "b", "result.json"), "{");
    await Deno.writeTextFile(join(folder, "c", "evaluation.json"), "[]");
    const path = join(folder, "d", "result.json");
    await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(/"correct":\[[^\]]*\]/, '"correct":[1]'));
    await Deno.mkdir(join(folder, "e"));
    await Deno.writeTextFile(join(folder, "f"), "");
    const told: string[] = [];
    const onUnreadable = (_: string, { message }: Error) => told.push(message);
    const listed = await listEvaluations(folder, { onUnreadable });
    assert.deepEqual(listed.map(({ folder }) => folder), [join(folder, "a")]);
    assert.equal(told.length, 3);
    assert.match(told[0]!, /b[\\/]result\.json: not JSON/);
    assert.match(told[1]!, /c[\\/]evaluation\.json: expected a JSON object/);
    assert.match(told[2]!, /d[\\/]result\.json: it is not the result of an evaluation/);
    assert.deepEqual(await listEvaluations(join(folder, "nothing")), []);
  }));

Deno.test("evaluations are no runs, go with their run, and are not taken for those of another run in the same place", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "mine");
    await recordRun(path);
    await evaluateGuesser(guesser(), { record: join(folder, "evaluations", "x"), limit: 2 });
    const first = await evaluateRun(path, 1);
    const unreadable: string[] = [];
    const runs = await listRuns(folder, { onUnreadable: (path) => unreadable.push(path) });
    assert.deepEqual([runs.map(({ name }) => name), unreadable], [["mine"], []]);
    await deleteRun(path);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    const again = await recorderFor(path, { clock: () => START + 1000 });
    const state_path = join(again.weightsDir, "000002");
    await again.record(checkpointEvent({ step: 2, state_path }));
    await again.close();
    const second = await evaluateRun(path, 1);
    assert.notEqual(second.record, first.record);
    assert.equal(second.resumed, 0);
  }));
