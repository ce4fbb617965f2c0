/**
 * Whether a device may be computed on. A graphics processor is taken only when it is there and, for a small model of the
 * same kind, gives the CPU's numbers: drivers and kernels have been wrong without saying so, and a wrong gradient still
 * lowers a loss. What cannot be seen from here is a driver that ends the process; onnxruntime reports a missing driver or
 * adapter as an error.
 *
 * onnxruntime-node 1.30 ships: for Linux on x64, macOS on arm64 and Windows on x64 and arm64 CPU and WebGPU (through
 * Vulkan, Metal and Direct3D 12); for Linux on arm64 the CPU alone; nothing for macOS on Intel, nor for Linux without glibc.
 */
import type { Completion } from "../../vocabulary.ts";
import { computeTrial, type Figures, trialModel } from "./device_trial.ts";
import type { Device } from "./engine_options.ts";
import { Graph } from "./graph/graph.ts";
import { builtInDevices, Session } from "./graph/runtime.ts";
import type { LlamaConfig } from "./model/llama.ts";
import type { LoraConfig } from "./model/lora.ts";
import type { ModelWeights } from "./model/weights.ts";

/** Largest difference between a device's figures and the CPU's. */
export const DEVICE_TOLERANCE = 1e-3;

/** What the check is made with, for tests. */
export interface DeviceCheckOptions {
  /** Default `DEVICE_TOLERANCE`. */
  readonly tolerance?: number;
  /** Default: training and sampling on the device. */
  readonly compute?: (model: ModelWeights, device: Device) => Promise<Figures>;
}

/** One figure that two devices disagree on. */
export interface Difference {
  /** What differs, such as `the gradient of lm_head.weight`. */
  readonly what: string;
  /** In units of log-probability, or of a gradient's largest number; NaN counts as infinite. */
  readonly size: number;
}

/**
 * Sees that a device computes what the CPU does, on a small random model of this configuration; takes some seconds, most
 * of them for compiling. The CPU itself is not checked.
 * @throws {Error} when it cannot run the graphs, or when a log-probability or a gradient is wrong
 */
export async function checkDevice(
  device: Device,
  config: LlamaConfig,
  lora?: LoraConfig,
  { tolerance = DEVICE_TOLERANCE, compute = computeTrial }: DeviceCheckOptions = {},
): Promise<void> {
  if (device === "cpu") return;
  const model = trialModel(config, lora);
  const expected = await compute(model, "cpu");
  const found = await inOwnWords(device, () => compute(model, device));
  const { what, size } = worstDifference(expected, found);
  if (size <= tolerance) return;
  throw new Error(
    `device=${device} does not compute what the CPU computes: on a small random model of this kind ${what} differ by ` +
      `${size.toPrecision(2)}, and ${tolerance} is allowed; update the graphics driver, or compute with device=cpu`,
  );
}

/** Runs one operator on the device. @throws {Error} when it is not there, which says what can be done */
export async function requireDevice(device: Device): Promise<void> {
  if (device === "cpu") return;
  const { os, arch } = Deno.build;
  if (!builtInDevices().includes(device)) {
    throw new Error(
      `there is no device=${device} here: onnxruntime-node has none for ${os} on ${arch}; compute with device=cpu`,
    );
  }
  const g = new Graph();
  const x = g.input("x", [1]);
  g.output("y", g.op("Mul", [x, x], [1]));
  await inOwnWords(device, async () => {
    const session = await Session.create(g.encode(), { device });
    await session.run({ x: [Float32Array.of(2), [1]] });
    await session.release();
  });
}

/** Turns an error of onnxruntime into one that says what can be done. */
async function inOwnWords<T>(device: Device, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The sentence stands behind file, line and function of the library's source.
    const said = (error as Error).message.replace(/^.* was false\. /s, "").trim();
    if (!/\badapter/i.test(said)) {
      throw new Error(`device=${device} cannot run this model's graphs: ${said}; compute with device=cpu`);
    }
    const missing = Deno.build.os === "linux"
      ? "install a Vulkan driver for the graphics card and the loader libvulkan.so.1 (Debian: libvulkan1)"
      : "update the graphics driver";
    throw new Error(
      `no WebGPU adapter was found on this machine, and device=${device} needs one (onnxruntime: ${said}); ` +
        `${missing}, or compute with device=cpu`,
    );
  }
}

/** The figure that two devices disagree on most. */
export function worstDifference(expected: Figures, found: Figures): Difference {
  const differences = [
    { what: "the log-probabilities", size: largestGap(expected.logprobs, found.logprobs) },
    ...gradientDifferences(expected.gradients, found.gradients),
    ...sampleDifferences(expected.completions, found.completions),
  ];
  return differences.reduce((worst, one) => (one.size > worst.size ? one : worst));
}

/**
 * Each parameter's by its own largest number, so that a small one is not hidden behind a large one; but one that is all
 * but zero everywhere is only rounding, and counts by the hundredth part of the largest of all.
 */
function gradientDifferences(expected: Figures["gradients"], found: Figures["gradients"]): Difference[] {
  const most = Math.max(...Array.from(expected.values(), largest));
  return Array.from(expected, ([name, values]) => {
    const scale = Math.max(largest(values), most / 100);
    return { what: `the gradients of ${name}`, size: largestGap(values, found.get(name) ?? []) / scale };
  });
}

/** A draw next to the border between two tokens may go either way, and all that follows it is another text then. */
function sampleDifferences(expected: readonly Completion[], found: readonly Completion[]): Difference[] {
  const shared = expected.map(({ tokens }, i) => tokens.findIndex((id, t) => id !== found[i]?.tokens[t]))
    .map((first, i) => (first < 0 ? (expected[i] as Completion).tokens.length : first));
  const count = (lengths: readonly number[]) => lengths.reduce((a, b) => a + b, 0);
  const alike = count(shared) / count(expected.map(({ tokens }) => tokens.length));
  const cut = (all: readonly Completion[], which: "logprobs" | "samplingLogprobs") =>
    all.flatMap((completion, i) => (completion[which] ?? []).slice(0, shared[i]));
  const gap = (which: "logprobs" | "samplingLogprobs") => largestGap(cut(expected, which), cut(found, which));
  return [
    { what: "most of the tokens drawn", size: alike < 0.5 ? 1 : 0 },
    { what: "the log-probabilities of drawn tokens", size: gap("logprobs") },
    { what: "the log-probabilities at the sampling temperature", size: gap("samplingLogprobs") },
  ];
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] as number));
  return most;
}

/** Infinite where one is not a number, or missing. */
function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs((a[i] as number) - (b[i] as number));
    most = Math.max(most, Number.isNaN(gap) ? Infinity : gap);
  }
  return most;
}
