/** The short run that is killed, and whose disks fail: its settings, and a process that trains it. */
import { fromRoot } from "../_peers.ts";
import { TASK } from "./_model.ts";

/** Steps of the run. */
export const STEPS = 18;

const SETTINGS = {
  ...TASK,
  ...{ max_steps: STEPS, save_every: 2, eval_every: 3, test_limit: 6, groups_per_batch: 4, group_size: 4 },
  ...{ max_tokens: 16, learning_rate: 0.003, remove_constant_reward_groups: false },
};

/** The arguments of `deno task train`; of a key that is there twice the later one counts. */
export function argumentsFor(
  run: string,
  { model, more = [] }: { readonly model: string; readonly more?: readonly string[] },
): string[] {
  const settings = Object.entries({ ...SETTINGS, model_name: model, log_path: run });
  const all = [...settings.map(([key, value]) => `${key}=${value}`), ...more];
  return [...new Map(all.map((argument) => [argument.split("=", 1)[0]!, argument])).values()];
}

/** Starts a process that trains: the training itself, not a task around it. */
export function spawnTraining(args: readonly string[]): Deno.ChildProcess {
  const command = ["run", "-q", "--no-prompt", "-P=train", "lib/cli/train.ts", ...args];
  return new Deno.Command(Deno.execPath(), { args: command, cwd: fromRoot("."), stdout: "null", stderr: "piped" })
    .spawn();
}
