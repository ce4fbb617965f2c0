/** Runs on a server, from the command line and from a program: budgets, resuming, what is said when it fails. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as trainMain } from "../../lib/cli/train.ts";
import { type OpenPolicy, trainGRPO } from "../../lib/launch/mod.ts";
import type { Waiting } from "../../lib/policy/mod.ts";
import { openRun, type Run } from "../../lib/runs/mod.ts";
import type { Metrics } from "../../lib/vocabulary.ts";
import { fakeIo } from "../cli/_io.ts";
import type { AdderOptions } from "../cli/_policy.ts";
import { inTempFolder, readLines } from "../runs/_fakes.ts";
import { FakeServer } from "./_server.ts";

const SMALL = [
  ...["backend=tinker", "base_url=http://127.0.0.1:1", "env=arithmetic", "prompt_template=none", "groups_per_batch=3"],
  ...["group_size=2", "test_limit=5", "train_limit=20", "max_steps=4", "eval_every=2", "save_every=2"],
];
const PRICES = 'prices={"prompt":0.5,"completion":1,"train":2}';
const RESUME = "behavior_if_log_dir_exists=resume";

async function train(server: FakeServer, args: readonly string[], options: AdderOptions = {}) {
  const io = fakeIo({ env: { TINKER_API_KEY: "tml-secret" } });
  const code = await trainMain(args, io, server.open(options));
  return { code, said: io.said(), complained: io.complained() };
}

/** The command that the text names, as arguments of training. */
function commandIn(text: string): string[] {
  const line = text.split("\n").find((line) => line.trim().startsWith("deno task resume "));
  const [path, ...rest] = line?.trim().split(" ").slice(3) ?? [];
  return [`log_path=${path}`, RESUME, ...rest];
}

const timeless = (rows: readonly { readonly step: number; readonly metrics: Metrics }[]) =>
  rows.map(({ step, metrics }) => [
    step,
    Object.entries(metrics).filter(([key]) => !key.startsWith("time/")).sort(),
  ]);

const plain = (run: Run) => timeless(run.metrics);

Deno.test("a run says what it may cost before it starts and what it did cost; the key is in none of it", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const { code, said, complained } = await train(new FakeServer(), [...SMALL, PRICES, `log_path=${path}`]);
    assert.equal(code, 0, complained);
    assert.ok(said.indexOf("estimated cost: at most $") < said.indexOf("step 1/4"));
    assert.match(said, /step 4\/4 .* \$0\.\d+ so far/);
    assert.match(said, /finished 4 steps in \d+:\d\d for \$0\.\d+/);
    const log = await Deno.readTextFile(join(path, "log.txt"));
    assert.equal(log.split("estimated cost: at most $").length, 2);
    const run = await openRun(path);
    assert.deepEqual(run.config.prices, { prompt: 0.5, completion: 1, train: 2 });
    assert.match(Deno.inspect(run), /cost +\$0\.\d+/);
    const all = [said, log, await Deno.readTextFile(join(path, "config.json"))].join();
    assert.doesNotMatch(all, /tml-secret/);
  }));

