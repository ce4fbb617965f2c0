/** A small reader of HTML, strict where browsers are lenient: everything is closed, in order, and stands where it may. */
import assert from "node:assert/strict";

/** An element with where it stands. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, outermost first. */
  readonly within: readonly string[];
  /** All text in it, references resolved. */
  text: string;
}

const VOID = new Set(["meta", "img", "br", "hr"]);
/** Elements that end a paragraph, as browsers read it. */
const BLOCKS = new Set([
  ...["p", "div", "table", "figure", "section", "article", "details", "h1", "h2", "h3", "ol", "ul", "pre", "nav"],
]);
const PHRASING_ONLY = new Set(["p", "h1", "h2", "h3", "pre", "summary", "data", "a", "b", "code"]);

const REFERENCES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

export function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => REFERENCES[name]!);
}

/** The elements of a page in order. Fails where it is not well formed. */
export function elementsOf(html: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const body = html.replace(/^<!doctype html>/, "");
  const token = /<style>[^<]*<\/style>|<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>|[^<]+|</gy;
  for (let found = token.exec(body); found !== null; found = token.exec(body)) {
    const [whole, closes, name, attributes = "", selfCloses] = found;
    if (whole.startsWith("<style>")) continue;
    if (name === undefined) {
      assert.notEqual(whole, "<", `a bare < near ${body.slice(found.index, found.index + 80)}`);
      assert.doesNotMatch(
        whole,
        /&(?!(?:amp|lt|gt|quot|#39|nbsp|#x?[0-9a-f]+);)/i,
        `a bare & in ${whole.slice(0, 80)}`,
      );
      for (const element of open) element.text += unescaped(whole);
    } else if (closes === "/") {
      assert.equal(open.pop()?.name, name, `</${name}> near ${body.slice(found.index - 80, found.index + 20)}`);
    } else {
      const element = { name, attributes: attributesOf(attributes), within: open.map((one) => one.name), text: "" };
      const around = open.findLast((one) => PHRASING_ONLY.has(one.name));
      assert.ok(around === undefined || !BLOCKS.has(name), `<${name}> within <${around?.name}>`);
      elements.push(element);
      if (!VOID.has(name) && selfCloses !== "/") open.push(element);
    }
  }
  assert.deepEqual(open.map(({ name }) => name), []);
  return elements;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)) {
    assert.ok(!(name! in attributes), `${name} is there twice`);
    attributes[name!] = unescaped(value ?? "");
  }
  return attributes;
}

/** What a JSON pointer leads to. */
export function at(value: unknown, pointer: string): unknown {
  return pointer.split("/").slice(1).reduce(
    (inner, key) => (inner as Record<string, unknown>)[key.replaceAll("~1", "/").replaceAll("~0", "~")],
    value,
  );
}
