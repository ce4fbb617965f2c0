import assert from "node:assert/strict";
import { parseYaml } from "../../lib/basics/_yaml.ts";

function refusal(source: string): string {
  try {
    parseYaml(source, "f.yaml");
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return error.message;
  }
  return "accepted";
}

Deno.test("parseYaml() gives plain data, and the place of every key and value", () => {
  const file = parseYaml("a: 1\nb:\n  - c: two words\n", "f.yaml");
  assert.deepEqual(file.value, { a: 1, b: [{ c: "two words" }] });
  assert.equal(file.where(["a"]), "f.yaml:1:4");
  assert.equal(file.where(["b", 0, "c"], "key"), "f.yaml:3:5");
  assert.equal(file.whereText(["b", 0, "c"], "words", 0), "f.yaml:3:12");
});

Deno.test("parseYaml() finds the nth occurrence of a text, within the value alone", () => {
  const file = parseYaml("a: x x\nb: |\n  one x\n  two x\n", "f.yaml");
  assert.equal(file.whereText(["b"], "x", 1), "f.yaml:4:7");
  assert.equal(file.whereText(["a"], "x", 1), "f.yaml:1:6");
  assert.equal(file.whereText(["a"], "x", 2), "f.yaml:1:4");
});

Deno.test("parseYaml() answers with the nearest place for a path that does not exist", () => {
  const file = parseYaml("a:\n  b: 1\n", "f.yaml");
  assert.equal(file.where(["a", "c", "d"]), "f.yaml:2:3");
  assert.equal(parseYaml("", "f.yaml").where(["a"]), "f.yaml:1:1");
});

Deno.test("parseYaml() refuses bad syntax with file, line, column and reason", () => {
  assert.match(refusal("a: [1"), /^f\.yaml:1:6: not valid YAML: flow sequence/);
  assert.match(refusal("a: 1\na: 2"), /^f\.yaml:2:1: .*unique/);
  assert.match(refusal("a: b\n\tc: d"), /^f\.yaml:2:1: .*tabs/);
  assert.match(refusal("a: 1\n---\nb: 2"), /several documents in one file/);
});

Deno.test("parseYaml() refuses aliases, so that no small file can explode", () => {
  const levels = "bcdefghi".split("").map((name, i) => {
    return `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`;
  });
  assert.match(refusal(["a: &a [x]", ...levels].join("\n")), /^f\.yaml:2:8: aliases .* not allowed/);
  assert.match(refusal("a: &a [*a]"), /aliases/);
});

Deno.test("parseYaml() refuses tags, which could make something other than plain data", () => {
  for (const tag of ["!!js/function", "!!binary", "!!set", "!custom"]) {
    assert.match(refusal(`a: ${tag} x`), /^f\.yaml:1:4: .*unresolved tag/);
  }
});

Deno.test("parseYaml() refuses deep nesting instead of running out of stack", () => {
  for (const source of ["[".repeat(5000), "[".repeat(5000) + "]".repeat(5000), "- ".repeat(9000)]) {
    assert.match(refusal(source), /nested too deeply/);
  }
});

Deno.test("parseYaml() does not touch prototypes", () => {
  const { value } = parseYaml("__proto__: {polluted: true}", "f.yaml");
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(Object.keys(value as object), ["__proto__"]);
});
