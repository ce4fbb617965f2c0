/** A long run at changing shapes takes no more memory at its end than near its beginning. */
import assert from "node:assert/strict";

const MEGABYTE = 1e6;
/** As `deno task train` has it: otherwise the young generation of JavaScript's heap grows for minutes, by 40 MB. */
const FLAGS = "--v8-flags=--expose-gc,--max-semi-space-size=4";

/** [20] bytes, as the process goes. */
async function memoryOver(steps: number, rank: number): Promise<number[]> {
  const script = new URL("./soak.ts", import.meta.url).pathname;
  const args = ["run", "-q", "--no-check", "--no-prompt", "-P=peers", FLAGS, script];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args, `${steps}`, `${rank}`],
    cwd: new URL("../../..", import.meta.url),
    stdout: "piped",
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  assert.equal(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => (JSON.parse(line) as { rss: number }).rss);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

for (const [title, rank, steps] of [["all weights", 0, 2000], ["an adapter", 4, 1000]] as const) {
  Deno.test(`memory stays flat over ${steps} training steps and ${steps} sampling calls (${title})`, async () => {
    const memory = await memoryOver(steps, rank);
    assert.equal(memory.length, 20);
    const quarters = [5, 10, 15].map((start) => median(memory.slice(start, start + 5)));
    const said = `MB: ${memory.map((bytes) => Math.round(bytes / MEGABYTE))}`;
    console.log(`    ${said}`);
    const growth = (quarters[2] as number) - (quarters[0] as number);
    // The arena settles in the first quarter; after that, a leak of 10 kB a step would be 10 MB, of the adapter's 5.
    assert.ok(growth < 5 * MEGABYTE, said);
    assert.ok((memory.at(-1) as number) - (memory[0] as number) < 40 * MEGABYTE, said);
  });
}
