/** The panel of a run: paced, escaped, and true to what happens, in HTML and in text. */
import assert from "node:assert/strict";
import { TINKER_DEFAULTS, type TrainConfig } from "../../lib/config/mod.ts";
import { type Broadcast, type LivePanel, livePanel, type PanelOptions } from "../../lib/notebook/mod.ts";
import type { TrainEvent, TrainProgress } from "../../lib/training/mod.ts";
import type { Group, Metrics, Rollout } from "../../lib/vocabulary.ts";
import { answered, notebook, seen, type Sent } from "./_notebook.ts";

const CONFIG: TrainConfig = { ...TINKER_DEFAULTS, backend: "tinker", log_path: "runs/first", model_name: "some/model" };

const METRICS = {
  "env/all/reward/total": 0.4125,
  "env/all/correct": 0.5,
  "env/all/ac_tokens_per_turn": 48.25,
  "tokens/prompt_total": 41_000,
  "tokens/completion_total": 200,
  "cost/total": 0.0123,
  "time/total": 10,
};

const START: TrainEvent = { type: "start", step: 0, total: 3 };

function step(index: number): TrainEvent {
  return { type: "step", step: index, metrics: METRICS, groups: [] };
}

function evaluation(index: number, correct: number): TrainEvent {
  const metrics = { "test/env/all/correct": correct };
  return { type: "evaluation", step: index, metrics, rollouts: [], final: index > 0 };
}

function checkpoint(name: string, final = false): TrainEvent {
  return { type: "checkpoint", checkpoint: { name, step: 1, state_path: "s", sampler_path: "w", final } };
}

function sampling(done: number, waiting?: TrainProgress["waiting"]): TrainProgress {
  return { phase: "sampling", step: 1, done, total: 16, ...(waiting && { waiting }) };
}

function tell(panel: LivePanel, ...events: TrainEvent[]): void {
  for (const event of events) panel.watchers.onEvent?.(event);
}

/** What a reader sees last, as HTML and as text; both must say it. */
function assertShows(sent: readonly Sent[], pattern: RegExp): void {
  const { html, text } = sent.at(-1)!;
  assert.match(seen(html), pattern);
  assert.match(text.replace(/\s+/g, " "), pattern);
}

function assertHides(sent: readonly Sent[], pattern: RegExp): void {
  const { html, text } = sent.at(-1)!;
  assert.doesNotMatch(html + text, pattern);
}

/** Nothing in it but plain elements, each with nothing but what this module gives it. */
function assertHarmless(html: string): void {
  const image = /<img src="data:image\/svg\+xml;base64,[A-Za-z0-9+/=]*" alt="[^"<>]*" width="\d+" height="\d+">/g;
  const plain = html.replace(image, "").replace(/ style="[^"<>]*"/g, "").replace(/<div class="[\w ]*">/, "<div>");
  assert.doesNotMatch(plain, /<(?!\/?(div|span|strong|code|mark|br)>)/);
}

Deno.test("the panel is shown at once, then updated in place, four times a second at most", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  assert.deepEqual(sent.map(({ type }) => type), ["display_data"]);
  tell(panel, START);
  for (let i = 0; i < 1000; i++) {
    panel.watchers.onProgress?.(sampling(i % 16));
    await clock.pass(10);
  }
  await clock.until(panel.close());
  const [first, ...updates] = sent;
  assert.equal(first!.type, "display_data");
  assert.ok(updates.length > 35 && updates.length <= 41, `${updates.length} updates in 10 seconds`);
  assert.ok(updates.every(({ type, id }) => type === "update_display_data" && id === first!.id));
});

Deno.test("what happens last is shown, however soon the end comes, and no timer stays", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START, step(0), step(1), step(2));
  tell(panel, { type: "done", reason: "finished", step: 3, alreadyComplete: false });
  await clock.until(panel.close());
  assert.equal(sent.length, 2);
  assertShows(sent, /finished 3 steps in 0:00 for \$0\.012/);
  assert.equal(clock.sleepers.size, 0);
  await clock.pass(5000);
  assert.equal(sent.length, 2);
});

Deno.test("while nothing happens, the time goes on once a second", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START);
  await clock.pass(10_250);
  assertShows(sent, /0:10 gone/);
  assert.ok(sent.length >= 10 && sent.length <= 12, `${sent.length} messages`);
  await clock.until(panel.close());
});

