/** Paths of the repository's files, for tests that look at the sources themselves. */
import { fileURLToPath } from "node:url";

/** Absolute paths of all files below a folder, down to a depth, in no order; without `node_modules`. */
export async function walk(folder: URL, depth = Infinity): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    if (isFile) paths.push(fileURLToPath(new URL(encodeURIComponent(name), folder)));
    if (isDirectory && depth > 1 && name !== "node_modules" && !name.startsWith(".")) {
      paths.push(...await walk(new URL(`${encodeURIComponent(name)}/`, folder), depth - 1));
    }
  }
  return paths;
}
