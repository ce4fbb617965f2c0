/** Templates as text. */
import assert from "node:assert/strict";
import { templateText } from "../../lib/view/_template_text.ts";

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
