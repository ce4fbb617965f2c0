/**
 * Vega and Vega-Lite behind one door, loaded when the first plot is drawn. Nothing a specification names is ever fetched:
 * the loader refuses every address.
 */
import { hash32 } from "../basics/mod.ts";
import type { Json } from "./_style.ts";

/** A specification made into a picture. */
export interface Drawn {
  /** The picture, as text of an SVG file. */
  readonly svg: string;
  /** What Vega or Vega-Lite complained about. */
  readonly warnings: readonly string[];
}

function refuse(uri: unknown): never {
  throw new TypeError(`a plot must not load anything, but its specification names ${String(uri).slice(0, 200)}`);
}

/** Keeps complaints instead of printing them; vega's loggers chain. */
function collector(warnings: string[]) {
  const keep = (...parts: readonly unknown[]) => {
    warnings.push(parts.map(String).join(" "));
    return logger;
  };
  const ignore = () => logger;
  const level = () => 0;
  const logger = { level, error: keep, warn: keep, info: ignore, debug: ignore };
  return logger;
}

/**
 * The width of text in pixels. Without a screen Vega takes every character for four fifths of the font's size, which
 * leaves wide gaps; this is the width of common sans-serif fonts, a little on the safe side.
 */
function textWidth(item: { readonly fontSize?: number; readonly limit?: number }, text: unknown): number {
  let ems = 0;
  for (const character of String(text ?? "")) {
    ems += /[\u1100-\uffff]/.test(character)
      ? 1
      : /[+=<>~±×÷]/.test(character)
      ? 0.84
      : /[A-Zmw%@_]/.test(character)
      ? 0.74
      : /\d/.test(character)
      ? 0.64
      : /[ iljtf.,:;'|()]/.test(character)
      ? 0.36
      : 0.6;
  }
  const width = ems * (item.fontSize ?? 11);
  return item.limit !== undefined && item.limit > 0 ? Math.min(width, item.limit) : width;
}

/**
 * The picture with its clip paths renamed after its content. Vega counts them from the start of the program, so that
 * pictures of two sessions, pasted into one page, would clip each other; and no picture would be drawn twice the same.
 */
function withOwnIds(svg: string): string {
  const ids = /(?<=<clipPath id="|clip-path="url\(#)[^")]*/g;
  const counted = new Map<string, number>();
  const number = (id: string) => String(counted.get(id) ?? (counted.set(id, counted.size), counted.size - 1));
  const plain = svg.replace(ids, number);
  const own = hash32(plain).toString(36);
  return plain.replace(ids, (id) => `clip_${own}_${id}`);
}

/**
 * Draws a Vega-Lite specification without a screen. Data that it names instead of holding are not loaded: a warning.
 * @throws {Error} when Vega-Lite does not understand it
 */
export async function drawSvg(spec: Json): Promise<Drawn> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  // Vega's own hook for programs without a canvas.
  (vega as unknown as { textMetrics: { width: typeof textWidth } }).textMetrics.width = textWidth;
  const warnings: string[] = [];
  const logger = collector(warnings) as unknown as ReturnType<typeof vega.logger>;
  const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], { logger });
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse, options: {} };
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: "none",
    logger,
    loader: loader as unknown as ReturnType<typeof vega.loader>,
  });
  try {
    return { svg: withOwnIds(await view.toSVG()), warnings };
  } finally {
    view.finalize();
  }
}
