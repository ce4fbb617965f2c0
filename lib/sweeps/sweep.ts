/** A sweep as it is at one moment: its configurations, and how the run of each is doing. Shows itself as a table. */
import { basename } from "node:path";
import { DISPLAY, INSPECT, type MediaBundle } from "../basics/mod.ts";
import { openRun, type Run } from "../runs/mod.ts";
import { sweepBundle, sweepText } from "./_display.ts";
import type { SweepRow, SweepState } from "./types.ts";

/** States that nothing follows in this call. */
const OVER: readonly SweepState[] = ["finished", "failed", "stopped", "interrupted", "differs"];

/** A sweep at one moment; what came since, `readSweep` reads. Displays itself as a table. */
export class Sweep {
  /** Its folder. */
  readonly path: string;
  /** Name of the folder. */
  readonly name: string;
  /** Runs at a time. */
  readonly parallel: number;
  /** A row a configuration, in the order of the file. */
  readonly rows: readonly SweepRow[];

  /** A sweep with this content; `runSweep` and `readSweep` make it. */
  constructor({ path, parallel, rows }: Pick<Sweep, "path" | "parallel" | "rows">) {
    this.path = path;
    this.name = basename(path);
    this.parallel = parallel;
    this.rows = rows;
  }

  /** How many configurations are in one of these states. */
  count(...states: readonly SweepState[]): number {
    return this.rows.filter(({ state }) => states.includes(state)).length;
  }

  /** Every configuration has a run that has finished. */
  get isFinished(): boolean {
    return this.count("finished") === this.rows.length;
  }

  /** Nothing is running or about to. */
  get isOver(): boolean {
    return this.count(...OVER) === this.rows.length;
  }

  /** Opens the runs that have finished, in the order of the rows. */
  async runs(): Promise<Run[]> {
    const finished = this.rows.filter(({ state }) => state === "finished");
    return await Promise.all(finished.map(({ path }) => openRun(path)));
  }

  /** The table in a terminal. */
  [INSPECT](): string {
    return sweepText(this);
  }

  /** The table in a notebook. */
  [DISPLAY](): MediaBundle {
    return sweepBundle(this);
  }
}