Deno.test("a notebook that takes its time gets one message after the other, and the last one whole", async () => {
  let open = 0;
  let most = 0;
  const { clock, sent, options } = notebook(async () => {
    most = Math.max(most, ++open);
    await clock.sleep(900);
    open--;
  });
  const panel = livePanel(options);
  tell(panel, START);
  for (let i = 0; i < 40; i++) {
    panel.watchers.onProgress?.(sampling(i % 16));
    await clock.pass(100);
  }
  tell(panel, step(0));
  await Promise.all([clock.until(panel.fail(new Error("broken"))), clock.pass(3000)]);
  assert.equal(most, 1);
  assert.equal(open, 0);
  assertShows(sent, /failed after 1 of 3 steps: broken/);
});

Deno.test("a notebook that is gone does not disturb the run", async () => {
  const { clock, options } = notebook(() => Promise.reject(new Error("the kernel is gone")));
  const panel = livePanel(options);
  tell(panel, START);
  await clock.pass(2000);
  await clock.until(panel.close());
  assert.equal(clock.sleepers.size, 0);
});

Deno.test("outside a notebook a panel shows nothing and starts no timer", async () => {
  const panel = livePanel();
  tell(panel, START, step(0));
  await panel.close();
});

Deno.test("options that there are not are refused before anything is shown", () => {
  const cases: [unknown, RegExp][] = [
    [null, /the options of livePanel have to be an object, got null/],
    [{ brodcast: () => {} }, /the panel has no option brodcast\. Did you mean "broadcast"\?/],
  ];
  for (const [options, message] of cases) assert.throws(() => livePanel(options as PanelOptions), { message });
});

Deno.test("what the server makes the run wait for is shown with reason and time, and goes away", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START);
  panel.watchers.onProgress?.(sampling(4, { state: "paused_capacity", reason: "short on machines", seconds: 42 }));
  await clock.pass(250);
  assertShows(sent, /waiting: paused_capacity \(short on machines\) 0:42/);
  assertShows(sent, /sampling .*4\/16/);
  tell(panel, { type: "stall", step: 0, seconds: 300, waiting: { state: "paused_capacity", seconds: {} } });
  tell(panel, checkpoint("000001_stall_1"));
  await clock.pass(250);
  assertShows(sent, /waiting: paused_capacity .*no progress for 300 seconds/);
  assertShows(sent, /1 checkpoint, last 000001_stall_1/);
  panel.watchers.onProgress?.(sampling(5));
  tell(panel, { type: "stall", step: 0, seconds: 310, waiting: { state: "active", seconds: {} }, over: true });
  await clock.pass(250);
  assertHides(sent, /waiting|no progress/);
  assertShows(sent, /stalled 1 time, last after 0 steps/);
  await clock.until(panel.close());
});

Deno.test("waiting while the model is opened counts from where the state began", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens(CONFIG);
  for (let i = 0; i < 6; i++) {
    panel.watchers.onWaiting?.({ state: "paused_billing", reason: "no funds", seconds: { paused_billing: 99 } });
    await clock.pass(1000);
  }
  assertShows(sent, /opening/);
  assertShows(sent, /waiting: paused_billing \(no funds\) 0:05/);
  panel.watchers.onWaiting?.({ state: "active", seconds: {} });
  await clock.pass(250);
  assertHides(sent, /paused_billing/);
  await clock.until(panel.close());
});

Deno.test("a file that is fetched from the hub has a bar with its size while the run is opened", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const file = { repo: "some/model", path: "model<b>.safetensors", totalBytes: 4 * 1024 ** 2 };
  panel.watchers.onDownload?.({ ...file, receivedBytes: 1024 ** 2 });
  await clock.pass(2000);
  assertShows(sent, /fetching/);
  assertShows(sent, /model<b>\.safetensors of some\/model, 25 % of 4\.0 MiB, 0:01 gone/);
  assertHarmless(sent.at(-1)!.html);
  panel.watchers.onDownload?.({ ...file, receivedBytes: file.totalBytes });
  await clock.pass(250);
  assertShows(sent, /opening/);
  assertHides(sent, /safetensors/);
  await clock.until(panel.fail(new Error("no disk")));
  assertHides(sent, /fetching/);
});

Deno.test("a run on problems that were given says that they have to be given again", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens(CONFIG, "shorter", true);
  tell(panel, START, step(0), checkpoint("a"), {
    ...{ type: "done", reason: "stopped", step: 1, alreadyComplete: false },
  });
  await clock.until(panel.close());
  assertShows(sent, /"resume" \}, \{ reward: shorter, problems: \{ train, test \} \}\)/);
});

