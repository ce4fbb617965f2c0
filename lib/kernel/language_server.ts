/**
 * Completion and help for code in notebooks, from Deno's own language server (`deno lsp`), which is started at the first
 * question. The cells that ran well and the one being written are one document to it. It answers late or never without harm:
 * then there is nothing to show.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sleep } from "../basics/mod.ts";
import { within } from "./_time.ts";
import { LspConnection } from "./_lsp_connection.ts";
import { NotebookDocument, offsetAt, positionAt } from "./_lsp_document.ts";
import { type Completions, completionsOf, isKeyword, type LspItem } from "./_lsp_completion.ts";
import { CAPABILITIES, settingsFor } from "./_lsp_settings.ts";
import { calledAt, type HelpText, hoverHelp, nameAt, signatureHelp } from "./_lsp_text.ts";

export type { Completion, Completions } from "./_lsp_completion.ts";
export type { HelpText } from "./_lsp_text.ts";

/** How long a completion is waited for, in milliseconds. */
const COMPLETE_MS = 3000;
/** How long a server that answered by an older text is left alone, in milliseconds. */
const RETRY_MS = 50;
/** How long help is waited for, in milliseconds. */
const INSPECT_MS = 5000;
/** A server that ended is not started again before this many milliseconds after its start. */
const RESTART_MS = 60_000;
/** More questions than these at once are not put to the server. */
const MOST_WAITING = 16;

/** Help about a name. */
export interface Help extends HelpText {
  /** Whether there is any; else the texts are empty. */
  readonly found: boolean;
}

/** Who knows the language. Cursors and offsets are in UTF-16 units. Nothing throws, nothing takes longer than 5 s. */
export interface LanguageServer {
  /** Ways to complete the code at the cursor, after the cells of `history`, which ran well. Within 3 s, else none. */
  complete(history: readonly string[], code: string, cursor: number): Promise<Completions>;
  /** Help about the name at the cursor, or about the function whose call the cursor is in. Within 5 s, else none. */
  inspect(history: readonly string[], code: string, cursor: number): Promise<Help>;
  /** Starts the server and has it read the modules that the code imports, so that the first answer comes in time. */
  warmUp(code: string): void;
  /** Ends the server. */
  close(): Promise<void>;
}

/** Where a language server looks. */
export interface LanguageServerOptions {
  /** The notebook's folder; relative imports start there. */
  readonly cwd: string;
  /** The folder of our `deno.json`, which counts where the notebook's own does not know "math-rl". */
  readonly root: string;
  /** The server, instead of `deno lsp`. */
  readonly command?: readonly [string, ...string[]];
  /** Milliseconds since 1970; by default the machine's clock. */
  readonly now?: () => number;
}

/** Offset in UTF-16 units of a place given in code points. */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let k = 0; k < codePoints && offset < text.length; k++) offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  return offset;
}

