/** The first page: all runs with how they are doing, to filter, to sort, and to choose some that are compared. */
import { counted } from "../basics/mod.ts";
import { attribute, type Html, markup } from "./_html.ts";
import { UnreadableError } from "./_guard.ts";
import { change, copyable, LATER_MS, note, type Page, pill, rate, runAddress, SOON_MS, spark, when } from "./_page.ts";
import type { RunCard } from "./cards.ts";
import type { Site } from "./site.ts";

interface ListColumn {
  readonly name: string;
  /** In addresses. */
  readonly key: string;
  readonly number?: boolean;
  readonly cell: (card: RunCard) => Html;
  /** What it is sorted by. */
  readonly by: (card: RunCard) => string | number;
}

const last = (points: RunCard["heldOut"]) => points.at(-1)?.value ?? -Infinity;
const text = (key: "env" | "template" | "model" | "method", name: string): ListColumn => ({
  name,
  key,
  cell: (card) => markup`${card[key]}`,
  by: (card) => card[key],
});

const COLUMNS: readonly ListColumn[] = [
  { name: "run", key: "run", by: ({ name }) => name, cell: nameCell },
  { name: "state", key: "state", by: ({ state }) => state, cell: stateCell },
  { name: "held-out accuracy", key: "accuracy", by: ({ heldOut }) => last(heldOut), cell: accuracyCell },
  { name: "reward", key: "reward", number: true, by: ({ reward }) => last(reward), cell: rewardCell },
  { name: "steps", key: "steps", number: true, by: ({ done }) => done, cell: stepsCell },
  text("template", "template"),
  text("env", "environment"),
  text("model", "model"),
  text("method", "method"),
  { name: "started", key: "started", by: ({ created }) => created, cell: ({ created }) => when(created) },
];

/** More are shown when they are asked for. */
const MOST_ROWS = 300;

/** Makes the page. @param query `q` filters, `sort` and `down` sort, `all` shows more than 300 */
export async function listPage(site: Site, query: URLSearchParams): Promise<Page> {
  const title = "Runs";
  try {
    const { cards: all } = await site.root();
    const listing = await site.listing();
    const { cards, unread } = await all.look(listing.runs.values(), site.patienceMs);
    const content = listContent(cards, unread, [...listing.notes], query);
    const isLive = unread > 0 || cards.some(({ state }) => state === "running");
    return { title, content, lookAgainMs: isLive ? SOON_MS : LATER_MS };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const content = markup`<h1>Runs</h1>${note(`Nothing to show: ${error.message}.`, "attention")}${startHint()}`;
    return { title, content, lookAgainMs: LATER_MS };
  }
}

function startHint(): Html {
  return markup`<p>Train one, and it appears here:</p>${
    copyable("start", "deno task train", "the command that trains")
  }`;
}

function listContent(cards: readonly RunCard[], unread: number, notes: string[], query: URLSearchParams): Html {
  if (cards.length === 0 && unread === 0) {
    return markup`<h1>Runs</h1><p>There are no runs in the folder yet.</p>${startHint()}`;
  }
  const filter = query.get("q") ?? "";
  const found = sorted(cards.filter((card) => matches(card, filter)), query);
  const shown = query.has("all") ? found : found.slice(0, MOST_ROWS);
  if (unread > 0) notes.push(`${counted(unread, "run")} still to be read; they appear by themselves.`);
  const running = cards.filter(({ state }) => state === "running").length;
  const counts = `${found.length === cards.length ? "" : `${found.length} of `}${counted(cards.length, "run")}` +
    (running === 0 ? "" : `, ${running} running`);
  const more = found.length - shown.length;
  return markup`
    <h1>Runs</h1>
    ${filterForm(filter, counts, query)}
    ${notes.map((text) => note(text))}
    <form id="choose" method="get" action="/compare">
      <div class="wide" tabindex="0" role="region" aria-label="Runs, which scrolls sideways where it is narrow">
        <table class="runs">
          <caption class="unseen">Runs. Choose two or more to compare them.</caption>
          <thead><tr>
            <th scope="col"><span class="unseen">choose</span></th>
            ${COLUMNS.map((column) => headCell(column, query))}
          </tr></thead>
          ${bodies(shown)}
        </table>
      </div>
      ${more > 0 && markup`<p><a href="${withQuery(query, { all: "yes" })}">Show ${more} more</a></p>`}
      <div class="bar chosen">
        <button type="submit" id="compare">Compare the chosen runs</button>
        <span id="chosen" class="dim" role="status">Choose runs by their boxes.</span>
      </div>
    </form>
  `;
}

