/** The sections that a report usually has, in their order. */
import type { Compared } from "./compared.ts";
import type { Section } from "./document.ts";
import { headline } from "./headline.ts";

/** The usual sections; drop, reorder or add to them as to any array. */
export async function reportSections(comparison: Compared): Promise<Section[]> {
  return await Promise.all([headline(comparison)]);
}
