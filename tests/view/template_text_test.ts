/** Templates as text, and two of them line by line. */
import assert from "node:assert/strict";
import { diffLines, templateText } from "../../lib/view/_template_text.ts";

Deno.test("a template is written field by field, and anything else as well", () => {
  const template = { name: "x", few_shot: [{ question: "q", answer: "a\nb" }], empty: "", none: [] };
  assert.equal(
    templateText(template),
    'name: x\nfew_shot: \n- question: q\n  answer: |\n    a\n    b\nempty: ""\nnone: []',
  );
  for (const odd of [null, 7, [], "x", [null, [1]], { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } }]) {
    assert.equal(typeof templateText(odd), "string");
  }
});

Deno.test("two texts become one list of lines from which both can be read", () => {
  const [before, after] = ["a\nb\nc\nd", "a\nx\nc\ne\nd"];
  const lines = diffLines(before, after);
  const side = (without: string) => lines.filter(({ side }) => side !== without).map(({ text }) => text).join("\n");
  assert.deepEqual([side("added"), side("removed")], [before, after]);
  assert.equal(lines.filter(({ side }) => side === "both").length, 3);
});
