/** The templates of a comparison: loaded, each with those variables that it declares, under names that tell them apart. */
import { inspected, isObject, oneLine } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { loadTemplate, loadTemplates } from "../prompts/mod.ts";
import type { PromptTemplate, TemplateValue } from "../vocabulary.ts";

/** A template, and what an evaluation is asked to use. */
export interface ChosenTemplate {
  /** Unlike all others of the comparison. */
  readonly name: string;
  /** With its text. */
  readonly template: PromptTemplate;
  /** How it was named: for the command that makes the comparison again. */
  readonly source: string;
  /** Options of the evaluation. */
  readonly options: {
    readonly prompt_template: string | PromptTemplate;
    readonly template_variables?: Readonly<Record<string, TemplateValue>>;
  };
}

/**
 * Loads the templates.
 * @param variables a template gets those it declares, and one at least has to declare each
 * @throws {ConfigError} when there is none, one is no template, or one is given twice
 * @throws {TemplateError} when one cannot be used
 */
export async function chosenTemplates(
  sources: readonly (string | PromptTemplate)[],
  variables: Readonly<Record<string, TemplateValue>> | undefined,
): Promise<ChosenTemplate[]> {
  requireSources(sources);
  const looked = await loadTemplates(sources, { variables });
  const chosen = await Promise.all(sources.map(async (source, i) => {
    const declared = Object.keys(looked[i]?.variables ?? {});
    const own = Object.entries(variables ?? {}).filter(([name]) => declared.includes(name));
    const given = own.length === 0 ? undefined : Object.fromEntries(own);
    const template = given === undefined ? looked[i]! : await loadTemplate(source, { variables: given });
    const options = { prompt_template: source, ...(given !== undefined && { template_variables: given }) };
    return { template, source: typeof source === "string" ? source : template.name, options };
  }));
  const names = toldApart(chosen.map(({ template }) => template.name));
  return chosen.map((one, i) => ({ ...one, name: names[i]! }));
}

function requireSources(sources: unknown): asserts sources is readonly (string | PromptTemplate)[] {
  if (!Array.isArray(sources)) {
    throw new TypeError(
      `cannot compare ${inspected(sources)}: give a list of templates, as in compareTemplates(["baseline", "concise"])`,
    );
  }
  if (sources.length === 0) {
    throw new ConfigError(["templates: the list is empty; name at least one template, such as baseline."]);
  }
  const strange = sources.find((source) => typeof source !== "string" && !isObject(source));
  if (strange !== undefined || sources.includes(undefined)) {
    throw new ConfigError([`templates: expected names, paths or templates, got ${inspected(strange)}.`]);
  }
  const keys = sources.map((source) => typeof source === "string" ? source : JSON.stringify(source));
  const twice = sources.find((_, i) => keys.indexOf(keys[i]!) < i);
  if (twice === undefined) return;
  const name = typeof twice === "string" ? twice : String(twice.name);
  throw new ConfigError([`templates: ${oneLine(name, 80)} is there twice; leave one out.`]);
}

/** Names as they are; of those that are there twice the later ones with a number. */
export function toldApart(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free) || (n > 2 && names.includes(free)); n++) free = `${name} (${n})`;
    taken.add(free);
    return free;
  });
}
