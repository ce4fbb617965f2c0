/** All kinds of known answers, by name. */
import { ALGEBRA_KINDS } from "./_algebra.ts";
import { COMPLEX_KINDS } from "./_complex.ts";
import { FRACTION_KINDS } from "./_fractions.ts";
import { IRRATIONAL_KINDS } from "./_irrationals.ts";
import type { Maker } from "./_known.ts";
import { MORE_KINDS } from "./_more.ts";
import { NUMBER_KINDS } from "./_numbers.ts";
import { QUANTITY_KINDS } from "./_quantities.ts";
import { REGION_KINDS } from "./_regions.ts";
import { STRUCTURE_KINDS } from "./_structures.ts";
import { TIME_AND_BASE_KINDS } from "./_times_bases.ts";
import { TRIGONOMETRY_KINDS } from "./_trigonometry.ts";
import { WORD_KINDS } from "./_words.ts";

/** What makes known answers, by the name of the kind. */
export const KINDS: Readonly<Record<string, Maker>> = {
  ...NUMBER_KINDS,
  ...FRACTION_KINDS,
  ...IRRATIONAL_KINDS,
  ...COMPLEX_KINDS,
  ...TRIGONOMETRY_KINDS,
  ...ALGEBRA_KINDS,
  ...REGION_KINDS,
  ...STRUCTURE_KINDS,
  ...QUANTITY_KINDS,
  ...TIME_AND_BASE_KINDS,
  ...MORE_KINDS,
  ...WORD_KINDS,
};
