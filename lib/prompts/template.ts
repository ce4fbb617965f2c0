/**
 * Templates by name, from a file, or from an object. A template is data: reading one evaluates nothing, and one that
 * cannot be used is refused with file, line, column and reason.
 */
import { inspected, isObject, requireFields, unknownOptions, type YamlPath } from "../basics/mod.ts";
import type { PromptTemplate, TemplateValue } from "../vocabulary.ts";
import { asTemplate, asTemplateList } from "./_display.ts";
import { withParents } from "./_inherit.ts";
import { bundledNames, isTemplateName, openSource, type Source } from "./_source.ts";
import { isWhole, type RawTemplate, validate } from "./_validate.ts";
import { declaredNames, undeclared } from "./_variables.ts";
import { TemplateError } from "./error.ts";

/** How a template is loaded. */
export interface LoadTemplateOptions {
  /** Values for variables that the template declares, in place of its own, each of the kind that its default is of. */
  readonly variables?: Readonly<Record<string, TemplateValue>> | undefined;
}

/** How several templates are loaded. */
export interface LoadTemplatesOptions {
  /** Values for variables: a template gets those that it declares, and one at least has to declare each. */
  readonly variables?: Readonly<Record<string, TemplateValue>> | undefined;
  /** Told of each template that cannot be used, which is left out then; absent: the first one is thrown. */
  readonly onError?: ((error: TemplateError) => void) | undefined;
}

/**
 * Loads a template. It shows itself in a notebook, with its turns and placeholders. A template that `extends` another
 * comes complete: its parents' fields are written out in it. So an object that has every field that a loaded template
 * has (from `loadTemplate`, or from a run's `config.json`) is taken as it is, and its `extends` is a record alone: to
 * extend a template, give `extends` with the fields that differ.
 * @param source a bundled name such as `step_by_step`, a path that ends in `.yaml` or `.yml`, or the template itself;
 *   what an object extends by path is relative to the working folder, what a file extends to the file's folder
 * @throws {TemplateError} when it cannot be used, with the reasons
 * @throws {TypeError} when there is no such option
 */
export async function loadTemplate(
  source: string | Partial<PromptTemplate>,
  options: LoadTemplateOptions = {},
): Promise<PromptTemplate> {
  requireOptions("loadTemplate", options, ["variables"]);
  return asTemplate(validate(await complete(source), options.variables));
}

/**
 * Loads several templates with the same values for their variables, in order.
 * @param sources each as `loadTemplate` takes it
 * @throws {TemplateError} when one cannot be used, or a value is given for a variable that none declares
 * @throws {TypeError} when it is no list, or there is no such option
 */
export async function loadTemplates(
  sources: readonly (string | Partial<PromptTemplate>)[],
  options: LoadTemplatesOptions = {},
): Promise<readonly PromptTemplate[]> {
  if (!Array.isArray(sources)) throw new TypeError(`cannot load templates from ${inspected(sources)}: give a list`);
  requireOptions("loadTemplates", options, ["variables", "onError"]);
  const { variables, onError } = options;
  const orTell = async <T>(load: () => T | Promise<T>): Promise<readonly T[]> => {
    try {
      return [await load()];
    } catch (error) {
      if (onError === undefined || !(error instanceof TemplateError)) throw error;
      onError(error);
      return [];
    }
  };
  const raw: RawTemplate[] = [];
  for (const source of sources) raw.push(...await orTell(() => complete(source)));
  // One that could not be read may be the one that declares it.
  if (raw.length === sources.length) requireDeclared(raw, variables);
  const templates: PromptTemplate[] = [];
  for (const one of raw) templates.push(...await orTell(() => asTemplate(validate(one, declaredOf(one, variables)))));
  return templates;
}

/** What was given for the variables of a template, as far as it has them. */
function declaredOf({ data }: RawTemplate, variables: unknown): unknown {
  if (!isObject(variables)) return variables;
  const names = declaredNames(data);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}

function requireDeclared(templates: readonly RawTemplate[], variables: unknown): void {
  if (!isObject(variables) || templates.length === 0) return;
  const names = [...new Set(templates.flatMap(({ data }) => declaredNames(data)))];
  const problems = undeclared(variables, templates.map(({ label }) => label).join(" or "), names);
  if (problems.length > 0) throw new TemplateError(problems);
}

function requireOptions(owner: string, options: unknown, known: readonly string[]): void {
  requireFields(`the options of ${owner}`, options);
  const unknown = unknownOptions(owner, options, known);
  if (unknown.length > 0) throw new TypeError(unknown.join(" "));
}

/** A template with all that it inherits, read but not checked. */
async function complete(source: string | Partial<PromptTemplate>): Promise<RawTemplate> {
  if (typeof source === "string") return await withParents(await openSource(source));
  const read = objectSource(source);
  if (!isWhole(source)) return await withParents(read);
  if (source.extends === undefined || await isTemplateName(source.extends)) return read;
  throw new TemplateError([
    `${read.places.where(["extends"])}: there is no template ${
      inspected(source.extends)
    }. The object has all fields of ` +
    "a loaded template: to extend another one, give extends with the fields that differ",
  ]);
}

/** The bundled templates, by name; the list displays itself as a table. */
export async function listTemplates(): Promise<readonly PromptTemplate[]> {
  return asTemplateList(await Promise.all((await bundledNames()).map((name) => loadTemplate(name))));
}

function objectSource(data: Partial<PromptTemplate>): Source {
  const label = typeof data?.name === "string" ? `template ${JSON.stringify(data.name)}` : "the template object";
  const where = (path: YamlPath) => path.length === 0 ? label : `${label}, ${path.join(".")}`;
  return { data, places: { where, whereText: where }, defaultName: "custom", label };
}
