/**
 * Templates made from others: `extends` names a parent, whose fields hold where the child has none of its own. `variables`
 * are taken together, all other fields one or the other as a whole; the name is never inherited. How examples are picked
 * is not inherited where the child says null, of it or of the count, or has an empty list. Problems keep the place in the
 * file that the field came from.
 */
import { isObject, type YamlPath } from "../basics/mod.ts";
import { kind, type Places } from "./_reader.ts";
import { identityOf, openSource, type Source } from "./_source.ts";
import { TemplateError } from "./error.ts";

/** Most templates that stand behind one. */
const MAX_PARENTS = 8;

/** What goes when there is nothing to pick from. */
const PICKING = ["few_shot_count", "few_shot_pick", "few_shot_seed"];

type Fields = Readonly<Record<string, unknown>>;

/** A template of a chain, with fields. */
interface Layer {
  readonly data: Fields;
  readonly places: Places;
}

/**
 * A template together with what it inherits; itself when it extends nothing.
 * @throws {TemplateError} when a parent cannot be read, or the chain is too long or goes in a circle
 */
export async function withParents(source: Source): Promise<Source> {
  const chain = [source];
  for (let child = source; isObject(child.data) && child.data.extends !== undefined;) {
    const parent = await parentOf(child, child.data.extends);
    const again = chain.some((one) => identityOf(one) !== undefined && identityOf(one) === identityOf(parent));
    if (again) throw refusal(child, `goes in a circle: ${labels([...chain, parent])}`);
    if (chain.length > MAX_PARENTS) {
      throw refusal(child, `at most ${MAX_PARENTS} templates may stand behind one: ${labels([...chain, parent])}`);
    }
    if (!isObject(parent.data)) {
      const place = parent.places.where([]);
      throw new TemplateError([`${place}: expected a template's fields, got ${kind(parent.data)}`]);
    }
    chain.push(parent);
    child = parent;
  }
  return chain.length === 1 ? source : { ...source, ...merged(chain as unknown as readonly Layer[]) };
}

async function parentOf(child: Source, name: unknown): Promise<Source> {
  if (typeof name !== "string" || name === "") {
    throw refusal(child, `takes a bundled name or a path that ends in .yaml, got ${name === "" ? '""' : kind(name)}`);
  }
  try {
    return await openSource(name, child);
  } catch (error) {
    if (error instanceof TemplateError) throw refusal(child, error.message);
    throw error;
  }
}

function refusal({ places }: Source, reason: string): TemplateError {
  return new TemplateError([`${places.where(["extends"])}: extends: ${reason}`]);
}

function labels(chain: readonly Source[]): string {
  return chain.map(({ label }) => label).join(" -> ");
}

/** The child's own name and parent; of everything else what the first of the chain says that says anything. */
function merged(chain: readonly Layer[]): Layer {
  const [child] = chain as readonly [Layer, ...Layer[]];
  const { name: _, extends: __, ...inherited } = together(chain.map(({ data }) => data));
  for (const field of PICKING) if (isTakenAway(chain, field)) delete inherited[field];
  const own = Object.entries(child.data).filter(([key]) => key === "name" || key === "extends");
  const variables = mergedVariables(chain);
  const ownerOf = (path: YamlPath) => (chain.find((layer) => says(layer, path)) ?? child).places;
  return {
    data: { ...inherited, ...(variables !== undefined && { variables }), ...Object.fromEntries(own) },
    places: {
      where: (path, part) => ownerOf(path).where(path, part),
      whereText: (path, text, nth) => ownerOf(path).whereText(path, text, nth),
      parentsTo: (field) => ownerAt(chain, field),
    },
  };
}

/** Which of the chain a field comes from; behind the last: none has it. */
function ownerAt(chain: readonly Layer[], field: string): number {
  const at = chain.findIndex(({ data }) => Object.hasOwn(data, field));
  return at < 0 ? chain.length : at;
}

/** Whether a child does away with what its parents say; null where nobody else says anything is a mistake, and stays. */
function isTakenAway(chain: readonly Layer[], field: string): boolean {
  const at = ownerAt(chain, field);
  const nearer = (other: string) => chain.slice(0, at).find(({ data }) => Object.hasOwn(data, other))?.data[other];
  const list = nearer("few_shot");
  if (nearer("few_shot_count") === null || (Array.isArray(list) && list.length === 0)) return true;
  return chain[at]?.data[field] === null && chain.slice(at + 1).some(({ data }) => Object.hasOwn(data, field));
}

/** What is no table of names goes first, so that it is complained of. */
function mergedVariables(chain: readonly Layer[]): unknown {
  const declared = chain.map(({ data }) => data.variables).filter((variables) => variables !== undefined);
  if (declared.length === 0) return undefined;
  return declared.find((variables) => !isObject(variables)) ?? together(declared as Fields[]);
}

/** The first goes before the others. Spread, unlike assignment, takes `__proto__` for a name like any other. */
function together(tables: readonly Fields[]): Record<string, unknown> {
  return tables.reduceRight<Record<string, unknown>>((all, table) => ({ ...all, ...table }), {});
}

/** Whether a layer is where a path's value comes from, if no layer before it is. */
function says({ data }: Layer, [field, name]: YamlPath): boolean {
  if (field === undefined || !Object.hasOwn(data, field)) return false;
  if (field !== "variables") return true;
  const { variables } = data;
  return name === undefined ? !isObject(variables) : isObject(variables) && Object.hasOwn(variables, name);
}
