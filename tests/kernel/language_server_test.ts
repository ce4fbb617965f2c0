import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NotebookDocument, offsetAt, positionAt } from "../../lib/kernel/_lsp_document.ts";
import { settingsFor } from "../../lib/kernel/_lsp_settings.ts";
import { calledAt, hoverHelp, nameAt, signatureHelp } from "../../lib/kernel/_lsp_text.ts";
import {
  codePointOffset,
  type Help,
  inCodePoints,
  openLanguageServer,
  utf16Offset,
} from "../../lib/kernel/language_server.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NOTHING: Help = { found: false, plain: "", markdown: "" };

/** A folder for one test. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const TOOL = `/** Options of a dance. */
export interface DanceOptions {
  /** How many turns. */
  turns: number;
  /** How fast, in beats a minute. */
  tempo?: number;
}

/**
 * Dances for a while.
 *
 * Then it rests, as \`rest\` says.
 * @param name who dances
 */
export function dance(name: string, options: DanceOptions): string[] {
  return [name, String(options.turns)];
}

/** A place with a floor. */
export class Hall {
  /** How long it is, in metres. */
  length = 1;
  /** Sweeps the floor. */
  sweep(times: number): this {
    return times > 0 ? this : this;
  }
}
`;

/** Asks until there is an answer: the first ones are lost while the server reads its modules. */
async function answered<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const answer = await ask();
    if (good(answer) || attempt === 30) return answer;
  }
}

Deno.test("openLanguageServer() completes and explains with deno lsp", async (t) => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "tool.ts"), TOOL);
    const server = openLanguageServer({ cwd: folder, root: ROOT });
    const importing = 'import { dance, Hall } from "./tool.ts";';
    /** `|` is the cursor. */
    const complete = async (history: readonly string[], marked: string) => {
      const cursor = marked.indexOf("|");
      const code = marked.replace("|", "");
      const answer = await answered(() => server.complete(history, code, cursor), ({ matches }) => matches.length > 0);
      return { ...answer, texts: answer.matches.map(({ text }) => text) };
    };
    const inspect = (history: readonly string[], marked: string) => {
      const cursor = marked.indexOf("|");
      return answered(() => server.inspect(history, marked.replace("|", ""), cursor), ({ found }) => found);
    };
    try {
      await t.step("a property of a value of an earlier cell", async () => {
        const { texts, start, end, matches } = await complete([importing, "const hall = new Hall()"], "1 + hall.sw|");
        assert.deepEqual([texts, start, end], [["sweep"], 9, 11]);
        assert.equal(matches[0]!.type, "method");
      });
      await t.step("all members after a dot", async () => {
        const { texts } = await complete([importing, "const hall = new Hall()"], "hall.|");
        assert.ok(texts.includes("length") && texts.includes("sweep"), texts.join());
      });
      await t.step("names in scope, 300 at most", async () => {
        const { texts, matches } = await complete([importing, "const dancer = 'Ann'"], "danc|");
        assert.deepEqual(texts.filter((text) => text.startsWith("danc")), ["dance", "dancer"]);
        assert.equal(matches.find(({ text }) => text === "dancer")?.type, "variable");
        assert.ok((await complete([], "|")).texts.length <= 300);
      });
      await t.step("the fields of an argument", async () => {
        const { texts } = await complete([importing], "dance('Ann', {\n  te|\n})");
        assert.ok(texts.includes("tempo"), texts.join());
      });
      await t.step("a file to import", async () => {
        const { texts, start, end } = await complete([], 'import { dance } from "./to|";');
        assert.ok(texts.some((text) => text.endsWith("tool.ts")), texts.join());
        assert.ok(start >= 22 && start <= 25 && end >= 27, `${start} ${end}`);
      });
      await t.step("the last declaration counts", async () => {
        const history = [importing, "const thing = 'text'", "const thing = new Hall(), other = 1"];
        assert.ok((await complete(history, "thing.|")).texts.includes("sweep"));
        const { texts } = await complete(history, "const thing = [1]\nthing.|");
        assert.ok(texts.includes("findLast") && !texts.includes("sweep"), texts.join());
      });
      await t.step("help about a function, before its call", async () => {
        const { plain, markdown } = await inspect([importing], "const a = dance|('Ann')");
        const [signature, first] = plain.split("\n") as [string, string];
        assert.equal(signature, "dance(name: string, options: DanceOptions): string[]");
        assert.equal(first, "Dances for a while.");
        assert.ok(markdown.startsWith("```ts\ndance("), markdown);
        assert.match(markdown, /\*@param\* `name` — who dances/);
        assert.ok(!plain.includes("@param"), plain);
      });
      await t.step("help about the function whose call the cursor is in", async () => {
        for (
          const code of ["dance(|", "dance('Ann', |)", "dance(\n  'Ann',\n  { turns: 3| })", "await dance('a(', [1, |"]
        ) {
          assert.match((await inspect([importing], code)).plain, /^dance\(.*\nDances for a while\./, code);
        }
      });
      await t.step("help about a field, a method, a variable and a class", async () => {
        assert.match(
          (await inspect([importing], "dance('Ann', { tur|ns: 3 })")).plain,
          /turns: number\nHow many turns\.$/,
        );
        assert.match(
          (await inspect([importing, "const hall = new Hall()"], "hall.sweep|(1)")).plain,
          /Sweeps the floor\./,
        );
        assert.match((await inspect([importing, "const hall = new Hall()"], "hall|")).plain, /const hall: Hall/);
        assert.match((await inspect([importing], "new Hall|()")).plain, /Hall[^]*A place with a floor\./);
      });
      await t.step("our own functions and problems", async () => {
        const history = [
          'import { loadWordProblems, trainGRPO } from "math-rl"',
          "const problems = await loadWordProblems({ limit: 3 })",
        ];
        const train = await inspect(history, "await trainGRPO|()");
        assert.match(train.plain, /^trainGRPO\(.*\): Promise<Run>\n\w.*\bGRPO\b/);
        const load = await inspect(history, "loadWordProblems({ |");
        assert.match(load.plain, /^loadWordProblems\(.*ProblemSet.*\n.*word problems/);
        const { texts } = await complete(history, "problems[0].|");
        assert.ok(texts.includes("question") && texts.includes("answer") && texts.includes("level"), texts.join());
        const begun = await complete(history, "problems[0].que|");
        assert.deepEqual([begun.texts, begun.start], [["question"], 12]);
      });
      await t.step("nothing where there is nothing", async () => {
        assert.deepEqual(await server.inspect([], "// a comment", 5), NOTHING);
        assert.deepEqual(await server.inspect([], "", 0), NOTHING);
      });
      await t.step("cursors in code points", async () => {
        const points = inCodePoints(server);
        const code = "const 𝒙 = '😀'; new Hall().sw";
        const found = await points.complete([importing], code, [...code].length);
        assert.deepEqual([found.matches[0]?.text, found.start, found.end], [
          "sweep",
          [...code].length - 2,
          [...code].length,
        ]);
        assert.equal((await points.inspect([importing], `${code}eep`, [...code].length)).found, true);
      });
    } finally {
      await server.close();
    }
    assert.deepEqual(await server.complete([], "conso", 5), { matches: [], start: 5, end: 5 });
  });
});

