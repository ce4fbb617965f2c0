import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import {
  billedTokens,
  costOf,
  dollars,
  estimateRun,
  estimateText,
  estimateTokens,
  evaluationsToCome,
  isEvaluationDue,
  mostOfEvaluation,
  mostOfStep,
  NO_TOKENS,
  overBudget,
  problemsOfStep,
  rolloutMetrics,
  spendingOf,
  tokensOf,
  totalsOf,
  train,
  type TrainArgs,
  type TrainEvent,
  type TrainStart,
} from "../../lib/training/mod.ts";
import type { Metrics, Rollout } from "../../lib/vocabulary.ts";
import { toyConfig, toyEnvironment, type ToyOptions, ToyPolicy, toyProblems, toyRollout } from "./_toy.ts";

/** A step reads 8 * 8 prompts of 2 tokens: a dollar. An evaluation reads 16 of them: a quarter. */
const DOLLAR_A_STEP = { prompt: 1e6 / 128 };

type Store = NonNullable<ToyOptions["store"]>;

function toyRun(changes: Partial<TrainConfig> = {}, more: Partial<TrainArgs> = {}): TrainArgs {
  return {
    config: toyConfig({ max_steps: 6, eval_every: 0, save_every: 0, ...changes }),
    policy: new ToyPolicy(),
    environment: toyEnvironment,
    trainProblems: toyProblems(24),
    testProblems: toyProblems(16, "test"),
    now: () => 0,
    ...more,
  };
}

async function eventsOf(args: TrainArgs): Promise<TrainEvent[]> {
  return await Array.fromAsync(train(args));
}

const rowsOf = (events: readonly TrainEvent[]): Metrics[] =>
  events.flatMap((event) =>
    event.type === "step" || (event.type === "evaluation" && event.final) ? [event.metrics] : []
  );

function endOf(events: readonly TrainEvent[]): Extract<TrainEvent, { type: "done" }> {
  const last = events.at(-1);
  assert.ok(last?.type === "done");
  return last;
}

const stepRows = (events: readonly TrainEvent[]): Metrics[] =>
  events.flatMap((event) => event.type === "step" ? [event.metrics] : []);

/** Where a run goes on that stopped with these events. */
function startAfter(events: readonly TrainEvent[], prices: TrainConfig["prices"]): TrainStart {
  const totals = totalsOf(stepRows(events).at(-1) ?? {});
  return { step: endOf(events).step, final: false, totals, spending: spendingOf(rowsOf(events), totals, prices) };
}

Deno.test("costOf() is tokens times prices a million; what has no price is free", () => {
  const tokens = { prompt: 2_000_000, completion: 500_000, train: 1_000_000 };
  assert.equal(costOf(tokens, { prompt: 0.1, completion: 0.4, train: 3 }), 0.2 + 0.2 + 3);
  assert.equal(costOf(tokens, { completion: 2 }), 1);
  assert.equal(costOf(tokens, {}), 0);
});

Deno.test("evaluations are billed as well, and scoring without a gradient like prompts", () => {
  const totals = { prompt: 1, completion: 2, train: 4, scored: 8, evalPrompt: 16, evalCompletion: 32 };
  assert.deepEqual(billedTokens(totals), { prompt: 25, completion: 34, train: 4 });
});

Deno.test("dollars() shows two digits that count", () => {
  const cases = [[0, "$0.00"], [12.4, "$12.40"], [0.5, "$0.50"], [0.01234, "$0.012"], [3.1e-5, "$0.000031"]] as const;
  for (const [value, text] of cases) assert.equal(dollars(value), text);
});

Deno.test("estimateTokens() by hand: prompts exactly, completions from none to all at max_tokens", () => {
  const args = {
    config: toyConfig(), // 4 steps of 8 * 8 completions of at most 3 tokens, evaluations before 0 and 2 and at the end
    environment: toyEnvironment,
    ...{ trainProblems: toyProblems(24), testProblems: toyProblems(16, "test"), from: 0, total: 4 },
  };
  assert.deepEqual(estimateTokens(args), {
    low: { prompt: 4 * 64 * 2 + 3 * 16 * 2, completion: 0, train: 0 },
    // A datum has one token less than its sequence.
    middle: { prompt: 608, completion: (256 + 48) * 1.5, train: 256 * 2.5 },
    high: { prompt: 608, completion: (256 + 48) * 3, train: 256 * 4 },
    completion: 1.5,
  });
  const scored = estimateTokens({ ...args, config: toyConfig({ kl_penalty_coef: 1, compute_post_kl: true }) });
  assert.equal(scored.high.prompt, 608 + 2 * 1024);
  assert.equal(scored.low.prompt, 608);
  const resumed = estimateTokens({ ...args, from: 3, meanCompletion: 2 });
  assert.deepEqual(resumed.middle, { prompt: 64 * 2 + 16 * 2, completion: (64 + 16) * 2, train: 64 * 3 });
});

