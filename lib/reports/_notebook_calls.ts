/** What the calls in a notebook need from `math-rl`. */

/** Longest line of an import. */
const WIDTH = 110;

/**
 * The functions that a call calls by name.
 * @param call code, such as `await disagreements(comparison)`
 */
export function calledIn(call: string): string[] {
  return [...call.matchAll(/(?<![.\w$])([A-Za-z_$][\w$]*)\s*\(/g)].map(([, name]) => name!);
}

/** Imports of these names, in as many lines as it takes. */
export function importLines(names: Iterable<string>): string {
  const sorted = [...new Set(names)].sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  const lines: string[][] = [[]];
  for (const name of sorted) {
    const last = lines.at(-1)!;
    if (last.length > 0 && [...last, name].join(", ").length > WIDTH - 28) lines.push([name]);
    else last.push(name);
  }
  return lines.map((some) => `import { ${some.join(", ")} } from "math-rl";`).join("\n");
}
