/**
 * One model in training: its operations in the order they are called, each submitted behind the other and followed apart,
 * so that a gradient and an optimizer step are under way together. An optimizer step goes out only on a whole gradient;
 * once something may have been done by half, training is refused until a saved state is loaded into a new client.
 */
import type { AdamParams, Metrics } from "../../vocabulary.ts";
import type { CallOptions } from "../policy.ts";
import { clause, isFailure, withSignal } from "./_calls.ts";
import type { ServiceContext } from "./_context.ts";
import { outputOf, type Parts, type Pass, postPass } from "./_passes.ts";
import { Saves } from "./_saving.ts";
import { Accumulation } from "./accumulation.ts";
import { type CustomLoss, customLossData, forwardData } from "./custom_loss.ts";
import {
  loadWeightsOperation,
  optimStepOperation,
  saveOperation,
  type SavePath,
  type SeenResults,
  unloadModelOperation,
} from "./operations.ts";
import { ApiError } from "./errors.ts";
import { SamplingClient } from "./sampling_client.ts";
import { type InFlight, type Sending, SubmissionLine } from "./submission_line.ts";
import type { ForwardFirst, ModelInfo, PassOptions, SaveCallOptions, TrainingModel } from "./training_types.ts";
import type { WireDatum, WireForwardBackwardOutput } from "./wire_types.ts";

/** Trains one model. */
export class TrainingClient {
  /** The model. */
  readonly model: TrainingModel;
  readonly #context: ServiceContext;
  readonly #line: SubmissionLine;
  #accumulation = this.#newAccumulation();
  #spoiled: string | undefined;
  /** Gradients that failed behind their optimizer steps, as long as those may have been taken. */
  readonly #doubts = new Map<Accumulation, string>();
  readonly #seen: SeenResults = { loss: false };
  readonly #saves: Saves;

  /** A client of a model that was just made. */
  constructor(context: ServiceContext, model: TrainingModel) {
    this.#context = context;
    this.model = model;
    const { connection, gradientBytes: bytes } = context;
    this.#line = new SubmissionLine(connection, { name: `model ${model.model_id}`, bytes });
    this.#saves = new Saves(connection, this.#line, model.model_id);
  }

  /** Whether nothing was asked of the model yet: some servers load weights only then. */
  get untouched(): boolean {
    return this.#line.untouched;
  }

  /** Why training is refused; undefined while it is not. */
  get unsound(): string | undefined {
    return this.#spoiled ?? this.#doubts.values().next().value ?? this.#line.broken?.message;
  }

  /**
   * Adds the gradient of a loss, summed over the data, to what the server has gathered.
   * @throws {RangeError} when there are no data
   */
  forwardBackward(
    data: readonly WireDatum[],
    loss: string,
    { config, signal }: PassOptions = {},
  ): Promise<WireForwardBackwardOutput> {
    return this.#gradient((parts) => this.#post({ data, loss, config, forward_only: false, signal }, parts), signal);
  }

  /** The outputs of a loss without a gradient. @throws {RangeError} when there are no data */
  async forward(
    data: readonly WireDatum[],
    loss: string,
    { config, signal }: PassOptions = {},
  ): Promise<WireForwardBackwardOutput> {
    const parts: Parts = [];
    await this.#turn(() => this.#post({ data, loss, config, forward_only: true, signal }, parts), signal);
    return await outputOf(parts);
  }

