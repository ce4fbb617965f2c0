/**
 * Where templates are read: the bundled ones by name, others by path. Bounded, as text in UTF-8, and parsed as YAML; what
 * the fields mean is for `_validate.ts`.
 */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { clipLine, didYouMean, readYaml } from "../basics/mod.ts";
import type { RawTemplate } from "./_validate.ts";
import { TemplateError } from "./error.ts";

/** A template as it was read, and where. */
export interface Source extends RawTemplate {
  /** The file: a path, or the address of a bundled one; absent: it was given as an object. */
  readonly location?: string | URL;
}

/** Largest template file, in bytes: 1,000 worked examples of a thousand characters. */
const MAX_FILE_BYTES = 1_048_576;

const FOLDER = new URL("../../templates/", import.meta.url);

/** The names of the bundled templates, in order. */
export async function bundledNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(FOLDER)) {
    if (isFile && /^[a-z0-9_]+\.yaml$/.test(name)) names.push(name.slice(0, -".yaml".length));
  }
  return names.sort();
}

/**
 * Reads a template.
 * @param name a bundled name, or a path that ends in `.yaml` or `.yml`
 * @param from the template that names it: a path is relative to its file, else to the working folder
 * @throws {TemplateError} when there is none, or it is not YAML
 */
export async function openSource(name: string, from?: Source): Promise<Source> {
  if (isPath(name)) return await readSource(locate(name, from), labelOf(name, from));
  const names = await bundledNames();
  if (!names.includes(name)) {
    const hint = didYouMean(name, names) || " A template of your own is named by its path, ending in .yaml.";
    throw new TemplateError([`there is no template "${clipLine(name)}" among ${names.join(", ")}.${hint}`]);
  }
  return await readSource(new URL(`${name}.yaml`, FOLDER), `templates/${name}.yaml`);
}

/** Whether `openSource` looks for something by this name, there or not. */
export async function isTemplateName(name: unknown): Promise<boolean> {
  return typeof name === "string" && (isPath(name) || (await bundledNames()).includes(name));
}

function isPath(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** What two names of one file have in common; undefined: it is no file. */
export function identityOf({ location }: Source): string | undefined {
  return typeof location === "string" ? resolve(location) : location?.href;
}

function locate(path: string, from: Source | undefined): string | URL {
  if (from?.location instanceof URL) return new URL(path, from.location);
  return from?.location === undefined || isAbsolute(path) ? path : join(dirname(from.location), path);
}

/** A path as the user would write it. */
function labelOf(path: string, from: Source | undefined): string {
  return from?.location === undefined || isAbsolute(path) ? path : join(dirname(from.label), path);
}

async function readSource(location: string | URL, label: string): Promise<Source> {
  const text = await readText(location, label);
  try {
    const file = await readYaml(text, label);
    const fileName = label.split(/[\\/]/).at(-1) ?? label;
    return { data: file.value, places: file, defaultName: fileName.replace(/\.ya?ml$/i, ""), label, location };
  } catch (error) {
    if (error instanceof SyntaxError) throw new TemplateError([error.message]);
    throw error;
  }
}

async function readText(path: string | URL, label: string): Promise<string> {
  const info = await statOf(path, label);
  // Devices and pipes may never end; a folder is a slip.
  if (!info.isFile) throw new TemplateError([`${label}: not a file`]);
  if (info.size > MAX_FILE_BYTES) {
    throw new TemplateError([`${label}: a template file has at most ${MAX_FILE_BYTES} bytes, this one ${info.size}`]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new TemplateError([`${label}: not text in UTF-8`]);
    throw error;
  }
}

async function statOf(path: string | URL, label: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    const { NotFound, NotADirectory, NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof NotCapable || error instanceof PermissionDenied) throw error;
    if (error instanceof NotFound || error instanceof NotADirectory) {
      throw new TemplateError([`${label}: there is no such template file`]);
    }
    // A name that no file can have: too long, or with characters that are not allowed.
    throw new TemplateError([`${clipLine(label)}: cannot be read: ${clipLine(String(error), 300)}`]);
  }
}