Deno.test("evaluationsToCome() counts what a run makes, however long it is", () => {
  for (const every of [0, 1, 2, 3, 7]) {
    for (let from = 0; from < 9; from++) {
      const steps = Array.from({ length: 9 - from }, (_, k) => from + k);
      const due = steps.filter((step) => isEvaluationDue(step, every)).length;
      assert.equal(evaluationsToCome(from, 9, every), due + 1, `from ${from} every ${every}`);
    }
  }
  assert.equal(evaluationsToCome(0, 1e15, 20), 5e13 + 1);
});

Deno.test("an estimate counts every prompt of a small run, and renders only so many of a large one", () => {
  let rendered = 0;
  const environment = {
    ...toyEnvironment,
    prompt: (problem: Parameters<typeof toyEnvironment.prompt>[0]) => {
      rendered++;
      const prompt = toyEnvironment.prompt(problem);
      // Longer prompts on some: the estimate has to be of these very problems.
      return { ...prompt, tokens: [...prompt.tokens, ...Array(Number(problem.question)).fill(0)] };
    },
  };
  const [trainProblems, config] = [toyProblems(64), toyConfig({ groups_per_batch: 4, group_size: 1, seed: 3 })];
  const args = { config, environment, trainProblems, testProblems: [], from: 2, total: 7 };
  const { low } = estimateTokens(args);
  assert.equal(rendered, 20);
  const one = (step: number) => estimateTokens({ ...args, from: step, total: step + 1 }).low.prompt;
  assert.equal(low.prompt, [2, 3, 4, 5, 6].reduce((sum, step) => sum + one(step), 0));
  rendered = 0;
  const large = estimateTokens({ ...args, total: 100_002, testProblems: toyProblems(5000, "test") });
  assert.equal(rendered, 512);
  // Questions 0 to 7, each as often: prompts of 2 + 3.5 tokens in the mean.
  const evaluations = evaluationsToCome(2, 100_002, 2) * 5000 * 5.5;
  assert.ok(Math.abs((large.low.prompt - evaluations) / 400_000 - 5.5) < 0.5);
});

Deno.test("an estimate in words: the most, the middle, what is spent and whether the budget may end the run", () => {
  const args = {
    config: toyConfig({ max_cost: 6 }),
    environment: toyEnvironment,
    ...{ trainProblems: toyProblems(24), testProblems: [], from: 0, total: 4 },
  };
  const prices = { completion: 1e6 / 256 };
  assert.equal(
    estimateText(estimateRun(args, prices)),
    "estimated cost: at most $3.00 (all completions at max_tokens), $1.50 if they average half (2 tokens)",
  );
  const later = estimateRun({ ...args, meanCompletion: 1 }, prices, 4);
  assert.match(
    estimateText(later),
    /\$1\.00 if they stay at 1 tokens as so far, besides \$4\.00 spent before; max_cost=6 may end/,
  );
});

