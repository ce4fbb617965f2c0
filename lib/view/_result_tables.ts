/** The figures and the sentences of a comparison as a page shows them. The numbers come from a file and may be anything. */
import { clipLine } from "../basics/mod.ts";
import {
  type ComparisonFacts,
  type ComparisonResult,
  type Estimate,
  scopeOf,
  seedStatementOf,
  statementText,
} from "../comparison/mod.ts";
import { type Html, markup } from "./_html.ts";
import { attempt, tableOf } from "./_page.ts";

/** Sentences that are shown; a comparison of many cells has many pairs. */
const MOST_STATEMENTS = 60;

/** A comparison: its sentences, then its figures. */
export async function resultHtml(facts: ComparisonFacts, result: ComparisonResult): Promise<Html> {
  return markup`${await attempt(() => statements(facts, result))}${await attempt(() => cellTable(result))}`;
}

function statements(facts: ComparisonFacts, result: ComparisonResult): Html {
  const shown = result.differences.slice(0, MOST_STATEMENTS).map((_, i) =>
    markup`<li>${statementText({ facts, result }, i)}</li>`
  );
  const overSeeds = result.training?.differences.slice(0, MOST_STATEMENTS).map((_, i) =>
    markup`<li>${seedStatementOf({ result }, i)}</li>`
  );
  const left = result.differences.length - shown.length;
  return markup`<ul class="statements">${shown}${overSeeds}</ul>${
    left > 0 && markup`<p class="dim">${left} more are in the report.</p>`
  }<p class="dim">${scopeOf({ facts, result })}</p>`;
}

function cellTable({ cells }: ComparisonResult): Html {
  const head = ["", "problems", "accuracy", "95 %", "lenient", "format", "tokens", "tokens per right answer"];
  const rows = cells.map((cell) => [
    clipLine(cell.name, 120),
    `${Number(cell.problems)}${cell.samples > 1 ? ` x ${Number(cell.samples)}` : ""}`,
    share(cell.correct),
    `${digits(cell.correct.low, 3)} to ${digits(cell.correct.high, 3)}`,
    share(cell.lenient),
    share(cell.format),
    digits(cell.completion_tokens.value, 1),
    digits(cell.tokens_per_correct?.value, 1),
  ]);
  return tableOf("figures of what is compared", head.map((name, i) => ({ name, number: i > 0 })), rows);
}

function share({ value }: Estimate): string {
  return digits(value, 3);
}

function digits(value: unknown, count: number): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(count) : "-";
}
