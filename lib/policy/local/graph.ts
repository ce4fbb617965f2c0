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

/** Gradients towards the inputs of one operator; each is built only if somebody needs it. */
export type Vjp = (dy: Value) => readonly (() => Value)[];

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
    this.#nodes.push({ op: "Identity", domain: "", inputs: [value.name], outputs: [name], attributes: {} });
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
        const gradient = build();
        const before = gradients.get(input);
        gradients.set(input, before === undefined ? gradient : this.op("Add", [before, gradient], input.shape));
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
    return encodeModel({
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: [...this.#constants.values()],
    });
  }
}
