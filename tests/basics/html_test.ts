import assert from "node:assert/strict";
import { escapeHtml, stripControls } from "../../lib/basics/mod.ts";

Deno.test("escapeHtml() leaves nothing that ends an element or an attribute", () => {
  assert.equal(escapeHtml(`<a href="x" b='y'>&`), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
});

Deno.test("stripControls() removes what steers a terminal and keeps the text", () => {
  const cases: [string, string][] = [
    ["\x1b[31mred\x1b[0m", "red"],
    ["\x1b]0;title\x07text", "text"],
    ["\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1b]52;c;never ended", "52;c;never ended"],
    ["\x9b2Jgone", "gone"],
    ["a\x1bcb", "ab"],
    ["bell\x07 back\x08space del\x7f", "bell backspace del"],
    ["one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"],
    ["abc\u202edcba", "abcdcba"],
    ["größer ∞ 🙂", "größer ∞ 🙂"],
  ];
  for (const [hostile, safe] of cases) assert.equal(stripControls(hostile), safe);
});

Deno.test("stripControls() leaves no escape character behind, however they are nested", () => {
  const hostile = "\x1b\x1b[[3\x1b[1m1m\x1b]\x1b]\x07\x1b\x9b\x1b";
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(stripControls(hostile), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
});
