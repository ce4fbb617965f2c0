/**
 * Where the recipe's grader and Math-Verify differ from the labels of `tests/grading/labelled/`: the table stands in
 * `tests/grading/labelled/README.md` and is held to what the two say. `UPDATE_TABLE=1` writes it anew, for `deno fmt`.
 */
import assert from "node:assert/strict";
import { gradeAnswer } from "../../../lib/grading/mod.ts";
import { fromRoot, pythonOf } from "../_peers.ts";

const FOLDER = fromRoot("tests/grading/labelled/");
const CARD = `${FOLDER}README.md`;
const [FROM, TO] = ["<!-- table -->\n", "<!-- end of table -->\n"];

interface Row {
  readonly category: string;
  readonly answer?: string;
  readonly completion?: string;
  readonly reference: string;
  readonly correct: boolean;
}

interface Said {
  readonly recipe: boolean;
  readonly math_verify: boolean;
}

async function labelledRows(): Promise<Row[]> {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".jsonl")).sort();
  const rows: Row[] = [];
  for (const name of files) {
    const lines = (await Deno.readTextFile(FOLDER + name)).split("\n").filter((line) => line.trim() !== "");
    rows.push(...lines.map((line) => ({ ...JSON.parse(line), category: name.replace(/\.jsonl$/, "") })));
  }
  return rows;
}

async function peersOn(rows: readonly Row[]): Promise<Said[]> {
  const child = new Deno.Command(pythonOf("grading"), {
    args: [fromRoot("tests/peers/grading/graders.py")],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

function oursOn({ answer, completion, reference }: Row): boolean {
  return answer === undefined
    ? gradeAnswer(completion ?? "", reference).correct
    : gradeAnswer(answer, reference, { bare: true }).correct;
}

/** False negatives and false positives by category, as Markdown. */
function tableOf(rows: readonly Row[], said: readonly Said[]): string {
  const judges: readonly ((row: Row, index: number) => boolean)[] = [
    oursOn,
    (_, index) => said[index]!.recipe,
    (_, index) => said[index]!.math_verify,
  ];
  const judged = judges.map((judge) => rows.map(judge));
  const line = (name: string, picked: readonly number[]) => {
    const cells = judged.map((verdicts) => {
      const missed = picked.filter((index) => rows[index]!.correct && !verdicts[index]).length;
      const wrongly = picked.filter((index) => !rows[index]!.correct && verdicts[index]).length;
      return `${missed} / ${wrongly}`;
    });
    return `| ${[name, String(picked.length), ...cells].join(" | ")} |`;
  };
  const all = rows.map((_, index) => index);
  const categories = [...new Set(rows.map(({ category }) => category))];
  return [
    "| category | pairs | ours | the recipe's | Math-Verify |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...categories.map((name) => line(name, all.filter((index) => rows[index]!.category === name))),
    line("all", all),
    "",
  ].join("\n");
}

/** A table without the spaces and dashes that align it. */
function cellsOf(table: string): string {
  return table.trim().replace(/ *\| */g, "|").replace(/-{2,}/g, "-");
}

Deno.test("the table of the graders beside the labels is what the recipe's grader and Math-Verify say", async () => {
  const rows = await labelledRows();
  const said = await peersOn(rows);
  assert.equal(said.length, rows.length);
  const table = tableOf(rows, said);
  const card = await Deno.readTextFile(CARD);
  const [from, to] = [card.indexOf(FROM) + FROM.length, card.indexOf(TO)];
  if (Deno.env.get("UPDATE_TABLE") === "1") {
    await Deno.writeTextFile(CARD, card.slice(0, from) + table + card.slice(to));
    return;
  }
  assert.equal(cellsOf(card.slice(from, to)), cellsOf(table), "the table has changed: UPDATE_TABLE=1 writes it anew");
});