function filterForm(filter: string, counts: string, query: URLSearchParams): Html {
  return markup`
    <form id="filter" class="bar" method="get" action="/" role="search">
      <label for="q">Filter</label>
      <input id="q" name="q" type="search" value="${filter}" placeholder="name, template, model, state …"
        autocomplete="off" aria-keyshortcuts="/">
      ${hidden(query, ["sort", "down"])}
      <button type="submit">Filter</button>
      <span id="count" class="dim">${counts}</span>
    </form>
  `;
}

function matches(card: RunCard, filter: string): boolean {
  const { key, state, env, template, model, method, backend } = card;
  const whole = [key, state, env, template, model, method, backend].join("\n").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}

function order(query: URLSearchParams): { readonly column: ListColumn; readonly down: boolean } {
  const column = COLUMNS.find(({ key }) => key === query.get("sort"));
  return column === undefined ? { column: COLUMNS.at(-1)!, down: true } : { column, down: query.get("down") === "yes" };
}

function sorted(cards: readonly RunCard[], query: URLSearchParams): RunCard[] {
  const { column, down } = order(query);
  const compare = (a: string | number, b: string | number) => a < b ? -1 : a > b ? 1 : 0;
  return cards.toSorted((a, b) => (down ? -1 : 1) * compare(column.by(a), column.by(b)) || compare(a.key, b.key));
}

function headCell({ name, key, number }: ListColumn, query: URLSearchParams): Html {
  const { column, down } = order(query);
  const isIt = column.key === key;
  const direction = attribute("aria-sort", down ? "descending" : "ascending", isIt);
  // Numbers and times are wanted from the top first.
  const first = number || key === "accuracy" || key === "started";
  const target = withQuery(query, { sort: key, down: (isIt ? !down : first) ? "yes" : "no" });
  const link = markup`<a id="sort-${key}" href="${target}">${name}</a>`;
  return markup`<th scope="col"${attribute("class", "number", number === true)}${direction}>${link}</th>`;
}

function withQuery(query: URLSearchParams, changed: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changed)) next.set(key, value);
  return `/?${next}`;
}

function hidden(query: URLSearchParams, names: readonly string[]): Html[] {
  return names.flatMap((name) =>
    query.has(name) ? [markup`<input type="hidden" name="${name}" value="${query.get(name)}">`] : []
  );
}

/** Runs by themselves first, then each sweep with its runs. */
function bodies(cards: readonly RunCard[]): Html[] {
  const groups = Map.groupBy(cards, ({ sweep }) => sweep);
  const alone = groups.get(undefined) ?? [];
  const sweeps = [...groups].flatMap(([sweep, of]) => sweep === undefined ? [] : [{ sweep, of }]);
  return [
    markup`<tbody id="alone">${alone.map(row)}</tbody>`,
    ...sweeps.map(({ sweep, of }) => markup`<tbody id="sweep-${sweep}">${sweepHead(sweep, of)}${of.map(row)}</tbody>`),
  ];
}

function sweepHead(sweep: string, cards: readonly RunCard[]): Html {
  const states = [...Map.groupBy(cards, ({ state }) => state)].map(([state, of]) => `${of.length} ${state}`).join(", ");
  const link = markup`<a href="/?q=${encodeURIComponent(sweep.toWellFormed())}">${sweep}</a>`;
  const head = markup`sweep ${link} <span class="dim">${states}</span>`;
  return markup`<tr class="sweep"><th scope="rowgroup" colspan="${COLUMNS.length + 1}">${head}</th></tr>`;
}

function row(card: RunCard): Html {
  const isOff = attribute("disabled", "", card.state === "unreadable");
  const box = markup`<input type="checkbox" name="runs" value="${card.key}" aria-label="choose ${card.key}"${isOff}>`;
  const cells = COLUMNS.map(({ cell, number }, i) =>
    i === 0
      ? markup`<th scope="row">${cell(card)}</th>`
      : markup`<td${attribute("class", "number", number === true)}>${cell(card)}</td>`
  );
  return markup`<tr id="run-${card.key}"><td>${box}</td>${cells}</tr>`;
}

function nameCell({ key, name }: RunCard): Html {
  return markup`<a class="run" href="${runAddress(key)}">${name}</a>`;
}

function stateCell({ state, problem }: RunCard): Html {
  return problem === "" ? pill(state) : markup`${pill(state)} <span class="dim">${problem}</span>`;
}

function accuracyCell({ heldOut, name }: RunCard): Html {
  return markup`<span class="figures">${change(heldOut)}</span> ${spark(heldOut, `held-out accuracy of ${name}`)}`;
}

function rewardCell({ reward }: RunCard): Html {
  return markup`${rate(reward.at(-1)?.value)}`;
}

function stepsCell({ done, total, state }: RunCard): Html {
  return state === "unreadable" ? markup`-` : markup`${done}${total !== null && ` of ${total}`}`;
}
