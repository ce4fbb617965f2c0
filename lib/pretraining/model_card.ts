/**
 * The model card of a pretrained model: how it was made, and what it does under each template by difficulty, measured
 * on held-out problems. Written beside the model as README.md.
 */
import { createEnvironment } from "../environment/mod.ts";
import { parameterCount, type SamplingPolicy } from "../policy/mod.ts";
import { loadWordProblems, WORD_PROBLEM_LEVELS } from "../problems/mod.ts";
import { evaluatePolicy } from "../training/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { MODEL_SHAPE, type PretrainOptions } from "./pretrain.ts";
import type { StyleTemplates } from "./corpus.ts";

/** How the card's figures are drawn. */
export const CARD_EVALUATION = { problems: 1000, seed: 12345, max_tokens: 256, eval_temperature: 1 } as const;

/** Metrics of one template. */
export interface CardRow {
  /** The template's name. */
  readonly template: string;
  /** What `evaluatePolicy` measured. */
  readonly metrics: Metrics;
}

/** Evaluates a policy under every template on the same held-out word problems of all levels. */
export async function measureTemplates(policy: SamplingPolicy, templates: StyleTemplates): Promise<CardRow[]> {
  const { problems: limit, ...config } = CARD_EVALUATION;
  const problems = loadWordProblems({ split: "test", limit, seed: config.seed, levels: WORD_PROBLEM_LEVELS });
  const rows: CardRow[] = [];
  for (const template of Object.values(templates)) {
    const environment = createEnvironment({ template, chat: policy.chat, format_coef: 0.1 });
    const { metrics } = await evaluatePolicy({ policy, environment, problems, config })
      .finally(() => environment.close());
    rows.push({ template: template.name, metrics });
  }
  return rows;
}

/** The table of figures as Markdown: strict, lenient and format accuracy, length, strict accuracy by level. */
export function cardTable(rows: readonly CardRow[]): string {
  const percent = (value: number | undefined) => value === undefined ? "-" : `${(100 * value).toFixed(1)} %`;
  const head = [
    "template",
    "strict",
    "lenient",
    "format",
    "tokens",
    ...WORD_PROBLEM_LEVELS.map((level) => `level ${level}`),
  ];
  const lines = rows.map(({ template, metrics }) => [
    template,
    percent(metrics["env/all/correct"]),
    percent(metrics["env/all/lenient"]),
    percent(metrics["env/all/format"]),
    (metrics["env/all/ac_tokens_per_turn"] ?? NaN).toFixed(1),
    ...WORD_PROBLEM_LEVELS.map((level) => percent(metrics[`env/level_${level}/correct`])),
  ]);
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The whole card. */
export function modelCard(name: string, options: PretrainOptions, tokens: number, rows: readonly CardRow[]): string {
  const { problems, seed, max_tokens, eval_temperature } = CARD_EVALUATION;
  const { num_hidden_layers: layers, hidden_size, vocab_size, num_attention_heads: heads } = MODEL_SHAPE;
  return `# ${name}

A Llama-architecture model of ${
    (parameterCount(MODEL_SHAPE) / 1e6).toFixed(2)
  } million parameters (${layers} layers, width ${hidden_size},
${heads} heads, ${vocab_size} tokens) that solves grade-school word problems, the longer ones about half of the time. It is there to be
trained further, so pretraining stops early. It knows nothing else.

- Data: chats over the word problems of \`lib/problems/word_problems.ts\` (train side, levels 1 to 4) in the styles of the
  bundled templates (\`lib/pretraining/corpus.ts\`), alone or behind one worked example, and a quarter bare arithmetic. No
  text from any data set. In the baseline style one calculation in three is spelled out part by part, by chance.
- Training: ${options.steps} steps of ${options.batch} chats, ${
    (tokens / 1e6).toFixed(1)
  } million tokens; cross-entropy on what the assistant says; AdamW,
  learning rate ${options.learning_rate} with warm-up and cosine.
- Command: \`deno task pretrain seed=${options.seed} steps=${options.steps} batch=${options.batch} learning_rate=${options.learning_rate}\`
- Licence: MIT, as the rest of the repository.

## What it does

${problems} held-out word problems, levels 1 to 4 in equal parts, one completion each at temperature ${eval_temperature}, at most ${max_tokens} tokens,
seed ${seed}. Strict: the boxed answer is right. Lenient: any final answer is. Tokens: mean length of a completion.

${cardTable(rows)}

\`step_by_step\` spells every calculation out: it costs most tokens and is right most often. \`concise\` writes the calculations
alone. \`baseline\` is in between, and spelling out more of its calculations is what reinforcement learning finds there.
\`none\` asks for no style, and the model answers in any of those it knows; some have no box.
`;
}
