/**
 * The small charts of a panel: which numbers, under which names, and how they are drawn. A chart is an image: a notebook
 * that is opened by somebody else loses its inline SVG, but not its images. Its colours show on light pages and on dark.
 */
import { escapeHtml, scale, type SparkPoint, sparkText } from "../basics/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { extremes, MOST_DRAWN, withPoint } from "./_series.ts";

/** A number whose course is shown. */
interface Charted {
  readonly key: string;
  /** With its unit, as short as may be. */
  readonly title: string;
  /** In full, for screen readers. */
  readonly name: string;
  readonly text: (value: number) => string;
}

const fixed = (digits: number) => (value: number) => value.toFixed(digits);

/** Strict accuracy on held-out problems, drawn as points into the chart of training's. */
const HELD_OUT = "test/env/all/correct";

const CHARTED: readonly Charted[] = [
  { key: "env/all/reward/total", title: "reward", name: "mean reward", text: fixed(3) },
  { key: "env/all/correct", title: "accuracy", name: "strict accuracy", text: fixed(3) },
  { key: "env/all/ac_tokens_per_turn", title: "length, tokens", name: "mean length in tokens", text: fixed(1) },
  {
    key: "optim/kl_sample_train_v2",
    title: "KL, nats/token",
    name: "KL of sampler and trainer in nats a token",
    text: (value) => value === 0 ? "0" : Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(2),
  },
  { key: "optim/entropy", title: "entropy, nats/token", name: "entropy in nats a token", text: fixed(3) },
];

/** Below it a number is what rounding in single precision leaves, and says nothing. */
const ROUNDING = 1e-10;
const settled = (value: number | undefined) => value !== undefined && Math.abs(value) < ROUNDING ? 0 : value;

/** The courses of a run, by metric key. */
export type History = Readonly<Record<string, readonly SparkPoint[]>>;

/** The courses with what a step, or an evaluation after so many steps, has measured. */
export function withMetrics(history: History, step: number, metrics: Metrics): History {
  const keys = [...CHARTED.map(({ key }) => key), HELD_OUT];
  return Object.fromEntries(keys.map((key) => [key, withPoint(history[key] ?? [], step, settled(metrics[key]))]));
}

/** One chart. */
export interface Chart {
  readonly key: string;
  /** With its unit. */
  readonly title: string;
  /** The first value and the last, or the only one. */
  readonly value: string;
  /** All of it in words. */
  readonly description: string;
  readonly points: readonly SparkPoint[];
  /** Of held-out problems. */
  readonly heldOut: readonly SparkPoint[];
}

/** The charts of those numbers that were measured more than once. */
export function chartsOf(history: History): Chart[] {
  return CHARTED.flatMap(({ key, title, name, text }) => {
    const points = extremes(history[key] ?? [], MOST_DRAWN);
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || first === last) return [];
    const heldOut = key === "env/all/correct" ? extremes(history[HELD_OUT] ?? [], MOST_DRAWN) : [];
    const value = `${text(first.value)} → ${text(last.value)}`;
    const test = heldOut.length === 0 ? "" : `; on held-out problems last ${text(heldOut.at(-1)!.value)}`;
    const description = `${name}, from ${text(first.value)} at step ${first.step} to ${text(last.value)} at step ` +
      `${last.step}${test}`;
    return [{ key, title, value, description, points, heldOut }];
  });
}

/** The course in characters. */
export function chartText({ points }: Chart): string {
  return sparkText(points, 30);
}

/** In pixels. */
export const CHART_WIDTH = 124;
const [WIDTH, HEIGHT, EDGE] = [CHART_WIDTH, 36, 3];
const LINE = "rgb(59,130,246)";
/** Colour of held-out problems. */
export const HELD_OUT_COLOR = "rgb(217,119,6)";

/** The chart as an image. */
export function chartHtml(chart: Chart): string {
  const source = `data:image/svg+xml;base64,${btoa(chartSvg(chart))}`;
  return `<img src="${source}" alt="${escapeHtml(chart.description)}" width="${WIDTH}" height="${HEIGHT}">`;
}

function chartSvg({ points, heldOut }: Chart): string {
  const all = [...points, ...heldOut];
  const x = scale(all.map(({ step }) => step), EDGE, WIDTH - EDGE);
  const y = scale(all.map(({ value }) => value), HEIGHT - EDGE, EDGE);
  const place = ({ step, value }: SparkPoint) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`;
  const dot = (point: SparkPoint, color: string) => {
    const [cx, cy] = place(point).split(",");
    return `<circle cx="${cx}" cy="${cy}" r="2.2" fill="${color}"/>`;
  };
  const line = (at: number) =>
    `<path d="M0 ${at}H${WIDTH}" stroke="rgb(128,128,128)" stroke-opacity="0.3" stroke-width="1"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    line(0.5) + line(HEIGHT - 0.5) +
    `<polyline points="${points.map(place).join(" ")}" fill="none" stroke="${LINE}" stroke-width="1.4" ` +
    `stroke-linejoin="round"/>${dot(points.at(-1)!, LINE)}` +
    `${heldOut.map((point) => dot(point, HELD_OUT_COLOR)).join("")}</svg>`;
}
