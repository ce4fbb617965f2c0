/**
 * What is at a configuration's place now: nothing, its run, or something that is left alone. Looks, and touches nothing;
 * whether a sweep goes on with a run is decided here and nowhere else.
 */
import { join } from "node:path";
import { clipLine } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import {
  changedKeys,
  changedText,
  configRole,
  inspectLogFolder,
  openRun,
  type Run,
  RUN_FILES,
  RunFolderError,
  sameTemplate,
} from "../runs/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";

/** What a configuration has at its place. */
export type Found =
  /** Nothing: its run is still to be started. */
  | { readonly kind: "absent" }
  /** Its run, whatever has become of it. */
  | { readonly kind: "run"; readonly run: Run }
  /** Something else, or a run that was made with other settings: it is left alone. */
  | { readonly kind: "other"; readonly why: string; readonly run?: Run };

/** What a run at this place has to be of. */
export interface Wanted {
  readonly path: string;
  readonly config: TrainConfig;
  /** Absent: it is not compared. */
  readonly template?: PromptTemplate | undefined;
}

/** Whether what a run comes to depends on a key: not on where things are, nor on budgets, with more of which it goes on. */
function matters(key: string): boolean {
  return configRole(key) !== "aside" && key !== "max_cost" && key !== "max_train_tokens";
}

/** Differences that a sentence lists. */
const LISTED = 4;

/** Looks at a place. @param now milliseconds since 1970 */
export async function lookAt({ path, config, template }: Wanted, now: number): Promise<Found> {
  const folder = await inspectLogFolder(path, now);
  if (folder.kind === "absent") return { kind: "absent" };
  if (folder.kind !== "run") return { kind: "other", why: folder.why };
  try {
    const run = await openRun(path, { now });
    const differences = differencesOf(run, config, template);
    if (differences.length === 0) return { kind: "run", run };
    const more = differences.length > LISTED ? `, and ${differences.length - LISTED} more` : "";
    const why = `its run has other settings: ${differences.slice(0, LISTED).join(", ")}${more}`;
    return { kind: "other", why, run };
  } catch (error) {
    if (!(error instanceof RunFolderError || error instanceof SyntaxError)) throw error;
    return { kind: "other", why: error.message };
  }
}

/** In what a run is not what is wanted, in words; nothing: it is. */
function differencesOf(run: Run, wanted: TrainConfig, template: PromptTemplate | undefined): string[] {
  const changed = Object.entries(changedKeys(run.config, wanted)).filter(([key]) => matters(key));
  const texts = changed.map(([key, values]) => changedText(key, values));
  // A record that lost its text says nothing.
  const isOther = template !== undefined && typeof run.template.question === "string" &&
    !sameTemplate(run.template, asRecorded(template));
  if (!isOther) return texts;
  const [was, is] = [clipLine(run.template.name, 80), clipLine(template.name, 80)];
  return [...texts, was === is ? `the text of template ${is} has changed` : `template: ${was} -> ${is}`];
}

/** As it would be read back. */
function asRecorded(template: PromptTemplate): PromptTemplate {
  return JSON.parse(JSON.stringify(template));
}

/** The code that a run's process ended with, where it was killed or broke down, and that is the last word of its log. */
export async function exitCode(path: string): Promise<string | undefined> {
  const text = await endOf(join(path, RUN_FILES.log)).catch(() => "");
  return / the process ended with code (\d+)\s*$/.exec(text)?.[1];
}

const LAST_BYTES = 4_000;

async function endOf(path: string): Promise<string> {
  using file = await Deno.open(path, { read: true });
  const { size } = await file.stat();
  await file.seek(Math.max(0, size - LAST_BYTES), Deno.SeekMode.Start);
  const bytes = new Uint8Array(LAST_BYTES);
  let length = 0;
  for (let count = 0; length < LAST_BYTES; length += count) {
    count = await file.read(bytes.subarray(length)) ?? 0;
    if (count === 0) break;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
