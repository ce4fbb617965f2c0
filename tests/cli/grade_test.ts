import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/grade.ts";
import { type FakeIo, fakeIo } from "./_io.ts";

/** What the command has said: one value a line of standard output. */
interface Said {
  readonly code: number;
  readonly io: FakeIo;
  // deno-lint-ignore no-explicit-any
  readonly rows: readonly any[];
}

/** Grades lines that come by standard input, in pieces of so many bytes. */
async function gradeInput(text: string, args: readonly string[] = ["-"], piece = 1 << 16): Promise<Said> {
  const bytes = new TextEncoder().encode(text);
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece) controller.enqueue(bytes.slice(at, at + piece));
      controller.close();
    },
  });
  const io = fakeIo();
  const code = await main(args, io, () => input);
  return { code, io, rows: io.said().split("\n").filter(Boolean).map((line) => JSON.parse(line)) };
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`;

Deno.test("grade writes one verdict a line in order, with how it was found, read and decided", async () => {
  const { code, io, rows } = await gradeInput(
    line({ id: "a", answer: "\\frac{1}{2}", reference: "0.5" }) +
      line({ id: "b", completion: "We get 6. So \\boxed{7}.", reference: "7" }) +
      line({ id: "c", completion: "It is 8.", reference: "7" }) +
      line({ id: "d", answer: "x^2+2x+1", reference: "(x+1)^2" }),
  );
  assert.equal(code, 0, io.complained());
  assert.deepEqual(rows.map(({ id, correct, outcome }) => [id, correct, outcome]), [
    ["a", true, "correct"],
    ["b", true, "correct"],
    ["c", false, "wrong"],
    ["d", true, "correct"],
  ]);
  assert.deepEqual([rows[1].place, rows[1].span, rows[1].extracted, rows[1].strict], ["box", [20, 21], "7", true]);
  assert.ok(rows.every(({ method, ms, normalised }) => method !== undefined && ms >= 0 && normalised !== undefined));
  assert.match(io.complained(), /^4 graded in [\d.]+ s: 3 correct \(75\.0 %\)\n {2}outcome {2}correct 3, wrong 1\n/);
});

Deno.test("grade reads a file, and lines that arrive in pieces, end with a carriage return or not at all", async () => {
  const text = `\ufeff{"answer":"42","reference":42}\r\n\n{"answer":"½","reference":"0.5"}`;
  const { rows } = await gradeInput(text, [], 3);
  assert.deepEqual(rows.map(({ correct }) => correct), [true, true]);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "rows.jsonl"), text);
    const io = fakeIo();
    assert.equal(await main([join(folder, "rows.jsonl")], io), 0);
    assert.equal(io.said().trim().split("\n").length, 2);
    const other = fakeIo();
    assert.equal(await main([folder], other), 2);
    assert.match(other.complained(), /it is a folder; name a file of JSON lines/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("grade gives a line that cannot be used its place in the output, goes on, and ends with 1", async () => {
  const { code, io, rows } = await gradeInput(
    "nonsense\n[1]\n" + line({ answer: "1" }) + line({ answer: "1", completion: "1", reference: "1" }) +
      line({ answer: ["1"], reference: "1" }) + line({ answer: "1", reference: "1", id: "x".repeat(199) }) +
      line({ answer: "1", reference: null }) + line({ answer: "1", reference: "1", correct: "yes" }) +
      line({ answer: "1", reference: "1" }),
  );
  assert.equal(code, 1);
  assert.deepEqual(rows.slice(0, 8).map(({ error }) => error.replace(/^standard input, line \d: /, "")), [
    "not JSON (Unexpected token 'o', \"nonsense\" is not valid JSON)",
    "expected an object, got [1]",
    'has no "reference"',
    'needs one of "completion" and "answer", has both',
    '"answer" is ["1"]; expected a text',
    `"id" is longer than 200 characters of JSON: "${"x".repeat(78)}…`,
    '"reference" is null; expected a text',
    '"correct" is "yes"; expected true or false',
  ]);
  assert.equal(rows[8].correct, true);
  assert.match(io.complained(), /error: 8 of 9 lines could not be used\n {2}standard input, line 1: not JSON/);
  assert.match(io.complained(), /\n {2}and 3 more\n$/);
});

Deno.test("grade takes numbers by their value, and refuses those that would lose digits", async () => {
  const answered = (answer: string, reference: string, more = "") =>
    `{"answer":${answer},"reference":${reference},"other":{"answer":1e400,"list":[1e999]}${more}}\n`;
  const kept = [
    ["3.10", "3.1"],
    ["-0.50", "-0.5"],
    ["1e3", "1000"],
    ["9007199254740993000", "9007199254740993000"],
    [
      "1E-7",
      "0.0000001",
    ],
    ["0.0", "0"],
    ["100000000000000000000000", "1e23"],
  ] as const;
  const right = await gradeInput(kept.map(([answer, reference]) => answered(answer, `"${reference}"`)).join(""));
  assert.deepEqual(right.rows.map(({ correct }) => correct), kept.map(() => true), right.io.complained());
  const lost = ["1e400", "-1e400", "1e-400", "0.12345678901234567890", "12345678901234567890", "9007199254740993"];
  const wrong = await gradeInput(
    lost.map((number) => answered(number, '"1"')).join("") + answered('"1"', "1e400") +
      answered("1", "1", ',"id":12345678901234567890'),
  );
  const says = (key: string, number: string) =>
    `"${key}" is ${number}, a number that would lose digits; write it as a text, in quotes`;
  assert.deepEqual(
    wrong.rows.map(({ error }) => error.replace(/^standard input, line \d: /, "")),
    [...lost.map((number) => says("answer", number)), says("reference", "1e400"), says("id", "12345678901234567890")],
  );
});