  /**
   * A gradient whose data depend on a forward pass. Both are one turn: what is called after it comes after it.
   * @throws {RangeError} when there are no data
   */
  async forwardBackwardAfterForward<T>(
    { data, then }: ForwardFirst<T>,
    { signal }: CallOptions = {},
  ): Promise<{ readonly output: WireForwardBackwardOutput; readonly extra: T }> {
    const extras: T[] = [];
    const output = await this.#gradient(async (parts) => {
      const forward: Parts = [];
      await this.#post({ data, loss: "cross_entropy", forward_only: true, signal }, forward);
      const { extra, ...derived } = then(await outputOf(forward));
      extras.push(extra);
      await this.#post({ ...derived, forward_only: false, signal }, parts);
    }, signal);
    return { output, extra: extras[0] as T };
  }

  /**
   * The gradient of a loss that is computed here from the log-probabilities: a forward pass, then `cross_entropy` with
   * minus the loss's derivative as weights, which has the same gradient.
   * @throws {TypeError} when the data or what the loss returns cannot be used, or the server cannot do this
   */
  async forwardBackwardCustom(
    data: readonly WireDatum[],
    loss: CustomLoss,
    options: CallOptions = {},
  ): Promise<WireForwardBackwardOutput> {
    const then = (outputs: WireForwardBackwardOutput) => customLossData(data, outputs, loss);
    const first = { data: this.#customData(data), then };
    const { output, extra } = await this.forwardBackwardAfterForward(first, options);
    return { ...output, metrics: { ...extra.metrics, "loss:sum": extra.loss } };
  }

  /** Says that a gradient that was asked for will not come, at this place in the order: it could not even be sent. */
  missGradient(reason: unknown): void {
    this.#turn(() => Promise.resolve(this.#accumulation.fail(reason))).catch(() => {});
  }

  /**
   * Applies the gradient and clears it.
   * @returns what the server reports, under its own names
   * @throws {Error} with "not taken" when the gradient is not whole
   */
  async optimStep(adam: AdamParams): Promise<Metrics> {
    const { accumulation, sent } = await this.#turn(() => this.#postStep(adam));
    try {
      const { metrics } = await sent.result;
      // A gradient's failure may be known a moment after the step's success.
      await accumulation.settled();
      if (accumulation.failure === undefined) return numbersOf(metrics);
    } catch (error) {
      await accumulation.settled();
      if (accumulation.begun || !isFailure(error)) this.#spoil("an optimizer step failed", error);
      // Neither has left anything.
      else this.#doubts.delete(accumulation);
      throw error;
    }
    const { reason } = accumulation.failure;
    const found = reason instanceof ApiError
      ? "the optimizer step was taken without a part of its gradient"
      : "the optimizer step was taken, and nobody knows whether with all of its gradient";
    throw new Error(`${found} (${clause(reason)}); load the last saved state`);
  }

  /**
   * Saves weights and optimizer under a name of letters, digits, "_" and "-".
   * @returns the server's path
   * @throws {ApiError} with status 409 when the name is taken
   */
  saveState(name: string, options: SaveCallOptions = {}): Promise<string> {
    return this.#save("save_weights", name, options);
  }

  /**
   * Saves weights for sampling under a name.
   * @returns the server's path
   * @throws {ApiError} with status 409 when the name is taken
   */
  saveWeightsForSampler(name: string, options: SaveCallOptions = {}): Promise<string> {
    return this.#save("save_weights_for_sampler", name, options);
  }

  /**
   * Saves weights under a name in the format of other programs, as files to be downloaded.
   * @param options `ttl_seconds`: the official service takes no less than 3600
   * @returns the server's path, for `RestClient.externalWeightsUrls`
   * @throws {ApiError} with status 404 when the server has no such format, 409 when the name is taken
   */
  saveWeightsExternal(name: string, options: SaveCallOptions = {}): Promise<string> {
    return this.#save("save_weights_external", name, options);
  }

  /** A sampler of the weights as they are at this place in the order, which nothing else can open. */
  async saveWeightsAndGetSamplingClient({ signal, ttl_seconds }: SaveCallOptions = {}): Promise<SamplingClient> {
    const { model_id } = this.model;
    const sampling_session_seq_id = this.#context.session.nextSamplingSeqId();
    const { sampling_session_id, path } = await this.#json({
      make: (seq_id) =>
        saveOperation("save_weights_for_sampler", { model_id, sampling_session_seq_id, seq_id, ttl_seconds }),
      signal,
    });
    if (typeof sampling_session_id === "string") return new SamplingClient(this.#context, sampling_session_id);
    if (typeof path === "string") return await SamplingClient.create(this.#context, { model_path: path }, { signal });
    throw new TypeError(
      `${this.#context.connection.baseUrl} saved weights for sampling and named neither a sampler nor a path`,
    );
  }

  /** Loads weights, and the optimizer if asked. Some servers do this only as a model's first operation. */
  async loadState(path: string, { optimizer, signal }: CallOptions & { readonly optimizer: boolean }): Promise<void> {
    const { model_id } = this.model;
    const make = (seq_id: number) => loadWeightsOperation({ model_id, seq_id, path, optimizer });
    await this.#json({ make, signal, ifTaken: () => ({}) });
  }

  /** What the server says of the model. */
  async getInfo({ signal }: CallOptions = {}): Promise<ModelInfo> {
    const body = { model_id: this.model.model_id, type: "get_info" };
    const request = { method: "POST", path: "get_info", body } as const;
    const reply = await this.#context.connection.request(request, withSignal(signal));
    const data = { ...reply.model_data as Readonly<Record<string, unknown>> | null | undefined };
    const keys = ["arch", "model_name", "tokenizer_id"] as const;
    return Object.fromEntries(keys.flatMap((key) => (typeof data[key] === "string" ? [[key, data[key]]] : [])));
  }

  /** Frees the model on the server, once everything called before is submitted. Further calls fail there. */
  async unload({ signal }: CallOptions = {}): Promise<void> {
    const { connection } = this.#context;
    const operation = unloadModelOperation(this.model.model_id);
    const submitted = await this.#turn(() => connection.submit(operation, withSignal(signal)), signal);
    await connection.result(submitted, withSignal(signal));
  }

  #newAccumulation(): Accumulation {
    const made: Accumulation = new Accumulation((reason) => {
      const what = reason instanceof ApiError
        ? "a part of a gradient failed behind its optimizer step"
        : "nobody knows how a part of a gradient behind its optimizer step ended";
      this.#doubts.set(made, this.#cannotGoOn(what, reason));
    });
    return made;
  }

  #turn<T>(body: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#line.turn(() => {
      signal?.throwIfAborted();
      return body();
    }, signal);
  }

  /** An operation with a turn of its own. */
  async #json(sending: Sending<"json">): Promise<Readonly<Record<string, unknown>>> {
    const sent = await this.#turn(() => this.#line.send(sending), sending.signal);
    return await sent.result;
  }

  /** A turn that adds to the gradient. */
  async #gradient(
    post: (parts: Parts) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<WireForwardBackwardOutput> {
    const parts: Parts = [];
    await this.#line.turn(async () => {
      const accumulation = this.#accumulation;
      try {
        this.#requireSound("the gradient was not computed");
        signal?.throwIfAborted();
        await post(parts);
      } catch (error) {
        accumulation.fail(error);
        throw error;
      } finally {
        for (const part of parts) accumulation.add(part);
      }
    }, signal);
    const output = await outputOf(parts);
    this.#seen.loss = "loss:sum" in output.metrics;
    return output;
  }

  #customData(data: readonly WireDatum[]): WireDatum[] {
    try {
      if (this.model.dialect !== "skyrl") return forwardData(data);
      throw new TypeError(
        `${this.#context.connection.baseUrl} divides each sequence's loss by the sum of its weights, so a custom loss ` +
          "cannot be expressed there; use one of its losses",
      );
    } catch (error) {
      this.missGradient(error);
      throw error;
    }
  }

  #post(pass: Pass, parts: Parts): Promise<void> {
    const { config } = this.#context.connection;
    return postPass(this.#line, pass, { model_id: this.model.model_id, config, seen: this.#seen }, parts);
  }

  async #postStep(adam: AdamParams): Promise<{ accumulation: Accumulation; sent: InFlight<"json"> }> {
    const accumulation = this.#accumulation;
    this.#requireSound("the optimizer step was not taken");
    this.#accumulation = this.#newAccumulation();
    if (accumulation.failure !== undefined) {
      const why = clause(accumulation.failure.reason);
      if (accumulation.begun) this.#spoil("a gradient is on the server in part", why);
      const remedy = accumulation.begun ? "; load the last saved state" : "";
      throw new Error(`the optimizer step was not taken: a part of its gradient failed (${why})${remedy}`);
    }
    const make = (seq_id: number) => optimStepOperation(adam, this.model.model_id, seq_id);
    try {
      const sent = await this.#line.send({ make, ifTaken: () => ({}) });
      accumulation.step();
      return { accumulation, sent };
    } catch (error) {
      if (accumulation.begun) this.#spoil("an optimizer step could not be submitted", error);
      throw error;
    }
  }

  #save(path: SavePath, name: string, options: SaveCallOptions): Promise<string> {
    return this.#saves.save(path, name, options, () => this.#requireSound(`"${name}" was not saved`));
  }

  #requireSound(refusal: string): void {
    if (this.unsound !== undefined) throw new Error(`${refusal}: ${this.unsound}`);
  }

  #spoil(what: string, reason: unknown): void {
    this.#spoiled ??= this.#cannotGoOn(what, reason);
  }

  #cannotGoOn(what: string, reason: unknown): string {
    const { model_id } = this.model;
    return `training of model ${model_id} cannot go on: ${what} (${clause(reason)}); load the last saved state`;
  }
}

function numbersOf(metrics: unknown): Metrics {
  const entries = Object.entries({ ...metrics as Readonly<Record<string, unknown>> | null | undefined });
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}
