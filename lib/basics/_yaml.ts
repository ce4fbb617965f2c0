/**
 * YAML read as plain data, with the place of every value kept for error messages. The one file that knows the `yaml`
 * package. Aliases, tags and several documents in one file are refused: data files here need none of them, and they are
 * what small files that explode are made of.
 */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";

/** Names and indices that lead from the top of the data to a value. */
export type YamlPath = readonly (string | number)[];

/** A parsed file. */
export interface YamlFile {
  /** The data: null, booleans, numbers, text, arrays and objects. */
  readonly value: unknown;
  /** `file:line:column` of a value, or of its key; the nearest place there is when the path does not exist. */
  where(path: YamlPath, part?: "key" | "value"): string;
  /** `file:line:column` of the nth (from 0) occurrence of a text within a value, or of the value when it is not there. */
  whereText(path: YamlPath, text: string, nth: number): string;
}

/** Where the library's words would not help. */
const REASONS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: "nested too deeply",
  MULTIPLE_DOCS: "several documents in one file",
};

/**
 * Parses one YAML document.
 * @param file how messages name the source
 * @throws {SyntaxError} with `file:line:column` and the reason
 */
export function parseYaml(source: string, file: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Compares each key with all before it; done below with a set.
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: "error",
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const reason = REASONS[problem.code] ?? problem.message.charAt(0).toLowerCase() + problem.message.slice(1);
    throw new SyntaxError(`${at(problem.pos[0])}: not valid YAML: ${reason}`);
  }
  refuseAliasesAndRepeats(document, at);
  const pairs = pairIndex();
  return {
    value: document.toJS(),
    where: (path, part = "value") => at(rangeOf(document, pairs, path, part)[0]),
    whereText(path, text, nth) {
      const [start, end] = rangeOf(document, pairs, path, "value");
      let offset = start - 1;
      for (let i = 0; i <= nth && offset < end; i++) {
        offset = source.indexOf(text, offset + 1);
        if (offset < 0) return at(start);
      }
      return at(offset + text.length <= end ? offset : start);
    },
  };
}

function refuseAliasesAndRepeats(document: Document.Parsed, at: (offset: number) => string): void {
  visit(document, {
    Alias: (_, node) => {
      throw new SyntaxError(`${at(node.range?.[0] ?? 0)}: aliases (*name) are not allowed here; write the value out`);
    },
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          throw new SyntaxError(`${at(key.range?.[0] ?? 0)}: not valid YAML: keys of one table must be unique`);
        }
        seen.add(key.value);
      }
    },
  });
}

/** The pair of a key in a table. */
type PairOf = (table: YAMLMap, key: string) => Pair | undefined;

/** Finds pairs without looking through a table anew for each. */
function pairIndex(): PairOf {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (table, key) => {
    const index = known.get(table) ??
      new Map(table.items.flatMap((pair) => isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : []));
    known.set(table, index);
    return index.get(key);
  };
}

/** [start, end) of the value or key at a path, in characters of the source. */
function rangeOf(
  document: Document.Parsed,
  pairs: PairOf,
  path: YamlPath,
  part: "key" | "value",
): readonly [number, number] {
  let node: unknown = document.contents;
  let range: readonly [number, number] = [0, 0];
  const take = (candidate: unknown) => {
    if (isNode(candidate) && candidate.range) range = [candidate.range[0], candidate.range[1]];
  };
  take(node);
  path.forEach((name, i) => {
    if (isSeq(node)) {
      node = node.items[Number(name)];
    } else if (isMap(node)) {
      const pair = pairs(node, String(name));
      take(pair?.key);
      if (part === "key" && i === path.length - 1) return;
      node = pair?.value;
    } else {
      node = undefined;
    }
    take(node);
  });
  return range;
}
