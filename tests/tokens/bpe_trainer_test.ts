import assert from "node:assert/strict";
import { CHATML_SPECIAL_TOKENS, createTokenizer, tokenizerFiles, trainBpe } from "../../lib/tokens/mod.ts";
import { TEXTS } from "./_small.ts";

const options = { vocabSize: 320, specialTokens: CHATML_SPECIAL_TOKENS };

Deno.test("trainBpe() fills the vocabulary exactly, each id once, special tokens first", () => {
  const { model } = trainBpe(TEXTS, { ...options, vocabSize: 300 });
  const ids = Object.values(model.vocab).sort((a, b) => a - b);
  assert.deepEqual(ids, Array.from({ length: 300 }, (_, id) => id));
  assert.deepEqual(CHATML_SPECIAL_TOKENS.map((token) => model.vocab[token]), [0, 1, 2]);
});

Deno.test("trainBpe() merges the most frequent pair first, worked by hand", () => {
  // "ab" 3 times, "bc" 2 times, and "abab" spells (ab)(ab) after the first merge.
  const { model } = trainBpe(["ab", "abab", "bc", "bc"], { vocabSize: 260, specialTokens: [], wholeWords: [] });
  assert.deepEqual(model.merges, [["a", "b"], ["b", "c"]]);
});

Deno.test("trainBpe() counts overlapping runs as it merges them", () => {
  // aaaa = (aa)(aa): one merge of a+a, then one of aa+aa, each occurring often enough in two words.
  const { model } = trainBpe(["aaaa", "aaaa"], { vocabSize: 260, specialTokens: [], wholeWords: [] });
  assert.deepEqual(model.merges, [["a", "a"], ["aa", "aa"]]);
});

Deno.test("trainBpe() gives the same vocabulary twice", () => {
  assert.deepEqual(trainBpe(TEXTS, options), trainBpe(TEXTS, options));
});

Deno.test("trainBpe() shortens the text it was trained on and learns no word across a special token", () => {
  const json = trainBpe(TEXTS.map((text) => `x<|im_end|>x${text}`), options);
  const config = JSON.parse(tokenizerFiles(json, { contextLength: 64 })["tokenizer_config.json"] as string);
  const tokenizer = createTokenizer({ tokenizer: { ...json }, config }, "test");
  const text = TEXTS[0] as string;
  assert.ok(tokenizer.encode(text).length < 0.5 * text.length);
  assert.ok(!Object.keys(json.model.vocab).some((token) => token.includes("im_") && token.length > 12));
});

Deno.test("trainBpe() refuses a vocabulary too small for bytes and special tokens", () => {
  assert.throws(() => trainBpe([], { vocabSize: 256, specialTokens: CHATML_SPECIAL_TOKENS }), {
    name: "RangeError",
    message: /vocabulary of 256/,
  });
});