Deno.test("a budget stops a run with a checkpoint and a command; the command goes on to the same end", () =>
  inTempFolder(async (folder) => {
    const [path, whole, server] = [join(folder, "a"), join(folder, "whole"), new FakeServer()];
    // Close to what is drawn: at first a step counts as if all completions were as long.
    const priced = [...SMALL, PRICES, "max_tokens=16"];
    await train(server, [...priced, `log_path=${whole}`]);
    const costs = (await openRun(whole)).series("cost/total").map(({ value }) => value);
    // Enough for three steps, not for the fourth: the checkpoint of step 2 is not the one to go on from.
    const max_cost = (costs[2]! * 1.15).toFixed(8);
    const { code, said, complained } = await train(server, [...priced, `max_cost=${max_cost}`, `log_path=${path}`]);
    assert.equal(code, 0, complained);
    assert.match(said, /; max_cost=[\d.]+ may end the run early/);
    assert.match(said, /stopped after 3 of 4 steps \(max_cost=[\d.]+: \$0\.\d+ is spent, .*; to go on:/);
    const stopped = await openRun(path);
    assert.equal(stopped.state, "stopped");
    assert.match(stopped.status?.stop_reason ?? "", /^max_cost=/);
    assert.match(await Deno.readTextFile(join(path, "log.txt")), /run stopped: max_cost=/);
    assert.match(Deno.inspect(stopped), /stopped by +max_cost=/);
    assert.equal(stopped.checkpoints.at(-1)?.state_path, "tinker://run:train:0/weights/000003");

    const command = commandIn(said);
    assert.ok(command.includes(`max_cost=${Number(max_cost) * 2}`), command.join(" "));
    const resumed = await train(server, command);
    assert.equal(resumed.code, 0, resumed.complained);
    assert.match(resumed.said, /if they stay at \d+ tokens as so far, besides \$0\.\d+ spent before/);
    const run = await openRun(path);
    assert.deepEqual([run.state, run.status?.stop_reason], ["finished", null]);
    // The weights that the budget ended with were evaluated, and that is paid; all else is as if it had never ended.
    const free = (run: Run) =>
      run.metrics.map(({ metrics: { "cost/total": _paid, ...rest }, step }) => ({ step, metrics: rest }));
    assert.deepEqual(timeless(free(run)), timeless(free(await openRun(whole))));
    const [paid, before] = [run, await openRun(whole)].map((one) => one.series("cost/total").at(-1)!.value);
    const again = run.superseded.at(-1)!.metrics["cost/evaluation"]!;
    assert.ok(again > 0 && Math.abs(paid! - before! - again) < 1e-12);
  }));

Deno.test("a budget that the prompts alone pass is refused before anything is written, and the policy is closed", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    const { code, complained } = await train(server, [...SMALL, PRICES, "max_cost=1e-7", `log_path=${path}`]);
    assert.equal(code, 2);
    assert.match(complained, /max_cost=1e-7 cannot suffice: the prompts still to come cost \$0\.\d+/);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    assert.equal(server.closed, 1);
  }));

Deno.test("a budget too small for any step names one that is not", () =>
  inTempFolder(async (folder) => {
    const server = new FakeServer();
    const { code, said } = await train(server, [...SMALL, "max_train_tokens=1", `log_path=${join(folder, "a")}`]);
    assert.equal(code, 0);
    assert.match(said, /stopped after 0 of 4 steps \(max_train_tokens=1: 0 tokens .*; to go on:/);
    const resumed = await train(server, commandIn(said));
    assert.match(resumed.said, /^step 1\/4/m);
  }));

Deno.test("what was paid counts on resuming: an evaluation whose step was broken off, and steps set aside twice", () =>
  inTempFolder(async (folder) => {
    const [path, whole, server] = [join(folder, "a"), join(folder, "whole"), new FakeServer()];
    await train(server, [...SMALL, PRICES, `log_path=${whole}`]);
    const undisturbed = await openRun(whole);
    const total = async () => (await openRun(path)).series("cost/total").at(-1)!.value;
    const lost = (done: number): AdderOptions => ({
      onSample: (steps) => {
        if (steps === done && samples++ === (done === 2 ? 5 : 0)) throw new Error("lost");
      },
    });
    let samples = 0;
    // The five problems of the evaluation before step 2 are answered, the step's are not.
    await train(server, [...SMALL, PRICES, `log_path=${path}`], lost(2));
    const [, , third] = undisturbed.metrics.map(({ metrics }) => metrics);
    const paid = third!["cost/total"]! - third!["cost/step"]! + third!["cost/evaluation"]!;
    assert.ok(Math.abs(await total() - paid) < 1e-12);
    // Twice resumed from step 2, lost in step 3 and at once; then to the end.
    samples = 0;
    await train(server, [`log_path=${path}`, RESUME], lost(3));
    const before = await total();
    await train(server, [`log_path=${path}`, RESUME], {
      onSample: () => {
        throw new Error("lost");
      },
    });
    const { code, complained } = await train(server, [`log_path=${path}`, RESUME]);
    assert.equal(code, 0, complained);
    const rest = undisturbed.metrics.slice(2).reduce(
      (sum, { metrics }) => sum + (metrics["cost/step"] ?? metrics["cost/evaluation"]!),
      0,
    );
    assert.ok(Math.abs(await total() - before - rest) < 1e-12, `${await total()} ${before} ${rest}`);
  }));

Deno.test("a checkpoint that the server let go is said, and the one before it is resumed from", () =>
  inTempFolder(async (folder) => {
    const [path, whole, server] = [join(folder, "a"), join(folder, "whole"), new FakeServer()];
    await train(server, [...SMALL, "max_steps=6", `log_path=${whole}`].filter((arg) => arg !== "max_steps=4"));
    await train(server, [...SMALL, `log_path=${path}`]);
    server.gone.add("tinker://run:train:0/weights/000004");
    const { code, said, complained } = await train(server, [`log_path=${path}`, RESUME, "max_steps=6"]);
    assert.equal(code, 0, complained);
    assert.match(said, /resuming .* after 2 of 6 steps, .*weights\/000004 of a later one is no longer on the server/);
    assert.match(
      await Deno.readTextFile(join(path, "log.txt")),
      /a later checkpoint cannot be used: tinker:.*weights\/000004 is no longer/,
    );
    assert.deepEqual(plain(await openRun(path)).slice(2), plain(await openRun(whole)).slice(2));
    assert.deepEqual((await readLines(join(path, "metrics.jsonl"))).map(({ step }) => step), [0, 1, 2, 3, 4, 5, 6]);
  }));

Deno.test("paid steps are not thrown back over words: only a checkpoint that the server no longer lists is stepped over", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    await train(server, [...SMALL, `log_path=${path}`]);
    const more = [`log_path=${path}`, RESUME, "max_steps=6"];
    const refusals = [
      [500, "upstream connection expired"],
      [404, "no such route"],
      [400, "no such adapter slot free"],
      [404, "model 3f:train:0 is not in training here"],
    ] as const;
    for (const [status, words] of refusals) {
      // Nobody is asked about a fault of the server's own.
      if (status === 500) server.gone.add("tinker://run:train:0/weights/000004");
      else server.gone.clear();
      server.loadError = Object.assign(new Error(`cannot load: ${words}`), { status });
      const { code, complained } = await train(server, more);
      assert.deepEqual([code, complained], [1, `error: cannot load: ${words}\n`]);
    }
    server.listing = false;
    const unclear = await train(server, more);
    assert.equal(unclear.code, 1);
    assert.match(
      unclear.complained,
      /cannot tell whether the server still has tinker:.*000004: .*not in training here/,
    );
    server.loadError = undefined;
    const { said } = await train(server, more);
    assert.match(said, /resuming .* after 4 of 6 steps, from checkpoint/);
  }));

