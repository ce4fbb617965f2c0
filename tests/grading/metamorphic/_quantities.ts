/** Known quantities: money, lengths and other units, ratios, angles. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, decimal, decimalsOf, div, equal, mul, neg, type Q, q, sub } from "./_exact.ts";
import { chance, type Known, type Maker, math, plain, until, type Written } from "./_known.ts";
import { latexQ } from "./_write_numbers.ts";

/** A unit: its size in the family's smallest, and its spellings as text; the first is the reference's. */
interface Unit {
  readonly size: Q;
  readonly one: string;
  readonly spellings: readonly string[];
}

function unit(size: Q | number, one: string, ...spellings: readonly string[]): Unit {
  return { size: typeof size === "number" ? q(size) : size, one, spellings };
}

/** Families of units that are converted. Names that could be another unit or a letter are left out. */
const FAMILIES: readonly (readonly Unit[])[] = [
  [
    unit(1, "millimeter", "mm", "millimeters"),
    unit(10, "centimeter", "cm", "centimeters", "centimetres"),
    unit(1000, "meter", "meters", "metres"),
    unit(1_000_000, "kilometer", "km", "kilometers"),
  ],
  [unit(1, "inch", "inches"), unit(12, "foot", "feet", "ft"), unit(36, "yard", "yards")],
  [unit(1, "gram", "grams"), unit(1000, "kilogram", "kg", "kilograms")],
  [unit(1, "ounce", "ounces", "oz"), unit(16, "pound", "pounds", "lbs")],
  [unit(1, "milliliter", "mL", "ml", "milliliters"), unit(1000, "liter", "liters", "litres")],
  [unit(1, "second", "seconds", "sec"), unit(60, "minute", "minutes", "min"), unit(3600, "hour", "hours", "hrs")],
  [unit(1, "hour", "hours"), unit(24, "day", "days"), unit(168, "week", "weeks")],
  [
    unit(1, "square centimeter", "cm^2", "square centimeters", "cm²"),
    unit(10_000, "square meter", "m^2", "square meters", "m²"),
  ],
  [
    unit(q(5, 18), "kilometer per hour", "km/h", "kilometers per hour"),
    unit(1, "meter per second", "m/s", "meters per second"),
  ],
  [unit(1, "cent", "cents"), unit(100, "dollar", "dollars")],
  [unit(1, "euro", "euros")],
  [unit(1, "apple", "apples")],
  [unit(1, "orange", "oranges")],
];

function number(value: Q): string {
  const k = decimalsOf(value, 4);
  return k === undefined ? latexQ(value) : decimal(value, k);
}

/** The number and the unit. */
function writeQuantity(value: Q, unit: Unit, random: Random): Written {
  const name = equal(value, q(1)) && !/[\d²/]/.test(unit.spellings[0]!) ? unit.one : random.pick(unit.spellings);
  const digits = number(value);
  if (chance(random, 0.4) && !digits.includes("\\")) return plain(`${digits} ${name}`);
  const raised = name.replace("^2", "").replace("²", "");
  if (raised !== name) {
    return math(
      `${digits}${random.pick(["\\ ", "\\,"])}\\${random.pick(["text", "mathrm"])}{${raised}}^${
        random.pick(["2", "{2}"])
      }`,
    );
  }
  return math(
    random.pick([
      `${digits}\\text{ ${name}}`,
      `${digits}\\,\\text{${name}}`,
      `${digits}\\ \\text{${name}}`,
      `${digits}~\\text{${name}}`,
    ]),
  );
}

const units: Maker = (random) => {
  const family = random.pick(FAMILIES);
  const own = random.pick(family);
  const value = q(random.int(1, 400), random.pick([1, 1, 1, 2, 10]));
  const inUnit = (u: Unit): Q => div(mul(value, own.size), u.size);
  return {
    reference: `${number(value)}${
      chance(random, 0.6) ? `\\text{ ${own.spellings[0]!.replace(/\^2$/, "}^{2")}}` : ` ${own.spellings[0]}`
    }`,
    same(r) {
      if (chance(r, 0.2)) return math(number(value));
      const u = r.pick([own, ...family]);
      return decimalsOf(inUnit(u), 4) === undefined ? writeQuantity(value, own, r) : writeQuantity(inUnit(u), u, r);
    },
    other(r) {
      const step = q(r.pick([1, -1, 2]));
      const another = until(
        () => r.pick([add(value, step), mul(value, q(10)), div(value, q(10)), mul(value, q(2)), neg(value)]),
        (x) => x.n !== 0n && !equal(x, value),
      );
      if (chance(r, 0.2)) return math(number(another));
      if (chance(r, 0.5)) return writeQuantity(another, own, r);
      // The same number of another unit; of another kind, or of another size.
      const foreign = until(() => r.pick(r.pick([family, ...FAMILIES])), (u) => isOther(u, own, family));
      return writeQuantity(value, foreign, r);
    },
  };
};

function isOther(u: Unit, own: Unit, family: readonly Unit[]): boolean {
  // An hour is in two families.
  return u !== own && u.one !== own.one && (family.includes(u) ? !equal(u.size, own.size) : true);
}