Deno.test("each row tells the tokens of its step and its cost, its evaluation included", async () => {
  const prices = { ...DOLLAR_A_STEP, completion: 1000, train: 500 };
  const [first, second, , , , , last] = rowsOf(await eventsOf(toyRun({ prices, compute_post_kl: true })));
  assert.ok(first && second && last);
  assert.equal(first["tokens/prompt"], 128);
  assert.equal(first["tokens/prompt_total"], 128);
  assert.equal(first["tokens/eval_prompt_total"], 32);
  assert.equal(first["tokens/scored"], first["tokens/train"]);
  assert.equal(second["tokens/completion"]! + first["tokens/completion"]!, second["tokens/completion_total"]);
  const cost = (row: Metrics) =>
    costOf({
      prompt: row["tokens/prompt"]! + row["tokens/scored"]!,
      completion: row["tokens/completion"]!,
      train: row["tokens/train"]!,
    }, prices);
  assert.ok(first["cost/evaluation"]! > 0.25);
  assert.ok(Math.abs(first["cost/step"]! - cost(first) - first["cost/evaluation"]!) < 1e-12);
  assert.equal(second["cost/evaluation"], undefined);
  assert.equal(second["cost/total"], first["cost/step"]! + second["cost/step"]!);
  assert.equal(last["tokens/eval_prompt_total"], 64);
  assert.ok(Math.abs(last["cost/total"]! - costOf(billedTokens(totalsOf(last)), prices)) < 1e-9);
});

Deno.test("a run without prices has no cost, and its other figures are the same", async () => {
  const without = rowsOf(await eventsOf(toyRun()));
  const priced = rowsOf(await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost: 100, max_train_tokens: 1e9 })));
  const plain = (row: Metrics) => Object.fromEntries(Object.entries(row).filter(([key]) => !key.startsWith("cost/")));
  assert.deepEqual(priced.map(plain), without);
  assert.ok(without.every((row) => !Object.keys(row).some((key) => key.startsWith("cost/"))));
});

Deno.test("max_cost ends a run before the very step that would pass it, with a checkpoint; resumed, it is the same run", async () => {
  const store: Store = new Map();
  const priced = { prices: DOLLAR_A_STEP };
  const whole = rowsOf(await eventsOf(toyRun(priced)));
  // 0.25 for the evaluation and a dollar a step: 3.25 after three, and the fourth would make 4.25.
  for (const [max_cost, steps] of [[4.24, 3], [4.25, 4], [1.25, 1]] as const) {
    const first = await eventsOf(toyRun({ ...priced, max_cost }, { policy: new ToyPolicy({ store }) }));
    const { reason, step, detail, limit } = endOf(first);
    assert.deepEqual([reason, step, limit], ["budget", steps, "max_cost"]);
    assert.ok(rowsOf(first).at(-1)!["cost/total"]! <= max_cost);
    assert.match(
      detail ?? "",
      /^max_cost=[\d.]+: \$[\d.]+ is spent, and the next step may cost \$1\.00; to go on raise/,
    );
    const saved = first.flatMap((event) => event.type === "checkpoint" ? [event.checkpoint] : []);
    assert.deepEqual(saved.map(({ step, final }) => [step, final]), [[steps, false]]);

    const policy = new ToyPolicy({ store });
    await policy.loadState(saved[0]!.state_path);
    const start = startAfter(first, priced.prices);
    const second = await eventsOf(toyRun({ ...priced, max_cost: 100 }, { policy, start }));
    assert.equal(endOf(second).reason, "finished");
    // What was spent on looking at the weights that the first part ended with stays spent.
    const extra = steps === 4 || steps === 1 ? 0 : 0.25;
    const free = rowsOf(second).map((row) => ({ ...row, "cost/total": row["cost/total"]! - extra }));
    assert.deepEqual([...stepRows(first), ...free], whole);
  }
});

Deno.test("a run that its budget ends evaluates its last weights, if the budget has that left", async () => {
  const last = async (max_cost: number) => {
    const events = await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost }));
    const { after, enough } = endOf(events);
    return { row: rowsOf(events).at(-1)!, types: events.slice(-2).map(({ type }) => type), after, enough };
  };
  const { row, types, after, enough } = await last(3.5);
  assert.deepEqual(types, ["evaluation", "done"]);
  assert.deepEqual([row["progress/batch"], row["progress/done_frac"], row["cost/total"]], [3, 0.5, 3.5]);
  assert.equal(after?.["test/env/all/correct"], row["test/env/all/correct"]);
  // The evaluation is paid: the next step needs a dollar beyond it.
  assert.equal(enough, 4.5);
  assert.deepEqual((await last(3.49)).types, ["checkpoint", "done"]);
});