Deno.test("the last numbers, tokens, dollars, held-out accuracy and the estimate are shown", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const estimate = { low: 1, middle: 2, high: 4, completion: 64, measured: false, spent: 0, limit: null };
  tell(panel, { ...START, estimate } as TrainEvent, evaluation(0, 0.25), step(0), checkpoint("000001"));
  await clock.pass(4250);
  for (
    const fact of [/reward 0\.41/, /accuracy 0\.500/, /length 48\.[23]/, /tokens 41\.2k/, /cost \$0\.012/]
  ) {
    assertShows(sent, fact);
  }
  assertShows(sent, /held-out accuracy, step 0 0\.250/);
  assertShows(sent, /estimated cost: at most \$4\.00/);
  assertShows(sent, /step 1 of 3, 0:04 gone, 0:16 left/);
  tell(panel, evaluation(3, 0.75), checkpoint("final", true));
  tell(panel, { type: "done", reason: "finished", step: 3, alreadyComplete: false });
  await clock.until(panel.close());
  assertShows(sent, /held-out accuracy, step 3 0\.250 → 0\.750/);
  assertShows(sent, /1 checkpoint, last final/);
});

Deno.test("a run that goes by problems set aside shows their accuracy, and why it ended early", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const judged = (step: number, aside: number) => {
    const { metrics, ...event } = evaluation(step, 0.25) as Extract<TrainEvent, { type: "evaluation" }>;
    return { ...event, metrics: { ...metrics, "val/env/all/correct": aside } };
  };
  tell(panel, START, judged(0, 0.5), step(0), judged(1, 0.375));
  const detail = "early_stop=1: 1 evaluation was no better than 0.500 on the problems set aside after 0 steps";
  tell(panel, { type: "done", reason: "early_stop", step: 1, alreadyComplete: false, detail });
  await clock.until(panel.close());
  assertShows(sent, /accuracy on problems set aside, step 1 0\.500 → 0\.375/);
  assertShows(sent, /ended early, after 1 of 3 steps: early_stop=1: 1 evaluation was no better than 0\.500/);
});

Deno.test("where both graders judge, what the recipe's says is shown", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START, step(0));
  await clock.pass(4250);
  assertHides(sent, /grader/);
  const metrics = { ...METRICS, "env/all/recipe_correct": 0.375, "env/all/grader_disagreement": 0.125 };
  tell(panel, { type: "step", step: 1, metrics, groups: [] });
  await clock.pass(4250);
  assertShows(sent, /by the recipe's grader 0\.375/);
  assertShows(sent, /graders disagree 0\.125/);
  await clock.until(panel.close());
});

Deno.test("the time left does not run out while a step takes long", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START, step(0));
  await clock.pass(60_250);
  assertShows(sent, /1:00 gone, 0:10 left/);
  await clock.until(panel.close());
});

/** A step's row, with the evaluation before it in its time, as training has it. */
function timed(index: number, seconds: number, evaluated = 0): TrainEvent {
  const times = { "time/total": seconds + evaluated, "time/run_evaluations_parallel": evaluated };
  return { type: "step", step: index, metrics: { ...METRICS, ...times }, groups: [] };
}

Deno.test("the time left counts steps and the evaluations still due apart, also the last one", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens({ ...CONFIG, eval_every: 2 });
  tell(panel, { ...START, total: 4 } as TrainEvent);
  panel.watchers.onProgress?.({ phase: "evaluation", step: 0, done: 1, total: 8 });
  await clock.pass(20_000);
  assertShows(sent, /step 0 of 4, 0:(19|20) gone/);
  assertHides(sent, /\d left/);
  tell(panel, evaluation(0, 0.25));
  await clock.pass(10_000);
  assertHides(sent, /\d left/);
  tell(panel, timed(0, 10, 20));
  await clock.pass(250);
  // Three steps of 10 seconds, and two evaluations of 20: before step 2, and of the final weights.
  assertShows(sent, /step 1 of 4, 0:30 gone, 1:10 left/);
  await clock.pass(9750);
  tell(panel, timed(1, 10));
  panel.watchers.onProgress?.({ phase: "evaluation", step: 2, done: 1, total: 8 });
  await clock.pass(5000);
  assertShows(sent, /step 2 of 4, 0:4[45] gone, 0:5[56] left/);
  await clock.pass(15_000);
  tell(panel, evaluation(2, 0.5), timed(2, 10, 20), timed(3, 10), checkpoint("000004"));
  panel.watchers.onProgress?.({ phase: "evaluation", step: 4, done: 1, total: 8 });
  await clock.pass(5000);
  assertShows(sent, /step 4 of 4, 1:0[45] gone, 0:1[56] left/);
  tell(panel, evaluation(4, 0.5), { type: "done", reason: "finished", step: 4, alreadyComplete: false });
  await clock.until(panel.close());
  assertHides(sent, /\d left/);
});

