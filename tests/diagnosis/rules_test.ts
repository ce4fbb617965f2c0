/** Each rule on a folder with the figures of a run that it is about. */
import assert from "node:assert/strict";
import { DivergenceError } from "../../lib/training/mod.ts";
import type { Finding, RuleName, Severity } from "../../lib/diagnosis/mod.ts";
import type { Group, Rollout } from "../../lib/vocabulary.ts";
import { problem, rollout } from "../runs/_fakes.ts";
import { findingsOf, type Folder, rootsOf } from "./_folders.ts";

/** A run, and what has to be said of it first. */
interface Case extends Folder {
  readonly claim: string;
  readonly rule: RuleName;
  readonly severity: Severity;
  readonly settings: Finding["settings"];
  /** In the evidence. */
  readonly seen: RegExp;
}

/** A group whose completions are like this one. */
function groupOf(change: Partial<Rollout>, index = 0): Group {
  const of = problem(index);
  return { problem: of, rollouts: Array.from({ length: 4 }, () => ({ ...rollout(of, false), ...change })) };
}

const drawn = rollout(problem(0), false);
const cutOff = (tokens: number, text: string): Group =>
  groupOf({
    text,
    completion: { tokens: new Array(tokens).fill(7), logprobs: new Array(tokens).fill(-1), stopReason: "length" },
    prompt: { ...drawn.prompt, tokens: new Array(1900).fill(1) },
    grade: { ...drawn.grade, outcome: "truncated", format: false },
  });

const ALL_CUT = { "env/all/truncated": 1, "env/all/outcome/truncated": 1, "env/all/correct": 0, "env/all/format": 0 };
const ALL_EQUAL = { "env/all/zero_signal_groups": 1, "env/all/by_group/frac_mixed": 0 };
const late = (step: number) => step >= 6;

