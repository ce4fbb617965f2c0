/** Templates: those in the folder of templates and those that runs have recorded, with their texts and what differs. */
import { join } from "node:path";
import { clip, clipLine, hash32, isObject } from "../basics/mod.ts";
import { loadTemplate } from "../prompts/mod.ts";
import { lineDiff } from "../reports/mod.ts";
import { RUN_FILES } from "../runs/mod.ts";
import { entriesIn, mapLimited, MOST_BYTES, readObject, readPart, safeFile, UnreadableError } from "./_guard.ts";
import { attribute, type Html, markup } from "./_html.ts";
import { note, type Page, runAddress, section, whyNot } from "./_page.ts";
import { templateText } from "./_template_text.ts";
import type { Site } from "./site.ts";

/** A template with where it stands. */
interface Seen {
  /** Follows from the text. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
  /** The file, where it is one of the folder's. */
  file?: string;
  /** Keys of runs that have recorded it. */
  readonly runs: string[];
}

/** Shown of one text, and links to runs. */
const [LONGEST, MOST_LINKS] = [20_000, 12] as const;
/** More templates than these are not listed. */
const MOST_TEMPLATES = 200;

/** Makes the page. @param query `a` and `b` name two that are held against each other */
export async function templatesPage(site: Site, query: URLSearchParams): Promise<Page> {
  const seen = new Map<string, Seen>();
  const notes = [...await addFiles(site, seen), ...await addRecorded(site, seen)];
  const all = [...seen.values()].slice(0, MOST_TEMPLATES);
  if (seen.size > all.length) notes.push(`${seen.size - all.length} more are not shown.`);
  const [a, b] = ["a", "b"].map((key) => seen.get(query.get(key) ?? ""));
  const content = markup`<h1>Templates</h1>${notes.map((text) => note(text, "attention"))}
${all.length > 1 && chooser(all, a, b)}${a !== undefined && b !== undefined && difference(a, b)}
${all.length === 0 ? markup`<p>There are none.</p>` : all.map(one)}`;
  return { title: "Templates", content };
}

function add(seen: Map<string, Seen>, template: object): Seen {
  const text = templateText(template).slice(0, 4 * LONGEST);
  const id = hash32(text).toString(36);
  const { name, description } = template as { readonly name?: unknown; readonly description?: unknown };
  const words = (value: unknown, otherwise: string) => typeof value === "string" ? clipLine(value, 300) : otherwise;
  const known = seen.get(id) ??
    { id, name: words(name, "unnamed"), description: words(description, ""), text, runs: [] };
  seen.set(id, known);
  return known;
}

async function addFiles({ templates }: Site, seen: Map<string, Seen>): Promise<string[]> {
  const notes: string[] = [];
  const root = await Deno.realPath(templates).catch(() => undefined);
  if (root === undefined) return notes;
  for (const { name, isDirectory } of await entriesIn(root, 500).catch(() => [])) {
    if (isDirectory || !/\.ya?ml$/i.test(name)) continue;
    try {
      const file = await safeFile(root, join(root, name), MOST_BYTES.template);
      if (file === undefined) continue;
      const template = await loadTemplate(file.path).catch(async (error) => {
        notes.push(`${name} cannot be used: ${whyNot(error)}.`);
        return { name, text: new TextDecoder().decode(await readPart(file, 0, MOST_BYTES.template)) };
      });
      add(seen, template).file = name;
    } catch (error) {
      notes.push(`${name}: ${whyNot(error)}.`);
    }
  }
  return notes;
}

async function addRecorded(site: Site, seen: Map<string, Seen>): Promise<string[]> {
  try {
    const { root } = await site.root();
    const { runs } = await site.listing();
    const found = await mapLimited([...runs.values()], 24, async ({ key, path }) => {
      const raw = await readObject(root, join(path, RUN_FILES.config), MOST_BYTES.config).catch(() => undefined);
      return { key, template: raw?.template };
    });
    for (const { key, template } of found) if (isObject(template)) add(seen, template).runs.push(key);
    return [];
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return [`The runs are not read: ${error.message}.`];
  }
}

function chooser(all: readonly Seen[], a: Seen | undefined, b: Seen | undefined): Html {
  const select = (key: string, label: string, chosen: Seen | undefined) =>
    markup`<label for="${key}">${label}</label><select id="${key}" name="${key}">${
      all.map(({ id, name, file }) => {
        const isChosen = attribute("selected", "", id === chosen?.id);
        return markup`<option value="${id}"${isChosen}>${name}${file === undefined && ` (recorded, ${id})`}</option>`;
      })
    }</select>`;
  return markup`
    <form class="bar" method="get" action="/templates">
      ${select("a", "From", a ?? all[0])}
      ${select("b", "to", b ?? all[1])}
      <button type="submit">Show what differs</button>
    </form>
  `;
}

const WORDS = { both: "", removed: "removed: ", added: "added: " } as const;

function difference(a: Seen, b: Seen): Html {
  const lines = lineDiff(a.text, b.text);
  if (lines.every(({ side }) => side === "both")) {
    return section("diff", "What differs", markup`<p>Nothing: both say the same.</p>`);
  }
  const sign = (text: string) => markup`<span aria-hidden="true">${text} </span>`;
  const signs = { both: sign(" "), removed: sign("-"), added: sign("+") };
  const shown = lines.map(({ side, text }) =>
    markup`<span class="${side}"><span class="unseen">${WORDS[side]}</span>${signs[side]}${clip(text, 2_000)}\n</span>`
  );
  return section("diff", `From ${a.name} to ${b.name}`, markup`<pre class="diff" tabindex="0">${shown}</pre>`);
}

function one({ id, name, description, text, file, runs }: Seen): Html {
  const links = runs.slice(0, MOST_LINKS).map((key, i) =>
    markup`${i > 0 && ", "}<a href="${runAddress(key)}">${key}</a>`
  );
  const more = runs.length - links.length;
  const where = [
    file !== undefined && markup`<span>${file}</span>`,
    runs.length > 0 &&
    markup`<span>${file !== undefined && "; "}runs: ${links}${more > 0 && ` and ${more} more`}</span>`,
  ];
  return section(
    `template-${id}`,
    name,
    markup`
      <p>${description}</p>
      <p class="dim">${where}</p>
      <details id="text-${id}">
        <summary>Text</summary>
        <pre>${clip(text, LONGEST)}</pre>
      </details>
    `,
  );
}
