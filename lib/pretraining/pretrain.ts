/**
 * Pretrains a small model on our own chats, through the same policy interface that reinforcement learning uses: a random
 * model is written to a folder, opened, and trained with cross-entropy on what the assistant says.
 */
import { createModel, type LlamaConfig, openLocalPolicy, type TrainablePolicy } from "../policy/mod.ts";
import { loadTemplate } from "../prompts/mod.ts";
import { type ChatFormat, CHATML_SPECIAL_TOKENS, TEXT_END, tokenizerFiles, trainBpe, TURN_END } from "../tokens/mod.ts";
import type { AdamParams, Datum } from "../vocabulary.ts";
import { pretrainingChat, type StyleTemplates, vocabularyTexts } from "./corpus.ts";

/** What a pretraining run is. */
export interface PretrainOptions {
  /** Folder of the finished model. */
  readonly out: string;
  /** Names the chats and the first weights. */
  readonly seed: number;
  /** Optimizer steps. */
  readonly steps: number;
  /** Chats a step. */
  readonly batch: number;
  /** Peak learning rate: linear warm-up over 2 % of the steps, then a cosine down to a tenth. */
  readonly learning_rate: number;
  /** Stops it; `out` then holds random weights. */
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (step: number, loss: number, tokens: number) => void;
}

/** The bundled model's shape. */
export const MODEL_SHAPE: LlamaConfig = {
  vocab_size: 1024,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  head_dim: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
};

const VOCABULARY_CHATS = 4000;

/** The templates whose styles are taught. */
export async function loadStyleTemplates(): Promise<StyleTemplates> {
  const [baseline, concise, step_by_step, none] = await Promise.all(
    ["baseline", "concise", "step_by_step", "none"].map((name) => loadTemplate(name)),
  ) as [StyleTemplates["none"], StyleTemplates["none"], StyleTemplates["none"], StyleTemplates["none"]];
  return { baseline, concise, step_by_step, none };
}

/**
 * Runs it to the end and leaves the model in `out`.
 * @returns the open policy, for measuring what came out; close it
 */
export async function pretrain(options: PretrainOptions): Promise<TrainablePolicy> {
  const templates = await loadStyleTemplates();
  await createRandomModel(options, templates);
  const policy = await openLocalPolicy({ model: options.out, weightsDir: options.out });
  try {
    await learn(policy, options, templates);
    await policy.saveWeightsForSampler(".");
    return policy;
  } catch (error) {
    await policy.close();
    throw error;
  }
}

async function learn(policy: TrainablePolicy, options: PretrainOptions, templates: StyleTemplates): Promise<void> {
  let tokens = 0;
  for (let step = 0; step < options.steps; step++) {
    options.signal?.throwIfAborted();
    const data = batchOf(policy.chat, options, step, templates);
    const gradient = policy.forwardBackward(data, "cross_entropy", options);
    const update = policy.optimStep(adamAt(step, options));
    const [{ metrics }] = await Promise.all([gradient, update]);
    tokens += data.reduce((sum, datum) => sum + datum.tokens.length, 0);
    options.onStep?.(step, metrics["loss:sum"] as number, tokens);
  }
}

async function createRandomModel(options: PretrainOptions, templates: StyleTemplates): Promise<void> {
  const { out, seed } = options;
  const tokenizer = trainBpe(vocabularyTexts(seed, VOCABULARY_CHATS, templates), {
    vocabSize: MODEL_SHAPE.vocab_size,
    specialTokens: CHATML_SPECIAL_TOKENS,
  });
  const idOf = (token: string) => tokenizer.added_tokens.find(({ content }) => content === token)?.id as number;
  const files = tokenizerFiles(tokenizer, { contextLength: MODEL_SHAPE.max_position_embeddings });
  await createModel(out, MODEL_SHAPE, files, {
    seed,
    eosTokenId: idOf(TURN_END),
    padTokenId: idOf(TEXT_END),
  });
}

/** The chats of one step; weights add up to one, so the loss is the mean over the assistant's tokens. */
function batchOf(chat: ChatFormat, options: PretrainOptions, step: number, templates: StyleTemplates): Datum[] {
  const chats = Array.from({ length: options.batch }, (_, i) => {
    const { tokens, mask } = chat.encodeChat(pretrainingChat(options.seed, step * options.batch + i, templates));
    return { tokens: tokens.slice(0, -1), target_tokens: tokens.slice(1), mask: mask.slice(1) };
  });
  const scored = chats.reduce((sum, { mask }) => sum + mask.reduce((a, b) => a + b, 0), 0);
  return chats.map((datum) => ({ ...datum, weights: datum.mask.map((value) => value / scored) }));
}

function adamAt(step: number, { learning_rate, steps }: PretrainOptions): AdamParams {
  const warmup = Math.max(1, Math.round(0.02 * steps));
  const progress = Math.max(0, (step - warmup) / Math.max(1, steps - warmup));
  const factor = step < warmup ? (step + 1) / warmup : 0.1 + 0.45 * (1 + Math.cos(Math.PI * progress));
  return {
    learning_rate: learning_rate * factor,
    beta1: 0.9,
    beta2: 0.98,
    eps: 1e-9,
    weight_decay: 0.01,
    grad_clip_norm: 1,
  };
}
