/** Copies of run folders, as a kill would leave them, and what a run has come to. */
import { basename, join } from "node:path";
import type { Run } from "../../lib/runs/mod.ts";

/** Copies a folder that is still being written to. */
export function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(join(from, name), join(to, name));
    else Deno.copyFileSync(join(from, name), join(to, name));
  }
}

/** All that a run has come to but times: metrics, rollouts, checkpoints, the final weights. */
export async function contentOf(run: Run): Promise<unknown> {
  const metrics = run.metrics.map(({ step, metrics }) => [
    step,
    Object.entries(metrics).filter(([key]) => !key.startsWith("time/")),
  ]);
  const rollouts = await Array.fromAsync(run.rollouts());
  const names = ({ name, step, state_path, final }: Run["checkpoints"][number]) => [
    name,
    step,
    basename(state_path),
    final,
  ];
  const last = run.checkpoints.at(-1);
  const weights = last && await Deno.readFile(join(last.state_path, "model.safetensors"));
  return { metrics, rollouts, checkpoints: run.checkpoints.map(names), weights };
}