Deno.test("a run that stopped says why, and how to go on", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens({ ...CONFIG, base_url: "https://me:secret@tinker.example/" });
  tell(panel, START, step(0));
  const limit = { limit: "max_cost", detail: "max_cost=1: $0.99 is spent", enough: 2.5 } as const;
  tell(panel, { type: "done", reason: "budget", step: 1, alreadyComplete: false, ...limit });
  await clock.until(panel.close());
  assertShows(sent, /stopped after 1 of 3 steps: max_cost=1: \$0\.99 is spent/);
  assertShows(
    sent,
    /trainGRPO\(\{ log_path: "runs\/first", behavior_if_log_dir_exists: "resume", base_url: ".*", max_cost: 2\.5 \}\)/,
  );
  assertHides(sent, /secret/);
});

Deno.test("a run that failed shows its error; one that had begun also how to go on", async () => {
  for (const [events, isBegun] of [[[], false], [[START, step(0), checkpoint("000001")], true]] as const) {
    const { clock, sent, options } = notebook();
    const panel = livePanel(options);
    panel.opens(CONFIG);
    tell(panel, ...events);
    await clock.until(panel.fail(new Error("training broke down")));
    assertShows(sent, isBegun ? /failed after 1 of 3 steps: training broke/ : /could not start: training broke down/);
    assert.equal(/behavior_if_log_dir_exists/.test(sent.at(-1)!.text), isBegun);
    assert.equal(clock.sleepers.size, 0);
  }
});

Deno.test("a call that had nothing to do says so", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens(CONFIG);
  await clock.until(panel.close());
  assertShows(sent, /nothing was left to do.*larger max_steps/);
});

Deno.test("text from outside is escaped, stripped and cut: names, reasons, messages, errors", async () => {
  const hostile = `<img src=x onerror="alert(1)">'\x1b[2J\x1b]0;t\x07\n<script>alert(2)</script>\u202e${
    "x".repeat(50_000)
  }`;
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const config = { ...CONFIG, log_path: `runs\\${hostile}`, model_name: hostile, env: hostile, base_url: hostile };
  panel.opens(config as TrainConfig);
  for (let i = 0; i < 5; i++) panel.watchers.onMessage?.({ severity: "warning", text: hostile });
  panel.watchers.onWaiting?.({ state: "paused_capacity", reason: hostile, seconds: {} });
  await clock.pass(250);
  tell(panel, START, checkpoint(hostile));
  tell(panel, { type: "stall", step: 0, seconds: 9, waiting: { state: "active", reason: hostile, seconds: {} } });
  panel.watchers.onProgress?.(sampling(1, { state: "paused_capacity", reason: hostile, seconds: 1 }));
  await clock.pass(250);
  await clock.until(panel.fail(new Error(hostile)));
  assert.equal(sent.length, 4);
  for (const { html, text } of sent) {
    assertHarmless(html);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(html + text, /[\x00-\x09\x0b-\x1f\u202e]/);
    assert.ok(html.length + text.length < 20_000, `${html.length + text.length} characters`);
  }
});

/** What images of charts hold. */
function charts(html: string): { readonly alt: string; readonly svg: string }[] {
  return [...html.matchAll(/<img src="data:image\/svg\+xml;base64,([^"]*)" alt="([^"]*)"/g)].map(([, data, alt]) => ({
    alt: alt!,
    svg: atob(data!),
  }));
}

function measured(index: number, metrics: Metrics, groups: readonly Group[] = []): TrainEvent {
  return { type: "step", step: index, metrics, groups };
}