Deno.test("without any checkpoint left, or without an answer, resuming is refused and the folder stays as it is", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    await train(server, [...SMALL, `log_path=${path}`]);
    const metrics = await Deno.readTextFile(join(path, "metrics.jsonl"));
    const more = [`log_path=${path}`, RESUME, "max_steps=6"];
    server.loadError = new Error("cannot reach http://127.0.0.1:1: the name does not exist");
    const silent = await train(server, more);
    assert.deepEqual([silent.code, silent.complained.includes("cannot reach")], [1, true]);
    server.loadError = undefined;
    for (const name of ["000002", "000004"]) server.gone.add(`tinker://run:train:0/weights/${name}`);
    const { code, complained } = await train(server, more);
    assert.equal(code, 1);
    assert.match(
      complained,
      /of its checkpoints none can be used, tinker:.*weights\/000004 is no longer on the server/,
    );
    assert.equal(await Deno.readTextFile(join(path, "metrics.jsonl")), metrics);
    assert.equal((await openRun(path)).state, "finished");
  }));

Deno.test("a run follows its server to another address, but not to another backend, model or rank", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    await train(server, [...SMALL, `log_path=${path}`]);
    const more = [`log_path=${path}`, RESUME, "max_steps=5"];
    const moved = await train(server, [...more, "base_url=http://127.0.0.1:2"]);
    assert.equal(moved.code, 0, moved.complained);
    assert.deepEqual((await openRun(path)).facts.resumed[0]?.changed.base_url, [
      "http://127.0.0.1:1",
      "http://127.0.0.1:2",
    ]);
    for (const other of ["lora_rank=8", "model_name=other", "backend=openai"]) {
      assert.equal((await train(server, [...more, other])).code, 2, other);
    }
  }));

