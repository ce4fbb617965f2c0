/** A whole run on the embedded engine that is logged everywhere: the rows of the folder are what arrives. */
import assert from "node:assert/strict";
import { type Run, trainGRPO, type TrainInput } from "../../mod.ts";
import { inTempFolder, KEY } from "./_run.ts";
import { onlyRun, withServer } from "./_tracked.ts";
import { historyOf } from "./_wandb_server.ts";

const SMALL: TrainInput = {
  backend: "local",
  groups_per_batch: 2,
  group_size: 2,
  max_tokens: 16,
  train_limit: 8,
  test_limit: 2,
  levels: [1],
  eval_every: 2,
  save_every: 2,
  max_steps: 2,
};

/** Runs a test as a user who has a key for a server. */
async function asUser(url: string, work: () => Promise<void>): Promise<void> {
  const variables: Record<string, string> = { WANDB_BASE_URL: url, WANDB_API_KEY: KEY };
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
}

/** What a run measured, but for times. */
function numbersOf({ metrics }: Run): unknown {
  return metrics.map(({ step, metrics }) => [
    step,
    Object.entries(metrics).filter(([key]) => !key.startsWith("time/")),
  ]);
}

Deno.test("trainGRPO() with wandb_project and tensorboard logs its rows there and changes no number; a resumed run goes on with the same run", () =>
  withServer((server) =>
    asUser(server.url, () =>
      inTempFolder(async (folder) => {
        const log_path = `${folder}/logged`;
        const notices: string[] = [];
        const onNotice = (line: string) => void notices.push(line);
        const logged = await trainGRPO({ ...SMALL, log_path, wandb_project: "math", tensorboard: true }, { onNotice });
        const { id, exitcode } = onlyRun(server);
        const page = `Weights & Biases: ${server.url}/ada/math/runs/${id}`;
        assert.deepEqual([exitcode, notices.slice(1)], [0, [page]]);
        assert.match(notices[0]!, /^embedded engine: .* parameters/);
        assert.deepEqual(numbersOf(logged), numbersOf(await trainGRPO({ ...SMALL, log_path: `${folder}/plain` })));
        assert.ok(Deno.readTextFileSync(`${log_path}/log.txt`).includes(page));
        const run = await trainGRPO({ log_path, behavior_if_log_dir_exists: "resume", max_steps: 3 });
        const rows = run.metrics.map(({ step, metrics }) => [step, metrics["env/all/correct"]]);
        // The evaluation at the end of two steps was sent as a row of its own; as steps only go up, it stays.
        const sent = historyOf(onlyRun(server)).map((row) => [row._step, row["env/all/correct"]]);
        assert.deepEqual(sent.map(([step]) => step), [0, 1, 2, 3]);
        assert.deepEqual(sent.filter(([step]) => step !== 2), rows.filter(([step]) => step !== 2));
        assert.equal(onlyRun(server).config.max_steps?.value, 3);
        assert.equal([...Deno.readDirSync(`${log_path}/tensorboard`)].length, 2);
      }))
  ));
