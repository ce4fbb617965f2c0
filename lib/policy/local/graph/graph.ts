/**
 * Builds an ONNX graph and differentiates it: operators are recorded on a tape with their vector-Jacobian products, and
 * `backward` appends the gradient of a scalar to the same graph, so that one run gives loss and gradients
 * (reverse-mode automatic differentiation; Baydin et al., arXiv:1502.05767). The operators themselves are in ops.ts.
 */
import { type Attribute, type Dim, type DType, encodeModel, type OnnxConstant, type OnnxNode } from "./onnx.ts";

/** A tensor in the graph. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/**
 * Builds one gradient. One that takes an argument gets what the value's gradient is so far, where there is something, and
 * returns the sum of both: a matrix product adds it for less than a pass of its own would cost.
 */
export type GradientBuilder = ((before?: Value) => Value) | (() => Value);

/** Gradients towards the inputs of one operator; each is built only if somebody needs it. */
export type Vjp = (dy: Value) => readonly GradientBuilder[];

interface TapeEntry {
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly vjp: Vjp;
}

/** How a graph is built. */
export interface GraphOptions {
  /** Type of all real numbers: float64 is for checking gradients by finite differences. */
  readonly real: "float32" | "float64";
  /** Use onnxruntime's fused operators; without, only primitives that float64 has too. */
  readonly fused: boolean;
}

/** A graph under construction. */
export class Graph {
  readonly real: "float32" | "float64";
  readonly fused: boolean;
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #tape: TapeEntry[] = [];
  /** Values that depend on a parameter. */
  readonly #tracked = new Set<Value>();
  /** Results by the names that their values had before. */
  readonly #results = new Map<string, string>();
  #names = 0;

  constructor(options: GraphOptions = { real: "float32", fused: true }) {
    this.real = options.real;
    this.fused = options.fused;
  }

  /** Declares an input that no gradient flows to. */
  input(name: string, shape: readonly Dim[], dtype: DType = this.real): Value {
    if (this.#inputs.some((value) => value.name === name)) {
      throw new RangeError(`graph input ${name} is declared twice`);
    }
    const value = { name, dtype, shape };
    this.#inputs.push(value);
    return value;
  }

  /** Declares an input that gradients are wanted for. */
  parameter(name: string, shape: readonly number[]): Value {
    const value = this.input(name, shape);
    this.#tracked.add(value);
    return value;
  }

  /** Turns an intermediate value into one that gradients are wanted for. */
  track(value: Value): Value {
    this.#tracked.add(value);
    return value;
  }

  /** A stored tensor; equal ones are stored once. */
  constant(values: readonly number[], shape: readonly number[], dtype: DType = this.real): Value {
    const key = `${dtype}[${shape}]${values}`;
    let constant = this.#constants.get(key);
    if (constant === undefined) {
      // "~" keeps stored tensors apart from inputs, which onnxruntime would otherwise mix up.
      constant = { name: `~c${this.#constants.size}`, dtype, shape, values };
      this.#constants.set(key, constant);
    }
    return { name: constant.name, dtype, shape };
  }

  /** A stored scalar of the graph's real type. */
  scalar(value: number): Value {
    return this.constant([value], []);
  }

  /** A stored list of integers, as shapes and axes are given. */
  ints(values: readonly number[]): Value {
    return this.constant(values, [values.length], "int64");
  }

  /** Appends an operator with one output. */
  op(
    op: string,
    inputs: readonly Value[],
    shape: readonly Dim[],
    options: { attributes?: Record<string, Attribute>; domain?: string; dtype?: DType } = {},
  ): Value {
    const output = { name: `~${this.#names++}`, dtype: options.dtype ?? this.real, shape };
    this.#nodes.push({
      op,
      domain: options.domain ?? "",
      inputs: inputs.map((input) => input.name),
      outputs: [output.name],
      attributes: options.attributes ?? {},
    });
    return output;
  }

  /**
   * Appends an operator with several outputs, through which no gradient passes.
   * @param shapes of the outputs; undefined: one that is not wanted
   */
  ops(
    op: string,
    inputs: readonly Value[],
    shapes: readonly (readonly Dim[] | undefined)[],
    options: { attributes?: Record<string, Attribute>; domain?: string } = {},
  ): (Value | undefined)[] {
    const outputs = shapes.map((shape) => shape && { name: `~${this.#names++}`, dtype: this.real, shape });
    this.#nodes.push({
      op,
      domain: options.domain ?? "",
      inputs: inputs.map(({ name }) => name),
      outputs: outputs.map((output) => output?.name ?? ""),
      attributes: options.attributes ?? {},
    });
    return outputs;
  }

  /** Cuts a value along an axis into parts of these sizes; no gradient passes. */
  split(value: Value, axis: number, sizes: readonly number[]): Value[] {
    const shapes = sizes.map((size) => value.shape.map((dim, i) => (i === axis ? size : dim)));
    return this.ops("Split", [value, this.ints(sizes)], shapes, { attributes: { axis } }) as Value[];
  }

  /** Whether gradients are wanted of a value. */
  tracks(value: Value): boolean {
    return this.#tracked.has(value);
  }

  /** Records how gradients pass from `output` to `inputs`. */
  record(output: Value, inputs: readonly Value[], vjp: Vjp): Value {
    if (inputs.some((input) => this.#tracked.has(input))) {
      this.#tracked.add(output);
      this.#tape.push({ output, inputs, vjp });
    }
    return output;
  }

  /** Names a value as a result of the graph. */
  output(name: string, value: Value): void {
    const computed = this.#nodes.some(({ outputs }) => outputs.includes(value.name));
    if (computed && !this.#results.has(value.name)) this.#results.set(value.name, name);
    // An input, or a value that is a result already, needs a copy.
    else this.#nodes.push({ op: "Identity", domain: "", inputs: [value.name], outputs: [name], attributes: {} });
    this.#outputs.push({ ...value, name });
  }

  /**
   * Appends the gradient of a scalar.
   * @returns the gradients towards `wrt`, in that order
   * @throws {Error} when the scalar does not depend on one of them
   */
  backward(scalar: Value, wrt: readonly Value[]): Value[] {
    const gradients = new Map<Value, Value>([[scalar, this.scalar(1)]]);
    for (const { output, inputs, vjp } of this.#tape.toReversed()) {
      const dy = gradients.get(output);
      if (dy === undefined) continue;
      vjp(dy).forEach((build, i) => {
        const input = inputs[i] as Value;
        if (!this.#tracked.has(input)) return;
        const before = gradients.get(input);
        const adds = before === undefined || build.length > 0;
        const gradient = build(before);
        gradients.set(input, adds ? gradient : this.op("Add", [before, gradient], input.shape));
      });
    }
    return wrt.map((value) => {
      const gradient = gradients.get(value);
      if (gradient === undefined) throw new Error(`the differentiated value does not depend on ${value.name}`);
      return gradient;
    });
  }

  /** The finished model's bytes. */
  encode(): Uint8Array<ArrayBuffer> {
    const named = (names: readonly string[]) => names.map((name) => this.#results.get(name) ?? name);
    return encodeModel({
      nodes: this.#nodes.map((node) => ({ ...node, inputs: named(node.inputs), outputs: named(node.outputs) })),
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: [...this.#constants.values()],
    });
  }
}
