/**
 * The building blocks of a Llama-architecture model. Each comes twice: from primitives alone, differentiated by the tape
 * (the oracle), and with onnxruntime's fused operators and a gradient written by hand (what runs). `graph.fused` chooses.
 * Layouts: activations [N, d] with N = B * T; heads [B, H, T, h]; weights [out, in] as Hugging Face stores them.
 */
import type { Graph, Value } from "./graph.ts";
import type { Dim } from "./onnx.ts";
import { add, concatLast, matMul, meanLast, mul, reshape, rsqrt, scale, shapeOf, sigmoid, sliceLast } from "./ops.ts";
import { softmax, sub, transpose } from "./ops.ts";

const MICROSOFT = { domain: "com.microsoft" };

/** x W^T for x [N, in] and a weight [out, in]. */
export function linear(g: Graph, x: Value, weight: Value): Value {
  const [out, inner] = weight.shape as [number, number];
  const n = x.shape[0] as Dim;
  const y = g.op("Gemm", [x, weight], [n, out], { attributes: { transB: 1 } });
  return g.record(y, [x, weight], (dy) => [
    () => g.op("Gemm", [dy, weight], [n, inner]),
    () => g.op("Gemm", [dy, x], [out, inner], { attributes: { transA: 1 } }),
  ]);
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
    const detached = { ...x };
    const invRms = inverse(detached);
    const unit = g.op("Mul", [x, invRms], x.shape);
    return [() => {
      const scaled = g.op("Mul", [dy, weight], x.shape);
      const along = meanLast(g, { ...g.op("Mul", [scaled, unit], x.shape) });
      const rest = g.op("Sub", [scaled, g.op("Mul", [unit, along], x.shape)], x.shape);
      return g.op("Mul", [rest, invRms], x.shape);
    }, () => {
      const product = g.op("Mul", [dy, unit], x.shape);
      return g.op("ReduceSum", [product, g.ints([0])], weight.shape, { attributes: { keepdims: 0 } });
    }];
  });
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
  const y = product(weights, value, query.shape, {});
  return g.record(y, [query, key, value], (dy) => {
    // sum_j w_ij dw_ij = dy_i . y_i, which is a sum over h instead of T (Dao et al., arXiv:2205.14135, appendix B).
    const total = g.op("ReduceSum", [g.op("Mul", [dy, y], y.shape), g.ints([3])], [...y.shape.slice(0, 3), 1]);
    const dWeights = product(dy, value, square, { transB: 1 });
    const dScores = g.op("Mul", [weights, g.op("Sub", [dWeights, total], square)], square);
    return [
      () => product(dScores, key, query.shape, {}, factor),
      () => product(dScores, query, key.shape, { transA: 1 }, factor),
      () => product(weights, dy, value.shape, { transA: 1 }),
    ];
  });
}

/** silu(gate) * up (Shazeer, arXiv:2002.05202). */
export function swiglu(g: Graph, gate: Value, up: Value): Value {
  if (!g.fused) return mul(g, mul(g, gate, sigmoid(g, gate)), up);
  const shape = gate.shape;
  const s = g.op("Sigmoid", [gate], shape);
  const silu = g.op("Mul", [gate, s], shape);
  const y = g.op("Mul", [silu, up], shape);
  return g.record(y, [gate, up], (dy) => [() => {
    // silu' = s + silu - silu * s
    const slope = g.op("Sub", [g.op("Add", [s, silu], shape), g.op("Mul", [silu, s], shape)], shape);
    return g.op("Mul", [g.op("Mul", [dy, up], shape), slope], shape);
  }, () => g.op("Mul", [dy, silu], shape)]);
}

/** log softmax(logits)[r, target[r]] as [R], for logits [R, V] and targets [R, 1]. Stable for unlikely targets too. */
export function targetLogprobs(g: Graph, logits: Value, targets: Value): Value {
  const rows = logits.shape[0] as Dim;
  const all = g.op("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } });
  const picked = g.op("GatherElements", [all, targets], [rows, 1], { attributes: { axis: 1 } });
  const y = g.op("Squeeze", [picked, g.ints([1])], [rows]);
  return g.record(y, [logits], (dy) => [() => {
    const column = g.op("Unsqueeze", [dy, g.ints([1])], [rows, 1]);
    const spread = g.op("Mul", [g.op("Exp", [all], all.shape), g.op("Neg", [column], [rows, 1])], all.shape);
    // One target a row: no two additions meet, so the order of threads cannot matter.
    return g.op("ScatterElements", [spread, targets, column], all.shape, {
      attributes: { axis: 1, reduction: "add" },
    });
  }]);
}
