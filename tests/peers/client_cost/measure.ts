/**
 * What the client costs beside the official SDK: CPU and memory for the same 10,000 rollouts and 50 training steps against
 * the same stand-in, in turns. `deno run -A tests/peers/client_cost/measure.ts [rounds]`, after `tests/peers/setup.sh`.
 * No test: the figures belong to a machine. `--metadata` has the stand-in announce results by their size first.
 */
import { fromRoot, pythonOf } from "../_peers.ts";
import { COMPLETION, type Cost, DATA_PER_STEP, PROMPT, STEPS } from "./work.ts";

/** Keeps V8 from letting its heap grow to many times what is alive. */
const SMALL_HEAP = "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=20";

const here = (name: string) => fromRoot(`tests/peers/client_cost/${name}`);
const deno = (name: string, ...flags: string[]) => [Deno.execPath(), "run", "-A", "--no-check", ...flags, here(name)];
const work = [STEPS, DATA_PER_STEP, PROMPT, COMPLETION].map(String);
const CLIENTS: readonly (readonly [name: string, command: (url: string) => string[]])[] = [
  ["official SDK", (url) => [pythonOf("sdk"), "-W", "ignore", here("client.py"), url, ...work]],
  ["this client", (url) => [...deno("client.ts"), url]],
  ["this client, small heap", (url) => [...deno("client.ts", SMALL_HEAP), url]],
  ["bare fetch", (url) => [...deno("floor.ts"), url]],
  ["bare fetch, small heap", (url) => [...deno("floor.ts", SMALL_HEAP), url]],
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

async function cost([program, ...args]: string[]): Promise<Cost> {
  // The SDK's telemetry off: it is measured at its cheapest.
  const command = new Deno.Command(program!, { args, cwd: "/tmp", env: { TINKER_TELEMETRY: "0" }, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${args.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

async function startServer() {
  const args = ["run", "-A", "--no-check", here("server.ts"), ...Deno.args.filter((arg) => arg.startsWith("--"))];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return { url: new TextDecoder().decode(value).trim(), close: () => (child.kill(), child.status) };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(15))).join(" | ")} |`;
}

const rounds = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 3);
const server = await startServer();
const costs = new Map<string, Cost[]>(CLIENTS.map(([name]) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, command] of CLIENTS) costs.get(name)!.push(await cost(command(server.url)));
}
await server.close();

const KEYS = ["cpuSeconds", "peakMiB", "privateMiB", "seconds"] as const;
const medians = new Map(
  [...costs].map(([name, list]) => [name, KEYS.map((key) => median(list.map((cost) => cost[key])))]),
);
const base = medians.get("official SDK")!;
console.log(row([`median of ${rounds} rounds`, "CPU s", "peak MiB", "private MiB", "wall s"]));
console.log(row(["---", ...KEYS.map(() => "---")]));
for (const [name, values] of medians) {
  console.log(row([name, ...values.map((value, i) => `${value.toFixed(1)} (${(value / base[i]!).toFixed(2)})`)]));
}