Deno.test("openLanguageServer() answers with nothing when the server cannot be started, dies or talks nonsense", async () => {
  const commands: [string, ...string[]][] = [
    ["sh", "-c", "exit 3"],
    ["sh", "-c", "echo nonsense; exec head -c 9000 /dev/zero"],
    ["sh", "-c", "printf 'Content-Length: 3\\r\\n\\r\\n{{{'; exec sleep 9"],
    ["sh", "-c", "printf 'Content-Length: 99999999999\\r\\n\\r\\n'; exec sleep 9"],
  ];
  for (const command of commands) {
    const server = openLanguageServer({ cwd: ROOT, root: ROOT, command });
    assert.deepEqual(await server.complete([], "a.", 2), { matches: [], start: 2, end: 2 }, command.join(" "));
    assert.deepEqual(await server.inspect([], "a", 1), NOTHING);
    await server.close();
  }
  const none = openLanguageServer({ cwd: ROOT, root: ROOT, command: ["sh-that-is-not-there"] });
  assert.deepEqual(await none.inspect([], "a", 1), NOTHING);
  await none.close();
});

Deno.test("openLanguageServer() asks again where keywords behind a dot tell of an older text", async () => {
  const stale = fileURLToPath(new URL("./_stale_server.ts", import.meta.url));
  const command = [Deno.execPath(), "run", "--no-check", "--no-prompt", stale] as const;
  const server = openLanguageServer({ cwd: ROOT, root: ROOT, command });
  const texts = async (code: string) => (await server.complete([], code, code.length)).matches.map(({ text }) => text);
  try {
    assert.deepEqual(await texts("hall."), ["sweep"]);
    assert.deepEqual(await texts("[..."), ["abstract", "hall"], "anything stands behind three dots");
    assert.deepEqual(await texts(""), ["abstract", "hall"]);
  } finally {
    await server.close();
  }
});

