/**
 * HTML that cannot be broken out of: whatever is put into a template is escaped, and stripped of control characters, unless
 * it is HTML already. All pages are made of this and of nothing else.
 */
import { escapeHtml, stripControls } from "../basics/mod.ts";

/** A piece of HTML. */
export class Html {
  /** As it stands in the page. */
  readonly text: string;

  /** Takes text for HTML; what is foreign goes through `markup` instead. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: HTML as it is, text escaped, lists one after the other, nothing for what is absent. */
export type HtmlValue = Html | string | number | undefined | null | false | readonly HtmlValue[];

/** HTML with values in it; inside a tag they stand between double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + asHtml(values[i - 1]) + part));
}

/** An attribute that is there only sometimes, with the space before it. */
export function attribute(name: string, value: string | number, isThere: boolean): Html | false {
  return isThere && new Html(` ${name}="${asHtml(value)}"`);
}

function asHtml(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (value === undefined || value === null || value === false) return "";
  if (typeof value === "object") return value.map(asHtml).join("");
  return escapeHtml(stripControls(String(value).toWellFormed()));
}
