import assert from "node:assert/strict";
import { DISPLAY, LARGEST_BUNDLE_BYTES } from "../../lib/basics/mod.ts";
import { type Compared, reportPage, reportSections, section, sectionText } from "../../lib/reports/mod.ts";
import { type MadeUp, madeUp } from "./_comparisons.ts";
import { at, type Element, elementsOf } from "./_markup.ts";

const TEMPLATES = ["baseline", "step_by_step", "concise"];
const KINDS: Readonly<Record<string, MadeUp>> = {
  "one template": { templates: ["baseline"], problems: 20 },
  "two templates": {},
  "three templates by five policies, several completions": {
    templates: TEMPLATES,
    policies: ["abacus", "first step 10", "first step 20", "first step 30", "first step 40"],
    samples: 4,
    problems: 40,
  },
  "groups of runs": {
    templates: ["baseline"],
    policies: ["learning_rate=1e-4", "learning_rate=2e-4"],
    kind: "runs",
    samples: 2,
  },
};

const HOSTILE =
  `</script></style><script>pwn()</script>"'><img src=x onerror=pwn()><a href="https://evil.example/">&amp;\x1b[31m\u202e$x$</p>-->`;

/** Made once. */
const made = new Map<string, ReturnType<typeof pageOf>>();
function pageOfKind(kind: string): ReturnType<typeof pageOf> {
  const page = made.get(kind) ?? pageOf(madeUp(KINDS[kind]));
  made.set(kind, page);
  return page;
}

async function pageOf(comparison: Compared): Promise<{ html: string; elements: Element[] }> {
  const html = await reportPage(comparison, await reportSections(comparison));
  return { html, elements: elementsOf(html) };
}

