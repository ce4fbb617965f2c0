/** Claims about loading problems from one's own files. */
import assert from "node:assert/strict";
import { loadOwnProblems, type OwnProblemsOptions } from "../../lib/problems/mod.ts";
import { type Content, gzip, withFiles } from "./_tables.ts";

function load(name: string, content: Content, options?: OwnProblemsOptions) {
  return withFiles({ [name]: content }, (folder) => loadOwnProblems(`${folder}/${name}`, options));
}

async function answersOf(rows: readonly string[], answer_from?: OwnProblemsOptions["answer_from"]) {
  const lines = rows.map((answer, i) => JSON.stringify({ question: `q${i}`, answer })).join("\n");
  return (await load("t.jsonl", lines, { answer_from })).map(({ answer, solution }) => [answer, solution]);
}

function sums(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `What is ${from + i} + 1?,${from + i + 1}`);
}

const HEAD = "question,answer";

Deno.test("columns with usual names are found, the others are named", async () => {
  const text = "Problem,final_answer,Level,type,comment\nWhat is 1+1?,2,Level 3,Algebra,easy\n";
  const set = await load("sums.csv", text);
  const [problem] = set;
  assert.match(problem?.id ?? "", /^sums\/[0-9a-f]{12}$/);
  assert.deepEqual({ ...problem, id: "", split: "" }, {
    id: "",
    env: "sums",
    split: "",
    question: "What is 1+1?",
    answer: "2",
    level: 3,
    subject: "Algebra",
  });
  assert.match(set.env, /^\/.*\/sums\.csv$/);
  assert.equal(set.name, "sums");
  const columns = { question: "comment", answer: "type" };
  const [other] = await load("sums.csv", text, { columns });
  assert.deepEqual([other?.question, other?.answer], ["easy", "Algebra"]);
});

Deno.test("a column that is missing is named with those that there are", async () => {
  await assert.rejects(
    load("t.csv", "qestion,answer\nx,1\n"),
    /RangeError: .*t\.csv has no column for the question: .*it has "qestion", "answer"\. Say which it is: .*Did you mean "qestion"\?/,
  );
  await assert.rejects(
    load("t.csv", "question\nx\n"),
    /RangeError: .*no column for the answer: none is called answer, final_answer,/,
  );
  const named = load("t.csv", "question,answer\nx,1\n", { columns: { level: "leve" } });
  await assert.rejects(named, /RangeError: .*has no column "leve"; it has "question", "answer"/);
});

Deno.test("an answer is taken after its last ####, else from its last box, else as it is", async () => {
  assert.deepEqual(
    await answersOf(["So 7 and #### 5.\n#### 1,234,567 ", "It is $\\boxed{\\frac{1}{2}}$ or so", " 72 ", "1,5"]),
    [
      ["1234567", "So 7 and #### 5.\n#### 1,234,567 "],
      ["\\frac{1}{2}", "It is $\\boxed{\\frac{1}{2}}$ or so"],
      ["72", undefined],
      ["1,5", undefined],
    ],
  );
  assert.deepEqual(await answersOf(["#### (1,2)", "#### $1,000.50", "#### 1,2,3"]), [
    ["(1,2)", "#### (1,2)"],
    ["$1000.50", "#### $1,000.50"],
    ["1,2,3", "#### 1,2,3"],
  ]);
  assert.deepEqual(await answersOf(["see #### 1 \\boxed{2}"], "boxed"), [["2", "see #### 1 \\boxed{2}"]]);
  assert.deepEqual(await answersOf([" see #### 1 \\fbox{2}"], "as_is"), [["see #### 1 \\fbox{2}", undefined]]);
});

