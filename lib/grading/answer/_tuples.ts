/** Values with names as one tuple: `x=1, y=2` is (1, 2), in the order of its names where they have one. */
import { type Named, readingsOf, type Tuple } from "./answer.ts";
import type { Answer } from "./answer.ts";

/** Names that have an order of their own. */
const SERIES = /^(?:[a-dA-D]|[x-zX-Z]|[p-s]|[u-w]|[mn]|[A-Za-z]_\d+)$/;

/** A tuple by its names; undefined where something has no name, or two have the same. */
export function systemOf(items: readonly Answer[]): Tuple | undefined {
  const parts: { name: string; value: Answer }[] = [];
  for (const item of items) {
    const readings = readingsOf(item);
    const named = readings.find(isNamed);
    const system = readings.find((reading) => reading.kind === "tuple" && reading.names !== undefined) as
      | Tuple
      | undefined;
    if (named !== undefined) parts.push(named);
    else if (system !== undefined) {
      parts.push(...system.items.map((value, i) => ({ name: system.names?.[i] as string, value })));
    } else return undefined;
  }
  if (parts.length < 2 || new Set(parts.map(({ name }) => name)).size !== parts.length) return undefined;
  const inOrder = parts.every(({ name }) => SERIES.test(name));
  const sorted = inOrder ? [...parts].sort((a, b) => a.name < b.name ? -1 : 1) : parts;
  return {
    kind: "tuple",
    bracket: "names",
    items: sorted.map(({ value }) => value),
    names: sorted.map(({ name }) => name),
  };
}

/** A variable, a value of a function, a word. */
function isNamed(answer: Answer): answer is Named {
  return answer.kind === "named" && /^[A-Za-z](?:_\w+)?$|^[a-z]+$|^[A-Za-z](?:_\w+)?'*\([^()=]*\)$/i.test(answer.name);
}

/** `x_1=3, x_2=2`: solutions of one equation rather than values of several variables. */
export function areSolutions({ names = [] }: Tuple): boolean {
  return names.every((name) => /_/.test(name) && name.charAt(0) === names[0]?.charAt(0));
}
