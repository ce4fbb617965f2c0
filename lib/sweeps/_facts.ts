/** What a run's rows of metrics come to for a sweep's table: counted as they arrive, so that a long run is read once. */
import type { Run, StepMetrics } from "../runs/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import type { SweepAccuracy, SweepRow } from "./types.ts";

const ACCURACY = "test/env/all/correct";
const REWARD = "env/all/reward/total";
const SECONDS = "time/total";

/** Steps that the time left is estimated from. */
const RECENT = 10;

/** The part of a row that metrics tell. */
export type Measured = Pick<SweepRow, "first" | "last" | "reward"> & {
  /** Of a step, the mean of the last ones; null: not known yet. */
  readonly secondsOfStep: number | null;
};

/** Counts the rows of one run. */
export class RowFacts {
  readonly #evaluations = new Map<number, SweepAccuracy>();
  #reward: number | null = null;
  #seconds: number[] = [];

  /** Of the rows that are there already. */
  constructor(run?: Pick<Run, "metrics">) {
    for (const row of run?.metrics ?? []) this.add(row);
  }

  /** Counts a row; one of the same step takes the place of an earlier one. */
  add({ step, metrics }: StepMetrics): void {
    const value = finite(metrics, ACCURACY);
    if (value !== null) {
      const [low, high] = [finite(metrics, `${ACCURACY}_low`), finite(metrics, `${ACCURACY}_high`)];
      this.#evaluations.set(step, { step, value, low, high });
    }
    this.#reward = finite(metrics, REWARD) ?? this.#reward;
    const seconds = finite(metrics, SECONDS);
    if (seconds !== null) this.#seconds = [...this.#seconds, seconds].slice(-RECENT);
  }

  /** A step and those after it are done again. */
  goBackTo(step: number): void {
    for (const known of this.#evaluations.keys()) if (known >= step) this.#evaluations.delete(known);
  }

  /** What it comes to. */
  measured(): Measured {
    const evaluations = [...this.#evaluations.values()].sort((a, b) => a.step - b.step);
    const sum = this.#seconds.reduce((total, seconds) => total + seconds, 0);
    return {
      first: evaluations[0] ?? null,
      last: evaluations.at(-1) ?? null,
      reward: this.#reward,
      secondsOfStep: this.#seconds.length === 0 ? null : sum / this.#seconds.length,
    };
  }
}

function finite(metrics: Metrics, key: string): number | null {
  const value = metrics[key];
  return value !== undefined && Number.isFinite(value) ? value : null;
}
