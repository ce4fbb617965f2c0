/**
 * The building blocks of a Llama-architecture model. Each comes twice: from primitives alone, differentiated by the tape
 * (the oracle), and with onnxruntime's fused operators and a gradient written by hand (what runs). `graph.fused` chooses.
 * Layouts: activations [N, d] with N = B * T; heads [B, H, T, h]; weights [out, in] as Hugging Face stores them.
 */
import type { Graph, Value } from "./graph.ts";
import type { Attribute, Dim } from "./onnx.ts";
import { add, concatLast, matMul, meanLast, mul, reshape, rsqrt, scale, shapeOf, sigmoid, sliceLast } from "./ops.ts";
import { softmax, sub, transpose } from "./ops.ts";

const MICROSOFT = { domain: "com.microsoft" };

/** A low-rank adapter of a weight [out, in]: A [r, in], B [out, r]; its product is scaled. */
export interface LowRank {
  readonly a: Value;
  readonly b: Value;
  /** alpha / r */
  readonly scale: number;
}

/** A linear layer: x W^T + bias, with an adapter + scale (x A^T) B^T. */
export interface LinearWeights {
  /** [out, in] */
  readonly weight: Value;
  /** [out] */
  readonly bias?: Value | undefined;
  readonly adapter?: LowRank | undefined;
  /** The product is worked out as (W x^T)^T, which is faster for a large matrix and few rows; no gradient passes then. */
  readonly weightFirst?: boolean | undefined;
}

/** A matrix product with whatever is to be added to it; `attributes` are Gemm's. */
function gemm(
  g: Graph,
  [a, b, sum]: readonly [Value, Value, (Value | undefined)?],
  shape: readonly Dim[],
  { scale = 1, ...attributes }: { transA?: 1; transB?: 1; scale?: number } = {},
): Value {
  const alpha: Record<string, Attribute> = scale === 1 ? {} : { alpha: { float: scale } };
  return g.op("Gemm", sum === undefined ? [a, b] : [a, b, sum], shape, { attributes: { ...attributes, ...alpha } });
}

/** A linear layer of x [N, in]; [N, out]. */
export function linear(g: Graph, x: Value, { weight, bias, adapter, weightFirst }: LinearWeights): Value {
  const [out, inner] = weight.shape as [number, number];
  const n = x.shape[0] as Dim;
  const plain = weightFirst
    ? turned(g, gemm(g, [weight, x], [out, n], { transB: 1 }), bias)
    : gemm(g, [x, weight, bias], [n, out], { transB: 1 });
  if (adapter === undefined) {
    return g.record(plain, bias === undefined ? [x, weight] : [x, weight, bias], (dy) => [
      (before) => gemm(g, [dy, weight, before], [n, inner]),
      () => gemm(g, [dy, x], [out, inner], { transA: 1 }),
      () => sumOfRows(g, dy),
    ]);
  }
  const { a, b, scale } = adapter;
  const rank = a.shape[0] as number;
  const low = gemm(g, [x, a], [n, rank], { transB: 1 });
  const y = gemm(g, [low, b, plain], [n, out], { transB: 1, scale });
  // The weight and its bias are frozen where there is an adapter.
  return g.record(y, [x, a, b], (dy) => {
    const dLow = gemm(g, [dy, b], [n, rank], { scale });
    return [
      (before) => gemm(g, [dLow, a, gemm(g, [dy, weight, before], [n, inner])], [n, inner]),
      () => gemm(g, [dLow, x], [rank, inner], { transA: 1 }),
      () => gemm(g, [dy, low], [out, rank], { transA: 1, scale }),
    ];
  });
}

/** The transpose of x [out, N], and a bias [out] added. */
function turned(g: Graph, x: Value, bias: Value | undefined): Value {
  const shape = [x.shape[1] as Dim, x.shape[0] as Dim];
  const y = g.op("Transpose", [x], shape, { attributes: { perm: [1, 0] } });
  return bias === undefined ? y : g.op("Add", [y, bias], shape);
}

/** Sums over the first axis of x [N, d]; [d]. */
function sumOfRows(g: Graph, x: Value): Value {
  return g.op("ReduceSum", [x, g.ints([0])], [x.shape[1] as Dim], { attributes: { keepdims: 0 } });
}

