/** The reference of all hyperparameters, made from the table that also checks them. */
import { CONFIG_KEYS, FIELDS } from "./_fields.ts";
import type { Method } from "./algorithm.ts";
import { type Defaults, defaultsFor } from "./defaults.ts";
import type { BackendName, ConfigKey } from "./schema.ts";

/**
 * Every hyperparameter with its defaults, meaning and range.
 * @param format `text` for a terminal, `markdown` for a page
 */
export function referenceTable(format: "text" | "markdown" = "text"): string {
  return format === "text" ? asText() : asMarkdown();
}

/** A default as it would be written on a command line. */
function defaultOf(key: ConfigKey, backend: BackendName, method: Method = "grpo"): string {
  if (key === "backend") return "auto";
  if (key === "method") return "grpo";
  if (key === "log_path") return "runs/<env>-<template>-<model>-s<seed>";
  const value: unknown = (defaultsFor(backend, method) as Record<keyof Defaults, unknown>)[key];
  if (value === null) return "none";
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The defaults that expert iteration changes, in words; empty where it changes none. */
function expertDefault(key: ConfigKey): string {
  const of = (method: Method) => (["local", "tinker"] as const).map((backend) => defaultOf(key, backend, method));
  const [local, tinker] = of("expert_iteration") as [string, string];
  if (of("grpo").join("\n") === `${local}\n${tinker}`) return "";
  return `with expert_iteration: ${local}${local === tinker ? "" : `, tinker: ${tinker}`}`;
}

function asText(): string {
  const lines: string[] = [];
  for (const key of CONFIG_KEYS) {
    const [local, tinker] = [defaultOf(key, "local"), defaultOf(key, "tinker")];
    const { help, values } = FIELDS[key];
    const others = [local === tinker ? "" : `tinker: ${tinker}`, expertDefault(key)].filter((text) => text !== "");
    lines.push(`  ${key}=${local}${others.length === 0 ? "" : `   (${others.join(") (")})`}`);
    lines.push(`      ${help} Takes ${values}.`);
  }
  return lines.join("\n");
}

function asMarkdown(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = CONFIG_KEYS.map((key) => {
    const { help, values } = FIELDS[key];
    const defaults = [defaultOf(key, "local"), defaultOf(key, "tinker")].map((text) => `\`${text}\``);
    const other = expertDefault(key);
    const what = other === "" ? help : `${help} Default ${other}.`;
    return `| ${[`\`${key}\``, ...defaults, what, values].map(cell).join(" | ")} |`;
  });
  return ["| key | local | tinker | what it does | takes |", "|---|---|---|---|---|", ...rows].join("\n");
}
