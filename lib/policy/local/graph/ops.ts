/**
 * The primitive operators with their vector-Jacobian products. Each works in float32 and float64, so a graph made of
 * them alone can be checked by finite differences; the fused versions in blocks.ts are checked against it.
 */
import type { Graph, Value } from "./graph.ts";
import type { Dim } from "./onnx.ts";

/** Elementwise sum with broadcasting of `b`. */
export function add(g: Graph, a: Value, b: Value): Value {
  return g.record(g.op("Add", [a, b], a.shape), [a, b], (dy) => [() => dy, () => reduceLike(g, dy, b)]);
}

/** Elementwise difference with broadcasting of `b`. */
export function sub(g: Graph, a: Value, b: Value): Value {
  return g.record(g.op("Sub", [a, b], a.shape), [a, b], (dy) => [
    () => dy,
    () => reduceLike(g, g.op("Neg", [dy], dy.shape), b),
  ]);
}

/** Elementwise product with broadcasting of `b`. */
export function mul(g: Graph, a: Value, b: Value): Value {
  return g.record(g.op("Mul", [a, b], a.shape), [a, b], (dy) => [
    () => g.op("Mul", [dy, b], a.shape),
    () => reduceLike(g, g.op("Mul", [dy, a], a.shape), b),
  ]);
}

/** Product with a number. */
export function scale(g: Graph, a: Value, factor: number): Value {
  return mul(g, a, g.scalar(factor));
}

/** e to the power of each element. */
export function exp(g: Graph, a: Value): Value {
  const y = g.op("Exp", [a], a.shape);
  return g.record(y, [a], (dy) => [() => g.op("Mul", [dy, y], a.shape)]);
}

/** a within [low, high]; no gradient: what is clipped is taken as a constant. */
export function clipped(g: Graph, a: Value, low: Value, high: Value): Value {
  return g.op("Clip", [a, low, high], a.shape);
}

/** The smaller of `a` and a constant; where they are equal the gradient is that of `a`. */
export function atMost(g: Graph, a: Value, bound: Value): Value {
  return g.record(g.op("Min", [a, bound], a.shape), [a], (dy) => [() => {
    const isOwn = g.op("LessOrEqual", [a, bound], a.shape, { dtype: "bool" });
    return g.op("Where", [isOwn, dy, g.scalar(0)], a.shape);
  }]);
}

/** 1 / (1 + e^-a). */
export function sigmoid(g: Graph, a: Value): Value {
  const y = g.op("Sigmoid", [a], a.shape);
  return g.record(y, [a], (dy) => [() => {
    const slope = g.op("Mul", [y, g.op("Sub", [g.scalar(1), y], a.shape)], a.shape);
    return g.op("Mul", [dy, slope], a.shape);
  }]);
}

/** 1 / sqrt(a). */
export function rsqrt(g: Graph, a: Value): Value {
  const y = g.op("Reciprocal", [g.op("Sqrt", [a], a.shape)], a.shape);
  return g.record(y, [a], (dy) => [() => {
    const cube = g.op("Mul", [y, g.op("Mul", [y, y], a.shape)], a.shape);
    return g.op("Mul", [dy, g.op("Mul", [cube, g.scalar(-0.5)], a.shape)], a.shape);
  }]);
}

/** Mean over the last axis, which is kept with size 1. */
export function meanLast(g: Graph, a: Value): Value {
  const size = a.shape.at(-1);
  if (typeof size !== "number") throw new TypeError(`mean over an axis of unknown size ${size} in ${a.name}`);
  const y = reduceSum(g, a, [a.shape.length - 1]);
  return scale(g, y, 1 / size);
}

/** Sum over axes, which are kept with size 1. */
export function reduceSum(g: Graph, a: Value, axes: readonly number[]): Value {
  const shape = a.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  const y = g.op("ReduceSum", [a, g.ints(axes)], shape, { attributes: { keepdims: 1 } });
  return g.record(y, [a], (dy) => [() => g.op("Expand", [dy, shapeOf(g, a)], a.shape)]);
}

/** Sum of all elements, as a scalar. */
export function sumAll(g: Graph, a: Value): Value {
  const y = g.op("ReduceSum", [a], [], { attributes: { keepdims: 0 } });
  return g.record(y, [a], (dy) => [() => g.op("Expand", [dy, shapeOf(g, a)], a.shape)]);
}

/** Matrix product over the last two axes; leading axes must agree, or be absent in `b`. */
export function matMul(g: Graph, a: Value, b: Value): Value {
  const y = g.op("MatMul", [a, b], [...a.shape.slice(0, -1), b.shape.at(-1) as Dim]);
  return g.record(y, [a, b], (dy) => [
    () => g.op("MatMul", [dy, swapLast(g, b)], a.shape),
    () => g.op("MatMul", [swapLast(g, a), dy], b.shape),
  ]);
}

