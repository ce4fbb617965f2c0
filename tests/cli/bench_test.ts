import assert from "node:assert/strict";
import { ENGINE_SHAPES, engineTable, USUAL_SHAPES, WORKS } from "../../lib/cli/_bench_engine.ts";
import { main, parseBenchArgs } from "../../lib/cli/bench.ts";
import { parameterCount } from "../../lib/policy/mod.ts";
import { fakeIo } from "./_io.ts";

Deno.test("bench measures what is asked for, as often as is asked for, or everything as often as is usual", () => {
  const everything = { shapes: USUAL_SHAPES, works: WORKS, repeats: undefined, gsm8k: undefined };
  assert.deepEqual(parseBenchArgs([]), { ...everything, part: undefined });
  assert.deepEqual(parseBenchArgs(["repeats=3", "grading", "gsm8k=some/a=b"]), {
    ...{ ...everything, part: "grading", repeats: 3, gsm8k: "some/a=b" },
  });
  assert.equal(parseBenchArgs(["engine", "repeats=1000"]).part, "engine");
});

Deno.test("bench measures one shape and one kind of work of the engine, and no grading then", () => {
  const { part, shapes, works } = parseBenchArgs(["shape=135m", "what=decoding"]);
  assert.equal(part, "engine");
  assert.deepEqual(shapes.map(({ title }) => title), ["SmolLM2-135M's shape, LoRA of rank 16"]);
  assert.deepEqual(works, ["decoding"]);
  assert.deepEqual(parseBenchArgs(["engine", "shape=0.87m"]).shapes.map(({ name }) => name), ["0.87m"]);
});

Deno.test("bench refuses what it does not know, or is told twice, with 2 and before it measures anything", async () => {
  const wrong = [
    ...["repeats=0", "repeats=1001", "repeats=x", "repeats=", "gsm8k=", "engines", "--fast", "data=x", "=engine"],
    ...["shape=0x87m", "shape=", "what=reading", "toString=1"],
  ];
  const twice = [["engine", "grading"], ["repeats=1", "repeats=2"], ["what=grpo", "what=groups"], [
    "grading",
    "what=grpo",
  ]];
  for (const args of [...wrong.map((arg) => [arg]), ...twice]) {
    const io = fakeIo();
    assert.equal(await main(args, io), 2, args.join(" "));
    assert.equal(io.said(), "");
    assert.ok(io.complained().includes(`not "${args.at(-1)}"`), io.complained());
  }
});

Deno.test("bench shows help that names every argument it takes", async () => {
  const io = fakeIo();
  assert.equal(await main(["grading", "--help"], io), 0);
  for (const name of ["repeats", "shape", "what", "gsm8k"]) assert.ok(io.said().includes(`[${name}=`), name);
  for (const name of [...WORKS, ...ENGINE_SHAPES.map((shape) => shape.name)]) assert.ok(io.said().includes(name), name);
});

Deno.test("the shapes that are measured have the sizes their names say", () => {
  const counts = ENGINE_SHAPES.map(({ config }) => parameterCount(config));
  assert.deepEqual(counts, [984_192, 869_504, 134_515_008]);
});

Deno.test("the table has medians, and the ratios of the two turns of each round", () => {
  const [shape] = ENGINE_SHAPES.filter(({ name }) => name === "0.87m");
  const table = engineTable(shape!, {
    parameters: 869_504,
    versions: "PyTorch 2",
    // A slow round was slow for both: the ratio is that of each round, not that of two medians.
    works: [{ work: "training", amount: 4096, ours: [100, 400, 200], theirs: [150, 1200, 200] }],
  });
  assert.equal(
    table,
    [
      "0.87M reference: 0.87M parameters, beside PyTorch 2",
      "  work      of                                     ours           theirs  whose       ratio (range)",
      "  training  32 sequences of 128 tokens  20,480 tokens/s  20,480 tokens/s  PyTorch  1.50 (1.00-3.00)",
    ].join("\n"),
  );
});

Deno.test("the table without peers is of our figures alone", () => {
  const [shape] = ENGINE_SHAPES;
  const works = [{ work: "grpo" as const, amount: 64, ours: [1000, 2000] }];
  const table = engineTable(shape!, { parameters: 984_192, works });
  assert.deepEqual(table.split("\n").slice(1).map((line) => line.trim().split(/\s{2,}/)), [
    ["work", "of", "ours"],
    ["GRPO", "16 prompts of 64 x 4 of 64", "42.7 rollouts/s"],
  ]);
});