/** The place in code points of an offset in UTF-16 units; in the middle of a character it is the one behind it. */
export function codePointOffset(text: string, utf16: number): number {
  let codePoints = 0;
  for (let offset = 0; offset < Math.min(utf16, text.length); codePoints++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return codePoints;
}

/** The same with cursors and offsets in code points, as Jupyter counts. */
export function inCodePoints(server: LanguageServer): LanguageServer {
  return {
    ...server,
    async complete(history, code, cursor) {
      const { matches, start, end } = await server.complete(history, code, utf16Offset(code, cursor));
      return { matches, start: codePointOffset(code, start), end: codePointOffset(code, end) };
    },
    inspect: (history, code, cursor) => server.inspect(history, code, utf16Offset(code, cursor)),
  };
}

/** Prepares a language server; the process is started at the first question. */
export function openLanguageServer(options: LanguageServerOptions): LanguageServer {
  const server = new NotebookServer(options);
  return {
    complete: (history, code, cursor) => server.complete(history, code, cursor),
    inspect: (history, code, cursor) => server.inspect(history, code, cursor),
    warmUp: (code) => server.warmUp(code),
    close: () => server.close(),
  };
}

const NO_HELP: Help = { found: false, plain: "", markdown: "" };

class NotebookServer {
  readonly #options: LanguageServerOptions;
  readonly #document = new NotebookDocument();
  readonly #uri: string;
  readonly #settings: Readonly<Record<string, unknown>>;
  #connection: LspConnection | undefined;
  #ready: Promise<unknown> = Promise.resolve();
  #startedAt = -Infinity;
  #version = 0;
  #text = "";
  #closed = false;
  readonly #ended: Promise<void>[] = [];

  constructor(options: LanguageServerOptions) {
    this.#options = options;
    this.#uri = pathToFileURL(join(options.cwd, "$notebook.ts")).href;
    this.#settings = settingsFor(options.cwd, options.root);
  }

  async complete(history: readonly string[], code: string, cursor: number): Promise<Completions> {
    const nothing = { matches: [], start: cursor, end: cursor };
    return await within(COMPLETE_MS, this.#complete(history, code, cursor, nothing), nothing);
  }

  async #complete(history: readonly string[], code: string, cursor: number, nothing: Completions) {
    const { text, start } = this.#document.build(history, code);
    const begun = nameAt(code, cursor)?.start ?? cursor;
    const items = await this.#items(text, start + cursor, /(?<!\.)\.$/.test(code.slice(0, begun)));
    if (items === undefined) return nothing;
    return completionsOf(items, code, { start: begun, end: cursor }, (range) => ({
      start: offsetAt(text, range.start) - start,
      end: offsetAt(text, range.end) - start,
    }));
  }

  /**
   * What can stand at an offset. A busy server may answer by the text that it had before this one: keywords behind a dot
   * give that away, and it is asked again.
   */
  async #items(text: string, offset: number, behindDot: boolean): Promise<readonly LspItem[] | undefined> {
    const until = Date.now() + COMPLETE_MS;
    while (Date.now() < until) {
      const result = await this.#ask("textDocument/completion", text, offset, { context: { triggerKind: 1 } });
      const items = Array.isArray(result) ? result : (result as { items?: unknown } | null | undefined)?.items;
      if (!Array.isArray(items)) return undefined;
      if (!behindDot || !items.some(isKeyword)) return items;
      await sleep(RETRY_MS);
    }
    return undefined;
  }

  async inspect(history: readonly string[], code: string, cursor: number): Promise<Help> {
    return await within(INSPECT_MS, this.#inspect(history, code, cursor), NO_HELP);
  }

  async #inspect(history: readonly string[], code: string, cursor: number): Promise<Help> {
    const { text, start } = this.#document.build(history, code);
    for (const at of [nameAt(code, cursor)?.start, calledAt(code, cursor)]) {
      if (at === undefined) continue;
      const help = hoverHelp(await this.#ask("textDocument/hover", text, start + at));
      if (help !== undefined) return { found: true, ...help };
    }
    const help = signatureHelp(await this.#ask("textDocument/signatureHelp", text, start + cursor));
    return help === undefined ? NO_HELP : { found: true, ...help };
  }

  warmUp(code: string): void {
    void this.#ask("textDocument/hover", this.#document.build([], code).text, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.close();
    await Promise.all(this.#ended);
  }

  /** The result of a request about an offset; undefined when there is none. */
  async #ask(method: string, text: string, offset: number, more: Record<string, unknown> = {}): Promise<unknown> {
    const connection = this.#start();
    if (connection === undefined || connection.waiting >= MOST_WAITING) return undefined;
    await this.#ready;
    if (this.#closed) return undefined;
    this.#show(connection, text);
    const textDocument = { uri: this.#uri };
    return await connection.request(method, { textDocument, position: positionAt(text, offset), ...more });
  }

  /** The server has the document as it is now. */
  #show(connection: LspConnection, text: string): void {
    if (this.#version > 0 && text === this.#text) return;
    this.#text = text;
    const version = ++this.#version;
    const textDocument = { uri: this.#uri, version };
    if (version > 1) {
      return connection.notify("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
    }
    connection.notify("textDocument/didOpen", { textDocument: { ...textDocument, languageId: "typescript", text } });
  }

  /** The running server; undefined when it cannot be had now. */
  #start(): LspConnection | undefined {
    if (this.#closed) return undefined;
    if (this.#connection?.alive === true) return this.#connection;
    const now = (this.#options.now ?? Date.now)();
    if (now - this.#startedAt < RESTART_MS) return undefined;
    this.#startedAt = now;
    this.#version = 0;
    try {
      this.#connection = this.#connect();
    } catch {
      this.#connection = undefined; // no such program, or no leave to run it: notebooks work without
    }
    return this.#connection;
  }

  #connect(): LspConnection {
    const { cwd, command = [Deno.execPath(), "lsp", "-q"] } = this.#options;
    const connection = new LspConnection({
      command,
      cwd,
      answer: (method, params) => this.#answer(method, params),
    });
    this.#ended.push(connection.ended);
    this.#ready = connection.request("initialize", {
      processId: Deno.pid,
      rootUri: pathToFileURL(cwd).href,
      workspaceFolders: [{ uri: pathToFileURL(cwd).href, name: "notebook" }],
      initializationOptions: this.#settings,
      capabilities: CAPABILITIES,
    }).then(() => connection.notify("initialized", {}));
    return connection;
  }

  #answer(method: string, params: Readonly<Record<string, unknown>>): unknown {
    if (method !== "workspace/configuration" || !Array.isArray(params.items)) return null;
    const plain = { suggest: { autoImports: false, completeFunctionCalls: false } };
    return params.items.map(({ section }: { section?: unknown }) => section === "deno" ? this.#settings : plain);
  }
}
