/** What all pages share: the frame around them, and the small pieces they are made of. */
import { clipLine, type SparkPoint, sparkSvg } from "../basics/mod.ts";
import { attribute, Html, type HtmlValue, markup } from "./_html.ts";
import { UnreadableError } from "./_guard.ts";

/** A page before it is sent. */
export interface Page {
  /** What the browser calls it. */
  readonly title: string;
  /** What is below the navigation. */
  readonly content: Html;
  /** How often it is worth looking again, in milliseconds; absent: never. */
  readonly lookAgainMs?: number | undefined;
  /** Absent: 200. */
  readonly status?: number;
}

/** How soon a page looks again while something runs. */
export const SOON_MS = 2_000;
/** And while nothing does. */
export const LATER_MS = 6_000;

const PLACES = [["/", "Runs"], ["/templates", "Templates"], ["/evaluations", "Evaluations"], [
  "/comparisons",
  "Comparisons",
]] as const;

/** The whole page. @param path where it is, for the navigation */
export function pageHtml({ title, content, lookAgainMs }: Page, path: string): string {
  const links = PLACES.map(([place, name]) =>
    markup`<li><a href="${place}"${attribute("aria-current", "page", path === place)}>${name}</a></li>`
  );
  const again = attribute("data-again", lookAgainMs ?? 0, lookAgainMs !== undefined);
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${clipLine(title, 120)}</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/view.css">
        <script src="/view.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <nav aria-label="Pages">
            <ul>${links}</ul>
          </nav>
        </header>
        <p id="contact" role="status" hidden></p>
        <p id="said" class="unseen" role="status"></p>
        <main id="main" tabindex="-1"${again}>
${content}
        </main>
      </body>
    </html>
  `.text;
}

/** Where a run's page is. @param key as it is listed */
export function runAddress(key: string, below = ""): string {
  const parts = key.split("/").map((part) => encodeURIComponent(part.toWellFormed()));
  return `/run/${parts.join("/")}${below === "" ? "" : `/${below}`}`;
}

/** A time as it is; the script makes `5 minutes ago` of it. */
export function when(iso: string): Html {
  const time = Date.parse(iso);
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) return markup`<span class="dim">-</span>`;
  const utc = new Date(time).toISOString();
  return markup`<time datetime="${utc}">${utc.slice(0, 16).replace("T", " ")} UTC</time>`;
}

/** A rate or a reward with three digits. */
export function rate(value: number | undefined | null): string {
  return value === undefined || value === null || !Number.isFinite(value) ? "-" : value.toFixed(3);
}

/** The first value and the last, or the only one. */
export function change(points: readonly SparkPoint[]): string {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return "-";
  return first === last ? rate(first.value) : `${rate(first.value)} → ${rate(last.value)}`;
}

/** The course of a number in the size of a word. */
export function spark(points: readonly SparkPoint[], label: string): Html {
  // Styles within a page are not allowed; the style sheet has this one.
  return points.length < 2 ? markup`` : new Html(sparkSvg(points, label, 96).replace(/ style="[^"]*"/, ""));
}

/** A state as a word with a colour. */
export function pill(state: string): Html {
  return markup`<span class="pill ${/^[a-z_]+$/.test(state) ? state : "unknown"}">${state.replaceAll("_", " ")}</span>`;
}

/** Something to know about what is shown. */
export function note(text: HtmlValue, kind: "note" | "attention" | "bad" = "note"): Html {
  return markup`<p class="notice ${kind}">${text}</p>`;
}

/** Text as it is, with a button that copies it. @param id unique in the page */
export function copyable(id: string, text: string, label: string): Html {
  const button = markup`<button type="button" data-copy="${id}" aria-label="Copy: ${label}">Copy</button>`;
  return markup`<div class="copy"><code id="${id}">${text}</code>${button}</div>`;
}

/** A part of a page under a heading. */
export function section(id: string, title: string, content: HtmlValue): Html {
  const heading = markup`<h2 id="${id}-title">${title}</h2>`;
  return markup`<section id="${id}" aria-labelledby="${id}-title">${heading}${content}</section>`;
}

/** Why something could not be shown, from whatever was thrown: what is in a folder may break anything. */
export function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof UnreadableError ? message : `it cannot be shown (${clipLine(message, 200)})`;
}

/** A part of a page, or the reason why it is not there: one broken file does not take the page with it. */
export async function attempt(make: () => Html | Promise<Html>): Promise<Html> {
  try {
    return await make();
  } catch (error) {
    return note(`Not shown: ${whyNot(error)}.`, "attention");
  }
}

/** A table, which can be scrolled sideways by keys as well. */
export function tableOf(
  caption: string,
  head: readonly { readonly name: HtmlValue; readonly number?: boolean }[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const numeric = (i: number) => attribute("class", "number", head[i]?.number === true);
  const cell = (value: HtmlValue, i: number) =>
    i === 0 ? markup`<th scope="row">${value}</th>` : markup`<td${numeric(i)}>${value}</td>`;
  const heads = head.map(({ name }, i) => markup`<th scope="col"${numeric(i)}>${name}</th>`);
  return markup`
    <div class="wide" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption class="unseen">${caption}</caption>
        <thead><tr>${heads}</tr></thead>
        <tbody>${rows.map((row) => markup`<tr>${row.map(cell)}</tr>`)}</tbody>
      </table>
    </div>
  `;
}
