/** `deno task export`: a run that trains an adapter, resumed, evaluated, and written as a model. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as exportMain } from "../../lib/cli/export.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { trainGRPO } from "../../lib/launch/mod.ts";
import { inTemporaryFolder, writeTinyModel } from "../policy/local/_fixtures.ts";
import { fakeIo } from "./_io.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", seed: 1 },
  ...{ groups_per_batch: 2, group_size: 2, max_tokens: 4, eval_every: 0, save_every: 1, test_limit: 4 },
};
const LORA = { lora_rank: 2, train_unembed: false } as const;

async function exported(args: readonly string[], code = 0): Promise<string> {
  const io = fakeIo();
  assert.equal(await exportMain(args, io), code, io.complained());
  return io.said() + io.complained();
}

Deno.test("a run with an adapter is resumed, evaluated at a checkpoint, and exported as a model with the adapter merged", () =>
  inTemporaryFolder(async (folder) => {
    const model_name = await writeTinyModel(folder);
    const log_path = join(folder, "runs", "little");
    await trainGRPO({ ...SMALL, ...LORA, model_name, log_path, max_steps: 1 });
    await trainGRPO({ ...SMALL, ...LORA, model_name, log_path, max_steps: 2, behavior_if_log_dir_exists: "resume" });
    const names = (await Array.fromAsync(Deno.readDir(join(log_path, "weights", "000001")), ({ name }) => name)).sort();
    assert.ok(names.includes("adapter_model.safetensors") && !names.includes("model.safetensors"), names.join(" "));
    const io = fakeIo();
    const evaluated = await evalMain([log_path, "checkpoint=1", "limit=2", "record=false"], io);
    assert.equal(evaluated, 0, io.complained());

    const said = await exported([log_path, "checkpoint=1", "dtype=bf16"]);
    const to = join(folder, "runs", "exports", "little-000001");
    assert.match(said, /little, checkpoint 000001 after 1 steps, as a model of [\d,]+ parameters in bfloat16/);
    assert.match(said, /adapter of rank 2 is merged/);
    assert.ok(said.includes(`M.from_pretrained(${JSON.stringify(to)})`), said);
    assert.ok((await Deno.stat(join(to, "model.safetensors"))).isFile);
    assert.equal(JSON.parse(await Deno.readTextFile(join(to, "config.json"))).torch_dtype, "bfloat16");

    assert.match(await exported([log_path, "checkpoint=1"], 1), /cannot export to .*it exists/);
    const final = join(folder, "final");
    assert.match(await exported([join(log_path, "weights", "000001"), `to=${final}`]), /checkpoint 000001.*float32/);
    assert.match(await exported([log_path, "checkpoint=7"], 2), /has no checkpoint "7"/);
  }));

Deno.test("what deno task export cannot make sense of is said, and nothing is written", async () => {
  const cases: [string[], RegExp][] = [
    [[], /name one run/],
    [["a", "b"], /name one run/],
    [["--fast"], /no option --fast/],
    [["a", "dtype=int8"], /dtype=int8": expected float32, bfloat16 or float16/],
    [["a", "form=x"], /has checkpoint, to, dtype/],
    [["a", "to="], /give to once, with a value/],
    [["tinker://run/weights/1"], /is on a server; fetch it with deno task tinker download/],
  ];
  for (const [args, message] of cases) assert.match(await exported(args, 2), message);
  assert.match(await exported(["./nowhere/at/all"], 1), /neither a bundled model/);
  assert.match(await exported(["--help"]), /Writes a run's model as a folder/);
});
