/**
 * Attention over groups: completions that share a prompt attend to the prompt, which stands once, and to themselves.
 * Everything but attention works on tokens without padding, [N]; here they are gathered into blocks, prompts [B, P] and
 * completions [B, G, L], and back, so that no score between two completions is ever worked out, and padding costs only
 * here. Gathers take the place of the transpositions that heads need anyway. The gradient is written by hand, as in
 * Dao et al., arXiv:2205.14135, appendix B; Juravsky et al., arXiv:2402.05099 share a prompt's keys so in decoding.
 *
 * Letters: B groups, G completions of a prompt, L tokens of a completion, P of a prompt, Hk key heads, r queries' heads a
 * key head, h the size of a head. A slot that is padding holds the last token, which nobody sees and whose gradient is 0.
 */
import type { Graph, Value } from "../graph/graph.ts";
import type { Dim } from "../graph/onnx.ts";
import type { Attention, LlamaConfig } from "../model/llama.ts";

/** Names of the inputs; layout.ts fills them. All but the masks are int64. */
export const GROUP_INPUTS = {
  /** [B, Hk, G, r*L] into rows of queries [N*H]. */
  ownQuery: "own_query",
  /** [B, Hk, G, L] into rows of keys [N*Hk]. */
  ownKey: "own_key",
  /** [L, L] added to scores: 0 or a large negative number. */
  ownMask: "own_mask",
  /** [B, Hk, r*P] into rows of queries. */
  prefixQuery: "prefix_query",
  /** [B, Hk, P] into rows of keys. */
  prefixKey: "prefix_key",
  /** [P, P], between tokens of a prompt. */
  prefixMask: "prefix_mask",
  /** [B, 1, 1, P], between completions and their prompt. */
  promptMask: "prompt_mask",
  /** [N, H] into rows of all queries in their blocks, completions' first. */
  backQuery: "back_query",
  /** [N, Hk] into rows of all keys in their blocks, completions' first. */
  backKey: "back_key",
} as const;