Deno.test("openLanguageServer() drops a late answer, and close() ends a server that does not listen", async () => {
  const server = openLanguageServer({ cwd: ROOT, root: ROOT, command: ["sh", "-c", "exec sleep 600"] });
  assert.deepEqual(await server.complete([], "a.", 2), { matches: [], start: 2, end: 2 });
  const pending = server.inspect([], "a", 1);
  await server.close();
  assert.deepEqual(await pending, NOTHING);
});

Deno.test("openLanguageServer() starts a server that died again, once a minute at most, and none before it is asked", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "starts");
    let time = 0;
    const command: [string, ...string[]] = ["sh", "-c", `echo started >> '${file}'`];
    const server = openLanguageServer({ cwd: folder, root: ROOT, command, now: () => time });
    const starts = async () => (await Deno.readTextFile(file).catch(() => "")).split("\n").length - 1;
    assert.equal(await starts(), 0);
    for (const [at, expected] of [[0, 1], [1000, 1], [59_999, 1], [60_000, 2], [61_000, 2], [130_000, 3]] as const) {
      time = at;
      await server.inspect([], "a", 1);
      assert.equal(await starts(), expected, `at ${at} ms`);
    }
    await server.close();
    time = 999_999;
    await server.inspect([], "a", 1);
    assert.equal(await starts(), 3);
  });
});

Deno.test("NotebookDocument takes out what is declared anew, and nothing else", () => {
  const document = new NotebookDocument();
  const texts = (history: string[], code: string) => {
    const { text, start } = document.build(history, code);
    assert.equal(text.slice(start), code);
    return text.slice(0, start).split("\n;\n").map((cell) =>
      cell.replace("export {};\n", "").replaceAll(/ +/g, " ").trim()
    );
  };
  assert.deepEqual(texts(["const a = 1\nconst b = 2", "let a = 3"], "a"), ["const b = 2", "let a = 3", ""]);
  assert.deepEqual(texts(["import { a, b as c } from 'x'"], "const c = 1"), ["import { a, } from 'x'", ""]);
  assert.deepEqual(texts(["import { a, b } from 'x'"], "import { a } from 'y'"), ["import { b } from 'x'", ""]);
  assert.deepEqual(texts(["import a, { b } from 'x'"], "let a"), ["", ""]);
  assert.deepEqual(texts(["function f() {}\nclass A {}\nf()"], "class A {}"), ["function f() {}\n \nf()", ""]);
  assert.deepEqual(texts(["type T = {\n a: 1 }\ninterface I {\n b: 2\n}\nlet q: T"], "type T = 2"), [
    "interface I {\n b: 2\n}\nlet q: T",
    "",
  ]);
  assert.deepEqual(texts(["interface I {\n b: 2\n}\ntype T = 1\nlet q: T"], "interface I {}"), [
    "type T = 1\nlet q: T",
    "",
  ]);
  assert.deepEqual(texts(["enum E { X }\nconst a = 1"], "const a = 2"), ["", ""]);
  assert.deepEqual(texts(["@dec class A {}\nconst a = 1"], "const a = 2"), ["@dec class A {}", ""]);
});

Deno.test("NotebookDocument knows what an unfinished cell declares", () => {
  const before = "const a = 1\nconst b = 2\nlet c\nfunction f() {}\nimport d from 'x'\nimport { e, g } from 'y'";
  const code = "const { q: a, b = 3 } = x;\nlet [c, ...h] = y\nasync function f(\nimport d, { e } from 'z'\na.";
  const { text, start } = new NotebookDocument().build([before], code);
  assert.equal(text.slice(0, start).replaceAll(/\s+/g, " "), "export {}; import { g } from 'y' ; ");
});

