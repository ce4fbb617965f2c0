/**
 * The engine on WebGPU against itself on the CPU, without a graphics card: Chromium brings SwiftShader, a Vulkan driver
 * that computes on the processor. What is compared are numbers; its speed says nothing.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Difference } from "../../../lib/policy/local/device.ts";
import { fromRoot } from "../_peers.ts";
import { chromiumPath } from "../browser/_browser.ts";

const TOLERANCE = 1e-3;
const DRIVER = "vk_swiftshader_icd.json";
const FOLDER = driverFolder();

/** Where Chromium keeps the driver and the library that loads it; undefined where there is none. */
function driverFolder(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return undefined;
  const beside = () => [dirname(Deno.realPathSync(chromiumPath()))];
  const folders = ["/usr/lib/chromium", ...attempt(beside, [])];
  return folders.find((folder) =>
    [DRIVER, "libvk_swiftshader.so", "libvulkan.so.1"]
      .every((name) => attempt(() => Deno.statSync(join(folder, name)).isFile, false))
  );
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** Runs a trial with the permissions of a training run. */
async function trial(name: string): Promise<unknown> {
  const script = fromRoot("tests/peers/engine/webgpu_trials.ts");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--no-prompt", "-P=train", script, name],
    cwd: fromRoot("."),
    env: { LD_LIBRARY_PATH: FOLDER!, VK_ICD_FILENAMES: join(FOLDER!, DRIVER), VK_DRIVER_FILES: join(FOLDER!, DRIVER) },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `WebGPU on SwiftShader: ${name}`, ignore: FOLDER === undefined, fn });
}

/** Close, and not the same: the same bits would be the CPU's own. */
function assertClose({ what, size }: Difference): void {
  assert.ok(size > 0 && size < TOLERANCE, `${what} differ by ${size}`);
}

function largestGap(a: readonly number[], b: readonly number[]): number {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

test("with all weights trained a model of every feature gives the CPU's log-probabilities, gradients and samples", async () => {
  assertClose(await trial("full") as Difference);
});

test("with an adapter it does too", async () => {
  assertClose(await trial("adapter") as Difference);
});

test("the check at opening can fail: with nothing allowed it names what differs", async () => {
  assert.match(await trial("strict") as string, /^device=webgpu does not compute what the CPU computes: .* differ by/);
});

test("every loss has the CPU's gradients", async () => {
  const losses = await trial("losses") as Record<string, Difference>;
  assert.equal(Object.keys(losses).length, 5);
  for (const difference of Object.values(losses)) assertClose(difference);
});

test("a policy opened with device=webgpu is trained and sampled from as on the CPU", async () => {
  type Found = { logprobs: number[]; tokens: number[][]; drawn: number[] };
  const { cpu, webgpu } = await trial("policy") as { cpu: Found; webgpu: Found };
  const gap = largestGap(cpu.logprobs, webgpu.logprobs);
  assert.ok(gap > 0 && gap < TOLERANCE, `log-probabilities after two steps differ by ${gap}`);
  assert.deepEqual(cpu.tokens, webgpu.tokens);
  assert.ok(largestGap(cpu.drawn, webgpu.drawn) < TOLERANCE);
});