Deno.test("max_cost leaves room for what is drawn ahead and not counted yet", async () => {
  const ended = async (max_cost: number, max_steps_off_policy: number) =>
    endOf(await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost, max_steps_off_policy })));
  assert.equal((await ended(4.25, 0)).step, 4);
  const { step, detail } = await ended(4.25, 1);
  assert.equal(step, 3);
  assert.match(detail ?? "", /the next step with 1 drawn ahead may cost \$2\.00/);
  // Behind the last step nothing is drawn.
  assert.equal((await ended(6.24, 2)).step, 3);
  assert.equal((await ended(6.25, 2)).step, 6);
  assert.equal((await ended(7, 1)).reason, "finished");
});

Deno.test("a budget that is used up ends a resumed run before anything, and one that cannot pay the final evaluation before that", async () => {
  const spending = { cost: 5, stepCost: 1, evaluationCost: 0.25, stepTrain: 0 };
  const start = { step: 2, final: false, totals: NO_TOKENS, spending };
  const over = await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost: 5 }, { start }));
  assert.deepEqual(over.map(({ type }) => type), ["start", "done"]);
  const events = await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost: 2.4, max_steps: 2 }));
  const { reason, step, detail } = endOf(events);
  assert.deepEqual([reason, step], ["budget", 2]);
  assert.match(detail ?? "", /the final evaluation may cost \$0\.25/);
  assert.equal(events.filter(({ type }) => type === "checkpoint").length, 1);
});

Deno.test("an evaluation that is due counts towards the next step, and a dear one that is not does not", async () => {
  // Steps 0 and 1 and the evaluation before them: 2.25. Before step 2 there is an evaluation, before step 1 none.
  const ended = async (max_cost: number) =>
    endOf(await eventsOf(toyRun({ prices: DOLLAR_A_STEP, max_cost, eval_every: 2 }))).step;
  assert.equal(await ended(3.25), 2);
  assert.equal(await ended(3.5), 3);
});

Deno.test("max_train_tokens ends a run before the step that would pass it", async () => {
  // One token a completion: every datum has two tokens, a step 128.
  const changes = { max_tokens: 1, eps: 1 };
  for (const [max_train_tokens, steps] of [[383, 2], [384, 3], [128, 1]] as const) {
    const events = await eventsOf(toyRun({ ...changes, max_train_tokens }));
    assert.deepEqual(rowsOf(events).map((row) => row["tokens/train"]).slice(0, steps), Array(steps).fill(128));
    const { reason, step, limit, detail } = endOf(events);
    assert.deepEqual([reason, step, limit], ["budget", steps, "max_train_tokens"]);
    assert.match(detail ?? "", /tokens are trained on, and the next step may take 128/);
  }
});

Deno.test("the first step does not begin where it may pass a limit, with the evaluation before it", async () => {
  // At most 0.25 and 1 for prompts; 64 data of 4 tokens; 80 completions of 3 tokens at 1/16 dollar.
  const cases = [
    [{ max_cost: 1.24, prices: DOLLAR_A_STEP }, "1.25", 1.3],
    [{ max_cost: 14.9, prices: { completion: 1e6 / 16 } }, "15.00", 15],
    [{ max_train_tokens: 1 }, "256", 260],
    [{ max_train_tokens: 255 }, "256", 260],
  ] as const;
  for (const [changes, figure, enough] of cases) {
    const events = await eventsOf(toyRun(changes));
    assert.deepEqual(events.map(({ type }) => type), ["start", "done"]);
    const done = endOf(events);
    assert.deepEqual([done.reason, done.step, done.enough], ["budget", 0, enough]);
    assert.ok(done.detail?.includes(`${figure} with all completions at max_tokens`), done.detail);
    const key = "max_cost" in changes ? "max_cost" : "max_train_tokens";
    assert.ok(endOf(await eventsOf(toyRun({ ...changes, [key]: enough }))).step > 0);
  }
});

