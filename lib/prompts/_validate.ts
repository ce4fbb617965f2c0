/**
 * From data of unknown shape, read from YAML or given from TypeScript, to a template: every field has its type, no field
 * is unknown, texts are bounded, and their Jinja is allowed. All problems are reported, each at its place.
 */
import { didYouMean, isObject } from "../basics/mod.ts";
import type { FewShot, PromptTemplate } from "../vocabulary.ts";
import { jinjaProblems } from "./_jinja.ts";
import { TemplateError } from "./error.ts";
import type { YamlPath } from "./_yaml.ts";

/** How a problem's place is named. */
export interface Places {
  where(path: YamlPath, part?: "key" | "value"): string;
  whereText(path: YamlPath, text: string, nth: number): string;
}

/** Longest text of one field, in characters. */
const MAX_TEXT = 20_000;
const MAX_FEW_SHOT = 64;
const FIELDS = [
  "name",
  "description",
  "best_for",
  "system",
  "few_shot",
  "question",
  "question_suffix",
  "answer_format",
];

/** A reader of one template that collects problems. */
interface Reader {
  readonly data: Readonly<Record<string, unknown>>;
  readonly places: Places;
  readonly problems: string[];
}

/**
 * Checks a template and fills in what it leaves out.
 * @throws {TemplateError} with every problem found
 */
export function validate(data: unknown, places: Places, defaultName: string): PromptTemplate {
  if (!isObject(data)) {
    throw new TemplateError([`${places.where([])}: expected a template's fields, got ${kind(data)}`]);
  }
  const reader: Reader = { data, places, problems: [] };
  for (const key of Object.keys(data)) {
    if (FIELDS.includes(key)) continue;
    const hint = didYouMean(key, FIELDS) || ` Known: ${FIELDS.join(", ")}`;
    reader.problems.push(`${places.where([key], "key")}: unknown field "${key}".${hint}`);
  }
  const system = text(reader, ["system"], data.system, { jinja: true });
  const template: PromptTemplate = {
    name: name(reader, defaultName),
    description: text(reader, ["description"], data.description) ?? "",
    best_for: text(reader, ["best_for"], data.best_for) ?? "",
    ...(system === undefined || system === "" ? {} : { system }),
    few_shot: fewShot(reader),
    question: text(reader, ["question"], data.question, { jinja: true, needs: "question" }) ?? "{{ question }}",
    question_suffix: text(reader, ["question_suffix"], data.question_suffix, { jinja: true }) ?? "",
    answer_format: "boxed",
  };
  if (data.answer_format !== undefined && data.answer_format !== "boxed") {
    reader.problems.push(
      `${places.where(["answer_format"])}: answer_format takes boxed, got ${shown(data.answer_format)}`,
    );
  }
  if (reader.problems.length > 0) throw new TemplateError(reader.problems);
  return template;
}

function name(reader: Reader, defaultName: string): string {
  const value = text(reader, ["name"], reader.data.name) ?? defaultName;
  if (!/^[\p{L}\p{N}_.-][\p{L}\p{N}_. -]{0,63}$/u.test(value)) {
    const reason = `name takes up to 64 letters, digits, spaces and any of _ . -, got ${shown(value)}`;
    reader.problems.push(`${reader.places.where(["name"])}: ${reason}`);
  }
  return value;
}

function fewShot(reader: Reader): readonly FewShot[] {
  const { data: { few_shot: turns }, places, problems } = reader;
  if (turns === undefined) return [];
  if (!Array.isArray(turns) || turns.length > MAX_FEW_SHOT) {
    const got = Array.isArray(turns) ? `${turns.length} of them` : kind(turns);
    problems.push(`${places.where(["few_shot"])}: few_shot takes a list of at most ${MAX_FEW_SHOT} turns, got ${got}`);
    return [];
  }
  return turns.map((turn: unknown, i) => {
    const path = ["few_shot", i];
    if (!isObject(turn)) {
      problems.push(`${places.where(path)}: a few-shot turn has a question and an answer, got ${kind(turn)}`);
      return { question: "", answer: "" };
    }
    for (const key of Object.keys(turn)) {
      if (key === "question" || key === "answer") continue;
      const hint = didYouMean(key, ["question", "answer"]) || " A few-shot turn has a question and an answer";
      problems.push(`${places.where([...path, key], "key")}: unknown field "${key}".${hint}`);
    }
    const part = (key: "question" | "answer") => {
      if (turn[key] === undefined || turn[key] === "") {
        problems.push(`${places.where(path)}: this few-shot turn has no ${key}`);
      }
      return text(reader, [...path, key], turn[key]) ?? "";
    };
    return { question: part("question"), answer: part("answer") };
  });
}

/** A text field without line ends at its end (YAML's `|` adds one); undefined when absent or wrong. */
function text(
  { places, problems }: Reader,
  path: YamlPath,
  value: unknown,
  { jinja = false, needs }: { jinja?: boolean; needs?: string } = {},
): string | undefined {
  if (value === undefined) return undefined;
  const field = path.at(-1);
  if (typeof value !== "string") {
    const hint = typeof value === "number" || typeof value === "boolean" ? "; put it in quotes" : "";
    problems.push(`${places.where(path)}: ${field} takes text, got ${kind(value)}${hint}`);
    return undefined;
  }
  if (value.length > MAX_TEXT) {
    problems.push(`${places.where(path)}: ${field} takes at most ${MAX_TEXT} characters, got ${value.length}`);
    return undefined;
  }
  if (jinja) {
    for (const { reason, tag, nth } of jinjaProblems(value, needs)) {
      problems.push(`${tag === "" ? places.where(path) : places.whereText(path, tag, nth)}: ${field}: ${reason}`);
    }
  }
  return value.replace(/[\r\n]+$/, "");
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function shown(value: unknown): string {
  const shortened = typeof value === "string" ? value.slice(0, 80) : value;
  return typeof shortened === "string" ? JSON.stringify(shortened) : kind(shortened);
}