function inMoney(cents: Q, random: Random): Written {
  const dollars = div(cents, q(100));
  const k = Math.max(decimalsOf(dollars) as number, dollars.d === 1n ? 0 : 2);
  const digits = decimal(dollars, k);
  const sign = digits.startsWith("-") ? "-" : "";
  const size = digits.slice(sign.length);
  switch (random.int(0, 6)) {
    case 0:
      return plain(`${sign}$${size}`);
    case 1:
      return plain(`${digits} dollars`);
    case 2:
      return math(`${digits}\\text{ dollars}`);
    case 3:
      return plain(random.pick([`${digits} USD`, `USD ${digits}`]));
    case 4:
      return cents.d === 1n ? plain(`${cents.n} cents`) : math(`${sign}\\$${size}`);
    case 5:
      return math(`${sign}\\$${size}${k === 0 ? ".00" : ""}`);
    default:
      return math(`${sign}\\$${size.replace(/\B(?=(?:\d{3})+(?:\.|$))/, () => "{,}")}`);
  }
}

const money: Maker = (random) => {
  const cents = q(
    random.int(1, chance(random, 0.5) ? 99 : 4000) * (chance(random, 0.5) ? 100 : 1) + (chance(random, 0.3) ? 5 : 0),
  );
  const dollars = div(cents, q(100));
  const k = dollars.d === 1n ? 0 : 2;
  return {
    reference: `${random.pick(["\\$", "$", "\\$"])}${decimal(dollars, k)}`,
    same: (r) => chance(r, 0.2) ? math(decimal(dollars, k)) : inMoney(cents, r),
    other(r) {
      if (chance(r, 0.15)) return plain(`${r.pick(["€", "£", "¥"])}${decimal(dollars, k)}`);
      if (chance(r, 0.1)) return plain(`${decimal(dollars, k)} cents`);
      const other = until(
        () =>
          r.pick([
            mul(cents, q(10)),
            mul(cents, q(100)),
            add(cents, q(100)),
            add(cents, q(1)),
            sub(cents, q(1)),
            add(cents, q(10)),
            neg(cents),
          ]),
        (x) => x.n !== 0n && !equal(x, cents),
      );
      return inMoney(other, r);
    },
  };
};

function ratioName(parts: readonly Q[]): string {
  const first = parts.find((x) => x.n !== 0n) as Q;
  return parts.map((x) => latexQ(div(x, first))).join(":");
}

/** Whether a ratio could be a time of day. */
function isTime(text: string): boolean {
  return /^\d{1,2}(?::[0-5]\d){1,2}$/.test(text.replace(/\{:\}|\\colon /g, ":").replaceAll(" ", ""));
}

function writeRatio(parts: readonly Q[], random: Random): Written {
  const scale = q(random.pick([1, 1, 2, 3, 5, 10]));
  const texts = parts.map((x) => latexQ(mul(x, scale)));
  if (parts.length === 2 && chance(random, 0.15)) return math(latexQ(div(parts[0]!, parts[1]!)));
  return random.pick([
    math(texts.join(":")),
    math(texts.join(" : ")),
    plain(texts.join(" to ")),
    math(texts.join("\\colon ")),
    math(texts.join("{:}")),
  ]);
}

const ratios: Maker = (random) => {
  const parts = Array.from({ length: random.pick([2, 2, 3]) }, () => q(random.int(1, 12)));
  const reference = parts.map((x) => String(x.n)).join(":");
  // Two times of day are compared as times.
  const isRatio = (x: Written): boolean => !isTime(reference) || !isTime(x.text);
  const change = (r: Random): readonly Q[] => {
    const at = r.int(0, parts.length - 1);
    const put = (x: Q): readonly Q[] => parts.map((y, i) => i === at ? x : y);
    return r.pick([
      () => [...parts].reverse(),
      () => put(add(parts[at]!, q(1))),
      () => put(mul(parts[at]!, q(2))),
      () => [...parts, q(r.int(1, 9))],
      () => put(add(parts[at]!, q(10))),
    ])();
  };
  return {
    reference,
    same: (r) => until(() => writeRatio(parts, r), (x) => isRatio(x) || x.text === reference),
    other: (r) =>
      until(() => writeRatio(until(() => change(r), (made) => ratioName(made) !== ratioName(parts)), r), isRatio),
  };
};

function writeAngle(degrees: number, random: Random): Written {
  const { n, d } = q(degrees, 180);
  const top = n === 1n ? "\\pi" : `${n}\\pi`;
  const radians = d === 1n ? top : `\\frac{${top}}{${d}}`;
  return random.pick([
    math(`${degrees}^\\circ`),
    math(`${degrees}^{\\circ}`),
    plain(`${degrees}°`),
    plain(`${degrees} degrees`),
    math(`${degrees}\\text{ degrees}`),
    math(String(degrees)),
    math(`${radians}\\text{ radians}`),
    math(`${radians}\\text{ rad}`),
  ]);
}

const angles: Maker = (random) => {
  const degrees = random.pick([
    15,
    20,
    30,
    36,
    40,
    45,
    50,
    60,
    72,
    75,
    80,
    90,
    100,
    108,
    120,
    135,
    144,
    150,
    210,
    225,
    270,
    300,
    330,
  ]);
  return {
    reference: random.pick([`${degrees}^\\circ`, `${degrees}^{\\circ}`, `${degrees}\\text{ degrees}`]),
    same: (r) => writeAngle(degrees, r),
    other: (r) =>
      chance(r, 0.1)
        ? math(`${degrees}\\text{ radians}`)
        : writeAngle(degrees + r.pick([1, -1, 5, -10, 10, degrees, 180]), r),
  };
};

/** The kinds of this file, by name. */
export const QUANTITY_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  units,
  money,
  ratios,
  angles,
};
