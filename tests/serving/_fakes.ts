/**
 * A policy that a server can be tested with without an engine: a table of next-token probabilities with true gradients,
 * whose checkpoints are files. The log-probability of a target depends on the token before it alone, so tests can work
 * results out by hand.
 */
import { join } from "node:path";
import type { OpenModel, OpenModelOptions } from "../../lib/serving/mod.ts";
import type { ForwardBackwardOutput, LossName, TrainablePolicy } from "../../lib/policy/policy.ts";
import { type ChatFormat, plainResponse } from "../../lib/tokens/mod.ts";
import type { AdamParams, Completion, Datum, Metrics, Prompt, SamplingParams } from "../../lib/vocabulary.ts";
import { randomFrom } from "../../lib/basics/mod.ts";

export const VOCAB = 8;
export const STOP = 7;
export const CONTEXT = 32;

const chat: ChatFormat = {
  encodePrompt: () => [1, 2],
  encodeChat: () => ({ tokens: [1, 2], mask: [0, 1] }),
  decode: (tokens) => tokens.map((token) => "abcdefgh"[token]).join(""),
  parseResponse: (tokens, stopReason) => plainResponse(tokens.join(" "), stopReason),
  stopTokens: [STOP],
  vocabSize: VOCAB,
};

interface Saved {
  readonly table: number[];
  readonly steps?: number;
}

/** What tests watch and steer. */
export class FakeModels {
  /** Models and folders in the order they were opened. */
  readonly opened: string[] = [];
  /** How each of them was opened. */
  readonly how: OpenModelOptions[] = [];
  /** Calls of all policies, with the model's number: `0 optimStep`. */
  readonly calls: string[] = [];
  /** How many samples were asked for at once, each time. */
  readonly together: number[] = [];
  /** Policies that are open. */
  open = 0;
  /** Saves write something wrong, and fail. */
  cutShort = false;
  /** Awaited before a call of this name is done. */
  readonly gates = new Map<string, Promise<void>>();

  /** Counts a call with those made before the next microtask. */
  countTogether(): void {
    if (this.#counting) this.together.push(this.together.pop()! + 1);
    else this.together.push(1);
    if (!this.#counting) queueMicrotask(() => this.#counting = false);
    this.#counting = true;
  }

  #counting = false;

  /** For `serveTinker`. */
  readonly opener: OpenModel = async (model, how) => {
    const { weightsDir } = how;
    const number = this.opened.push(model) - 1;
    this.how.push(how);
    await this.gates.get("open");
    const policy = new TablePolicy(this, { number, model, weightsDir });
    if (model !== "table") await policy.loadState(model);
    this.open++;
    return policy;
  };
}

/** Softmax over a row of the table for the token before. */
class TablePolicy implements TrainablePolicy {
  readonly backend = "local";
  readonly model: string;
  readonly chat = chat;
  readonly contextLength = CONTEXT;
  readonly #shared: FakeModels;
  readonly #number: number;
  readonly #weightsDir: string;
  #table: number[] = Array.from({ length: VOCAB * VOCAB }, () => 0);
  #gradient: number[] = this.#table.map(() => 0);
  #steps = 0;
  #incomplete = false;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    shared: FakeModels,
    { number, model, weightsDir }: { number: number; model: string; weightsDir: string },
  ) {
    this.#shared = shared;
    this.#number = number;
    this.model = model;
    this.#weightsDir = weightsDir;
  }

  sample(prompt: Prompt, count: number, params: SamplingParams): Promise<readonly Completion[]> {
    this.#shared.countTogether();
    return this.#turn("sample", () => {
      if (prompt.tokens.length >= CONTEXT) throw new RangeError("the prompt fills the context");
      return Array.from({ length: count }, (_, i) => this.#draw(prompt.tokens, params, i));
    });
  }

