/**
 * What the checks of a template's fields share: data of unknown shape with the places of its values, and a list that
 * collects what is wrong with them.
 */
import { clip, type YamlPath } from "../basics/mod.ts";
import { jinjaProblems } from "./_jinja.ts";

/** How a problem's place is named. */
export interface Places {
  /** The place of a value, or of its key. */
  where(path: YamlPath, part?: "key" | "value"): string;
  /** The place of the nth (from 0) occurrence of a text within a value. */
  whereText(path: YamlPath, text: string, nth: number): string;
  /** How many templates stand between this one and the one that has the field; absent: none ever. */
  parentsTo?(field: string): number;
}

/** A reader of one template that collects problems. */
export interface Reader {
  readonly data: Readonly<Record<string, unknown>>;
  readonly places: Places;
  /** How messages call the template. */
  readonly label: string;
  readonly problems: string[];
  /** Names that the template declares, right or wrong. */
  readonly variables: readonly string[];
}

/** What a text may be. */
export interface TextRule {
  /** It is Jinja. */
  readonly jinja?: boolean;
  /** A placeholder that has to occur. */
  readonly needs?: string;
  /** Most characters. */
  readonly most?: number;
}

/** Longest text of one field, in characters. */
const MAX_TEXT = 20_000;

/** Adds a problem at the place of a value. */
export function complain({ places, problems }: Reader, path: YamlPath, reason: string): void {
  problems.push(`${places.where(path)}: ${reason}`);
}

/** A text field without line ends at its end (YAML's `|` adds one); undefined when absent or wrong. */
export function text(reader: Reader, path: YamlPath, value: unknown, rule: TextRule = {}): string | undefined {
  if (value === undefined) return undefined;
  const { jinja = false, needs, most = MAX_TEXT } = rule;
  const field = path.at(-1);
  if (typeof value !== "string") {
    const hint = typeof value === "number" || typeof value === "boolean" ? "; put it in quotes" : "";
    complain(reader, path, `${field} takes text, got ${kind(value)}${hint}`);
    return undefined;
  }
  if (value.length > most) {
    complain(reader, path, `${field} takes at most ${most} characters, got ${value.length}`);
    return undefined;
  }
  if (jinja) {
    const { places, problems, variables } = reader;
    for (const { reason, tag, nth } of jinjaProblems(value, { needs, variables })) {
      problems.push(`${tag === "" ? places.where(path) : places.whereText(path, tag, nth)}: ${field}: ${reason}`);
    }
  }
  return value.replace(/[\r\n]+$/, "");
}

/** What a value is, in words. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A value for a message: short text and numbers as they are, else what it is. */
export function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? JSON.stringify(clip(value, 80)) : kind(value);
}