Deno.test("numbers are answers too, and a column of solutions is kept beside them", async () => {
  const lines = [{ question: "a", answer: 72, solution: "6*12" }, { question: "b", answer: 0.5, solution: null }];
  const set = await load("t.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
  assert.deepEqual(set.map(({ answer, solution }) => [answer, solution]), [["72", "6*12"], ["0.5", undefined]]);
  const only = await load("t.jsonl", JSON.stringify({ problem: "c", solution: "so \\boxed{3}" }));
  assert.deepEqual(only.map(({ answer, solution }) => [answer, solution]), [["3", "so \\boxed{3}"]]);
});

Deno.test("a row that cannot be used is refused with file, row and value", async () => {
  const refused = async (rows: string, message: RegExp, options?: OwnProblemsOptions) =>
    await assert.rejects(load("t.csv", `${HEAD}\nfine,1\n${rows}\n`, options), message);
  await refused(
    "x",
    /^SyntaxError: \S+t\.csv, row 2 \(line 3\): 1 value where the header names 2: "x"; mend the row, or leave bad ones out with on_bad_row=skip$/,
  );
  await refused('" ",1', /row 2 \(line 3\): "question" is empty: " "/);
  await refused("x,", /row 2 \(line 3\): "answer" is empty: ""/);
  await refused("x,no mark", /row 1 .*"answer" has no "####" before its final answer: "1"/, { answer_from: "####" });
  await refused("x,1", /row 1 .*"answer" has no \\boxed\{\}: "1"/, { answer_from: "boxed" });
  await refused("x,so ####", /"answer" has nothing after its last "####": "so ####"/);
  const json = async (row: unknown, message: RegExp, options?: OwnProblemsOptions) =>
    await assert.rejects(
      load("t.jsonl", `{"question":"q","answer":1,"hard":2}\n${JSON.stringify(row)}\n`, options),
      message,
    );
  await json({ question: "x" }, /t\.jsonl, row 2 \(line 2\): "answer" has no value/);
  await json({ question: "x", answer: null }, /"answer" has no value/);
  await json({ question: ["x"], answer: "1" }, /"question" is no text or number: \["x"\]/);
  await json({ question: "x", answer: true }, /"answer" is no text or number: true/);
  await json({ question: "x", answer: { a: "y".repeat(1000) } }, /^.{0,400}$/);
  await json([1], /row 2 \(line 2\): each line must be an object with named values/);
  await json({ question: "x", answer: 1, hard: "very" }, /"hard" has no number for the level: "very"/, {
    columns: { level: "hard" },
  });
});

Deno.test("a level without a number is left out when nobody asked for levels", async () => {
  const set = await load("t.csv", "question,answer,level\nx,1,hard\ny,1,Level 5\nz,1,0.5\n");
  assert.deepEqual(set.map(({ level }) => level), [undefined, 5, 0.5]);
});

Deno.test("bad rows can be left out, and are counted; when all are bad the first reason is told", async () => {
  const set = await load("t.csv", `${HEAD}\nx,1\nragged\n,2\ny,3\nz,\n`, { on_bad_row: "skip" });
  assert.equal(set.length, 2);
  assert.equal(set.skipped, 3);
  const none = load("t.csv", `${HEAD}\nx,\ny\n`, { on_bad_row: "skip" });
  await assert.rejects(
    none,
    /SyntaxError: .*none of its 2 rows can be used\. The first: .*row 1 \(line 2\): "answer" is empty/,
  );
  await assert.rejects(
    load("t.csv", `${HEAD}\nx,\n`, { on_bad_row: "skip" }),
    /SyntaxError: .*: its only row cannot be used: .*row 1 \(line 2\): "answer" is empty/,
  );
  await assert.rejects(load("t.csv", `${HEAD}\n`), /RangeError: .*t\.csv: it holds no rows/);
  await assert.rejects(
    load("t.jsonl", "[1]\n[2]\n"),
    /SyntaxError: .*row 1 \(line 1\): each line must be an object with named values, got \[1\]/,
  );
  await assert.rejects(load("t.jsonl", ""), /RangeError: .*t\.jsonl: it holds no rows/);
});

Deno.test("an answer that nothing can be graded against makes a bad row: refused with its place, or left out and counted", async () => {
  const broken = `${HEAD}\nWhat is one half?,\\frac{1}{2}\nAnd one third?,\\frac{1}{\nWhat is 2+2?,4\n`;
  await assert.rejects(
    load("t.csv", broken),
    /SyntaxError: .*t\.csv, row 2 \(line 3\): nothing can be graded against its answer: .*\\frac\{1\}\{.*; mend the row, or .* on_bad_row=skip/,
  );
  const set = await load("t.csv", broken, { on_bad_row: "skip" });
  assert.deepEqual([set.map(({ answer }) => answer).sort(), set.skipped], [["4", "\\frac{1}{2}"], 1]);
});

Deno.test("ids and the order of a shuffle do not depend on the order of rows", async () => {
  const rows = sums(0, 200);
  const there = await load("t.csv", [HEAD, ...rows].join("\n"));
  const back = await load("t.csv", [HEAD, ...rows.toReversed()].join("\n"));
  assert.deepEqual(there.ids().toSorted(), back.ids().toSorted());
  assert.notDeepEqual(there.ids(), back.ids());
  assert.deepEqual(there.shuffle(7).ids(), back.shuffle(7).ids());
  assert.deepEqual(there.shuffle(7).toArray(), back.shuffle(7).toArray());
  assert.notDeepEqual(there.shuffle(8).ids(), there.shuffle(7).ids());
  const zipped = await withFiles(
    { "t.csv.gz": await gzip([HEAD, ...rows].join("\n")) },
    (folder) => loadOwnProblems(`${folder}/t.csv.gz`),
  );
  assert.deepEqual(zipped.ids(), there.ids());
});

Deno.test("rows that are the same get ids of their own", async () => {
  const rows = ["x,1", "x,2", "x,1", "x , 1", "x,1"];
  const ids = (await load("t.csv", [HEAD, ...rows].join("\n"))).ids();
  assert.equal(new Set(ids).size, 5);
  assert.deepEqual(ids.slice(2).map((id) => id.replace(ids[0] as string, "")), ["-2", "-3", "-4"]);
});

Deno.test("a column of ids is used; one that comes twice is refused", async () => {
  const text = "unique_id,question,answer\nfirst,x,1\n2,y,1\nfirst,z,1\n";
  await assert.rejects(load("t.csv", text), /SyntaxError: .*row 3 \(line 4\): the id "first" was there before/);
  assert.deepEqual((await load("t.csv", text, { on_bad_row: "skip" })).ids(), ["first", "2"]);
});

Deno.test("a file serves both sides: one question in eight is for testing, copies on the same side", async () => {
  const rows = sums(0, 800);
  const copies = rows.map((row) => row.replace("What is", "  What  is"));
  const text = [HEAD, ...rows, ...copies].join("\n");
  const [all, train, test] = await withFiles(
    { "t.csv": text },
    (folder) =>
      Promise.all(
        [undefined, "train" as const, "test" as const].map((split) => loadOwnProblems(`${folder}/t.csv`, { split })),
      ),
  );
  assert.ok(all && train && test);
  assert.equal(train.length + test.length, 1600);
  assert.ok(test.length > 120 && test.length < 280, String(test.length));
  const words = ({ question }: { question: string }) => question.trim().replace(/\s+/g, " ");
  const trained = new Set(train.map(words));
  assert.ok(test.every((problem) => !trained.has(words(problem)) && problem.split === "test"));
  assert.deepEqual(all.split().test.ids(), test.ids());
  assert.equal(test.name, "t test");
  await assert.rejects(
    load("t.csv", `${HEAD}\n${rows[0]}\n`, { split: train[0]?.question === all[0]?.question ? "test" : "train" }),
    /RangeError: .*its only problem is not left for the (test|train) side/,
  );
});

Deno.test("a small file has problems on both sides, whatever the order of its rows, unless it has one question", async () => {
  for (const size of [2, 3, 5, 8, 13, 100, 101, 150]) {
    const rows = sums(7 * size, 8 * size);
    const ids = async (lines: readonly string[], split?: "train" | "test") =>
      (await load("t.csv", [HEAD, ...lines].join("\n"), { split })).ids().sort();
    const [train, test] = [await ids(rows, "train"), await ids(rows, "test")];
    assert.ok(train.length > 0 && test.length > 0, `${size} rows`);
    assert.deepEqual([...train, ...test].sort(), await ids(rows));
    assert.deepEqual(await ids(rows.toReversed(), "test"), test);
  }
  const bad = [HEAD, ...sums(0, 120), "q"].join("\n");
  await assert.rejects(load("t.csv", bad, { split: "test" }), /^SyntaxError: [^;]*row 121[^;]*; mend the row[^;]*$/);
});

Deno.test("a folder has a file for each side", async () => {
  const files = {
    "train.csv": [HEAD, ...sums(0, 5)].join("\n"),
    "test.jsonl.gz": await gzip('{"problem": "x", "target": "1", "id": 0}\n'),
    "notes.txt": "mine",
  };
  await withFiles(files, async (folder) => {
    const set = await loadOwnProblems(folder);
    assert.equal(set.length, 6);
    const { train, test } = set.split();
    assert.deepEqual([train.length, test.ids()], [5, ["test/0"]]);
    assert.match(train.ids()[0] ?? "", /\/train\/[0-9a-f]{12}$/);
    assert.deepEqual((await loadOwnProblems(`${folder}/`, { split: "train" })).ids(), train.ids());
    await Deno.remove(`${folder}/test.jsonl.gz`);
    assert.equal((await loadOwnProblems(folder, { split: "train" })).length, 5);
    await assert.rejects(
      loadOwnProblems(folder),
      /RangeError: .*the test problems of .*: it has no file test\.\* .*it has "notes\.txt", "train\.csv"/,
    );
    await Deno.writeTextFile(`${folder}/train.jsonl`, "");
    await assert.rejects(loadOwnProblems(folder, { split: "train" }), /both train\.csv and train\.jsonl are there/);
    await Deno.symlink(folder, `${folder}/linked`);
    await Deno.symlink(`${folder}/train.csv`, `${folder}/mine.csv`);
    assert.equal((await loadOwnProblems(`${folder}/linked/mine.csv`)).length, 5);
  });
});

Deno.test("parquet is loaded as any other table, columns of lists aside", async () => {
  const path = new URL("fixtures/table_pages.parquet", import.meta.url).pathname;
  const set = await loadOwnProblems(path, { on_bad_row: "skip" });
  assert.deepEqual([set.length, set.skipped, set.name], [55, 5, "table_pages"]);
  assert.deepEqual([set[3]?.answer, set[3]?.level, set[3]?.solution], ["6", 3, "So many.\n#### 6"]);
});

Deno.test("what is no file or no option is refused", async () => {
  await assert.rejects(
    loadOwnProblems("/nowhere/t.csv"),
    /RangeError: cannot load \/nowhere\/t\.csv: there is no such file or folder$/,
  );
  await assert.rejects(loadOwnProblems("~/t.csv"), /RangeError: .*no such file or folder; write the path without ~/);
  await assert.rejects(load("t.xlsx", "x"), /RangeError: .*must end with \.csv/);
  const wrong = (options: unknown) => load("t.csv", `${HEAD}\nx,1\n`, options as OwnProblemsOptions);
  await assert.rejects(
    wrong({ on_bad_rows: "skip" }),
    /TypeError: .*no option on_bad_rows\. Did you mean "on_bad_row"\?/,
  );
  await assert.rejects(wrong({ on_bad_row: "drop" }), /TypeError: on_bad_row: got "drop", expected raise, skip/);
  await assert.rejects(
    wrong({ answer_from: "box" }),
    /TypeError: answer_from: got "box", expected auto, ####, boxed, as_is/,
  );
  await assert.rejects(
    wrong({ columns: { anser: "a" } }),
    /TypeError: columns: got "anser", .*Did you mean "answer"\?/,
  );
  await assert.rejects(
    wrong({ columns: { answer: 3 } }),
    /TypeError: columns: answer must be the name of a column, got 3/,
  );
  await assert.rejects(wrong({ split: "dev" }), /TypeError: split: got "dev", expected train, test/);
  await assert.rejects(wrong(null), /TypeError/);
  await assert.rejects(wrong({ signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});
