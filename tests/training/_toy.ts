/**
 * A policy small enough to check by hand and real enough to learn: a table of softmax distributions, one for each
 * question and position, with true gradients and Adam. A prompt is [question, ASK], a good completion [digit, STOP].
 */
import { randomFrom } from "../../lib/basics/mod.ts";
import { TINKER_DEFAULTS, type TrainConfig } from "../../lib/config/mod.ts";
import type { Answered, Environment } from "../../lib/environment/mod.ts";
import type { CallOptions, ForwardBackwardOutput, LossName, TrainablePolicy } from "../../lib/policy/policy.ts";
import { type ChatFormat, plainResponse } from "../../lib/tokens/mod.ts";
import type { AdamParams, Completion, Datum, Grade, Metrics, Problem, Prompt, Rollout } from "../../lib/vocabulary.ts";
import type { SamplingParams } from "../../lib/vocabulary.ts";

export const STOP = 10;
export const ASK = 11;
/** Ids from here on are questions. */
export const FIRST_QUESTION = 12;
const VOCAB = 11;
const POSITIONS = 3;

export function toyProblems(count: number, split: "train" | "test" = "train"): Problem[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `toy/${split}/${i}`,
    env: "toy",
    split,
    question: String(i % 8),
    answer: String((i * 3) % 8),
    level: 1 + i % 2,
  }));
}

export const toyChat: ChatFormat = {
  encodePrompt: (messages) => [FIRST_QUESTION + Number(messages.at(-1)?.content), ASK],
  encodeChat: () => {
    throw new Error("the toy has no chats");
  },
  decode: (tokens) => tokens.join(" "),
  parseResponse: (tokens, stopReason) => plainResponse(tokens.filter((token) => token !== STOP).join(""), stopReason),
  stopTokens: [STOP],
  vocabSize: FIRST_QUESTION + 8,
};

export const toyEnvironment: Environment = {
  template: {
    ...{ name: "toy", description: "", best_for: "", few_shot: [] },
    ...{ question: "{{ question }}", question_suffix: "", answer_format: "boxed" },
  },
  prompt(problem) {
    const messages = [{ role: "user", content: problem.question }] as const;
    return { problem, messages, tokens: toyChat.encodePrompt(messages) };
  },
  grade: (answers) => Promise.resolve(answers.map(toyRollout)),
  close: () => Promise.resolve(),
};

export function toyRollout({ prompt, completion }: Answered): Rollout {
  const { text } = toyChat.parseResponse(completion.tokens, completion.stopReason);
  const format = completion.stopReason === "stop";
  const correct = format && text === prompt.problem.answer;
  const outcome = correct ? "correct" : format ? "wrong" : "truncated";
  const grade: Grade = { outcome, correct, lenient: text.startsWith(prompt.problem.answer), format, reference: "" };
  const reward = 0.1 * (Number(format) - 1) + Number(correct);
  return { problem: prompt.problem, prompt, template: "toy", completion, text, grade, reward };
}

export function toyConfig(changes: Partial<TrainConfig> = {}): TrainConfig {
  return {
    ...{ ...TINKER_DEFAULTS, backend: "local", log_path: "unused" },
    ...{ groups_per_batch: 8, group_size: 8, learning_rate: 0.2, max_tokens: 3, max_steps: 4 },
    ...{ eval_every: 2, save_every: 2 },
    ...changes,
  };
}

interface State {
  readonly theta: number[];
  readonly m: number[];
  readonly v: number[];
  readonly t: number;
}

/** What tests watch and steer. */
export interface ToyOptions {
  /** Saved states by path, shared by the policies of one test. */
  readonly store?: Map<string, State>;
  /** Called before each sample. */
  readonly onSample?: (call: number) => void;
  /** Multiplies gradients; NaN breaks training. */
  readonly gradientScale?: number;
}

export class ToyPolicy implements TrainablePolicy {
  readonly backend = "local";
  readonly model = "toy";
  readonly chat = toyChat;
  readonly contextLength = 8;
  /** Names of calls, in the order they began. */
  readonly calls: string[] = [];
  readonly batches: (readonly Datum[])[] = [];
  theta: number[] = Array(8 * POSITIONS * VOCAB).fill(0);
  readonly #first = [...this.theta];
  readonly #options: ToyOptions;
  #gradient: number[] = this.theta.map(() => 0);
  #m: number[] = this.theta.map(() => 0);
  #v: number[] = this.theta.map(() => 0);
  #t = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #samples = 0;

  constructor(options: ToyOptions = {}) {
    this.#options = options;
  }