Deno.test("a line that is nested without end is one that cannot be used, and no more", async () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const { code, rows } = await gradeInput(
    `{"id":${deep},"answer":"1","reference":"1"}\n{"x":${deep},"answer":1,"reference":1}\n` +
      line({ answer: "1", reference: "1" }),
  );
  assert.equal(code, 1);
  assert.match(rows[0].error, /line 1: "id" is longer than 200 characters of JSON: \[\[\[/);
  assert.match(rows[1].error, /line 2: cannot be read \(/);
  assert.equal(rows[2].correct, true);
});

Deno.test("grade stops when nobody reads what it writes", async () => {
  const io = fakeIo({ closesAfter: 0 });
  let [asked, cancelled] = [0, false];
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      asked++;
      controller.enqueue(new TextEncoder().encode(line({ answer: "1", reference: "1" })));
    },
    cancel: () => void (cancelled = true),
  });
  assert.equal(await main(["-"], io, () => endless), 141);
  assert.ok(asked < 1000, `${asked} lines were asked for`);
  assert.equal(cancelled, true);
  assert.match(io.complained(), /^\d+ graded in /);
});

Deno.test("grade of an endless input ends when its reader has what it wants, without a stack", async () => {
  const cwd = new URL("../../", import.meta.url);
  const args = ["run", "-q", "--no-prompt", "-P=view", "lib/cli/grade.ts", "-"];
  const grade = new Deno.Command("deno", { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const rows = new TextEncoder().encode(line({ answer: "1/2", reference: "0.5" }).repeat(100));
  const writer = grade.stdin.getWriter();
  // It ends by an error: nobody reads.
  const writing = (async () => {
    while (true) await writer.write(rows);
  })().catch(() => {});
  const reader = grade.stdout.getReader();
  const first = await reader.read();
  await reader.cancel();
  const [{ code }, complained] = await Promise.all([grade.status, new Response(grade.stderr).text()]);
  await writing;
  await writer.close().catch(() => {});
  assert.match(new TextDecoder().decode(first.value), /^\{"correct":true/);
  assert.equal(code, 141);
  assert.match(complained, /^[\d,]+ graded in /);
  assert.doesNotMatch(complained, /\bat .*:\d+:\d+|BrokenPipe/);
});

Deno.test("grade takes completions by their box only, by the recipe's rules, or by both", async () => {
  const rows = line({ completion: "The answer is 18.", reference: "18" }) + line({ answer: "36/2", reference: "18" });
  const outcomes = async (...args: string[]) =>
    (await gradeInput(rows, ["-", ...args])).rows.map(({ correct, recipe }) => [correct, recipe]);
  assert.deepEqual(await outcomes(), [[true, undefined], [true, undefined]]);
  assert.deepEqual(await outcomes("place=box"), [[false, undefined], [true, undefined]]);
  assert.deepEqual(await outcomes("grader=both"), [[true, false], [true, false]]);
  assert.deepEqual((await outcomes("grader=recipe")).map(([correct]) => correct), [false, false]);
});

Deno.test("grade compares its verdicts with labels, where lines have them", async () => {
  const { io } = await gradeInput(
    line({ answer: "1", reference: "1", correct: true }) + line({ answer: "1", reference: "1", correct: false }),
  );
  assert.match(io.complained(), /\n {2}1 of 2 as "correct" says\n/);
});

Deno.test("grade refuses what it cannot use on its command line with 2, and shows help", async () => {
  for (
    const [args, message] of [
      [["nowhere.jsonl"], /cannot grade nowhere\.jsonl: there is no such file/],
      [["-", "grader=mine"], /argument "grader=mine": expected standard or recipe or both/],
      [["-", "grader_timeout=0"], /argument "grader_timeout=0": expected seconds above 0, at most 60/],
      [["-", "place=here"], /argument "place=here": expected any or box/],
      [["a", "b"], /argument "b": one file at a time/],
      [["--fast"], /argument "--fast": unknown/],
      [["-", "place=any", "place=box"], /give place once/],
    ] as const
  ) {
    const io = fakeIo();
    assert.equal(await main(args, io, () => new ReadableStream()), 2);
    assert.match(io.complained(), message);
  }
  const io = fakeIo();
  assert.equal(await main(["--help"], io), 0);
  assert.match(io.said(), /deno task grade <file\.jsonl>/);
});

Deno.test("grade ends at Ctrl-C with what it has graded so far", async () => {
  const io = fakeIo();
  let more: ((chunk: Uint8Array) => void) | undefined;
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      more = (chunk) => controller.enqueue(chunk);
    },
  });
  const ended = main(["-"], io, () => input);
  more?.(new TextEncoder().encode(line({ answer: "1", reference: "1" })));
  while (io.said() === "") await new Promise((resolve) => setTimeout(resolve, 5));
  io.interrupt();
  assert.equal(await ended, 130);
  assert.match(io.complained(), /^1 graded in /);
});
