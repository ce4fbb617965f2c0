/**
 * The template of a run or an evaluation. A run keeps the template it has recorded for as long as nothing else is asked for:
 * a file that was edited, or whose parent was, since then does not change what a run puts to its model half way.
 */
import { clipLine } from "../basics/mod.ts";
import { ConfigError, type TrainConfig } from "../config/mod.ts";
import { loadTemplate, TemplateError } from "../prompts/mod.ts";
import { type Run, sameTemplate } from "../runs/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { OR_ALLOW } from "./changes.ts";

/** What of a configuration names a template. */
export type TemplateChoice = Pick<TrainConfig, "prompt_template" | "template_variables">;

/**
 * The template as a run has recorded it, if the configuration asks for that one: its name is the same, and its variables
 * are not given back to their defaults, which the record has no longer.
 */
export function recordedTemplate(
  { config: before, template }: Pick<Run, "config" | "template">,
  { prompt_template, template_variables }: TemplateChoice,
): PromptTemplate | undefined {
  const isSame = JSON.stringify(before.prompt_template) === JSON.stringify(prompt_template);
  const isCleared = template_variables === null && before.template_variables !== null;
  return isSame && !isCleared ? template : undefined;
}

/**
 * Loads a template.
 * @param stored the template as a run's `config.json` has it; one that lost its text is loaded again by its name
 * @throws {TemplateError} when it cannot be used
 */
export async function templateOf(
  { prompt_template, template_variables }: TemplateChoice,
  stored?: PromptTemplate,
): Promise<PromptTemplate> {
  const options = { variables: template_variables ?? undefined };
  if (stored === undefined) return await loadTemplate(prompt_template, options);
  if (typeof stored.question === "string") return await loadTemplate(stored, options);
  const name = typeof prompt_template === "string" ? prompt_template : prompt_template.name;
  if (stored.name === name) return await loadTemplate(prompt_template, options);
  throw new TemplateError(["the run's config.json lacks its template; name the one to use with prompt_template=..."]);
}

/**
 * Refuses to resume with another template than the run has, unless that is allowed. A record that lost its text is not
 * judged, nor is a name: the same text under another one is no other template.
 * @param template what the run would go on with
 * @throws {ConfigError} naming both
 */
export function refuseOtherTemplate(
  { path, template: before }: Pick<Run, "path" | "template">,
  { resume_changes }: Pick<TrainConfig, "resume_changes">,
  template: PromptTemplate,
): void {
  if (typeof before.question !== "string" || sameTemplate({ ...before, name: template.name }, template)) return;
  if (resume_changes === "allow") return;
  const [was, is] = [clipLine(before.name, 80), clipLine(template.name, 80)];
  const other = was === is ? "with other text or other variables" : `${is}, not ${was}`;
  throw new ConfigError([
    `cannot resume ${path} with another template (${other}): its steps before and after would not belong together; leave ` +
    `prompt_template and template_variables out to go on as it was, ${OR_ALLOW}`,
  ]);
}

/**
 * What somebody who resumes a run has to know of its template, in a sentence: that it is another one from here on, or that
 * it is not although its file has changed. None where all is as it was.
 * @param template what the run goes on with
 */
export async function templateNotices(
  { template: before }: Pick<Run, "template">,
  choice: TemplateChoice,
  template: PromptTemplate,
): Promise<string[]> {
  if (typeof before.question !== "string") return [];
  const name = clipLine(template.name, 80);
  if (!sameTemplate(before, template)) {
    return [
      `From here on problems are put by ${name}, which is not what the run had before; config.json keeps both texts.`,
    ];
  }
  const { prompt_template } = choice;
  if (typeof prompt_template !== "string") return [];
  // The run does not need the file: one that is gone, or broken, or not to be read, is no news of its template.
  const now = await templateOf(choice).catch(() => undefined);
  if (now === undefined || sameTemplate(now, template)) return [];
  return [
    `The template ${clipLine(prompt_template, 200)} has changed since: the run goes on with the text that it has ` +
    "recorded; to use the new one, give it under another name.",
  ];
}