for (const [kind, options] of Object.entries(KINDS)) {
  Deno.test(`a page is well formed and every figure is that of result.json: ${kind}`, async () => {
    const comparison = madeUp(options);
    const { elements } = await pageOfKind(kind);
    const figures = elements.filter(({ name }) => name === "data");
    assert.ok(figures.length > 20);
    const result = JSON.parse(JSON.stringify(comparison.result));
    for (const { attributes } of figures) {
      assert.equal(Number(attributes.value), at(result, attributes["data-of"]!), attributes["data-of"]);
    }
    const strict = comparison.result.cells.map((_, i) => `/cells/${i}/correct/value`);
    for (const pointer of strict) {
      assert.ok(figures.some(({ attributes }) => attributes["data-of"] === pointer), pointer);
    }
  });

  Deno.test(`a page loads nothing, links nowhere but within itself and holds no script: ${kind}`, async () => {
    const { html, elements } = await pageOfKind(kind);
    const ids = elements.flatMap(({ attributes }) => attributes.id === undefined ? [] : [attributes.id]);
    assert.equal(new Set(ids).size, ids.length);
    for (const { name, attributes } of elements) {
      assert.ok(
        !["script", "img", "iframe", "link", "object", "embed", "base", "form", "image", "use"].includes(name),
        name,
      );
      for (const [key, value] of Object.entries(attributes)) {
        assert.ok(!/^on|^src|^xlink|^action|^xmlns/.test(key), key);
        if (key === "href") assert.ok(value.startsWith("#") && ids.includes(value.slice(1)), value);
        if (key !== "aria-label") assert.doesNotMatch(value, /url\((?!#)|^https?:/);
      }
    }
    assert.match(
      html,
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">/,
    );
    assert.doesNotMatch(/<style>([^]*?)<\/style>/.exec(html)![1]!, /url\(|@import/);
  });

  Deno.test(`a page has one heading a section, contents, captions and names for what is drawn: ${kind}`, async () => {
    const comparison = madeUp(options);
    const sections = await reportSections(comparison);
    const { elements } = await pageOfKind(kind);
    const named = (name: string) => elements.filter((element) => element.name === name);
    assert.equal(named("h1").length, 1);
    assert.deepEqual(named("h2").map(({ text }) => text), sections.map(({ title }) => title));
    const links = named("a").filter(({ within }) => within.includes("nav"));
    assert.deepEqual(links.map(({ text }) => text), sections.map(({ title }) => title));
    assert.equal(named("caption").length, named("table").length);
    assert.ok(named("th").every(({ attributes }) => attributes.scope === "col" || attributes.scope === "row"));
    assert.ok(named("svg").length > 0);
    for (const { attributes } of named("svg")) {
      assert.ok(attributes.role === "img" && attributes["aria-label"]!.length > 20);
    }
    assert.equal(named("figcaption").length, named("figure").length);
    assert.equal(named("summary").length, named("details").length);
  });

  Deno.test(`text from outside is text on a page, whatever it is: ${kind}`, async () => {
    const hostile = madeUp({ ...options, text: (plain) => `${plain} ${HOSTILE}` });
    const [bad, good] = [await pageOf(hostile), await pageOfKind(kind)];
    const names = new Set(good.elements.map(({ name }) => name));
    // Formulas are drawn, texts of several lines are held against each other line by line, long names stand on two.
    for (const { name, within } of bad.elements) {
      if (!within.includes("math") && name !== "math") {
        assert.ok(names.has(name) || ["span", "tspan"].includes(name), name);
      }
    }
    for (const { name, attributes } of bad.elements) {
      assert.ok(name !== "script" && name !== "img");
      for (const key of Object.keys(attributes)) assert.ok(!key.startsWith("on") && key !== "src", key);
      if (attributes.href !== undefined) assert.ok(attributes.href.startsWith("#"));
    }
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(bad.html, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  });

  Deno.test(`a section shows itself within the room of a notebook, and reads well as text: ${kind}`, async () => {
    for (const one of await reportSections(madeUp(options))) {
      const bundle = await one[DISPLAY]();
      assert.ok(new TextEncoder().encode(JSON.stringify(bundle)).length < LARGEST_BUNDLE_BYTES, one.title);
      const html = bundle["text/html"] as string;
      elementsOf(html.replaceAll(/<img src="data:image\/svg\+xml;base64,[^"]*"/g, "<img"));
      assert.doesNotMatch(html, /Too large|<script|class="(?!mathjax_ignore)/);
      const text = sectionText(one);
      assert.equal(Deno.inspect(one), text);
      assert.ok(text.startsWith(`${one.title}\n===`));
      assert.doesNotMatch(text, /<\/?[a-z]+>|\[object|undefined|NaN|\u00a0/);
    }
  });
}

Deno.test("a page of fifteen cells is small, and holds no folder", async () => {
  const { html } = await pageOf({
    ...madeUp(KINDS["three templates by five policies, several completions"]),
    path: "/secret/place",
  });
  assert.ok(html.length < 2_000_000, String(html.length));
  assert.doesNotMatch(html, /\/secret|\/root\/|\/home\/|[A-Z]:\\\\/);
  // As a word: the name of a machine can be two letters, and ids are made of hashes.
  assert.ok(!html.includes(Deno.cwd()) && !html.split(/[^\w.-]+/).includes(Deno.hostname()));
});

Deno.test("what a column means is written below its table, once for columns of one meaning", async () => {
  const comparison = madeUp();
  const columns = [
    { name: "" },
    { name: "one <b>", meaning: "Of both" },
    { name: "two", meaning: "Of both" },
    { name: "three" },
  ];
  const html = await reportPage(comparison, [
    section("Mine", [{ type: "table", caption: "A table", columns, rows: [[["a"], ["1"], ["2"], ["3"]]] }]),
  ]);
  assert.ok(html.includes('<p class="below"><strong>one &lt;b&gt;, two</strong>: of both.</p>'), html.slice(-600));
});

Deno.test("sections can be dropped, added and share a title", async () => {
  const comparison = madeUp();
  const mine = section("Mine: <b>", [{ type: "text", text: ["A word."] }]);
  const html = await reportPage(comparison, [mine, mine, section("日本", [])]);
  const headings = elementsOf(html).filter(({ name }) => name === "h2");
  assert.deepEqual(headings.map(({ text }) => text), ["Mine: <b>", "Mine: <b>", "日本"]);
  assert.deepEqual(headings.map(({ attributes }) => attributes.id), ["mine-b", "mine-b-2", "section"]);
});

Deno.test("the same comparison makes the same page", async () => {
  assert.equal((await pageOf(madeUp())).html, (await pageOf(madeUp())).html);
});
