import assert from "node:assert/strict";
import { type Block, type Compared, disagreements, type PairsBlock, reportPage } from "../../lib/reports/mod.ts";
import { madeUp } from "./_comparisons.ts";
import { elementsOf } from "./_markup.ts";

function pairsOf(blocks: readonly Block[]): PairsBlock[] {
  return blocks.flatMap((block) =>
    block.type === "pairs" ? [block] : block.type === "details" ? pairsOf(block.blocks) : []
  );
}

Deno.test("each way the problems are those that the one solves and the other does not, as many as were counted", async () => {
  const comparison = madeUp();
  const [gained, lost] = pairsOf((await disagreements(comparison)).blocks);
  const [difference] = comparison.result.differences;
  assert.deepEqual([gained!.pairs.length + gained!.more, lost!.pairs.length + lost!.more], [
    difference!.gained,
    difference!.lost,
  ]);
  for (const [block, winner] of [[gained!, "step_by_step"], [lost!, "baseline"]] as const) {
    assert.equal(block.pairs.length, 3);
    for (const { completions, reference } of block.pairs) {
      assert.deepEqual(completions.map(({ cell, outcome }) => [cell === winner, outcome === "correct"]), [
        [true, true],
        [false, false],
      ]);
      assert.equal(completions[0]!.extracted, reference);
    }
  }
});

Deno.test("the problems that are shown are spread over levels, in the order of the problems, and the same each time", async () => {
  const comparison = madeUp({ problems: 200 });
  const shown = async () =>
    pairsOf((await disagreements(comparison)).blocks).map(({ pairs }) => pairs.map((pair) => pair.about));
  const [gained] = await shown();
  assert.deepEqual(gained!.map((about) => /level \d/.exec(about)![0]).sort(), ["level 1", "level 2", "level 3"]);
  assert.deepEqual(await shown(), await shown());
});

Deno.test("of several completions those are shown of which only one side is right, and how many were", async () => {
  const comparison = madeUp({ samples: 4 });
  for (const { pairs } of pairsOf((await disagreements(comparison)).blocks)) {
    for (const { completions, about } of pairs) {
      assert.deepEqual(completions.map(({ outcome }) => outcome === "correct"), [true, false]);
      const [more, less] = [...about.matchAll(/(\d) of 4/g)].map(([, right]) => Number(right));
      assert.ok(more! > less!, about);
    }
  }
});

Deno.test("the answer that was graded is marked where it stands, in a long answer as well", async () => {
  const plain = madeUp();
  const long: Compared = {
    ...plain,
    completions: async (ids) =>
      new Map([...await plain.completions(ids)].map(([id, cells]) => [
        id,
        cells.map((rows) =>
          rows.map((row) => {
            const before = "x".repeat(5_000);
            const span = row.span && [row.span[0] + before.length, row.span[1] + before.length] as const;
            return { ...row, text: `${before}${row.text}${"y".repeat(3_000)}`, ...(span && { span }) };
          })
        ),
      ])),
  };
  for (const comparison of [plain, long]) {
    const section = await disagreements(comparison);
    const said = pairsOf(section.blocks).flatMap(({ pairs }) => pairs.flatMap(({ completions }) => completions));
    for (const { text, span, extracted } of said) {
      if (extracted !== null) assert.equal(text.slice(...span!), extracted);
      assert.ok(text.length < 2_000);
      if (comparison === long) assert.match(text, /\[[\d,]+ characters left out\]/);
    }
    const marks = elementsOf(await reportPage(comparison, [section])).filter(({ name }) => name === "mark");
    assert.deepEqual(marks.map(({ text }) => text), said.flatMap(({ extracted }) => extracted ?? []));
  }
});

Deno.test("answers that are not recorded are said to be missing, and nothing else suffers", async () => {
  const gone: Compared = {
    ...madeUp({ templates: ["a", "b", "c"] }),
    hasRecords: (cell) => cell !== 2,
  };
  const section = await disagreements(gone);
  assert.match(JSON.stringify(section.blocks), /1 pair of 3 are shown/);
  assert.equal(pairsOf(section.blocks).length, 2);
});

Deno.test("two that agree everywhere are said to do so", async () => {
  const plain = madeUp();
  const [first] = [plain.problems(0)];
  const section = await disagreements({ ...plain, problems: () => first });
  assert.match(JSON.stringify(section.blocks), /There is no problem that step_by_step solves and baseline does not/);
});

Deno.test("records are asked once, for the problems that are shown alone", async () => {
  const plain = madeUp({ templates: ["a", "b", "c"] });
  const asked: number[] = [];
  await disagreements({
    ...plain,
    completions: (ids, cells) => {
      asked.push(ids.size);
      return plain.completions(ids, cells);
    },
  });
  assert.equal(asked.length, 1);
  assert.ok(asked[0]! <= 18);
});
