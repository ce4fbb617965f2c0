/**
 * The one file that talks to onnxruntime-node. What its users have to know about it: `run` blocks the thread it is
 * called on; inputs are passed without a copy, outputs are copied; SharedArrayBuffers are refused; a session that is not
 * released before its worker ends leaks all it holds. Memory patterns cost memory and give no speed, so they are off;
 * graph rewriting would undo what a training graph recomputes on purpose, so that is off too.
 *
 * On WebGPU (Vulkan, Metal or Direct3D 12) what there is a kernel for runs on the device. The rest runs on the CPU, with
 * copies there and back: arithmetic on int64 shapes, LogSoftmax, FusedMatMul and with it attention's products. What is fed
 * in is moved to the device at each run, weights included: 4 bytes a parameter over the bus for each batch that is trained
 * on and for each token of a batch of samples. What leaves a run is always data on the CPU, for reading a tensor that has
 * stayed on the device ends the process. A buffer that the device cannot hold is an error, and the session goes on.
 */
// Before the library: it looks when it is loaded.
import "./_no_telemetry.ts";
import * as ort from "onnxruntime-node";
import { readEnv } from "../../../basics/mod.ts";
import type { Device } from "../engine_options.ts";

/** A tensor's data outside the graph. */
export type TensorData = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;

/** Named inputs of a run: data and shape. */
export type Feeds = Readonly<Record<string, readonly [TensorData, readonly number[]]>>;

/** How a graph is run. */
export interface SessionOptions {
  /** Threads of one operator; default `OMP_NUM_THREADS`, which numerical libraries share, else all cores. */
  readonly threads?: number | undefined;
  /** Default `cpu`. Another one is to be checked first, see `checkDevice`. */
  readonly device?: Device | undefined;
}

/** The devices that this build of onnxruntime knows, whether or not the machine has them. */
export function builtInDevices(): Device[] {
  const known = ort.listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? [name] : []));
  return (["cpu", "webgpu"] as const).filter((device) => known.includes(device));
}

/** A loaded graph. */
export class Session {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** Loads a graph from its bytes. @throws {Error} in onnxruntime's words, also when there is no such device */
  static async create(
    model: Uint8Array<ArrayBuffer>,
    { threads = threadsOf(readEnv("OMP_NUM_THREADS")), device = "cpu" }: SessionOptions = {},
  ): Promise<Session> {
    ort.env.logLevel = "error";
    return new Session(
      await ort.InferenceSession.create(model, {
        executionProviders: [device],
        enableMemPattern: false,
        graphOptimizationLevel: "disabled",
        logSeverityLevel: 3,
        intraOpNumThreads: threads,
        // Every graph has threads of its own, and they would spin on the cores that the next graph needs.
        extra: { session: { force_spinning_stop: "1" } },
      }),
    );
  }

  /**
   * Runs the graph.
   * @param feeds its inputs, and others, which are left alone
   * @returns the data of every output by name
   */
  async run(feeds: Feeds): Promise<Record<string, TensorData>> {
    const tensors: Record<string, ort.Tensor> = {};
    for (const name of this.#session.inputNames) {
      const [data, dims] = feeds[name] ?? [];
      if (data === undefined || dims === undefined) throw new RangeError(`the graph's input ${name} was not given`);
      tensors[name] = tensor(data, dims);
    }
    const results = await this.#session.run(tensors);
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, value.data as TensorData]));
  }

  /** Frees the native memory. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Threads by the variable's value; one that is no whole number from 1 counts as unset. */
export function threadsOf(wanted: string | undefined, cores: number = navigator.hardwareConcurrency): number {
  return /^[1-9]\d{0,3}$/.test(wanted ?? "") ? Math.min(Number(wanted), cores) : cores;
}

/** Tensors of weights, which come again with the same array and the same shape in every run. */
const known = new WeakMap<TensorData, { readonly dims: readonly number[]; readonly tensor: ort.Tensor }>();

function tensor(data: TensorData, dims: readonly number[]): ort.Tensor {
  const found = known.get(data);
  if (found?.dims === dims) return found.tensor;
  const made = newTensor(data, dims);
  known.set(data, { dims, tensor: made });
  return made;
}

function newTensor(data: TensorData, dims: readonly number[]): ort.Tensor {
  if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, dims);
  if (data instanceof Float64Array) return new ort.Tensor("float64", data, dims);
  return new ort.Tensor("float32", data, dims);
}

/** Sessions by name, each created when it is first needed. */
export class Sessions<Name extends string> {
  readonly #build: (name: Name) => Uint8Array<ArrayBuffer>;
  readonly #options: SessionOptions;
  readonly #open = new Map<Name, Promise<Session>>();

  /** @param build the graph's bytes */
  constructor(build: (name: Name) => Uint8Array<ArrayBuffer>, options: SessionOptions = {}) {
    this.#build = build;
    this.#options = options;
  }

  /** The session of a graph. */
  get(name: Name): Promise<Session> {
    let session = this.#open.get(name);
    if (session === undefined) {
      session = Session.create(this.#build(name), this.#options);
      this.#open.set(name, session);
    }
    return session;
  }

  /** Frees all of them; one that could not be created holds nothing. */
  async release(): Promise<void> {
    const sessions = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    for (const session of sessions) if (session.status === "fulfilled") await session.value.release();
  }
}