  forwardBackward(data: readonly Datum[], loss: LossName): Promise<ForwardBackwardOutput> {
    return this.#turn("forwardBackward", () => {
      try {
        return this.#accumulate(data, loss);
      } catch (error) {
        this.#incomplete = true;
        throw error;
      }
    });
  }

  logprobs(data: readonly Datum[]): Promise<number[][]> {
    return this.#turn("logprobs", () => data.map((datum) => this.#scores(datum)));
  }

  optimStep({ learning_rate }: AdamParams): Promise<Metrics> {
    return this.#turn("optimStep", () => {
      const incomplete = this.#incomplete;
      this.#incomplete = false;
      const gradient = this.#gradient.splice(0, VOCAB * VOCAB, ...this.#gradient.map(() => 0));
      if (incomplete) throw new Error("the step was not taken, because a forwardBackward before it failed");
      this.#steps++;
      // The rate falls with the steps, so that a lost optimizer state shows.
      this.#table = this.#table.map((value, i) => value - learning_rate / this.#steps * (gradient[i] ?? 0));
      return { "optim/grad_norm": Math.hypot(...gradient) };
    });
  }

  saveState(name: string): Promise<string> {
    return this.#save("saveState", name, () => ({ table: this.#table, steps: this.#steps }));
  }

  saveWeightsForSampler(name: string): Promise<string> {
    return this.#save("saveWeightsForSampler", name, () => ({ table: this.#table }));
  }

  loadState(path: string, { optimizer }: { readonly optimizer: boolean } = { optimizer: false }): Promise<void> {
    return this.#turn(`loadState ${optimizer}`, async () => {
      const { table, steps }: Saved = JSON.parse(await Deno.readTextFile(join(path, "table.json")));
      if (optimizer && steps === undefined) throw new TypeError(`${path} has no optimizer`);
      this.#table = table;
      this.#steps = optimizer ? steps as number : 0;
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue;
    this.#shared.open--;
  }

  /** Calls are done one at a time, in the order they were made. */
  #turn<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("the policy is closed"));
    this.#shared.calls.push(`${this.#number} ${name}`);
    const turn = this.#queue.then(() => this.#shared.gates.get(name)).then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #save(call: string, name: string, saved: () => Saved): Promise<string> {
    return this.#turn(call, async () => {
      const folder = join(this.#weightsDir, name);
      await Deno.mkdir(folder, { recursive: true });
      const text = JSON.stringify(this.#shared.cutShort ? { ...saved(), table: this.#table.map(() => 0) } : saved());
      await Deno.writeTextFile(join(folder, "table.json"), text);
      if (this.#shared.cutShort) throw new Error("the disk is full");
      return folder;
    });
  }

  #row(token: number): number[] {
    const exp = this.#table.slice(token * VOCAB, (token + 1) * VOCAB).map(Math.exp);
    const sum = exp.reduce((a, b) => a + b, 0);
    return exp.map((value) => value / sum);
  }

  #scores({ tokens, target_tokens, mask }: Datum): number[] {
    return tokens.map((token, t) => (mask[t] ? Math.log(this.#row(token)[target_tokens[t]!]!) : 0));
  }

  #accumulate(data: readonly Datum[], loss: LossName): ForwardBackwardOutput {
    if (loss !== "cross_entropy" && loss !== "importance_sampling") throw new TypeError(`there is no loss ${loss}`);
    if (data.some(({ tokens }) => tokens.length === 0)) throw new TypeError("a datum has no tokens");
    if (data.some(({ tokens }) => tokens.some((token) => token >= VOCAB))) throw new RangeError("no such token");
    let total = 0;
    const logprobs = data.map((datum) => {
      const scores = this.#scores(datum);
      scores.forEach((score, t) => {
        const ratio = loss === "cross_entropy" ? 1 : Math.exp(score - datum.logprobs![t]!);
        const weight = ratio * (loss === "cross_entropy" ? datum.weights![t]! : datum.advantages![t]!);
        total -= loss === "cross_entropy" ? weight * score : weight;
        this.#row(datum.tokens[t]!).forEach((p, k) => {
          this.#gradient[datum.tokens[t]! * VOCAB + k]! -= weight * (Number(k === datum.target_tokens[t]) - p);
        });
      });
      return scores;
    });
    return { logprobs, metrics: { "loss:sum": total, nameless: 1 } };
  }

  #draw(
    prompt: readonly number[],
    { seed, max_tokens, temperature, stop = [STOP], stop_strings = [] }: SamplingParams,
    i: number,
  ): Completion {
    const random = randomFrom(seed, i);
    const [tokens, logprobs]: [number[], number[]] = [[], []];
    const ended = () =>
      stop.includes(tokens.at(-1) ?? -1) || stop_strings.some((text) => chat.decode(tokens).includes(text));
    while (tokens.length < max_tokens && !ended()) {
      const row = this.#row(tokens.at(-1) ?? prompt.at(-1)!);
      const at = random.next();
      let sum = 0;
      const token = temperature === 0 ? row.indexOf(Math.max(...row)) : row.findIndex((p) => (sum += p) > at);
      tokens.push(token);
      logprobs.push(Math.log(row[token]!));
    }
    return { tokens, logprobs, stopReason: ended() ? "stop" : "length" };
  }
}