/** Root-mean-square normalisation x / rms(x) * weight (Zhang and Sennrich, arXiv:1910.07467) of x [N, d]. */
export function rmsNorm(g: Graph, x: Value, weight: Value, epsilon: number): Value {
  const inverse = (a: Value) => rsqrt(g, add(g, meanLast(g, mul(g, a, a)), g.scalar(epsilon)));
  if (!g.fused) return mul(g, mul(g, x, inverse(x)), weight);
  const y = g.op("SimplifiedLayerNormalization", [x, weight], x.shape, {
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });
  return g.record(y, [x, weight], (dy) => {
    // The operator's own second output, 1/rms, is not written by every provider; so it is worked out again here.
    const [rows, size] = x.shape as [Dim, number];
    const squares = g.op("ReduceSumSquare", [x, g.ints([1])], [rows, 1]);
    const meanSquare = g.op("Mul", [squares, g.scalar(1 / size)], [rows, 1]);
    const root = g.op("Sqrt", [g.op("Add", [meanSquare, g.scalar(epsilon)], [rows, 1])], [rows, 1]);
    const invRms = g.op("Reciprocal", [root], [rows, 1]);
    const unit = g.op("Mul", [x, invRms], x.shape);
    return [() => {
      // y = unit * weight, so the mean of dy * weight * unit is that of dy * y.
      const total = g.op("ReduceSum", [g.op("Mul", [dy, y], x.shape), g.ints([1])], [rows, 1]);
      const along = g.op("Mul", [total, g.scalar(1 / size)], [rows, 1]);
      const scaled = g.op("Mul", [dy, weight], x.shape);
      const rest = g.op("Sub", [scaled, g.op("Mul", [unit, along], x.shape)], x.shape);
      return g.op("Mul", [rest, invRms], x.shape);
    }, () => sumOfRows(g, g.op("Mul", [dy, unit], x.shape))];
  });
}

/** x + branch, and its root-mean-square normalisation: in one pass where no gradient is wanted. */
export function addAndNorm(
  g: Graph,
  x: Value,
  branch: Value,
  weight: Value,
  epsilon: number,
): { readonly sum: Value; readonly normed: Value } {
  if (!g.fused || g.tracks(x) || g.tracks(branch) || g.tracks(weight)) {
    const sum = add(g, x, branch);
    return { sum, normed: rmsNorm(g, sum, weight, epsilon) };
  }
  const [normed, , , sum] = g.ops(
    "SkipSimplifiedLayerNormalization",
    [x, branch, weight],
    [x.shape, undefined, undefined, x.shape],
    { ...MICROSOFT, attributes: { epsilon: { float: epsilon } } },
  ) as [Value, undefined, undefined, Value];
  return { sum, normed };
}

/** Angles of the rotary embedding. */
export interface Rotary {
  /** [B, T] positions, int64. */
  readonly positions: Value;
  /** [L, h/2] cosines and sines by position. */
  readonly cos: Value;
  readonly sin: Value;
}

/** Rotary position embedding (Su et al., arXiv:2104.09864), first half against second half, of x [B, H, T, h]. */
export function rotate(g: Graph, x: Value, rotary: Rotary): Value {
  const { positions, cos, sin } = rotary;
  if (g.fused) {
    const turn = (a: Value, by: Value) => g.op("RotaryEmbedding", [a, positions, cos, by], x.shape, MICROSOFT);
    return g.record(turn(x, sin), [x], (dy) => [() => turn(dy, g.op("Neg", [sin], sin.shape))]);
  }
  const [batch, , time, size] = x.shape as [Dim, Dim, Dim, number];
  const half = size / 2;
  const angles = (table: Value) => {
    const rows = g.op("Gather", [table, positions], [batch, time, half]);
    return g.op("Unsqueeze", [rows, g.ints([1])], [batch, 1, time, half]);
  };
  const [c, s] = [angles(cos), angles(sin)];
  const [first, second] = [sliceLast(g, x, 0, half), sliceLast(g, x, half, size)];
  const upper = sub(g, mul(g, first, c), mul(g, second, s));
  return concatLast(g, upper, add(g, mul(g, second, c), mul(g, first, s)));
}

/**
 * Softmax attention of queries [B, Hk, r*T, h] over keys and values [B, Hk, T, h], where r query heads share a key head
 * (grouped-query attention, Ainslie et al., arXiv:2305.13245). `mask` is added to the scores: 0, or a large negative number.
 * Fused, no gradient passes: what trains attends by groups (training/grouped_attention.ts).
 */