const CASES: readonly Case[] = [
  {
    claim: "a loss that is no number has broken training down",
    rule: "diverged",
    severity: "blocks",
    input: { learning_rate: 0.01 },
    settings: { learning_rate: 1.5e-4, grad_clip_norm: 1 },
    seen: /the loss is NaN, with learning_rate=0\.01/,
    end: (recorder) => recorder.fail(new DivergenceError("loss", NaN, { step: 12, learning_rate: 0.01 })),
  },
  {
    claim: "a gradient that was recorded as no number has too",
    rule: "diverged",
    severity: "blocks",
    settings: { learning_rate: 5e-5, grad_clip_norm: 1 },
    change: (step): Record<string, number> => step === 11 ? { "optim/grad_norm": NaN } : {},
    seen: /optim\/grad_norm is no number in step 12/,
  },
  {
    claim: "a run that an error has ended says which",
    rule: "failed",
    severity: "blocks",
    settings: {},
    seen: /the disk is full/,
    end: (recorder) => recorder.fail(new Error("the disk is full")),
  },
  {
    claim: "accuracy that was clearly better before is unlearned",
    rule: "unlearned",
    severity: "blocks",
    input: { learning_rate: 1e-3 },
    change: (step) => late(step) ? { "env/all/correct": 0.05, "optim/entropy": 1.4 } : {},
    settings: { learning_rate: 1.5e-4, keep_best: true },
    seen: /accuracy 0\.\d+ in steps \d-\d, 0\.050 in steps 8-12/,
  },
  {
    claim: "half a nat a token from the first weights is KL running away",
    rule: "kl_runaway",
    severity: "slows",
    input: { kl_penalty_coef: 0.001 },
    change: (step) => ({ "kl_policy_base": 0.06 * step }),
    settings: { learning_rate: 5e-5, kl_penalty_coef: 0.01 },
    seen: /kl_policy_base 0\.54 nats a token in steps 8-12/,
  },
  {
    claim: "a step that moves the policy by a nat is KL running away",
    rule: "kl_runaway",
    severity: "blocks",
    input: { compute_post_kl: true },
    change: () => ({ "kl_pre_post_v2": 14 }),
    settings: { learning_rate: 5e-5, kl_penalty_coef: 0.01 },
    seen: /kl_pre_post_v2 14 nats/,
  },
  {
    claim: "entropy that triples turns to noise",
    rule: "entropy_explosion",
    severity: "slows",
    change: (step) => late(step) ? { "optim/entropy": 0.2 * step } : {},
    settings: { learning_rate: 5e-5, overlong: "mask" },
    seen: /optim\/entropy 0\.131 nats a token in steps 1-5, 1\.8 in steps 8-12/,
  },
  {
    claim: "entropy that vanishes while most groups are equal and half of the answers wrong is a collapse",
    rule: "entropy_collapse",
    severity: "slows",
    input: { temperature: 0.9 },
    change: (step) => late(step) ? { "optim/entropy": 0.01, "env/all/zero_signal_groups": 0.7 } : {},
    settings: { learning_rate: 5e-5, kl_penalty_coef: 0.01, temperature: 1 },
    seen: /0\.700 of the groups have equal rewards/,
  },
  {
    claim: "gradients ten times those of the start explode",
    rule: "gradient_growth",
    severity: "slows",
    change: (step) => late(step) ? { "optim/grad_norm": 9000 } : {},
    settings: { learning_rate: 5e-5, grad_clip_norm: 500 },
    seen: /median optim\/grad_norm 528 in steps 1-5, 9000 in steps 8-12/,
  },
  {
    claim: "sampling that runs ahead too far draws stale completions",
    rule: "stale_samples",
    severity: "slows",
    input: { max_steps_off_policy: 8 },
    change: (step) => ({ "optim/kl_sample_train_v2": 0.04, "sampling_client/step_min": Math.max(0, step - 8) }),
    settings: { max_steps_off_policy: 4, loss_fn: "ppo" },
    seen: /up to 8 updates old/,
  },
  {
    claim: "substeps that move the weights too far are told from a server that computes otherwise",
    rule: "sampler_mismatch",
    severity: "slows",
    input: { num_substeps: 4 },
    change: () => ({ "optim/kl_sample_train_v2": 0.04 }),
    settings: { num_substeps: 1 },
    seen: /num_substeps=4/,
  },
  {
    claim: "a sampler and a trainer that disagree by a tenth of a nat block learning",
    rule: "sampler_mismatch",
    severity: "blocks",
    change: () => ({ "optim/kl_sample_train_v2": 0.4 }),
    settings: { loss_fn: "cispo" },
    seen: /kl_sample_train_v2 0\.4 nats/,
  },
  {
    claim: "completions that the context cuts off before max_tokens have no room",
    rule: "no_room",
    severity: "blocks",
    change: () => ALL_CUT,
    groups: [cutOff(148, "Then there are")],
    settings: { prompt_template: "none" },
    seen: /2048 tokens and the longest prompt takes 1900, which leaves 148/,
  },
  {
    claim: "completions that get longer until they are cut off grow",
    rule: "growing_length",
    severity: "slows",
    change: (step) => late(step) ? { "env/all/ac_tokens_per_turn": 210, "env/all/truncated": 0.4 } : {},
    settings: { overlong: "penalize", overlong_buffer: 64 },
    seen: /mean length 80 tokens in steps 1-5, 210 in steps 8-12, of max_tokens=256/,
  },
  {
    claim: "completions that repeat themselves until they are cut off need no more tokens",
    rule: "truncated",
    severity: "blocks",
    input: { temperature: 0.8 },
    change: () => ALL_CUT,
    groups: [cutOff(256, "So 3 + 3 = 6. ".repeat(40))],
    settings: { overlong: "mask", temperature: 1 },
    seen: /4 of 4 that were cut off repeat themselves/,
  },
  {
    claim: "completions that have their answer and go on never stop",
    rule: "never_stops",
    severity: "blocks",
    change: () => ({ "env/all/truncated": 0.9, "env/all/format": 0.1 }),
    settings: { prompt_template: "baseline" },
    seen: /ran to the limit, most of them with an answer/,
  },
  {
    claim: "completions without any answer are told from answers without a box",
    rule: "no_answer",
    severity: "blocks",
    change: () => ({ "env/all/outcome/no_answer": 1, "env/all/correct": 0, "env/all/lenient": 0, "env/all/format": 0 }),
    settings: { prompt_template: "baseline" },
    seen: /640 of 640 completions ended without any final answer/,
  },
  {
    claim: "format that costs nothing is told where answers lack a box that the template asks for",
    rule: "no_box",
    severity: "slows",
    input: { format_coef: 0 },
    template: {
      ...{ name: "boxes", description: "d", best_for: "b", few_shot: [], question: "{{ question }}" },
      ...{ question_suffix: " Answer in \\boxed{}.", answer_format: "boxed" as const },
    },
    change: () => ({ "env/all/outcome/no_answer": 0.5, "env/all/correct": 0.2, "env/all/lenient": 0.6 }),
    settings: { format_coef: 0.1 },
    seen: /right anywhere in the text: 0\.600, right in a box: 0\.200/,
  },
  {
    claim: "grading that runs out of time is told",
    rule: "grader_timeouts",
    severity: "slows",
    change: () => ({ "env/all/outcome/grader_timeout": 0.2 }),
    settings: { grader_timeout: 5 },
    seen: /128 of 640 completions took longer than grader_timeout=1 s/,
  },
  {
    claim: "references that cannot be read are told with the reason",
    rule: "ungradable",
    severity: "blocks",
    input: { env: "./problems.csv", levels: null },
    change: () => ({ "env/all/outcome/ungradable": 0.9, "env/all/correct": 0.05, "env/all/lenient": 0.05 }),
    groups: [groupOf({
      grade: { ...drawn.grade, outcome: "ungradable", reason: "the reference is no answer", reference: "see above" },
    })],
    settings: { on_bad_row: "skip" },
    seen: /the reference is no answer/,
  },
  {
    claim: "groups without a right answer are too hard",
    rule: "too_hard",
    severity: "blocks",
    input: { levels: [4] },
    change: () => ({ ...ALL_EQUAL, "env/all/by_group/frac_all_good": 0, "env/all/correct": 0, "env/all/lenient": 0 }),
    settings: { levels: [3] },
    seen: /80 of 80 groups have equal rewards \(steps 8-12\): 0\.000 of those all right/,
  },
  {
    claim: "groups that are all right or all wrong need more or other completions",
    rule: "equal_groups",
    severity: "blocks",
    change: () => ({ ...ALL_EQUAL, "env/all/by_group/frac_all_good": 0.5 }),
    settings: { group_size: 16 },
    seen: /0\.500 of those all right, 0\.500 all wrong/,
  },
  {
    claim: "a run whose problems are solved is told so, and nothing more",
    rule: "too_easy",
    severity: "notice",
    heldOut: [0.7, 0.98, 256],
    change: (step) =>
      late(step) ? { ...ALL_EQUAL, "env/all/by_group/frac_all_good": 0.98, "env/all/correct": 0.99 } : {},
    settings: { levels: [4] },
    seen: /accuracy 0\.980 on held-out problems/,
  },
  {
    claim: "a mask that leaves nothing to learn from is why there are no updates",
    rule: "no_updates",
    severity: "blocks",
    input: { overlong: "mask" },
    change: () => ({ "optim/updates": 0, "env/all/overlong_masked": 0.95 }),
    settings: { overlong: "keep" },
    seen: /0\.950 of the completions are masked/,
  },
  {
    claim: "a hundredth of the usual learning rate without a gain is too small",
    rule: "nothing_moves",
    severity: "slows",
    input: { learning_rate: 1e-6 },
    change: () => ({ "optim/lr": 1e-6, "env/all/correct": 0.4 }),
    settings: { learning_rate: 1.5e-4 },
    seen: /all updates of steps 1-12 together move a weight by about 0\.000012/,
  },
  {
    claim: "a schedule that has ended long before the run learns nothing at its end",
    rule: "rate_ended",
    severity: "slows",
    input: { lr_schedule: "linear" },
    change: (step) => ({ "optim/lr": late(step) ? 0 : 1e-4 }),
    settings: { min_lr_ratio: 0.1 },
    seen: /optim\/lr 0 in steps 7-12, of learning_rate=0\.00015/,
  },
  {
    claim: "a warm-up as long as the run never gets to the full learning rate",
    rule: "long_warmup",
    severity: "slows",
    input: { warmup_steps: 12 },
    change: (step) => ({ "optim/lr": 1.2e-5 * (step + 1) }),
    settings: { warmup_steps: 1 },
    seen: /warmup_steps=12 of 12 steps/,
  },
  {
    claim: "a reward that rises by format alone is told",
    rule: "format_only",
    severity: "slows",
    change: (step) => ({
      "env/all/correct": 0.3,
      "env/all/format": step / 12,
      "env/all/reward/total": 0.2 + step / 120,
    }),
    settings: { format_coef: 0.02 },
    seen: /reward \+0\.058, format \+0\.583, accuracy \+0\.000/,
  },
  {
    claim: "a reward of one's own that rises while accuracy falls is hacked",
    rule: "reward_hacking",
    severity: "slows",
    reward: "brevity",
    heldOut: [0.72, 0.55, 256],
    change: (step) => ({
      "env/all/correct": 0.5,
      "env/all/reward/total": 0.5 + step / 12,
      "env/all/reward/brevity": step / 12,
    }),
    settings: { kl_penalty_coef: 0.01 },
    seen: /its part brevity rose most, by \+0\.583/,
  },
  {
    claim: "training problems that are learned by heart are overfitted",
    rule: "overfitting",
    severity: "slows",
    input: { train_limit: 32 },
    heldOut: [0.46, 0.45, 256],
    change: (step) => ({ "env/all/correct": late(step) ? 0.95 : 0.5 }),
    settings: { train_limit: 0, keep_best: true, early_stop: 3, eval_every: 10 },
    seen: /held-out accuracy 0\.460, then 0\.450/,
  },
  {
    claim: "held-out problems that are answered worse than before training are told of, in a short run as well",
    rule: "got_worse",
    severity: "slows",
    steps: 5,
    heldOut: [0.46, 0.3, 256],
    settings: { learning_rate: 5e-5, keep_best: true, eval_every: 5 },
    seen: /held-out accuracy 0\.460, then 0\.300: -0\.160/,
  },
  {
    claim: "a long run that has gained nothing is told so",
    rule: "no_gain",
    severity: "slows",
    steps: 24,
    heldOut: [0.46, 0.43, 1000],
    change: () => ({ "env/all/correct": 0.45 }),
    settings: { learning_rate: 4e-4 },
    seen: /held-out accuracy 0\.460, then 0\.430: -0\.030/,
  },
  {
    claim: "a change within chance is told with how many problems would tell it",
    rule: "undecided",
    severity: "notice",
    heldOut: [0.5, 0.55, 64],
    settings: { test_limit: 800 },
    seen: /\+0\.050 \(95 %: -0\.1\d+ to \+0\.2\d+\) on 64 problems/,
  },
  {
    claim: "a short run whose gain is within chance is too short to tell",
    rule: "too_short",
    severity: "notice",
    steps: 4,
    heldOut: [0.5, 0.52, 64],
    settings: { max_steps: 40 },
    seen: /4 steps of 4/,
  },
  {
    claim: "one held-out problem that is right where it was wrong is no gain that can be told from chance",
    rule: "too_short",
    severity: "notice",
    steps: 4,
    heldOut: [0, 1, 1],
    settings: { max_steps: 40 },
    seen: /4 steps of 4/,
  },
  {
    claim: "nor is one that is wrong where it was right a loss",
    rule: "undecided",
    severity: "notice",
    heldOut: [1, 0, 1],
    settings: { test_limit: 100 },
    seen: /held-out accuracy 1\.000, then 0\.000/,
  },
];

for (const { claim, rule, severity, settings, seen, ...folder } of CASES) {
  Deno.test(`${rule}: ${claim}`, async () => {
    const findings = await findingsOf(folder);
    const [first] = findings;
    assert.equal(first?.rule, rule, JSON.stringify(findings, null, 1));
    assert.equal(first.severity, severity);
    assert.deepEqual(first.settings, settings);
    assert.match(first.evidence.join("\n"), seen);
    assert.deepEqual(rootsOf(findings), [rule], "nothing else is a root");
  });
}
