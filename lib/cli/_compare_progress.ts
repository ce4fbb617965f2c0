/**
 * A comparison in the terminal while it is made: a line for each cell that is done, below them a bar for the one that is
 * being asked, and what a server makes it wait for. Where nobody watches, only lines that stay.
 */
import { type CellStart, type CompareOptions, compareTemplates, type Comparison } from "../comparison/mod.ts";
import type { EvaluationProgress, EvaluationResult } from "../launch/mod.ts";
import type { Waiting } from "../policy/mod.ts";
import { waitingText } from "../training/mod.ts";
import { downloadLines } from "./_download_lines.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import type { CliIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { serverLine } from "./_server_messages.ts";
import { bar, duration, oneLine, rate } from "./_text.ts";
import { waitNews } from "./_wait_news.ts";

/** That Ctrl-C ended it. */
export interface StoppedComparison {
  /** How many evaluations are finished. */
  readonly finished: number;
  /** How many there are; 0: it had not begun. */
  readonly cells: number;
}

/** Compares, and shows that it does. */
export async function showComparing(
  templates: readonly string[],
  options: CompareOptions,
  io: CliIo,
): Promise<Comparison | StoppedComparison> {
  const live = liveLines(io);
  const interrupt = listenForInterrupt(io, () => {}, () => live.clear());
  const { signal } = interrupt;
  const downloads = downloadLines(io, live);
  const waiting = waitingLine(io, (line) => io.err(`${line}\n`));
  let now: CellStart | undefined;
  let finished = 0;
  let progress = "";
  const show = () => {
    const fetching = downloads.current();
    live.show(
      [progress, ...waiting.line(), ...(fetching === undefined ? [] : [fetching])].filter((line) => line !== ""),
    );
  };
  try {
    return await compareTemplates(templates, {
      ...{ ...options, signal, now: io.now },
      onCell: (cell) => {
        now = cell;
        progress = progressLine(cell, undefined);
        show();
      },
      onProgress: (told, cell) => {
        progress = progressLine(cell, told);
        show();
      },
      onEvaluation: (result, cell) => {
        finished++;
        live.print(doneLine(result, cell));
      },
      onWaiting: (told) => (waiting.note(told), show()),
      onDownload: (told) => (downloads.note(told), show()),
      onMessage: (message) => {
        live.clear();
        io.err(`${serverLine(message)}\n`);
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    return { finished, cells: now?.cells ?? 0 };
  } finally {
    interrupt.close();
    live.clear();
  }
}

function progressLine({ cell, cells, name }: CellStart, told: EvaluationProgress | undefined): string {
  const { done, total } = told ?? { done: 0, total: 0 };
  const count = told === undefined ? "" : `${done}/${total}  `;
  return `${bar(total === 0 ? 0 : done / total, 30)}  ${count}${oneLine(name, 60)} (${cell + 1} of ${cells})`;
}

function doneLine({ metrics, resumed, n }: EvaluationResult, { cell, cells, name }: CellStart): string {
  const from = resumed === 0 ? "" : resumed === n ? ", from the record" : `, ${resumed} of ${n} from the record`;
  return `${cell + 1} of ${cells}  ${oneLine(name, 60)}: accuracy ${rate(metrics["env/all/correct"])}${from}`;
}

/** What is waited for: a line while somebody watches, else news of what lasts. */
function waitingLine(
  io: CliIo,
  tell: (line: string) => void,
): { readonly note: (told: Waiting) => void; readonly line: () => string[] } {
  const news = io.isTerminal ? () => {} : waitNews(io.now, tell);
  let state: Waiting["state"] = "active";
  let since = io.now();
  let last: Waiting | undefined;
  return {
    note(told) {
      if (told.state !== state) [state, since] = [told.state, io.now()];
      last = told;
      const { reason } = told;
      const seconds = (io.now() - since) / 1000;
      news(
        told.state === "active" ? undefined : { state: told.state, seconds, ...(reason !== undefined && { reason }) },
      );
    },
    line: () =>
      last === undefined || last.state === "active"
        ? []
        : [`waiting ${duration((io.now() - since) / 1000)}: ${oneLine(waitingText(last))}`],
  };
}