Deno.test("a later step may need a quarter more than the dearest, and never more than its upper bound", () => {
  const spending = { cost: 10, stepCost: 4, evaluationCost: 2, stepTrain: 40 };
  const limits = { max_cost: null, max_train_tokens: null };
  const [step, evaluation] = [{ cost: 100, train: 1000 }, { cost: 2.25, train: 0 }];
  const over = (max_cost: number, next: Parameters<typeof overBudget>[3]) =>
    overBudget({ ...limits, max_cost }, spending, 0, next);
  assert.equal(over(15, { step }), undefined);
  assert.match(over(14.99, { step })?.detail ?? "", /the next step may cost \$5\.00; to go on/);
  assert.equal(over(14.99, { step })?.enough, 15);
  assert.equal(over(17.25, { step, evaluation }), undefined);
  assert.equal(over(17.24, { step, evaluation })?.enough, 18);
  assert.equal(over(14, { step: { cost: 4, train: 0 } }), undefined);
  assert.match(over(12.24, { evaluation })?.detail ?? "", /the final evaluation may cost \$2\.25; to go on/);
  const tokens = (max_train_tokens: number) => overBudget({ ...limits, max_train_tokens }, spending, 100, { step });
  assert.equal(tokens(150), undefined);
  assert.deepEqual([tokens(149)?.limit, tokens(149)?.enough], ["max_train_tokens", 150]);
});

Deno.test("the upper bounds of a step and an evaluation count their very prompts, and what is scored besides", () => {
  const config = toyConfig({ kl_penalty_coef: 1, compute_post_kl: true });
  const args = {
    config,
    environment: toyEnvironment,
    trainProblems: toyProblems(3),
    testProblems: toyProblems(300, "test"),
  };
  assert.deepEqual(mostOfStep(args, problemsOfStep(args.trainProblems, { ...config, step: 7 })), {
    prompt: 128 + 2 * 256,
    completion: 192,
    train: 256,
  });
  assert.deepEqual(mostOfEvaluation(args), { prompt: 600, completion: 900, train: 0 });
  const both = { ...args, validationProblems: toyProblems(100) };
  assert.deepEqual(mostOfEvaluation(both), { prompt: 800, completion: 1200, train: 0 });
  const refilled = { ...args, config: toyConfig({ max_refill_rounds: 2 }) };
  assert.deepEqual(mostOfStep(refilled, toyProblems(8)), { prompt: 3 * 128, completion: 3 * 192, train: 256 });
});

Deno.test("an evaluation tells what it took, so that a step broken off after it does not hide it", async () => {
  const events = await eventsOf(toyRun({ prices: DOLLAR_A_STEP, eval_every: 2 }));
  const evaluations = events.flatMap((event) => event.type === "evaluation" ? [event.metrics] : []);
  assert.deepEqual(evaluations.map((metrics) => metrics["cost/evaluation"]), [0.25, 0.25, 0.25, 0.25]);
  assert.deepEqual(evaluations.map((metrics) => metrics["cost/total"]), [0.25, 2.5, 4.75, 7]);
  assert.deepEqual(evaluations.map((metrics) => metrics["tokens/eval_prompt_total"]), [32, 64, 96, 128]);
});

Deno.test("spendingOf() counts rows that will be done again, and takes tokens where no row has a cost", () => {
  const rows = [
    { "cost/step": 1.5, "cost/evaluation": 0.5, "cost/total": 1.5, "tokens/train": 7 },
    { "cost/step": 1.2, "cost/total": 2.7, "tokens/train": 9 },
    { "cost/evaluation": 0.6, "cost/total": 3.3 },
  ];
  const expected = { cost: 3.3, stepCost: 1.2, evaluationCost: 0.6, stepTrain: 9 };
  assert.deepEqual(spendingOf(rows, NO_TOKENS, { prompt: 1 }), expected);
  const totals = { ...NO_TOKENS, prompt: 3_000_000 };
  assert.equal(spendingOf([{ "tokens/train": 5 }], totals, { prompt: 2 }).cost, 6);
  assert.equal(spendingOf([], totals, null).cost, 0);
});

Deno.test("what a server counted stands in for tokens that nobody has seen", () => {
  const [problem] = toyProblems(1);
  const prompt = { ...toyEnvironment.prompt(problem!), tokens: [] };
  const completion = {
    ...{ tokens: [], logprobs: [], stopReason: "stop" as const, text: "4" },
    usage: { prompt: 30, completion: 12 },
  };
  const rollout: Rollout = toyRollout({ prompt, completion });
  const metrics = rolloutMetrics([{ problem: problem!, rollouts: [rollout, rollout] }]);
  assert.equal(metrics["env/all/ac_tokens_per_turn"], 12);
  assert.equal(metrics["env/all/total_ob_tokens"], 60);
  assert.deepEqual(tokensOf([rollout]), { prompt: 30, completion: 12 });
});
