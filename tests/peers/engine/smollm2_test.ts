/**
 * A real model on the embedded engine: SmolLM2-135M-Instruct, as `fetch_smollm2.sh` makes it. Its numbers and greedy answers
 * are those of transformers, and it is trained with LoRA on GSM8K as a user does it, within 8 GB.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openLocalPolicy, type TrainablePolicy } from "../../../lib/policy/mod.ts";
import { pathKind } from "../../../lib/basics/mod.ts";
import { inTemporaryFolder } from "../../policy/local/_fixtures.ts";
import { wholeDatum } from "../../policy/local/families/_families.ts";
import { fromRoot, pythonOf } from "../_peers.ts";
import { runEngineScript } from "./_families.ts";

const MODEL = fromRoot(".peers/smollm2");
const GSM8K = fromRoot("../shared/data/gsm8k");
const MODEL_IS_MISSING = await pathKind(`${MODEL}/.complete`) !== "file";
const DATA_IS_MISSING = await pathKind(GSM8K) === "absent";

const CHAT = [
  { role: "user", content: "A farmer has 12 hens.\nEach lays 5 eggs a week; how many eggs is that in 3 weeks?" },
  {
    role: "assistant",
    content: "In a week they lay 12 * 5 = 60 eggs, and in 3 weeks 3 * 60 = **180** eggs.\n\n\\boxed{180}",
  },
  { role: "user", content: "Und auf Deutsch, s'il vous plaît? 谢谢!" },
  { role: "assistant", content: "In drei Wochen sind es 180 Eier." },
] as const;

/** Questions, and what a sensible answer holds. */
const QUESTIONS: Readonly<Record<string, RegExp>> = {
  "What is the capital of France?": /\bParis\b/,
  "What is 7 + 5?": /7 \+ 5 = 12\b/,
  "If I have 3 apples and buy 4 more, how many apples do I have?": /\b7 apples\b/,
  "Explain in one sentence what gravity is.": /force|mass/,
};
const MAX_TOKENS = 44;

interface Theirs {
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly answers: readonly { readonly prompt: number[]; readonly tokens: number[] }[];
}

async function logprobsOf(policy: TrainablePolicy, tokens: readonly number[]): Promise<number[]> {
  return [...(await policy.logprobs([wholeDatum(tokens)], "current"))[0] as readonly number[]];
}

Deno.test("peers: SmolLM2-135M-Instruct answers sensibly, and is the model that transformers makes of it", {
  ignore: MODEL_IS_MISSING,
}, () =>
  inTemporaryFolder(async (weightsDir) => {
    const questions = Object.keys(QUESTIONS);
    const task = { folder: MODEL, chat: CHAT, questions, max_tokens: MAX_TOKENS };
    const theirs = await runEngineScript("smollm2_answers.py", task) as Theirs;
    const policy = await openLocalPolicy({ model: MODEL, weightsDir });
    try {
      const { tokens } = policy.chat.encodeChat(CHAT);
      assert.deepEqual(tokens, theirs.tokens);
      const ours = await logprobsOf(policy, tokens);
      const difference = Math.max(...ours.map((value, i) => Math.abs(value - (theirs.logprobs[i] as number))));
      assert.ok(difference < 1e-4, `log-probabilities differ by ${difference}`);

      const params = { max_tokens: MAX_TOKENS, temperature: 0, seed: 0 };
      const answers = await Promise.all(questions.map(async (question, i) => {
        const messages = [{ role: "user", content: question }] as const;
        const tokens = policy.chat.encodePrompt(messages);
        assert.deepEqual(tokens, theirs.answers[i]?.prompt);
        const problem = { id: `questions/test/${i}`, env: "questions", split: "test", question, answer: "" } as const;
        return (await policy.sample({ problem, messages, tokens }, 1, params))[0]!;
      }));
      assert.ok(answers.some(({ tokens }) => tokens.length > 30));
      answers.forEach(({ tokens }, i) => {
        const said = policy.chat.decode(tokens);
        assert.match(said, QUESTIONS[questions[i] as string] as RegExp);
        assert.equal(said, policy.chat.decode(theirs.answers[i]?.tokens as number[]));
      });
    } finally {
      await policy.close();
    }
  }));

/** Runs a command; its last line is the most memory that one of its processes had, in bytes, as the system counted it. */
const PEAK_MEMORY = `
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stderr=subprocess.STDOUT).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
sys.exit(code)
`;

async function peakMemory(...command: string[]): Promise<{ code: number; said: string; peak: number }> {
  const args = ["-uc", PEAK_MEMORY, ...command];
  const { code, stdout, stderr } = await new Deno.Command(pythonOf("engine"), { args, cwd: fromRoot(".") }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, said, peak: Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1)) };
}

/** Three steps of groups with different rewards: the model's answers are rarely right so soon, but not all equally long. */
const TRAINING = [
  ...["env=gsm8k", "backend=local", `model_name=${MODEL}`, `data_path=${GSM8K}`, "prompt_template=concise"],
  ...["lora_rank=16", "learning_rate=1e-4", "groups_per_batch=2", "group_size=4", "max_tokens=96", "max_steps=3"],
  ...["overlong=penalize", "overlong_buffer=64", "eval_every=0", "test_limit=2"],
];

Deno.test("peers: SmolLM2-135M-Instruct takes three GRPO steps on GSM8K with LoRA within 8 GB", {
  ignore: MODEL_IS_MISSING || DATA_IS_MISSING,
}, () =>
  inTemporaryFolder(async (folder) => {
    const run = join(folder, "run");
    const { code, said, peak } = await peakMemory("deno", "task", "-q", "train", ...TRAINING, `log_path=${run}`);
    assert.equal(code, 0, said);
    assert.ok(peak > 0.5e9 && peak < 8e9, `it took ${peak} bytes`);

    const lines = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trim().split("\n");
    const steps = lines.map((line) => JSON.parse(line)).filter((step) => "env/all/reward/total" in step);
    assert.equal(steps.length, 3);
    assert.ok(steps.every((step) => Number.isFinite(step["env/all/reward/total"])), lines.join("\n"));
    assert.ok(steps.some((step) => step["optim/grad_norm"] > 0), lines.join("\n"));

    const lora = { rank: 16, alpha: 32, train_attn: true, train_mlp: true, train_unembed: true, seed: 0 };
    const policy = await openLocalPolicy({ model: MODEL, weightsDir: folder, use: "training", lora });
    try {
      const { tokens } = policy.chat.encodeChat(CHAT);
      const before = await logprobsOf(policy, tokens);
      await policy.loadState(join(run, "weights", "000003"), { optimizer: true });
      const after = await logprobsOf(policy, tokens);
      assert.ok(after.every(Number.isFinite));
      assert.ok(after.some((value, i) => Math.abs(value - (before[i] as number)) > 1e-3), "nothing was learnt");
    } finally {
      await policy.close();
    }
  }));
