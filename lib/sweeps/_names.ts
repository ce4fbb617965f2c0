/**
 * Names of run folders, from the settings that tell a configuration from the others: `learning_rate-0.0001+seed-0`. A name
 * depends on nothing but its own configuration, so it stays when the file gets more values, and it is a folder's name on
 * every system: no letter that some shell or disk takes for something else, nothing that differs only in case, not too
 * long. Where that loses something of a value, a digest of the value says it.
 */
import { clipLine, hash32, isObject, maskUserInfo } from "../basics/mod.ts";
import type { ConfigKey, TrainConfig } from "../config/mod.ts";

/** Longest name; Windows gives a whole path 260 characters. */
const LONGEST_NAME = 80;
/** Longest part of it that says a text. */
const LONGEST_VALUE = 32;

/** The folder's name. @param keys those that the grid and the entry of the list set, in order */
export function folderName(config: TrainConfig, keys: readonly ConfigKey[]): string {
  if (keys.length === 0) return "base";
  const name = keys.map((key) => `${key}-${nameOf(config[key])}`).join("+");
  return name.length <= LONGEST_NAME ? name : `${trimmed(name.slice(0, LONGEST_NAME - 9))}-${digest(name)}`;
}

function nameOf(value: unknown): string {
  // Of a template that is an object its own name is read best; of a path or a repository the last part.
  const full = isObject(value) && typeof value.name === "string"
    ? value.name
    : Array.isArray(value)
    ? value.join("_")
    : isObject(value)
    ? JSON.stringify(value)
    : value === null
    ? "none"
    : String(value);
  const last = full.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? "";
  const plain = trimmed(last.toLowerCase().replace(/[^a-z0-9._-]+/g, "_").slice(0, LONGEST_VALUE));
  const isWhole = plain === full && !(isObject(value) && !Array.isArray(value));
  return isWhole ? plain : `${plain === "" ? "" : `${plain}-`}${digest(JSON.stringify(value))}`;
}

/** No name may end in a dot, and none should end in what looks like a gap. */
function trimmed(text: string): string {
  return text.replace(/^[._]+|[._-]+$/g, "");
}

function digest(text: string): string {
  return hash32("sweep", text).toString(16).padStart(8, "0");
}

/** The settings as text, for people. */
export function settingsOf(config: TrainConfig, keys: readonly ConfigKey[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, valueText(config[key])]));
}

/** A value in few characters; a password of an address is left out. */
export function valueText(value: unknown): string {
  if (value === null) return "none";
  if (isObject(value) && typeof value.name === "string") return clipLine(value.name, 40);
  return clipLine(maskUserInfo(typeof value === "string" ? value : JSON.stringify(value) ?? String(value)), 40);
}

/** `learning_rate=0.0001 seed=0`. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  const parts = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return parts.length === 0 ? "base" : parts.join(" ");
}
