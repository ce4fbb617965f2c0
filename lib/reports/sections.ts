/** The sections that a report usually has, in their order. */
import { accuracyBy } from "./accuracy_by.ts";
import type { Compared } from "./compared.ts";
import { costAndFront } from "./cost.ts";
import { disagreements } from "./disagreements.ts";
import type { Section } from "./document.ts";
import { failures } from "./failures.ts";
import { headline } from "./headline.ts";
import { howToReproduce } from "./reproduce.ts";
import { trainingCurves } from "./training_curves.ts";
import { whatWasCompared } from "./what_was_compared.ts";

/** The usual sections; drop, reorder or add to them as to any array. */
export async function reportSections(comparison: Compared): Promise<Section[]> {
  const training = trainingCurves(comparison);
  return [
    whatWasCompared(comparison),
    headline(comparison),
    ...(training === undefined ? [] : [training]),
    accuracyBy(comparison),
    costAndFront(comparison),
    await disagreements(comparison),
    failures(comparison),
    howToReproduce(comparison),
  ];
}
