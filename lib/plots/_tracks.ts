/**
 * Sources as tracks: each gives its values under a key, and says with which others it shares a line. Runs share one when
 * their configurations agree in everything that can move a result but the seed.
 */
import { configurationGroups, type Run, type StepMetrics } from "../runs/mod.ts";
import { allTokens } from "../training/mod.ts";
import { type Columns, columnsOf } from "./_columns.ts";
import { distinct, label } from "./_names.ts";
import type { PlotGroupBy, PlotX } from "./options.ts";
import { isSeries, type PlotSource, type Series } from "./series.ts";

/** The values of one source. */
export interface Track {
  /** What it measured. */
  readonly keys: readonly string[];
  /** The values under a key; undefined where it has none. */
  columns(key: string): Columns | undefined;
}

/** Tracks that share a line. */
export interface TrackGroup {
  /** How the line is called. */
  readonly label: string;
  /** The sources. */
  readonly tracks: readonly Track[];
}

/** Sources as groups of tracks, in the order they first appear. @throws {RangeError} for `x` that a series lacks */
export function groupsOf(sources: readonly PlotSource[], groupBy: PlotGroupBy, x: PlotX): TrackGroup[] {
  const series = sources.filter(isSeries);
  const runs = sources.filter((source) => !isSeries(source)) as Run[];
  if (series.length > 0 && x !== "step") {
    throw new RangeError(
      `cannot plot over ${x}: a series tells only its steps, and "${label(series[0]!.name)}" is one`,
    );
  }
  const groups = [...runGroups(runs, groupBy, x), ...seriesGroups(series, groupBy)];
  const labels = distinct(groups.map((group) => group.label));
  return groups.map(({ tracks }, i) => ({ label: labels[i]!, tracks }));
}

function seriesGroups(series: readonly Series[], groupBy: PlotGroupBy): TrackGroup[] {
  // Under one name there may be several metrics; what repeats is a name with the same metric.
  const seen = new Map<string, number>();
  const identity = ({ name, metric }: Series) => {
    if (groupBy === "configuration") return name;
    const key = JSON.stringify([name, metric]);
    const repeat = seen.get(key) ?? 0;
    seen.set(key, repeat + 1);
    return JSON.stringify([name, repeat]);
  };
  return [...Map.groupBy(series, identity).values()].map((members) => ({
    label: label(members[0]!.name),
    tracks: members.map(seriesTrack),
  }));
}

function seriesTrack({ metric = "value", points }: Series): Track {
  return { keys: [metric], columns: (key) => key === metric ? columnsOf(points) : undefined };
}

/** Runs by what they share a line with. */
export function runGroups(runs: readonly Run[], groupBy: PlotGroupBy, x: PlotX): TrackGroup[] {
  if (groupBy === "run") return runs.map((run) => ({ label: label(run.name), tracks: [runTrack(run, x)] }));
  return configurationGroups(runs).map(({ label: name, runs: members }) => ({
    label: label(`${name}${members.length > 1 ? ` (${members.length} runs)` : ""}`),
    tracks: members.map((run) => runTrack(run, x)),
  }));
}

function runTrack(run: Run, x: PlotX): Track {
  const keys = new Set<string>();
  for (const { metrics } of run.metrics) for (const key in metrics) keys.add(key);
  const places = placesOf(run.metrics, x);
  return {
    keys: [...keys],
    columns: (key) => keys.has(key) ? runColumns(run.metrics, key, places) : undefined,
  };
}

function runColumns(rows: readonly StepMetrics[], key: string, places: readonly number[] | undefined): Columns {
  const points = rows.flatMap(({ step, metrics }, i) => {
    const value = metrics[key];
    if (value === undefined) return [];
    return [{ step, x: places?.[i], value, low: metrics[`${key}_low`], high: metrics[`${key}_high`] }];
  });
  return columnsOf(points);
}

/** [N] where each row stands; undefined where that is its step. A row that does not tell stands where the last one did. */
function placesOf(rows: readonly StepMetrics[], x: PlotX): number[] | undefined {
  if (x === "step") return undefined;
  let place = 0;
  return rows.map(({ metrics }) => {
    const spent = metrics["time/total"];
    if (x === "tokens") place = allTokens(metrics) ?? place;
    else if (spent !== undefined && Number.isFinite(spent)) place += spent;
    return place;
  });
}
