/** What pages are made from: the folder that is served, and what is remembered of it between two looks. */
import { resolve } from "node:path";
import type { Html } from "./_html.ts";
import { UnreadableError } from "./_guard.ts";
import { Steady } from "./_steady.ts";
import { Cards } from "./cards.ts";
import { listFolder, type Listing } from "./listing.ts";
import { OpenedRuns } from "./opened.ts";

/** Where pages come from. */
export interface SiteOptions {
  /** The folder with runs. */
  readonly folder: string;
  /** The folder with templates. */
  readonly templates?: string | undefined;
  /** Where commands are typed; paths in them are relative to it. */
  readonly cwd?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** How long the list waits for folders that were not read yet, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

/** Everything a page needs. */
export class Site {
  /** The folder as it was named. */
  readonly folder: string;
  /** The folder with templates. */
  readonly templates: string;
  /** Where commands are typed. */
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** See `SiteOptions`. */
  readonly patienceMs: number;
  /** Charts, diagnoses and other things that take their time. */
  readonly drawn: Steady<Html>;
  #opened: { readonly root: string; readonly cards: Cards; readonly runs: OpenedRuns } | undefined;

  /** Of a folder, which may not be there yet. */
  constructor({ folder, templates = "templates", cwd = Deno.cwd(), now = Date.now, patienceMs = 600 }: SiteOptions) {
    this.folder = resolve(cwd, folder);
    this.templates = resolve(cwd, templates);
    [this.cwd, this.now, this.patienceMs] = [cwd, now, patienceMs];
    this.drawn = new Steady(200, now);
  }

  /** The folder without links; what is remembered belongs to it. @throws {UnreadableError} when it is not there */
  async root(): Promise<{ readonly root: string; readonly cards: Cards; readonly runs: OpenedRuns }> {
    const root = await Deno.realPath(this.folder).catch(() => undefined);
    if (root === undefined || !(await Deno.stat(root).catch(() => undefined))?.isDirectory) {
      throw new UnreadableError(`there is no folder ${this.folder}, or it may not be read`);
    }
    if (this.#opened?.root === root) return this.#opened;
    return this.#opened = { root, cards: new Cards(root, this.now), runs: new OpenedRuns(root, this.now) };
  }

  /** What the folder holds. @throws {UnreadableError} when it is not there */
  async listing(): Promise<Listing> {
    return await listFolder((await this.root()).root);
  }
}