/** Permutes the axes. */
export function transpose(g: Graph, a: Value, order: readonly number[]): Value {
  const y = g.op("Transpose", [a], order.map((i) => a.shape[i] as Dim), { attributes: { perm: order } });
  const inverse = order.map((_, i) => order.indexOf(i));
  return g.record(y, [a], (dy) => [() => g.op("Transpose", [dy], a.shape, { attributes: { perm: inverse } })]);
}

/** The same elements in another shape; `target` is an int64 list, for sizes known at run time only. */
export function reshape(g: Graph, a: Value, target: Value, shape: readonly Dim[]): Value {
  const y = g.op("Reshape", [a, target], shape);
  return g.record(y, [a], (dy) => [() => g.op("Reshape", [dy, shapeOf(g, a)], a.shape)]);
}

/** Softmax over the last axis. */
export function softmax(g: Graph, a: Value): Value {
  const y = g.op("Softmax", [a], a.shape, { attributes: { axis: -1 } });
  return g.record(y, [a], (dy) => [() => {
    const weighted = g.op("Mul", [dy, y], a.shape);
    const last = a.shape.length - 1;
    const total = g.op("ReduceSum", [weighted, g.ints([last])], [...a.shape.slice(0, -1), 1]);
    return g.op("Sub", [weighted, g.op("Mul", [y, total], a.shape)], a.shape);
  }]);
}

/** Elements [start, stop) of the last axis. */
export function sliceLast(g: Graph, a: Value, start: number, stop: number): Value {
  const last = a.shape.length - 1;
  const size = a.shape[last];
  if (typeof size !== "number") throw new TypeError(`slice of an axis of unknown size ${size} in ${a.name}`);
  const y = g.op("Slice", [a, g.ints([start]), g.ints([stop]), g.ints([last])], [
    ...a.shape.slice(0, -1),
    stop - start,
  ]);
  return g.record(y, [a], (dy) => [() => {
    const pads = a.shape.map(() => 0).concat(a.shape.map(() => 0));
    pads[last] = start;
    pads[2 * last + 1] = size - stop;
    return g.op("Pad", [dy, g.ints(pads)], a.shape);
  }]);
}

/** Joins two values along the last axis. */
export function concatLast(g: Graph, a: Value, b: Value): Value {
  const last = a.shape.length - 1;
  const [na, nb] = [a.shape[last], b.shape[last]];
  if (typeof na !== "number" || typeof nb !== "number") throw new TypeError(`concat of unknown sizes in ${a.name}`);
  const y = g.op("Concat", [a, b], [...a.shape.slice(0, -1), na + nb], { attributes: { axis: last } });
  const part = (dy: Value, from: number, to: number, like: Value) => () =>
    g.op("Slice", [dy, g.ints([from]), g.ints([to]), g.ints([last])], like.shape);
  return g.record(y, [a, b], (dy) => [part(dy, 0, na, a), part(dy, na, na + nb, b)]);
}

/** Rows of `table` [N, d] by distinct indices [R]; the gradient is written back without adding, hence distinct. */
export function distinctRows(g: Graph, table: Value, indices: Value): Value {
  const y = g.op("Gather", [table, indices], [indices.shape[0] as Dim, table.shape[1] as Dim]);
  return g.record(y, [table], (dy) => [() => {
    const zeros = g.op("Expand", [g.scalar(0), shapeOf(g, table)], table.shape);
    const column = g.op("Unsqueeze", [indices, g.ints([1])], [indices.shape[0] as Dim, 1], { dtype: "int64" });
    return g.op("ScatterND", [zeros, column, dy], table.shape);
  }]);
}

/** The shape of a value at run time, as an int64 list. */
export function shapeOf(g: Graph, a: Value): Value {
  return g.op("Shape", [a], [a.shape.length], { dtype: "int64" });
}

function swapLast(g: Graph, a: Value): Value {
  const n = a.shape.length;
  const order = a.shape.map((_, i) => i);
  [order[n - 2], order[n - 1]] = [n - 1, n - 2];
  return g.op("Transpose", [a], order.map((i) => a.shape[i] as Dim), { attributes: { perm: order } });
}

/** Sums a gradient over the axes along which `like` was broadcast. */
function reduceLike(g: Graph, dy: Value, like: Value): Value {
  const missing = dy.shape.length - like.shape.length;
  const axes = dy.shape.flatMap((dim, i) => (i < missing || (like.shape[i - missing] === 1 && dim !== 1) ? [i] : []));
  if (axes.length === 0) return dy;
  const kept = g.op("ReduceSum", [dy, g.ints(axes)], dy.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)));
  return missing === 0 ? kept : g.op("Reshape", [kept, shapeOf(g, like)], like.shape);
}
