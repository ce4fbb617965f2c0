/**
 * Commands that a page shows ready to copy. The page itself starts and stops nothing. Names of folders may be anything, so
 * they are quoted for a shell; one that cannot be typed safely gets no command.
 */
import { relative, sep } from "node:path";
import { stripControls } from "../basics/mod.ts";
import { type ConfigKey, defaultsFor, type TrainConfig } from "../config/mod.ts";
import { isForeignServer } from "../policy/mod.ts";
import type { Run } from "../runs/mod.ts";

/** A command and what it does. */
export interface Command {
  readonly title: string;
  readonly text: string;
}

/** Text as one word of a shell; undefined where it holds what cannot be typed. */
export function shellWord(text: string): string | undefined {
  if (text === "" || text.length > 4096 || /\n/.test(text) || stripControls(text) !== text) return undefined;
  return /^[\w./=:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A path as it is typed in the working folder: relative where it is below it. */
export function typedPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  if (below === "" || below === ".." || below.startsWith(`..${sep}`)) return path;
  return below.startsWith("-") ? `./${below}` : below;
}

/** What one may want to do with a run. @param cwd where commands are typed */
export function runCommands(run: Run, cwd: string): Command[] {
  const path = shellWord(typedPath(run.path, cwd));
  if (path === undefined) return [];
  const look = [
    { title: "Show it in a terminal", text: `deno task show ${path}` },
    { title: "Measure it on held-out problems", text: `deno task eval ${path}` },
  ];
  if (run.state === "running") {
    return [{ title: "Stop it, with a checkpoint", text: `deno task stop ${path}` }, look[0]!];
  }
  const again = trainCommand(run);
  return [
    ...(run.state === "finished" ? [] : [{ title: "Go on with it", text: resumeCommand(run.config, path) }]),
    ...(again === undefined ? [] : [{ title: "Train with the same settings", text: again }]),
    ...look,
  ];
}

function resumeCommand(config: TrainConfig, path: string): string {
  // A key goes to such a server only when it is named again.
  const server = isForeignServer(config) ? shellWord(`base_url=${config.base_url}`) : undefined;
  return `deno task resume ${path}${server === undefined ? "" : ` ${server}`}`;
}

/** What names a folder or a service of one's own belongs to one run. */
const OF_ONE_RUN: readonly ConfigKey[] = ["log_path", "behavior_if_log_dir_exists", "wandb_name", "resume_changes"];

/** The settings of a run that are not the defaults, in their order. */
export function ownSettings({ config }: Pick<Run, "config">): [key: ConfigKey, value: unknown][] {
  const defaults: Partial<Record<ConfigKey, unknown>> = { ...defaultsFor(config.backend, config.method) };
  return (Object.entries(config) as [ConfigKey, unknown][]).filter(([key, value]) =>
    !OF_ONE_RUN.includes(key) && JSON.stringify(defaults[key]) !== JSON.stringify(value)
  );
}

/** A value as it is typed; undefined where it is not to be typed in a line. */
function typedValue(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null) return "none";
  const isList = Array.isArray(value) && value.every((item) => ["string", "number"].includes(typeof item));
  return isList ? value.join(",") : undefined;
}

/** The command that trains with the same settings; undefined where a line does not hold them. */
function trainCommand(run: Run): string | undefined {
  const { facts: { reward, problems } } = run;
  if (reward !== undefined || problems?.given) return undefined;
  const words = ownSettings(run).map(([key, value]) => {
    const typed = typedValue(value);
    return typed === undefined ? undefined : shellWord(`${key}=${typed}`);
  });
  return words.includes(undefined) ? undefined : ["deno task train", ...words].join(" ");
}