Deno.test("numbers that were measured more than once become small charts with their first value and their last", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START, evaluation(0, 0.25));
  const metrics = { ...METRICS, "optim/entropy": 0.9, "optim/kl_sample_train_v2": 3e-6 };
  tell(panel, measured(0, metrics));
  await clock.pass(250);
  assert.equal(charts(sent.at(-1)!.html).length, 0);
  assertShows(sent, /reward 0\.41/);
  tell(panel, measured(1, { ...metrics, "env/all/correct": 0.75, "optim/entropy": NaN }), evaluation(2, 0.5));
  await clock.pass(250);
  const shown = charts(sent.at(-1)!.html);
  assert.deepEqual(shown.map(({ alt }) => alt.split(",")[0]), [
    "mean reward",
    "strict accuracy",
    "mean length in tokens",
    "KL of sampler and trainer in nats a token",
  ]);
  assert.equal(
    shown[1]!.alt,
    "strict accuracy, from 0.500 at step 0 to 0.750 at step 1; on held-out problems last 0.500",
  );
  assert.equal(shown[1]!.svg.match(/<circle/g)?.length, 3);
  assertShows(sent, /accuracy.* 0\.500 → 0\.750/);
  assertShows(sent, /KL, nats\/token 3\.0e-6 → 3\.0e-6/);
  assertHarmless(sent.at(-1)!.html);
  await clock.until(panel.close());
});

Deno.test("a long run's charts stay small, and keep what stood out", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START);
  for (let i = 0; i < 5000; i++) {
    const value = i === 3333 ? 50 : Math.sin(i / 100);
    tell(panel, measured(i, { ...METRICS, "env/all/reward/total": value, "env/all/correct": i / 5000 }));
    if (i % 10 === 0) tell(panel, evaluation(i, 0.5));
  }
  await clock.until(panel.close());
  const { html } = sent.at(-1)!;
  assert.ok(html.length < 30_000, `${html.length} characters`);
  const [reward] = charts(html);
  const points = /points="([^"]*)"/.exec(reward!.svg)![1]!.split(" ");
  assert.ok(points.length <= 200, `${points.length} points`);
  const top = points.map((point) => Number(point.split(",")[1])).filter((y) => y < 10);
  assert.equal(top.length, 1);
  assert.match(reward!.alt, /from 0\.000 at step 0 to -?0\.\d+ at step 4999/);
});

Deno.test("of the last step a right and a wrong answer to one problem are shown, the answers found in them marked", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START);
  const groups = [
    answered(["\\boxed{9}"], 4),
    answered([`${"x ".repeat(2000)}so \\boxed{5} apples`, "5\n\\boxed{4}"], 4),
  ];
  tell(panel, measured(0, METRICS, groups));
  await clock.pass(250);
  assertShows(sent, /sample, training problem after 0 steps; right answer 4/);
  assertShows(sent, /correct, reward 1, 3 tokens/);
  assertShows(sent, /wrong, reward 0, 3 tokens/);
  const { html, text } = sent.at(-1)!;
  assert.deepEqual([...html.matchAll(/<mark [^>]*>([^<]*)<\/mark>/g)].map(([, marked]) => marked), ["4", "5"]);
  assert.match(text, /so \\boxed\{⟦5⟧\} apples/);
  assert.ok(html.length < 10_000, `${html.length} characters`);
  tell(panel, measured(1, METRICS, [answered(["I do not know"], 4)]));
  await clock.until(panel.close());
  assertShows(sent, /sample, training problem after 1 step; right answer 4/);
  assertShows(sent, /I do not know/);
});

Deno.test("the answer that is marked in a sample is the one that was judged", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const group = answered(["\\boxed{4} or \\boxed{5}"], 4);
  const [rollout] = group.rollouts as [Rollout];
  const judged = { ...rollout, grade: { ...rollout.grade, extracted: "4", span: [7, 8] as const } };
  tell(panel, START, measured(0, METRICS, [{ ...group, rollouts: [judged] }]));
  await clock.until(panel.close());
  assert.match(sent.at(-1)!.text, /\\boxed\{⟦4⟧\} or \\boxed\{5\}/);
});

Deno.test("before the first step the sample is the evaluation's", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const { rollouts } = answered(["it is \\boxed{4}"], 4);
  const metrics = { "test/env/all/correct": 1 };
  tell(panel, START, { type: "evaluation", step: 0, metrics, rollouts, final: false });
  await clock.until(panel.close());
  assertShows(sent, /sample, held-out problem after 0 steps/);
});