  async sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    options: CallOptions = {},
  ): Promise<Completion[]> {
    this.calls.push("sample");
    this.#options.onSample?.(this.#samples++);
    await Promise.resolve();
    options.signal?.throwIfAborted();
    return Array.from({ length: count }, (_, i) => this.#draw(prompt, params, i));
  }

  forwardBackward(data: readonly Datum[], loss_fn: LossName): Promise<ForwardBackwardOutput> {
    this.calls.push("forwardBackward");
    this.batches.push(data);
    return this.#enqueue(() => {
      let loss = 0;
      const logprobs = data.map((datum) =>
        datum.mask.map((mask, t) => {
          if (mask === 0) return 0;
          const { row, p } = this.#distribution(this.theta, datum.tokens, t);
          const target = datum.target_tokens[t]!;
          // The gradient of a loss with respect to log p is minus this.
          const pull = loss_fn === "cross_entropy"
            ? datum.weights![t]!
            : p[target]! / Math.exp(datum.logprobs![t]!) * datum.advantages![t]!;
          const scale = pull * (this.#options.gradientScale ?? 1);
          loss -= loss_fn === "cross_entropy" ? pull * Math.log(p[target]!) : pull;
          p.forEach((value, k) => this.#gradient[row + k]! -= scale * (Number(k === target) - value));
          return Math.log(p[target]!);
        })
      );
      return { logprobs, metrics: { "loss:sum": loss } };
    });
  }

  logprobs(data: readonly Datum[], weights: "current" | "reference"): Promise<number[][]> {
    this.calls.push(`logprobs ${weights}`);
    return this.#enqueue(() => {
      const theta = weights === "current" ? this.theta : this.#first;
      return data.map((datum) =>
        datum.mask.map((mask, t) =>
          mask === 0 ? 0 : Math.log(this.#distribution(theta, datum.tokens, t).p[datum.target_tokens[t]!]!)
        )
      );
    });
  }

  optimStep({ learning_rate, beta1, beta2, eps }: AdamParams): Promise<Metrics> {
    this.calls.push("optimStep");
    return this.#enqueue(() => {
      this.#t++;
      const norm = Math.hypot(...this.#gradient);
      this.#gradient.forEach((g, i) => {
        this.#m[i] = beta1 * this.#m[i]! + (1 - beta1) * g;
        this.#v[i] = beta2 * this.#v[i]! + (1 - beta2) * g * g;
        const [m, v] = [this.#m[i]! / (1 - beta1 ** this.#t), this.#v[i]! / (1 - beta2 ** this.#t)];
        this.theta[i]! -= learning_rate * m / (Math.sqrt(v) + eps);
      });
      this.#gradient.fill(0);
      return { "optim/grad_norm": norm };
    });
  }

  dropGradient(): void {
    this.calls.push("dropGradient");
    this.#enqueue(() => this.#gradient.fill(0));
  }

  saveState(name: string): Promise<string> {
    this.calls.push(`saveState ${name}`);
    return this.#enqueue(() => {
      const state = { theta: [...this.theta], m: [...this.#m], v: [...this.#v], t: this.#t };
      this.#options.store?.set(`state/${name}`, state);
      return `state/${name}`;
    });
  }

  saveWeightsForSampler(name: string): Promise<string> {
    return Promise.resolve(`sampler/${name}`);
  }

  async loadState(path: string): Promise<void> {
    const state = await Promise.resolve(this.#options.store?.get(path));
    if (state === undefined) throw new Error(`no state at ${path}`);
    this.theta = [...state.theta];
    this.#m = [...state.m];
    this.#v = [...state.v];
    this.#t = state.t;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Calls that touch the weights take turns, in the order they were made. */
  #enqueue<T>(work: () => T): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #distribution(theta: readonly number[], tokens: readonly number[], t: number): { row: number; p: number[] } {
    const question = tokens[0]! - FIRST_QUESTION;
    const row = (question * POSITIONS + Math.min(t - 1, POSITIONS - 1)) * VOCAB;
    const exp = theta.slice(row, row + VOCAB).map(Math.exp);
    const sum = exp.reduce((a, b) => a + b, 0);
    return { row, p: exp.map((value) => value / sum) };
  }

  #draw(prompt: Prompt, { seed, max_tokens, temperature }: SamplingParams, index: number): Completion {
    const random = randomFrom(seed, index);
    const tokens: number[] = [];
    const logprobs: number[] = [];
    while (tokens.length < max_tokens && tokens.at(-1) !== STOP) {
      const { p } = this.#distribution(this.theta, [...prompt.tokens, ...tokens], 1 + tokens.length);
      const token = temperature === 0 ? p.indexOf(Math.max(...p)) : pickToken(p, random.next());
      tokens.push(token);
      logprobs.push(Math.log(p[token]!));
    }
    return { tokens, logprobs, stopReason: tokens.at(-1) === STOP ? "stop" : "length" };
  }
}

function pickToken(p: readonly number[], at: number): number {
  let sum = 0;
  const found = p.findIndex((value) => (sum += value) > at);
  return found < 0 ? p.length - 1 : found;
}
