import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { loadTemplate } from "../../lib/prompts/mod.ts";
import { templateText } from "../../lib/reports/mod.ts";
import type { PromptTemplate } from "../../lib/vocabulary.ts";
import { templateNamed } from "./_comparisons.ts";

async function readBack(template: PromptTemplate): Promise<PromptTemplate> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, `${template.name}.yaml`);
    await Deno.writeTextFile(path, templateText(template));
    return await loadTemplate(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the text of a template is a file that gives the same template", async () => {
  for (const name of ["baseline", "step_by_step", "concise", "none"]) {
    const template = await loadTemplate(name);
    assert.deepEqual({ ...await readBack(template) }, { ...template });
  }
});

Deno.test("texts of every kind are the same in YAML", () => {
  const texts = [
    ...[
      "- a: b",
      "# no comment",
      "a\nb\n",
      "a\n\nb",
      "  indented\n  more",
      "ends with blank \nnext",
      "tab\tand\n\ttab",
    ],
    ...[
      "a\n\n",
      "\nstarts empty",
      "yes",
      "null",
      "'quoted'",
      '"',
      "{{ question }} \\boxed{1}",
      "a\r\nb",
      "日本\n😀\n",
      "%\n---\n...",
    ],
    ...[
      "---\nfoo: bar",
      "key: |\n  text",
      "  a\nb",
      "a\n\u0085b",
      "a\n\u2028b",
      "a\n\x1b[31m",
      "\ufeffa\nb",
      "a\n  \n b",
    ],
  ];
  for (const text of texts) {
    const variables = { [text]: text, yes: true, number: 1.5 };
    const template = {
      ...templateNamed("mine", 1),
      system: text,
      few_shot: [{ question: text, answer: text }],
      variables,
    };
    assert.deepEqual(parse(templateText(template)), template, JSON.stringify(text));
  }
});

Deno.test("texts of several lines stand line by line, so that they can be held against each other", () => {
  assert.match(templateText(templateNamed("mine", 1)), /^system: \|-\n {2}Solve it in way 1\.\n {2}Then box it\.$/m);
});