export function attend(g: Graph, query: Value, key: Value, value: Value, mask: Value, heads: number): Value {
  const factor = 1 / Math.sqrt(query.shape[3] as number);
  const masked = (scores: Value): Value => {
    if (heads === scores.shape[1]) return add(g, scores, mask);
    const [batch, , , time] = scores.shape as [Dim, Dim, Dim, Dim];
    const split = g.op(
      "Concat",
      [
        g.op("Shape", [mask], [1], { dtype: "int64", attributes: { start: 2, end: 3 } }),
        g.op("Shape", [mask], [1], { dtype: "int64", attributes: { start: 3, end: 4 } }),
      ],
      [2],
      { dtype: "int64", attributes: { axis: 0 } },
    );
    const perHead = g.op("Concat", [g.ints([0, heads]), split], [4], { dtype: "int64", attributes: { axis: 0 } });
    const apart = reshape(g, scores, perHead, [batch, heads, mask.shape[2] as Dim, time]);
    return reshape(g, add(g, apart, mask), shapeOf(g, scores), scores.shape);
  };
  if (!g.fused) {
    const scores = scale(g, matMul(g, query, transpose(g, key, [0, 1, 3, 2])), factor);
    return matMul(g, softmax(g, masked(scores)), value);
  }
  const product = (a: Value, b: Value, shape: readonly Dim[], attributes: Record<string, number>, alpha = 1) =>
    g.op("FusedMatMul", [a, b], shape, { ...MICROSOFT, attributes: { ...attributes, alpha: { float: alpha } } });
  const square = [...query.shape.slice(0, 3), key.shape[2] as Dim];
  const scores = product(query, key, square, { transB: 1 }, factor);
  const weights = g.op("Softmax", [masked(scores)], square, { attributes: { axis: -1 } });
  return product(weights, value, query.shape, {});
}

/** silu(gate) * up (Shazeer, arXiv:2002.05202). */
export function swiglu(g: Graph, gate: Value, up: Value): Value {
  if (!g.fused) return mul(g, mul(g, gate, sigmoid(g, gate)), up);
  const shape = gate.shape;
  if (!g.tracks(gate) && !g.tracks(up)) return g.op("Mul", [silu(g, gate), up], shape);
  const s = g.op("Sigmoid", [gate], shape);
  const bent = g.op("Mul", [gate, s], shape);
  const y = g.op("Mul", [bent, up], shape);
  return g.record(y, [gate, up], (dy) => [() => {
    // up silu'(gate) = up (s + silu - silu s) = y + s (up - y)
    const rest = g.op("Mul", [s, g.op("Sub", [up, y], shape)], shape);
    return g.op("Mul", [dy, g.op("Add", [y, rest], shape)], shape);
  }, () => g.op("Mul", [dy, bent], shape)]);
}

/** silu(x) = x sigmoid(x) in one pass; no gradient passes. */
export function silu(g: Graph, x: Value): Value {
  return g.op("QuickGelu", [x], x.shape, { ...MICROSOFT, attributes: { alpha: { float: 1 } } });
}

/**
 * log softmax(x W^T)[r, target[r]] as [R], for hidden states x [R, d], a head [V, d] without a bias and targets [R, 1].
 * Stable for unlikely targets too. [R, V] is the largest thing there is: with p its softmax, the gradient towards the
 * logits is dy (onehot - p), and dy is brought in where things are small again.
 */
export function headLogprobs(g: Graph, x: Value, head: LinearWeights, targets: Value): Value {
  const [rows, size] = x.shape as [Dim, number];
  const logits = linear(g, x, head);
  const all = g.op("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } });
  const picked = g.op("GatherElements", [all, targets], [rows, 1], { attributes: { axis: 1 } });
  const y = g.op("Squeeze", [picked, g.ints([1])], [rows]);
  const { weight, adapter } = head;
  const inputs = adapter === undefined ? [x, weight] : [x, adapter.a, adapter.b];
  return g.record(y, inputs, (dy) => {
    const column = g.op("Unsqueeze", [dy, g.ints([1])], [rows, 1]);
    const negative = g.op("Neg", [column], [rows, 1]);
    const minusOne = g.op("Expand", [g.scalar(-1), shapeOf(g, targets)], [rows, 1]);
    // p - onehot. One target a row: no two additions meet, so the order of threads cannot matter.
    const rest = g.op("ScatterElements", [g.op("Exp", [all], all.shape), targets, minusOne], all.shape, {
      attributes: { axis: 1, reduction: "add" },
    });
    const times = (a: Value) => g.op("Mul", [a, negative], a.shape);
    const dHidden = gemm(g, [rest, weight], [rows, size]);
    if (adapter === undefined) {
      return [() => times(dHidden), () => gemm(g, [rest, times(x)], weight.shape, { transA: 1 })];
    }
    const { a, b, scale } = adapter;
    const low = gemm(g, [x, a], [rows, a.shape[0] as number], { transB: 1 });
    const dLow = gemm(g, [rest, b], low.shape, { scale });
    return [
      () => times(gemm(g, [dLow, a, dHidden], [rows, size])),
      () => gemm(g, [dLow, times(x)], a.shape, { transA: 1 }),
      () => gemm(g, [rest, times(low)], b.shape, { transA: 1, scale }),
    ];
  });
}