Deno.test("NotebookDocument keeps the last 500 kB of a long history", () => {
  const history = Array.from({ length: 100 }, (_, k) => `const v${k} = "${"x".repeat(10_000)}"`);
  const { text } = new NotebookDocument().build(history, "1");
  assert.ok(text.length <= 500_100 && text.length > 480_000);
  assert.ok(text.includes("const v99 =") && !text.includes("const v0 ="));
});

Deno.test("positionAt() and offsetAt() count lines as the protocol does", () => {
  const text = "a\r\nbé😀\rc\n\u2028d";
  for (
    const [offset, line, character] of [[0, 0, 0], [3, 1, 0], [5, 1, 2], [7, 1, 4], [8, 2, 0], [10, 3, 0], [
      12,
      3,
      2,
    ]] as const
  ) {
    assert.deepEqual(positionAt(text, offset), { line, character });
    assert.equal(offsetAt(text, { line, character }), offset);
  }
  assert.equal(offsetAt(text, { line: 9, character: 0 }), text.length);
});

Deno.test("utf16Offset() and codePointOffset() turn Jupyter's places into JavaScript's and back", () => {
  const text = "a😀b𝒙";
  assert.deepEqual([0, 1, 2, 3, 4, 9].map((k) => utf16Offset(text, k)), [0, 1, 3, 4, 6, 6]);
  assert.deepEqual([0, 1, 2, 3, 4, 6, 9].map((k) => codePointOffset(text, k)), [0, 1, 2, 2, 3, 4, 4]);
});

Deno.test("settingsFor() takes the notebook's own configuration when that knows math-rl, else ours", async () => {
  await inFolder(async (folder) => {
    const inner = join(folder, "notes");
    await Deno.mkdir(inner);
    assert.equal(settingsFor(inner, ROOT).config, join(ROOT, "deno.json"));
    await Deno.writeTextFile(join(folder, "deno.jsonc"), '{ "imports": { "math-rl": "./mod.ts" } }');
    assert.equal(settingsFor(inner, ROOT).config, join(folder, "deno.jsonc"));
    await Deno.writeTextFile(join(inner, "deno.json"), "{}");
    assert.equal(settingsFor(inner, ROOT).config, join(ROOT, "deno.json"));
  });
});

Deno.test("nameAt() and calledAt() find what help is about", () => {
  const code = "foo(1, bar(größe), [{ a: 'baz(' }])\nqux";
  const name = (at: number) => {
    const found = nameAt(code, at);
    return found && code.slice(found.start, found.end);
  };
  assert.deepEqual([0, 3, 4, 12, 39, 36].map(name), ["foo", "foo", undefined, "größe", "qux", "qux"]);
  assert.equal(nameAt("\nfoo", 0), undefined);
  assert.deepEqual([4, 12, 18, 31, 39].map((at) => calledAt(code, at)), [0, 7, 0, 0, undefined]);
});

Deno.test("hoverHelp() and signatureHelp() read all shapes of the protocol", () => {
  const fenced = "```tsx\n(alias) const a: 1\n```\nSee {@link Run} and [docs](https://x.y), \\`b\\`.\n\n*@example*\n";
  const expected = "const a: 1\nSee Run and docs, `b`.";
  assert.equal(hoverHelp({ contents: { kind: "markdown", value: fenced } })?.plain, expected);
  assert.equal(
    hoverHelp({ contents: [{ language: "ts", value: "const a: 1" }, "See it."] })?.plain,
    "const a: 1\nSee it.",
  );
  for (const none of [null, undefined, {}, { contents: "text" }, { contents: [] }]) {
    assert.equal(hoverHelp(none), undefined);
  }
  assert.deepEqual(signatureHelp({ signatures: [{ label: "f(a: 1): 2", documentation: { value: "Does." } }] }), {
    plain: "f(a: 1): 2\nDoes.",
    markdown: "```ts\nf(a: 1): 2\n```\n\nDoes.",
  });
  for (const none of [null, {}, { signatures: [] }]) assert.equal(signatureHelp(none), undefined);
});
