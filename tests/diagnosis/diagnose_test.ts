/** Diagnoses as a whole: runs that learn, runs under way, folders that are torn or hostile, order and display. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DISPLAY } from "../../lib/basics/mod.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { diagnose, diagnosisLine, type RuleName } from "../../lib/diagnosis/mod.ts";
import { CAUSES, RULES } from "../../lib/diagnosis/rules.ts";
import { openRun } from "../../lib/runs/mod.ts";
import type { StallEvent, TrainEvent } from "../../lib/training/mod.ts";
import { group, inTempFolder, problem, recorderFor, rollout, START, stepEvent } from "../runs/_fakes.ts";
import { diagnosisOf, findingsOf, healthy, rootsOf, rulesOf, write } from "./_folders.ts";

Deno.test("nothing is found in a run that learns, and there is nothing to say of it", async () => {
  const diagnosis = await diagnosisOf();
  assert.deepEqual(diagnosis.findings, []);
  assert.equal(diagnosisLine(diagnosis), undefined);
  assert.equal(
    Deno.inspect(diagnosis),
    "diagnosis of run (finished, 12 of 12 steps, held-out accuracy 0.461 to 0.594): nothing is wrong",
  );
});

Deno.test("nothing blocks or slows a run that learns, after whichever step it is looked at", async () => {
  for (const steps of [0, 1, 2, 3, 5, 7, 9, 10, 12]) {
    const findings = await findingsOf({ steps, input: { max_steps: 12 }, heldOut: [0.461, 0.47, 256] });
    const bad = findings.filter(({ severity }) => severity !== "notice");
    assert.deepEqual(bad, [], `after ${steps} steps`);
  }
});

Deno.test("rounds of expert iteration are judged by what imitation needs", async () => {
  const input: TrainInput = { method: "expert_iteration", max_steps: 3 };
  const solved = { "env/all/zero_signal_groups": 0.95, "env/all/by_group/frac_all_good": 0.9, "env/all/correct": 0.9 };
  assert.deepEqual(await findingsOf({ steps: 3, input, change: () => solved, heldOut: [0.46, 0.61, 256] }), []);
  // From the answers of an earlier run: nothing is drawn.
  const learns = { "optim/updates": 12, "optim/lr": 1e-4, "optim/grad_norm": 2, "optim/loss_per_token": 0.1 };
  const diagnosis = await diagnosisOf({ steps: 3, input, metrics: () => learns, heldOut: [0.46, 0.61, 256] });
  assert.deepEqual(diagnosis.findings, []);
  assert.match(diagnosis.progress, /3 of 3 steps/);
  const [none] = await findingsOf({ steps: 3, input, change: () => ({ "optim/updates": 0 }) });
  assert.equal(none?.rule, "no_updates");
  assert.deepEqual(none.settings, { group_size: 16 });
});

Deno.test("a run under way is diagnosed as far as it is, and found to stand still where its server does", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { input: { max_steps: 40 } });
    const look = () => diagnose(path, { now: START });
    try {
      await recorder.record({ type: "start", step: 0, total: 40 });
      const [first] = (await look()).findings;
      assert.equal(first?.rule, "too_short");
      assert.match(first.suggestion, /Look again after step 10/);
      const cut = { "env/all/outcome/truncated": 1, "env/all/truncated": 1, "env/all/correct": 0 };
      await recorder.record(stepEvent(0, { ...healthy(0), ...cut }));
      const { progress, findings } = await look();
      assert.equal(progress, "running, 1 of 40 steps");
      assert.deepEqual(rootsOf(findings), ["truncated"]);
      const waiting: StallEvent["waiting"] = { state: "paused_capacity", reason: "short of machines", seconds: {} };
      await recorder.record({ type: "stall", step: 1, seconds: 900, waiting });
      const [worst] = (await look()).findings;
      assert.equal(worst?.rule, "stalled");
      assert.match(worst.evidence.join(), /short of machines/);
    } finally {
      await recorder.close();
    }
  }));

Deno.test("what became of a process that ended early is told, and how to go on", async () => {
  const stop = (detail: string) => ({ type: "done", reason: "stopped", step: 12, detail }) as unknown as TrainEvent;
  const [stopped] = await findingsOf({ end: (recorder) => recorder.record(stop("max_cost=1 would be passed")) });
  assert.equal(stopped?.rule, "stopped");
  assert.deepEqual(stopped.evidence, ["12 of 12 steps are done", "max_cost=1 would be passed"]);
  assert.match(stopped.suggestion, /deno task resume runs\/run/);
  await inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await write(path, {});
    const status = JSON.parse(await Deno.readTextFile(join(path, "status.json")));
    await Deno.writeTextFile(join(path, "status.json"), JSON.stringify({ ...status, state: "running", steps_done: 7 }));
    const [interrupted] = (await diagnose(path, { now: START + 3_600_000 })).findings;
    assert.equal(interrupted?.rule, "interrupted");
    assert.equal(interrupted.severity, "slows");
    assert.match(
      interrupted.evidence.join(),
      /7 of 12 steps are done,its process was last seen at 2026-01-02T03:04:05/,
    );
  });
});

Deno.test("the root comes first, what follows from it says so and suggests nothing of its own", async () => {
  const findings = await findingsOf({
    change: () => ({
      ...{ "env/all/outcome/truncated": 0.5, "env/all/truncated": 0.5, "env/all/outcome/no_answer": 0.5 },
      ...{ "env/all/zero_signal_groups": 1, "env/all/by_group/frac_all_good": 0, "optim/updates": 0 },
      ...{ "env/all/correct": 0, "env/all/lenient": 0.4 },
    }),
  });
  assert.deepEqual(rulesOf(findings), ["truncated", "no_box", "too_hard", "no_updates"]);
  assert.deepEqual(findings.map(({ cause }) => cause), [undefined, "truncated", "truncated", "truncated"]);
  // Though it merely slows learning by itself: what follows from it is worse.
  assert.equal(findings[0]?.severity, "slows");
  assert.deepEqual(findings[2]?.settings, {});
  assert.equal(findings[2]?.suggestion, "Mend truncated first.");
});

Deno.test("the line tells the root, though what follows from it is worse; a run that does not go on is told so", async () => {
  const unboxed = (step: number) => step < 6 ? { "env/all/outcome/no_answer": 0.95, "env/all/format": 0.05 } : {};
  const diagnosis = await diagnosisOf({
    change: (step) => ({
      ...{ "env/all/outcome/no_answer": 0.5, "env/all/format": 0.5, "env/all/lenient": 0.7, ...unboxed(step) },
      ...{ "env/all/zero_signal_groups": 1, "env/all/by_group/frac_all_good": 0 },
    }),
  });
  assert.deepEqual(diagnosis.findings.slice(0, 2).map(({ rule, severity }) => [rule, severity]), [
    ["no_box", "notice"],
    ["too_hard", "blocks"],
  ]);
  assert.match(
    diagnosisLine(diagnosis)!,
    /^not learning: Some answers still stand in no box.*prompt_template=baseline/,
  );
  const failed = await diagnosisOf({ end: (recorder) => recorder.fail(new Error("the disk is full")) });
  assert.match(diagnosisLine(failed)!, /^not going on: An error has ended the run\./);
});

Deno.test("of two roots the one that blocks learning comes first", async () => {
  const findings = await findingsOf({
    input: { max_steps_off_policy: 4 },
    change: () => ({ "env/all/outcome/grader_timeout": 0.7, "optim/kl_sample_train_v2": 0.05 }),
  });
  assert.deepEqual(rulesOf(findings), ["grader_timeouts", "stale_samples"]);
});

Deno.test("what follows from what has no circle, in which findings would get lost", () => {
  const depth = (name: RuleName, seen: readonly RuleName[]): number => {
    assert.ok(!seen.includes(name), `${[...seen, name].join(" <- ")}`);
    return Math.max(0, ...(CAUSES[name] ?? []).map((cause) => 1 + depth(cause, [...seen, name])));
  };
  for (const name of Object.keys(CAUSES) as RuleName[]) depth(name, []);
  assert.equal(new Set(RULES).size, RULES.length);
});

Deno.test("a folder that has next to nothing, or torn ends, is diagnosed from what it has", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await write(path, {});
    const metrics = join(path, "metrics.jsonl");
    await Deno.writeTextFile(metrics, '{"step":12,"env/all/correct":', { append: true });
    await Deno.writeTextFile(join(path, "rollouts", "train_000011.jsonl"), "{broken\n{}\n");
    assert.deepEqual((await diagnose(path)).findings, []);
    for (const name of ["metrics.jsonl", "status.json", "rollouts"]) {
      await Deno.remove(join(path, name), { recursive: true });
    }
    const { findings, progress } = await diagnose(path);
    assert.equal(progress, "interrupted, 0 steps");
    assert.deepEqual(rulesOf(findings), ["interrupted"]);
    await Deno.remove(join(path, "config.json"));
    await assert.rejects(diagnose(path), { name: "RunFolderError", message: /has no config\.json/ });
  }));

Deno.test("figures that no run can have break nothing", async () => {
  const wild = [NaN, -1, 7, 1e308, 0];
  for (const value of wild) {
    const keys = Object.keys(healthy(0));
    const findings = await findingsOf({ change: () => Object.fromEntries(keys.map((key) => [key, value])) });
    for (const { evidence } of findings) assert.ok(evidence.length > 0);
  }
});

Deno.test("foreign text is escaped in a notebook and stripped for a terminal", async () => {
  const evil = "\x1b[2J<script>alert(1)</script>\u202e";
  const of = { ...problem(0), id: evil };
  const drawn = rollout(of, false, `${evil} and no answer`);
  const noAnswer = { ...drawn, grade: { ...drawn.grade, outcome: "no_answer" as const, reason: evil } };
  const diagnosis = await diagnosisOf({
    groups: [{ problem: of, rollouts: [noAnswer, noAnswer] }],
    change: () => ({ "env/all/outcome/no_answer": 1, "env/all/correct": 0, "env/all/lenient": 0.5 }),
    end: (recorder) => recorder.fail(new Error(`it broke ${evil}`)),
  });
  const bundle = await (diagnosis as unknown as Record<typeof DISPLAY, () => Record<string, string>>)[DISPLAY]();
  for (const text of [Deno.inspect(diagnosis), bundle["text/plain"]!, diagnosisLine(diagnosis)!]) {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /[\x1b\u202e]/);
  }
  assert.match(Deno.inspect(diagnosis), /it broke <script>alert\(1\)<\/script>/);
  assert.doesNotMatch(bundle["text/html"]!, /<script|[\u202e]/);
  assert.match(bundle["text/html"]!, /it broke &lt;script&gt;/);
});

Deno.test("a run that is open already is diagnosed as it was opened; the line tells the worst and what to do", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await write(path, { change: () => ({ "optim/lr": 1e-12 }), input: { learning_rate: 1e-12 } });
    const diagnosis = await diagnose(await openRun(path));
    assert.equal(
      diagnosisLine(diagnosis),
      "not learning: The learning rate is so small that the weights do not move. Use learning_rate=0.00015.",
    );
    assert.equal(JSON.parse(JSON.stringify(diagnosis)).findings[0].rule, "nothing_moves");
  }));

Deno.test("the context that config.json tells bounds what is suggested for max_tokens", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await write(path, {
      groups: [group(0)],
      change: () => ({ "env/all/outcome/truncated": 1, "env/all/truncated": 1, "env/all/correct": 0 }),
    });
    const suggested = async () => (await diagnose(path)).findings[0]?.settings;
    assert.deepEqual(await suggested(), { max_tokens: 512 });
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    const tell = (context_length: unknown) =>
      Deno.writeTextFile(join(path, "config.json"), JSON.stringify({ ...config, context_length }));
    await tell(403);
    assert.deepEqual(await suggested(), { max_tokens: 400 });
    await tell(200);
    assert.deepEqual(await suggested(), { prompt_template: "concise" });
    await tell("\x1b[2J");
    assert.deepEqual(await suggested(), { max_tokens: 512 });
  }));
