/**
 * The grader against every answer that was judged by hand: the labelled set by category, and what examiners wrote who did
 * not know the grader; see `labelled/README.md`.
 */
import assert from "node:assert/strict";
import { gradeAnswer } from "../../lib/grading/mod.ts";

const LABELLED = new URL("./labelled/", import.meta.url);
const EXAMINED = new URL("./examined/", import.meta.url);
/** Rows of the examiners that are still judged wrongly. */
const OPEN = "open.jsonl";

/** One judged answer. */
interface Row {
  readonly file: string;
  readonly line: number;
  readonly answer?: string;
  readonly completion?: string;
  readonly reference: string;
  readonly correct: boolean;
}

function readRows(folder: URL): Row[] {
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".jsonl")).sort();
  return files.flatMap((file) =>
    Deno.readTextFileSync(new URL(file, folder)).trimEnd().split("\n").map((text, i) => ({
      file,
      line: i + 1,
      ...JSON.parse(text),
    }))
  );
}

const rows = readRows(LABELLED);
const examined = readRows(EXAMINED);
const textOf = ({ answer, completion }: Row) => answer ?? completion ?? "";

Deno.test("at least 1,500 answers are judged, no pair twice, and a quarter of them is wrong", () => {
  assert.ok(rows.length >= 1500, `${rows.length} rows`);
  const wrong = rows.filter(({ correct }) => !correct).length;
  assert.ok(wrong / rows.length >= 0.25, `${wrong} of ${rows.length} are wrong`);
  const seen = new Map<string, Row>();
  const twice: string[] = [];
  for (const row of rows) {
    const key = JSON.stringify([row.answer !== undefined, textOf(row), row.reference]);
    const first = seen.get(key);
    if (first !== undefined) twice.push(`${row.file}:${row.line} is ${first.file}:${first.line}`);
    seen.set(key, row);
  }
  assert.deepEqual(twice, []);
});

Deno.test("every row has one text, a reference and a label", () => {
  const odd = [...rows, ...examined].filter(({ answer, completion, reference, correct }) =>
    (typeof answer === "string") === (typeof completion === "string") || typeof reference !== "string" ||
    typeof correct !== "boolean"
  );
  assert.deepEqual(odd.map(({ file, line }) => `${file}:${line}`), []);
});

/** What the grader says of rows that it judges otherwise than their label. */
function disagreements(judged: readonly Row[]): string[] {
  return judged.flatMap((row) => {
    const verdict = gradeAnswer(textOf(row), row.reference, { bare: row.answer !== undefined });
    if (verdict.correct === row.correct) return [];
    const said = `${verdict.outcome}, read as ${verdict.normalised ?? "nothing"} (${verdict.method ?? "no method"})`;
    return [`${row.file}:${row.line} ${JSON.stringify(textOf(row))} for ${row.reference}: ${said}`];
  });
}

for (const file of new Set(rows.map((row) => row.file))) {
  Deno.test(`the grader agrees with every label of ${file}`, () => {
    assert.deepEqual(disagreements(rows.filter((row) => row.file === file)), []);
  });
}

Deno.test("the grader agrees with the examiners, but for the rows that are known to be open", () => {
  assert.deepEqual(disagreements(examined.filter(({ file }) => file !== OPEN)), []);
  const open = examined.filter(({ file }) => file === OPEN);
  assert.equal(
    disagreements(open).length,
    open.length,
    `a row of ${OPEN} is judged rightly now: move it to the others`,
  );
});
