/** Labels beside points, each where it covers least: tried right, left, above and below, in the order of the points. */

/** A point with its crossing intervals, in data units. */
interface Point {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly xLow?: number;
  readonly xHigh?: number;
  readonly yLow?: number;
  readonly yHigh?: number;
}

/** The panel: its size in pixels, and the ranges of its axes. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A label: its left end and its middle, in pixels of the panel. */
export interface PlacedLabel {
  readonly left: number;
  readonly top: number;
  readonly text: string;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** About a character of size 11, and half a line. */
const [CHARACTER, HALF] = [6.2, 7];

/** Places for labels. All of a label stands within the panel where it is wide enough. */
export function placeLabels(points: readonly Point[], frame: Frame): PlacedLabel[] {
  const { width, height, x, y } = frame;
  const across = (value: number) => (value - x[0]) / (x[1] - x[0]) * width;
  const down = (value: number) => height - (value - y[0]) / (y[1] - y[0]) * height;
  const taken: Box[] = points.flatMap((point) => marksOf(point, across, down));
  return points.map((point) => {
    const wide = [...point.name].length * CHARACTER;
    const [px, py] = [across(point.x), down(point.y)];
    const candidates = spotsOf(px, py, wide).map(([left, top]) => {
      const inside = Math.max(2, Math.min(width - wide - 2, left));
      const box = { left: inside, right: inside + wide, top: top - HALF, bottom: top + HALF };
      const outside = Math.max(0, -box.top) + Math.max(0, box.bottom - height) + Math.abs(inside - left) / 10;
      return { box, top, cost: outside * 50 + taken.reduce((sum, other) => sum + overlap(box, other), 0) };
    });
    const best = candidates.reduce((a, b) => b.cost < a.cost ? b : a);
    taken.push(best.box);
    return { left: Math.round(best.box.left), top: Math.round(best.top), text: point.name };
  });
}

/** Corners first, as the intervals cross at the point. */
function spotsOf(x: number, y: number, wide: number): readonly (readonly [number, number])[] {
  const [left, right, middle] = [x - wide - 8, x + 8, x - wide / 2];
  return [[right, y - 11], [right, y + 11], [left, y - 11], [left, y + 11], [middle, y - 18], [middle, y + 18]];
}

function marksOf(
  { x, y, xLow = x, xHigh = x, yLow = y, yHigh = y }: Point,
  across: (value: number) => number,
  down: (value: number) => number,
): Box[] {
  const [px, py] = [across(x), down(y)];
  return [
    { left: px - 6, right: px + 6, top: py - 6, bottom: py + 6 },
    { left: across(xLow), right: across(xHigh), top: py - 1, bottom: py + 1 },
    { left: px - 1, right: px + 1, top: down(yHigh), bottom: down(yLow) },
  ];
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}
