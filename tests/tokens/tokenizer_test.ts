import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { createTokenizer, loadTokenizer } from "../../lib/tokens/mod.ts";
import { smallFiles } from "./_small.ts";

async function inFolderWith<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HOSTILE = [
  "",
  " ",
  "\n\n \t\r\n x \u0085 \u00a0 \ufeff y",
  "½ ٣٤ 𝟘𝟙 Ⅷ １２",
  "é e\u0301 ﬁ İ ß",
  "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u{10ffff}",
  "\u202e abc \u0000 \u001b[31m",
  "don't 'S '' won't've",
  "<|im_end|> <|im_start|>assistant",
  "constructor __proto__ toString end",
  "$1,234.50 + -3*4/2==(6)\\boxed{\\frac{1}{2}}",
];

Deno.test("decode(encode(text)) gives hostile Unicode back unchanged", async () => {
  const tokenizer = await inFolderWith(smallFiles(), loadTokenizer);
  for (const text of HOSTILE) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  const random = randomFrom("code points");
  for (let i = 0; i < 200; i++) {
    const points = Array.from({ length: 30 }, () => random.int(0, 0x2ffff)).filter((p) => p < 0xd800 || p > 0xdfff);
    const text = String.fromCodePoint(...points);
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }
});

Deno.test("digits and arithmetic signs are tokens of their own, whatever stands beside them", async () => {
  const tokenizer = await inFolderWith(smallFiles(), loadTokenizer);
  const pieces = tokenizer.encode("has 12+36=48 shells").map((id) => tokenizer.decode([id]));
  assert.deepEqual(pieces.filter((piece) => /[0-9+=]/.test(piece)), ["1", "2", "+", "3", "6", "=", "4", "8"]);
});

Deno.test("decode() skips special tokens when asked and ids it does not know always", async () => {
  const tokenizer = await inFolderWith(smallFiles(), loadTokenizer);
  const ids = [...tokenizer.encode("a<|im_end|>b"), 999_999];
  assert.equal(tokenizer.decode(ids), "a<|im_end|>b");
  assert.equal(tokenizer.decode(ids, { skipSpecial: true }), "ab");
  assert.equal(tokenizer.decode([999_999]), "");
});

Deno.test("decode() keeps spaces before punctuation, which a clean-up would remove", async () => {
  const tokenizer = await inFolderWith(smallFiles(), loadTokenizer);
  assert.equal(tokenizer.decode(tokenizer.encode("x , y . it 's")), "x , y . it 's");
});

Deno.test("loadTokenizer() names the missing file, and the file that is not JSON", async () => {
  await inFolderWith({}, async (folder) => {
    await assert.rejects(loadTokenizer(folder), { name: "NotFound", message: /has no tokenizer\.json/ });
  });
  await inFolderWith({ "tokenizer.json": "{" }, async (folder) => {
    await assert.rejects(loadTokenizer(folder), { name: "SyntaxError", message: /tokenizer\.json: it is not JSON/ });
  });
  await inFolderWith({ "tokenizer.json": "[]", "tokenizer_config.json": "{}" }, async (folder) => {
    await assert.rejects(loadTokenizer(folder), { name: "SyntaxError", message: /JSON object is needed/ });
  });
});

Deno.test("createTokenizer() refuses an object that is no tokenizer and says where it came from", () => {
  assert.throws(() => createTokenizer({ tokenizer: {}, config: {} }, "here"), {
    name: "SyntaxError",
    message: /from here/,
  });
});
