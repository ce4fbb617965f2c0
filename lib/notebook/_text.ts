/** Numbers and foreign text as the notebook shows them: short, on one line, without control characters. */
import { stripControls } from "../basics/mod.ts";

/** Foreign text on one line, at most `width` characters. It is not escaped yet. */
export function oneLine(text: string, width = 200): string {
  const characters = [...stripControls(text).replace(/\s+/g, " ").trim()];
  return characters.length <= width ? characters.join("") : `${characters.slice(0, width - 1).join("")}…`;
}

/** A duration as `0:42`, `12:05` or `3:07:00`; `-` where it is not known. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  const total = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A count in few characters: `950`, `41.2k`, `3.1M`. */
export function short(count: number): string {
  if (count < 1000) return String(Math.round(count));
  // Rounded first: 999,960 is 1.0M, not 1000.0k.
  const thousands = Math.round(count / 100) / 10;
  return thousands < 1000 ? `${thousands.toFixed(1)}k` : `${(count / 1e6).toFixed(1)}M`;
}

/** A number with so many decimals; undefined where there is none. */
export function fixed(value: number | undefined, digits: number): string | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : value.toFixed(digits);
}

/** `1 step`, `2 steps`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
