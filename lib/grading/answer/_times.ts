/** Times of day: `10:30`, `6:00 p.m.`, "6 pm", "noon". Durations are quantities and stand elsewhere. */
import type { Time } from "./answer.ts";

const CLOCK =
  /^(\d{1,2})\s?:\s?(\d{2})(?:\s?:\s?(\d{2}))?\s?(?:o'clock)?\s?(?:([ap])\.?\s?m\.?)?(?: in the (morning|afternoon|evening))?$/i;
const HOUR = /^(\d{1,2})\s?(?:o'clock\s?)?([ap])\.?\s?m\.?$/i;
const O_CLOCK = /^(\d{1,2})\s?o'clock(?: in the (morning|afternoon|evening))?$/i;
const DAY = 86400;

/** Reads a time of day; undefined when it is none. */
export function readTime(text: string): Time | undefined {
  const named = /^(?:12(?::00)? )?(noon|midday|midnight)$/i.exec(text)?.[1]?.toLowerCase();
  if (named !== undefined) {
    return { kind: "time", seconds: named === "midnight" ? 0 : DAY / 2, half: named === "midnight" ? "am" : "pm" };
  }
  if (!/^\d/.test(text)) return undefined;
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [, hours, minutes, seconds, half, part] = clock;
    return timeOf(Number(hours), Number(minutes), Number(seconds ?? 0), halfOf(half, part));
  }
  const hour = HOUR.exec(text) ?? O_CLOCK.exec(text);
  if (hour === null) return undefined;
  const letter = hour[2]?.toLowerCase() ?? "";
  return timeOf(Number(hour[1]), 0, 0, letter.length === 1 ? halfOf(letter, undefined) : halfOf(undefined, letter));
}

function halfOf(letter: string | undefined, part: string | undefined): "am" | "pm" | undefined {
  if (letter !== undefined) return letter.toLowerCase() === "a" ? "am" : "pm";
  if (part === undefined || part === "") return undefined;
  return part.toLowerCase() === "morning" ? "am" : "pm";
}

function timeOf(hours: number, minutes: number, seconds: number, half: "am" | "pm" | undefined): Time | undefined {
  if (hours > 24 || minutes > 59 || seconds > 59 || (half !== undefined && hours > 12 && half === "am")) {
    return undefined;
  }
  // From 13:00 on, and before 1:00, the half is said by the hour.
  const known = half ?? (hours > 12 && hours < 24 ? "pm" : hours === 0 || hours === 24 ? "am" : undefined);
  const all = (hours % 12) * 3600 + minutes * 60 + seconds;
  return {
    kind: "time",
    seconds: all + (known === "pm" ? DAY / 2 : 0),
    ...(known === undefined ? {} : { half: known }),
    ...(half === undefined && known !== undefined ? { full: true } : {}),
  };
}

/** Whether two times are the same; a half of the day that was left out fits both. */
export function sameTime(a: Time, b: Time): boolean {
  if (a.seconds % (DAY / 2) !== b.seconds % (DAY / 2)) return false;
  // `22:30` says by its hour which half it means, and is not `10:30`.
  if (a.half === undefined || b.half === undefined) return a.full !== true && b.full !== true;
  return a.half === b.half;
}