Deno.test("a run on a server elsewhere is resumed, with a key, only where the server is named again; the command says so", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    const elsewhere = "base_url=https://elsewhere.example";
    const budget = await train(
      server,
      [...SMALL, "max_train_tokens=1", `log_path=${path}`, elsewhere]
        .filter((arg) => !arg.includes("127.0.0.1")),
    );
    assert.equal(budget.code, 0, budget.complained);
    const more = [`log_path=${path}`, RESUME, "max_train_tokens=none"];
    const { code, complained } = await train(server, more);
    assert.equal(code, 2);
    assert.match(
      complained,
      /names the server https:\/\/elsewhere\.example, which would get your key \(TINKER_API_KEY\)/,
    );
    assert.deepEqual([server.closed, (await openRun(path)).state], [1, "stopped"]);
    const command = commandIn(budget.said);
    assert.ok(command.includes(elsewhere), command.join(" "));
    assert.equal((await train(server, [...command.slice(0, 3), "max_train_tokens=none"])).code, 0);
  }));

Deno.test("a server that is lost in the middle leaves a failed run, one line and the command to go on", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    const lost = Object.assign(new Error("cannot reach http://127.0.0.1:1 for 300 s"), { name: "ConnectionError" });
    const { code, complained } = await train(server, [...SMALL, `log_path=${path}`], {
      onSample: (steps) => {
        if (steps === 3) throw lost;
      },
    });
    assert.equal(code, 1);
    assert.match(
      complained,
      /^error: cannot reach http:\/\/127\.0\.0\.1:1 for 300 s\nto go on from the last checkpoint:\n/,
    );
    const run = await openRun(path);
    assert.deepEqual([run.state, run.status?.steps_done, run.checkpoints.length], ["failed", 3, 1]);
    assert.equal((await train(server, commandIn(complained))).code, 0);
    assert.equal((await openRun(path)).state, "finished");
  }));

Deno.test("trainGRPO() counts, estimates and stops as the command line does", () =>
  inTempFolder(async (folder) => {
    const server = new FakeServer();
    const seen: string[] = [];
    const run = await trainGRPO({
      ...{ backend: "tinker", base_url: "http://127.0.0.1:1", env: "arithmetic", prompt_template: "none" },
      ...{ groups_per_batch: 3, group_size: 2, test_limit: 5, train_limit: 20, max_steps: 4, eval_every: 0 },
      ...{ log_path: join(folder, "a"), prices: { prompt: 1, completion: 1, train: 1 }, max_train_tokens: 1 },
    }, {
      open: server.open(),
      onEvent: (event) => seen.push(event.type === "start" ? `start ${event.estimate !== undefined}` : event.type),
    });
    assert.deepEqual(seen, ["start true", "done"]);
    assert.match(run.status?.stop_reason ?? "", /^max_train_tokens=1: 0 tokens are trained on/);
  }));

Deno.test("a run is left while its checkpoint is loaded: the folder is as it was, and the model is freed", () =>
  inTempFolder(async (folder) => {
    const [path, server] = [join(folder, "a"), new FakeServer()];
    await train(server, [...SMALL, `log_path=${path}`]);
    const before = await Deno.readTextFile(join(path, "config.json"));
    const abort = new AbortController();
    const told: string[] = [];
    const open: OpenPolicy = async (...args) => {
      const policy = await server.open()(...args);
      const waiting = () => ({ state: "paused_capacity", seconds: {} }) as const;
      return { ...policy, waiting, loadState: () => new Promise(() => {}) };
    };
    const onWaiting = ({ state }: Waiting) => {
      told.push(state);
      abort.abort(new Error("left"));
    };
    const input = { log_path: path, max_steps: 6, behavior_if_log_dir_exists: "resume" } as const;
    await assert.rejects(trainGRPO(input, { open, signal: abort.signal, onWaiting }), /^Error: left$/);
    assert.deepEqual([told, server.closed], [["paused_capacity"], 2]);
    assert.equal(await Deno.readTextFile(join(path, "config.json")), before);
  }));

Deno.test("a checkpoint as model_name is refused with what to write instead", () =>
  inTempFolder(async (folder) => {
    const path = "tinker://run:train:0/weights/a";
    const args = [...SMALL, `model_name=${path}`, `log_path=${join(folder, "a")}`];
    const { code, complained } = await train(new FakeServer(), args);
    assert.equal(code, 2);
    assert.ok(complained.includes(`name its base model as model_name, and load_checkpoint_path=${path}`), complained);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));
