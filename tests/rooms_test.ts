/**
 * The order of the rooms, held against what the files really import. A room knows only the rooms above it, and knows them
 * by their `mod.ts`; files named `_x.ts` stay in their folder. The graph comes from `deno info`, so imports of types and
 * imports of every kind count.
 */
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { walk } from "./_paths.ts";

/** The rooms from top to bottom: each imports only from those before it. */
const ROOMS = [
  "basics",
  "statistics",
  "hub",
  "config",
  "grading",
  "problems",
  "prompts",
  "tokens",
  "environment",
  "policy",
  "training",
  "viewer",
  "runs",
  "diagnosis",
  "tracking",
  "pretraining",
  "launch",
  "comparison",
  "sweeps",
  "serving",
  "kernel",
  "plots",
  "notebook",
  "reports",
  "view",
  "cli",
];

/** Rooms for people to look at: only the command line and the top module may use them, and those named here. */
const FRONTS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  plots: ["reports", "view"],
  notebook: [],
  reports: ["view"],
  view: [],
};

const ROOT = new URL("../", import.meta.url);

/** One import: both ends as paths from the repository's root. */
interface Edge {
  readonly from: string;
  readonly to: string;
}

function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\/./.exec(path)?.[1];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** What is wrong with an import; undefined when it is allowed. */
function fault({ from, to }: Edge): string | undefined {
  const [source, target] = [roomOf(from), roomOf(to)];
  if (/(^|\/)_[^/]*$/.test(to) && !from.startsWith(folderOf(to))) return "a file named _x.ts is private to its folder";
  if (from === "lib/vocabulary.ts" && to.startsWith("lib/")) return "the vocabulary stands on nothing";
  if (to === "lib/vocabulary.ts" || (source === target && source !== undefined)) return undefined;
  // The module's own name and version.
  if (to === "deno.json") return undefined;
  if (target === undefined) return source === undefined ? undefined : "a room imports only from rooms";
  if (!ROOMS.includes(target)) return `${target} is not in the order of the rooms`;
  if (to !== `lib/${target}/mod.ts`) return `another room is imported through lib/${target}/mod.ts`;
  if (source === undefined) return undefined;
  if (!ROOMS.includes(source)) return `${source} is not in the order of the rooms`;
  if (ROOMS.indexOf(target) > ROOMS.indexOf(source)) return `${target} is below ${source}`;
  const users = FRONTS[target];
  if (users && source !== "cli" && !users.includes(source)) return `${target} is not for ${source}`;
  return undefined;
}

/** The dependency graph as `deno info --json` prints it, as far as it is used here. */
interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string; readonly error?: string };
      readonly type?: { readonly specifier?: string; readonly error?: string };
    }[];
  }[];
}

/** Every import between files of the repository, from every file in lib/ and from mod.ts. */
async function importsOfRepository(): Promise<Edge[]> {
  const files = (await walk(new URL("lib/", ROOT))).filter((path) => path.endsWith(".ts"));
  const roots = [...files, ...(await walk(ROOT, 1)).filter((path) => path.endsWith("/mod.ts"))];
  // One entry that imports everything costs one process instead of one a file, and misses no worker and no dead file.
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, roots.map((path) => `import "${pathToFileURL(path)}";\n`).join(""));
    const graph = await denoInfo(entry);
    return graph.modules.flatMap(({ specifier, dependencies = [] }) =>
      dependencies.flatMap(({ code, type }) => [code, type].flatMap((end) => edge(specifier, end?.specifier)))
    );
  } finally {
    await Deno.remove(entry);
  }
}

async function denoInfo(entry: string): Promise<Graph> {
  const config = fileURLToPath(new URL("deno.json", ROOT));
  const args = ["info", "--json", "--no-lock", "--config", config, entry];
  const { success, stdout, stderr } = await new Deno.Command("deno", { args }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.ok(success, text(stderr));
  const graph: Graph = JSON.parse(text(stdout));
  const broken = graph.modules.filter(({ error }) => error !== undefined);
  assert.deepEqual(broken.map(({ specifier, error }) => `${specifier}: ${error}`), [], "imports that lead nowhere");
  return graph;
}

function edge(from: string, to: string | undefined): Edge[] {
  const inside = (url: string) => url.startsWith(ROOT.href) && !url.includes("/node_modules/");
  if (to === undefined || !inside(from) || !inside(to)) return [];
  return [{ from: from.slice(ROOT.href.length), to: to.slice(ROOT.href.length) }];
}

Deno.test("rooms import only rooms above them, through mod.ts, and private files stay private", async () => {
  const edges = await importsOfRepository();
  assert.ok(edges.length > 20, `only ${edges.length} imports were seen: the graph is not complete`);
  const faults = edges.flatMap(({ from, to }) => {
    const reason = fault({ from, to });
    return reason === undefined ? [] : [`${from} -> ${to}: ${reason}`];
  });
  assert.deepEqual([...new Set(faults)], []);
});

Deno.test("every folder of lib/ has its place in the order of the rooms", async () => {
  const folders = (await walk(new URL("lib/", ROOT))).flatMap((path) =>
    roomOf(`lib/${path.split("/lib/").at(-1)}`) ?? []
  );
  assert.deepEqual([...new Set(folders)].filter((name) => !ROOMS.includes(name)), []);
});

Deno.test("the check of the rooms sees each kind of fault", () => {
  const wrong: [string, string][] = [
    ["lib/basics/a.ts", "lib/training/mod.ts"],
    ["lib/training/a.ts", "lib/basics/random.ts"],
    ["lib/policy/open.ts", "lib/policy/local/_messages.ts"],
    ["lib/prompts/a.ts", "lib/config/_field.ts"],
    ["lib/vocabulary.ts", "lib/basics/mod.ts"],
    ["lib/basics/a.ts", "mod.ts"],
    ["lib/basics/a.ts", "lib/attic/mod.ts"],
    ["lib/notebook/a.ts", "lib/plots/mod.ts"],
    ["lib/view/a.ts", "lib/notebook/mod.ts"],
    ["mod.ts", "lib/training/step.ts"],
  ];
  for (const [from, to] of wrong) assert.notEqual(fault({ from, to }), undefined, `${from} -> ${to}`);
});

Deno.test("the check of the rooms lets through what is allowed", () => {
  const right: [string, string][] = [
    ["lib/training/a.ts", "lib/basics/mod.ts"],
    ["lib/training/a.ts", "lib/vocabulary.ts"],
    ["lib/policy/local/a.ts", "lib/policy/policy.ts"],
    ["lib/policy/local/a.ts", "lib/policy/local/_messages.ts"],
    ["lib/policy/local/deep/a.ts", "lib/policy/local/_messages.ts"],
    ["lib/cli/train.ts", "lib/plots/mod.ts"],
    ["lib/reports/a.ts", "lib/plots/mod.ts"],
    ["mod.ts", "lib/training/mod.ts"],
  ];
  for (const [from, to] of right) assert.equal(fault({ from, to }), undefined, `${from} -> ${to}`);
});
