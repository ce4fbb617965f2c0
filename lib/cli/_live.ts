/**
 * Lines that stay at the bottom of a terminal and are redrawn in place, with permanent lines scrolling above them. When
 * nobody watches, only the permanent lines are written, without any control code.
 */
import { cut } from "./_text.ts";
import type { CliIo } from "./_io.ts";

/** Redrawing more often than this only flickers. */
const REDRAW_MS = 100;

/** The bottom of a terminal. */
export interface LiveLines {
  /** Writes lines that stay. */
  print(text: string): void;
  /** Replaces the lines at the bottom. */
  show(lines: readonly string[]): void;
  /** Takes the lines at the bottom away. */
  clear(): void;
}

/** Lines for a terminal, or for a file when it is none. */
export function liveLines(io: CliIo): LiveLines {
  if (!io.isTerminal) return { print: (text) => io.out(`${text}\n`), show: () => {}, clear: () => {} };
  let shown: readonly string[] = [];
  let drawn = 0;
  let drawnAt = -Infinity;

  /** Back to the first of the drawn lines, everything below it erased. */
  const erased = () => drawn === 0 ? "" : `\x1b[${drawn}A\r\x1b[J`;
  function draw(prefix: string): void {
    // Cut to the width: a line that wraps would take two rows, and the next redraw would erase the wrong ones.
    const lines = shown.map((line) => `${cut(line, io.columns() - 1)}\n`);
    io.out(erased() + prefix + lines.join(""));
    drawn = lines.length;
    drawnAt = io.now();
  }
  return {
    print: (text) => draw(`${text}\n`),
    show(lines) {
      const more = lines.length !== shown.length;
      shown = lines;
      // A clock that was set back must not keep the lines as they are.
      if (more || Math.abs(io.now() - drawnAt) >= REDRAW_MS) draw("");
    },
    clear() {
      shown = [];
      if (drawn > 0) draw("");
    },
  };
}
