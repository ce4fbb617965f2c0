/**
 * Run folders side by side: what two runs of the same command have to have in common, and what no run may leave behind.
 * Times, process ids and what a resumption sets aside are a run's own; everything else is the same to the byte.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** All files below a folder, as paths relative to it. */
export async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await filesBelow(join(folder, name), `${prefix}${name}/`));
    else found.push(`${prefix}${name}`);
  }
  return found.sort();
}

/** Keys of configurations and rows that are a run's own. */
const OWN = /^(?:log_path|created_at|resumed|times|time\/.*)$/;

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !OWN.test(key)).map(([key, item]) => [key, withoutOwn(item)]),
  );
}

/** What a run came to, file by file, in a form to compare. */
export async function contentOf(run: string): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const file of await filesBelow(run)) {
    // What was set aside, and what tells of processes and not of training.
    if (/superseded|^(?:\.lock|log\.txt|status\.json)$/.test(file)) continue;
    const path = join(run, file);
    if (file === "config.json") {
      content.set(file, JSON.stringify(withoutOwn(JSON.parse(await Deno.readTextFile(path)))));
    } else if (/^(?:metrics\.jsonl|pending\/.*)$/.test(file)) content.set(file, await rowsOf(path));
    else content.set(file, createHash("sha256").update(await Deno.readFile(path)).digest("hex"));
  }
  return content;
}

async function rowsOf(path: string): Promise<string> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.stringify(withoutOwn(JSON.parse(line)))).join("\n");
}

/** In what a run differs from another one, in words; none where it does not. */
export function differences(found: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...found.keys(), ...wanted.keys()])].sort();
  return names.flatMap((name) => {
    const [is, was] = [found.get(name), wanted.get(name)];
    if (is === was) return [];
    return [is === undefined ? `${name} is missing` : was === undefined ? `${name} is too much` : `${name} differs`];
  });
}

/** What is wrong with a run that has ended, whatever it was: steps twice or missing, unfinished copies, a state. */
export async function faultsOf(run: string, steps: number): Promise<string[]> {
  const faults: string[] = [];
  const rows = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trimEnd().split("\n");
  const found = rows.map((line) => JSON.parse(line).step).join();
  const wanted = [...Array(steps + 1).keys()].join();
  if (found !== wanted) faults.push(`metrics.jsonl has the steps ${found}`);
  const { state } = JSON.parse(await Deno.readTextFile(join(run, "status.json")));
  if (state !== "finished") faults.push(`status.json says ${state}`);
  const beside = (await Array.fromAsync(Deno.readDir(dirname(run)))).map(({ name }) => name);
  const orphans = [...beside, ...await filesBelow(run)].filter((name) => name.endsWith(".tmp"));
  return [...faults, ...orphans.map((name) => `${name} was left behind`)];
}

/** Steps whose rows stand in a file, or none. */
async function stepsIn(path: string): Promise<number[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line).step as number];
    } catch {
      return [];
    }
  });
}

/** How far a run had come when it was killed, and what it left unfinished: to see that all places were met. */
export async function tracesOf(run: string): Promise<string[]> {
  const files = await filesBelow(run).catch(() => [] as string[]);
  if (!files.includes("config.json")) return [files.length === 0 ? "no folder yet" : "no configuration yet"];
  const [done, saved] = [await stepsIn(join(run, "metrics.jsonl")), await stepsIn(join(run, "checkpoints.jsonl"))];
  const named = new Set(saved.map((step) => `weights/${String(step).padStart(6, "0")}/`));
  const isUnnamed = (file: string) => /^weights\/\d/.test(file) && ![...named].some((name) => file.startsWith(name));
  const torn = await Promise.all(
    files.filter((file) => /^[a-z]+\.jsonl$/.test(file)).map(async (file) =>
      !/(?:^|\n)$/.test(await Deno.readTextFile(join(run, file)))
    ),
  );
  const hasLater = files.some((file) => /superseded/.test(file)) && Math.max(-1, ...done) >= Math.max(0, ...saved);
  return [
    saved.length === 0 ? "before the first checkpoint" : "after a checkpoint",
    ...(files.some((file) => file.endsWith(".tmp")) ? ["in a write"] : []),
    ...(files.some(isUnnamed) ? ["in a checkpoint"] : []),
    ...(torn.includes(true) ? ["in a row"] : []),
    ...(hasLater ? ["after resuming"] : []),
  ];
}