/** A block of queries that attends to a block of keys. */
interface Block {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** Where a block's rows stand: indices into all rows of queries and of keys. */
interface Places {
  readonly query: Value;
  readonly key: Value;
}

/** What both kinds of attention take. */
interface Common {
  readonly parts: AttentionParts;
  readonly own: Places & { readonly mask: Value };
  readonly back: Places;
}

/**
 * Attention by groups, for queries [N, H, 1, h] and keys and values [N, Hk, 1, h].
 * @param shares there are prompts that completions share; else B sequences [B, Hk, 1, L] of their own
 */
export function groupedAttention(g: Graph, config: LlamaConfig, shares: boolean): Attention {
  const { num_attention_heads: heads, num_key_value_heads: shared } = config;
  const index = (name: string, ...shape: Dim[]) => g.input(name, shape, "int64");
  const common: Common = {
    parts: attentionParts(g, config),
    own: {
      query: index(GROUP_INPUTS.ownQuery, "B", shared, "G", "rL"),
      key: index(GROUP_INPUTS.ownKey, "B", shared, "G", "L"),
      mask: g.input(GROUP_INPUTS.ownMask, ["L", "L"]),
    },
    back: {
      query: index(GROUP_INPUTS.backQuery, "N", heads),
      key: index(GROUP_INPUTS.backKey, "N", shared),
    },
  };
  if (!shares) return sequenceAttention(g, common);
  return sharedAttention(g, config, common, {
    query: index(GROUP_INPUTS.prefixQuery, "B", shared, "rP"),
    key: index(GROUP_INPUTS.prefixKey, "B", shared, "P"),
    mask: g.input(GROUP_INPUTS.prefixMask, ["P", "P"]),
    promptMask: g.input(GROUP_INPUTS.promptMask, ["B", 1, 1, "P"]),
  });
}

/** Every sequence to itself. */
function sequenceAttention(g: Graph, { parts, own, back }: Common): Attention {
  return (query, { key, value }) => {
    const mine = parts.block([query, key, value], own);
    const weights = parts.softmax(parts.masked(parts.scores(mine.query, mine.key), own.mask));
    const mixed = parts.mix(weights, mine.value);
    const y = parts.back(parts.flat(mixed), back.query, query.shape);
    return g.record(y, [query, key, value], (dy) => {
      const dMixed = parts.gather(parts.flat(dy), own.query);
      const d = parts.gradients(mine, weights, dMixed, parts.total(dMixed, mixed));
      return [
        () => parts.back(parts.flat(d.query), back.query, query.shape),
        () => parts.back(parts.flat(d.key), back.key, key.shape),
        () => parts.back(parts.flat(d.value), back.key, value.shape),
      ];
    });
  };
}

/** Prompts to themselves, completions to their prompt and to themselves. */
function sharedAttention(
  g: Graph,
  config: LlamaConfig,
  { parts, own, back }: Common,
  prefix: Places & { readonly mask: Value; readonly promptMask: Value },
): Attention {
  const { num_key_value_heads: shared, head_dim: h } = config;
  const shapes = runtimeShapes(g, shared, own.query, prefix.promptMask, own.mask);
  const join = (a: Value, b: Value) =>
    g.op("Concat", [parts.flat(a), parts.flat(b)], ["slots", h], { attributes: { axis: 0 } });
  const sum = (a: Value, b: Value) => g.op("Add", [a, b], a.shape);

  return (query, { key, value }) => {
    const prompt = parts.block([query, key, value], prefix);
    const promptWeights = parts.softmax(parts.masked(parts.scores(prompt.query, prompt.key), prefix.mask));
    const fromPrompt = parts.mix(promptWeights, prompt.value);

    const mine = parts.block([query, key, value], own);
    const ownScores = parts.masked(parts.scores(mine.query, mine.key), own.mask);
    // Completions to their prompt: [B, Hk, G*r*L, P].
    const stacked = { ...prompt, query: shapes.stack(mine.query, h) };
    const stackedShape = ["B", shared, "GrL", "P"];
    const toPrompt = g.op("Add", [parts.scores(stacked.query, prompt.key), prefix.promptMask], stackedShape);
    const [apart, ownWeights] = jointWeights(g, parts, [shapes.unstack(toPrompt, "P"), ownScores], shapes);
    const sharedWeights = shapes.stack(apart, "P");
    const fromShared = shapes.unstack(parts.mix(sharedWeights, prompt.value), h);
    const mixed = sum(parts.mix(ownWeights, mine.value), fromShared);
    const y = parts.back(join(mixed, fromPrompt), back.query, query.shape);

    return g.record(y, [query, key, value], (dy) => {
      const dRows = parts.flat(dy);
      const dMixed = parts.gather(dRows, own.query);
      const total = parts.total(dMixed, mixed);
      const dOwn = parts.gradients(mine, ownWeights, dMixed, total);
      const dShared = parts.gradients(stacked, sharedWeights, shapes.stack(dMixed, h), shapes.stack(total, 1));
      const dFromPrompt = parts.gather(dRows, prefix.query);
      const dPrompt = parts.gradients(prompt, promptWeights, dFromPrompt, parts.total(dFromPrompt, fromPrompt));
      const dQuery = () => join(sum(dOwn.query, shapes.unstack(dShared.query, h)), dPrompt.query);
      return [
        () => parts.back(dQuery(), back.query, query.shape),
        () => parts.back(join(dOwn.key, sum(dShared.key, dPrompt.key)), back.key, key.shape),
        () => parts.back(join(dOwn.value, sum(dShared.value, dPrompt.value)), back.key, value.shape),
      ];
    });
  };
}

/** Softmax over the scores of a prompt and of a completion together, apart again. */
function jointWeights(
  g: Graph,
  parts: AttentionParts,
  scores: readonly [toPrompt: Value, own: Value],
  { promptAndOwn }: RuntimeShapes,
): [Value, Value] {
  const leading = scores[1].shape.slice(0, 4);
  const joined = g.op("Concat", scores, [...leading, "P+L"], { attributes: { axis: 4 } });
  const shapes = [[...leading, "P"], [...leading, "L"]];
  return g.ops("Split", [parts.softmax(joined), promptAndOwn], shapes, { attributes: { axis: 4 } }) as [Value, Value];
}

/** What attention is made of; blocks are [..., rows, h], scores and weights [..., rows, keys]. */
interface AttentionParts {
  /** [rows, h] of anything that ends in h. */
  flat(a: Value): Value;
  /** Queries, keys and values of tokens, in their block's slots. */
  block(rows: readonly [query: Value, key: Value, value: Value], at: Places): Block;
  /** Rows [.., h] by indices. */
  gather(rows: Value, at: Value): Value;
  /** Slots [.., h] back in the order and the shape of the tokens. */
  back(slots: Value, at: Value, shape: readonly Dim[]): Value;
  /** Scaled products of queries and keys. */
  scores(query: Value, key: Value): Value;
  /** Adds a mask [T, T] to scores [..., r*T, T]. */
  masked(scores: Value, mask: Value): Value;
  /** Over the last axis. */
  softmax(scores: Value): Value;
  /** Weights times values. */
  mix(weights: Value, value: Value): Value;
  /** sum over h of dy * y: what sum over keys of w * dw is. */
  total(dy: Value, y: Value): Value;
  /** Gradients of a block from that of what it mixed. */
  gradients(block: Block, weights: Value, dMixed: Value, total: Value): Block;
}

function attentionParts(g: Graph, config: LlamaConfig): AttentionParts {
  const { num_attention_heads, num_key_value_heads, head_dim: h } = config;
  const repeat = num_attention_heads / num_key_value_heads;
  const factor = 1 / Math.sqrt(h);
  const product = (
    [a, b]: readonly [Value, Value],
    shape: readonly Dim[],
    { alpha = 1, ...attributes }: { transA?: 1; transB?: 1; alpha?: number } = {},
  ) =>
    g.op("FusedMatMul", [a, b], shape, {
      domain: "com.microsoft",
      attributes: { ...attributes, alpha: { float: alpha } },
    });
  const keysOf = (key: Value) => key.shape.at(-2) as Dim;
  const parts: AttentionParts = {
    flat: (a) => g.op("Reshape", [a, g.ints([-1, h])], ["slots", h]),
    block: ([query, key, value], at) => ({
      query: parts.gather(parts.flat(query), at.query),
      key: parts.gather(parts.flat(key), at.key),
      value: parts.gather(parts.flat(value), at.key),
    }),
    gather: (rows, at) => g.op("Gather", [rows, at], [...at.shape, h]),
    back: (slots, at, shape) => {
      const gathered = g.op("Gather", [slots, at], [...at.shape, h]);
      return g.op("Reshape", [gathered, g.ints([-1, at.shape[1] as number, 1, h])], shape);
    },
    scores: (query, key) =>
      product([query, key], [...query.shape.slice(0, -1), keysOf(key)], { transB: 1, alpha: factor }),
    masked: (scores, mask) => {
      if (repeat === 1) return g.op("Add", [scores, mask], scores.shape);
      const size = g.op("Shape", [mask], [2], { dtype: "int64" });
      const perHead = g.op("Concat", [g.ints([-1, repeat]), size], [4], { dtype: "int64", attributes: { axis: 0 } });
      const time = mask.shape[1] as Dim;
      const apart = g.op("Reshape", [scores, perHead], ["?", repeat, time, time]);
      const whole = g.op("Shape", [scores], [scores.shape.length], { dtype: "int64" });
      return g.op("Reshape", [g.op("Add", [apart, mask], apart.shape), whole], scores.shape);
    },
    softmax: (scores) => g.op("Softmax", [scores], scores.shape, { attributes: { axis: -1 } }),
    mix: (weights, value) => product([weights, value], [...weights.shape.slice(0, -1), h]),
    total: (dy, y) => {
      const last = dy.shape.length - 1;
      return g.op("ReduceSum", [g.op("Mul", [dy, y], dy.shape), g.ints([last])], [...dy.shape.slice(0, -1), 1]);
    },
    gradients: ({ query, key, value }, weights, dMixed, total) => {
      const dWeights = product([dMixed, value], weights.shape, { transB: 1 });
      const dScores = g.op("Mul", [weights, g.op("Sub", [dWeights, total], weights.shape)], weights.shape);
      return {
        query: product([dScores, key], query.shape, { alpha: factor }),
        key: product([dScores, query], key.shape, { transA: 1, alpha: factor }),
        value: product([weights, dMixed], value.shape, { transA: 1 }),
      };
    },
  };
  return parts;
}

/** Shapes that are known when the graph runs. */
interface RuntimeShapes {
  /** [B, Hk, G, r*L, x] as [B, Hk, G*r*L, x]. */
  stack(a: Value, last: Dim): Value;
  /** And back. */
  unstack(a: Value, last: Dim): Value;
  /** int64 [2]: P and L. */
  readonly promptAndOwn: Value;
}

function runtimeShapes(
  g: Graph,
  shared: number,
  ownQuery: Value,
  promptMask: Value,
  ownMask: Value,
): RuntimeShapes {
  const list = (...values: Value[]) => g.op("Concat", values, ["?"], { dtype: "int64", attributes: { axis: 0 } });
  const sizeOf = (a: Value, axis: number) =>
    g.op("Shape", [a], [1], { dtype: "int64", attributes: { start: axis, end: axis + 1 } });
  const slots = g.op("Shape", [ownQuery], [4], { dtype: "int64" });
  const promptSize = sizeOf(promptMask, 3);
  const sizes = new Map<Dim, Value>([["P", promptSize]]);
  const sizeValue = (last: Dim) => typeof last === "number" ? g.ints([last]) : sizes.get(last) as Value;
  const targets = new Map<string, Value>();
  const target = (kind: "stack" | "unstack", last: Dim) => {
    const known = targets.get(`${kind} ${last}`);
    const made = known ??
      (kind === "stack" ? list(g.ints([0, shared, -1]), sizeValue(last)) : list(slots, sizeValue(last)));
    targets.set(`${kind} ${last}`, made);
    return made;
  };
  return {
    stack: (a, last) => g.op("Reshape", [a, target("stack", last)], ["B", shared, "GrL", last]),
    unstack: (a, last) => g.op("Reshape", [a, target("unstack", last)], ["B", shared, "G", "rL", last]),
    promptAndOwn: list(promptSize, sizeOf(ownMask, 1)),
  };
}
