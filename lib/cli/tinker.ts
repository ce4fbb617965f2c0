/**
 * `deno task tinker <command> ...`: looks after what a Tinker server keeps, from the command line: runs, checkpoints,
 * their lifetimes, and downloads. Trains and samples nothing.
 */
import { openTinker, type ServiceMessage, type SessionEnd, type TinkerService } from "../policy/mod.ts";
import { type CliIo, INTERRUPTED, runCommand, systemIo, UsageError } from "./_io.ts";
import { type CommandName, parseTinkerArgs, tinkerHelp, type TinkerRequest } from "./_tinker_arguments.ts";
import { download, type DownloadKeeper, type DownloadTarget, downloadTarget } from "./_tinker_download.ts";
import { serverLine } from "./_server_messages.ts";
import { checkpointsTable, modelsTable, runsTable, runTable, safeJson, weightsTable } from "./_tinker_tables.ts";
import { oneLine } from "./_text.ts";

/** What the commands use of a service. */
export type Keeper = DownloadKeeper & Pick<TinkerService, "capabilities" | "close">;

/** Opens a server; `openTinker` is one. */
export type OpenKeeper = (
  options: {
    readonly baseUrl: string | null;
    readonly env: (name: string) => string | undefined;
    readonly onMessage: (message: ServiceMessage) => void;
  },
) => Promise<Keeper>;

/** Runs one command. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenKeeper = openTinker): Promise<number> {
  return runCommand(io, async () => {
    const request = parseTinkerArgs(args);
    if (request === undefined) {
      io.out(tinkerHelp());
      return 0;
    }
    const { command, baseUrl = null } = request;
    const target = command === "download" ? await downloadTarget(request.path, request.to) : undefined;
    if (command === "delete" && !confirmed(request, io)) {
      io.out("nothing was deleted\n");
      return 1;
    }
    const onMessage = (message: ServiceMessage) => io.err(`${serverLine(message)}\n`);
    const keeper = await open({ baseUrl, env: io.env, onMessage });
    let end: SessionEnd = { type: "errored" };
    try {
      const said = command === "download"
        ? await downloaded(request, target as DownloadTarget, keeper, io)
        : await ANSWERS[command](request, keeper);
      end = { type: said === undefined ? "interrupted" : "success" };
      if (said === undefined) return INTERRUPTED;
      io.out(`${request.json ? safeJson(said.value) : said.text}\n`);
      return 0;
    } finally {
      await keeper.close(end);
    }
  });
}

/** An answer, for programs and for people. */
interface Said {
  readonly value: unknown;
  readonly text: string;
}

type Answer = (request: TinkerRequest, keeper: Keeper) => Promise<Said>;

const ANSWERS: { readonly [C in Exclude<CommandName, "download">]: Answer } = {
  runs: async ({ limit = 20 }, { rest }) =>
    listing("runs", await first(rest.trainingRuns({ pageSize: pageSize(limit) }), limit), runsTable),
  run: async ({ run: id = "" }, { rest }) => {
    const run = await rest.trainingRun(id);
    const checkpoints = await rest.checkpoints(id);
    const { text } = listing("checkpoints", { rows: checkpoints, more: "" }, checkpointsTable);
    return { value: { ...run, checkpoints }, text: `${runTable(run)}\n\n${text}` };
  },
  checkpoints: async ({ run, limit = 100 }, { rest }) => {
    const all = run === undefined ? rest.allCheckpoints({ pageSize: pageSize(limit) }) : await rest.checkpoints(run);
    return listing("checkpoints", await first(all, limit), checkpointsTable);
  },
  info: async ({ path }, { rest }) => {
    const info = await rest.weightsInfo(path);
    return { value: { tinker_path: path, ...info }, text: weightsTable(path, info) };
  },
  models: async (_request, keeper) => listing("models", { rows: await keeper.capabilities(), more: "" }, modelsTable),
  delete: async ({ path }, { rest }) => done(path, "deleted", await rest.deleteCheckpoint(path)),
  publish: async ({ path }, { rest }) => done(path, "anybody may read it now", await rest.publishCheckpoint(path)),
  unpublish: async ({ path }, { rest }) =>
    done(path, "nobody else may read it now", await rest.unpublishCheckpoint(path)),
  ttl: async ({ path, seconds }, { rest }) => {
    const what = seconds === null ? "it is kept" : `it will be deleted in ${seconds} seconds`;
    return done(path, what, await rest.setCheckpointTtl(path, seconds));
  },
};

function done(path: string, what: string, _done: void): Said {
  return { value: { tinker_path: path, done: what }, text: `${what}: ${oneLine(path, 600)}` };
}

/** @returns nothing when it was stopped */
async function downloaded(
  { path, json }: TinkerRequest,
  target: DownloadTarget,
  keeper: Keeper,
  io: CliIo,
): Promise<Said | undefined> {
  // Standard output is for the JSON alone.
  const done = await download(keeper, { ...target, path, io: json ? { ...io, out: io.err } : io });
  if (done === undefined) return undefined;
  const { form, to } = done;
  return { value: { tinker_path: path, form, file: to }, text: `saved to ${oneLine(to)}` };
}

/** Rows, and a line that says that there are more. */
interface Rows<T> {
  readonly rows: readonly T[];
  readonly more: string;
}

function listing<T>(what: string, { rows, more }: Rows<T>, show: (rows: readonly T[]) => string): Said {
  return { value: rows, text: rows.length === 0 ? `no ${what}` : show(rows) + more };
}

async function first<T>(rows: AsyncIterable<T> | Iterable<T>, limit: number): Promise<Rows<T>> {
  const found: T[] = [];
  for await (const row of rows) {
    if (found.length === limit) return { rows: found, more: `\n\nthere are more; limit=${2 * limit} shows them` };
    found.push(row);
  }
  return { rows: found, more: "" };
}

/** One more than is shown tells whether there are more. */
function pageSize(limit: number): number {
  return Math.min(limit + 1, 100);
}

function confirmed({ path, yes }: TinkerRequest, io: CliIo): boolean {
  if (yes) return true;
  if (io.ask === null) {
    throw new UsageError(`cannot ask whether to delete ${path}: pass yes=true to delete it for good`);
  }
  const reply = io.ask(`Delete ${oneLine(path, 600)} for good? [y/N]`);
  return /^\s*y(es)?\s*$/i.test(reply ?? "");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