Deno.test("a sample's text is escaped and stripped, its question's formulas are shown, and none of it is typeset again", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  tell(panel, START);
  const hostile =
    `</mark><script>alert(1)</script><img src=x onerror=alert(2)>\x1b]0;t\x07 \\boxed{<b onclick=1>7</b>}`;
  const { problem, rollouts } = answered([hostile], 7);
  const asked = { ...problem, question: `$x^2$ </div><script>alert(3)</script> for $5 and $6?`, answer: hostile };
  tell(panel, measured(0, METRICS, [{ problem: asked, rollouts }]));
  await clock.until(panel.close());
  const { html, text } = sent.at(-1)!;
  assert.doesNotMatch(html, /<(script|img|b)\b/);
  assert.match(html, /<math\b.*<\/math>/);
  assert.match(html, /^<div class="mathjax_ignore/);
  assert.match(seen(html), /for \$5 and \$6/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(html + text, /[\x00-\x09\x0b-\x1f]/);
});

Deno.test("the largest panel stays far below what a notebook takes", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  const wide = "<&\"'>".repeat(20_000);
  panel.opens({ ...CONFIG, model_name: wide, log_path: wide, base_url: wide } as TrainConfig, wide);
  tell(panel, START);
  for (let i = 0; i < 5; i++) panel.watchers.onMessage?.({ severity: "error", text: wide });
  const { problem, rollouts } = answered([wide, `\\boxed{4} ${wide}`], 4);
  const asked = { ...problem, question: `${"$x^2_3$ ".repeat(300)}${wide}` };
  for (let i = 0; i < 500; i++) {
    const noisy = Object.fromEntries(Object.entries(METRICS).map(([key, value]) => [key, value + Math.sin(i * 7)]));
    const more = { "optim/entropy": Math.sin(i), "optim/kl_sample_train_v2": Math.cos(i) };
    tell(panel, measured(i, { ...noisy, ...more }, [{ problem: asked, rollouts }]), evaluation(i, Math.sin(i)));
  }
  tell(panel, { type: "stall", step: 9, seconds: 9, waiting: { state: "active", reason: wide, seconds: {} } });
  tell(panel, { type: "done", reason: "stopped", step: 500, alreadyComplete: false, detail: wide });
  await clock.until(panel.close());
  const { html, text } = sent.at(-1)!;
  assert.ok(html.length + text.length < 100_000, `${html.length + text.length} characters`);
});

Deno.test("a run with a reward function shows its parts, and is told to go on with it", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens(CONFIG, "shorter");
  const parts = { "env/all/reward/right": 0.5, "env/all/reward/brevity": -0.0875, "env/all/reward/std": 0.3 };
  tell(panel, START, measured(0, { ...METRICS, ...parts }));
  tell(panel, { type: "done", reason: "stopped", step: 1, alreadyComplete: false });
  await clock.until(panel.close());
  assertShows(sent, /reward right 0\.500 reward brevity -0\.08/);
  assertHides(sent, /reward std/);
  assertShows(sent, /trainGRPO\(\{ .*"resume" \}, \{ reward: shorter \}\)/);
});

Deno.test("what takes long to draw is drawn less often", async () => {
  const { clock, sent, options } = notebook();
  let slept = 0;
  const slow = { now: () => clock.now() + slept, sleep: clock.sleep.bind(clock) };
  const broadcast: Broadcast = (type, content) => {
    slept += 50;
    return options.broadcast!(type, content);
  };
  const panel = livePanel({ ...options, clock: slow, broadcast });
  tell(panel, START);
  for (let i = 0; i < 600; i++) {
    panel.watchers.onProgress?.(sampling(i % 16));
    await clock.pass(100);
  }
  await clock.until(panel.close());
  assert.ok(sent.length >= 12 && sent.length <= 15, `${sent.length} messages of 50 ms in a minute`);
});

Deno.test("Stop is answered at once, and the panel says what a second one does", async () => {
  const { clock, sent, options } = notebook();
  const panel = livePanel(options);
  panel.opens(CONFIG);
  panel.stops();
  await clock.pass(250);
  assertShows(sent, /stopping.*press Stop again to end at once/);
  tell(panel, START, step(0));
  await clock.pass(250);
  assertShows(sent, /stopping after this step, with a checkpoint; press Stop again to end at once/);
  tell(panel, checkpoint("000001"), { type: "done", reason: "stopped", step: 1, alreadyComplete: false });
  await clock.until(panel.close());
  assertShows(sent, /stopped after 1 of 3 steps[.;] to go on: .*resume/i);
  assertHides(sent, /press Stop again/);
});
