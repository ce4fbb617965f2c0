/**
 * The units that are known: names, the dimension each measures, and its size in that dimension's base unit as an exact
 * fraction. Sizes are those of the international yard and pound and of the SI. Temperatures are not converted.
 */

/** One unit: exponents of base units, and its size in them. */
export interface KnownUnit {
  /** Such as `m:1` or `m:1 s:-1`. */
  readonly dimension: ReadonlyMap<string, number>;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** `names | dimension | size`; a name with a star has a plural in -s. */
const TABLE = `
m meter* metre* | m | 1
km kilometer* kilometre* | m | 1000
dm decimeter* decimetre* | m | 1/10
cm centimeter* centimetre* | m | 1/100
mm millimeter* millimetre* | m | 1/1000
nm nanometer* nanometre* | m | 1/1000000000
in inch inches | m | 254/10000
ft foot feet | m | 3048/10000
yd yds yard* | m | 9144/10000
mi mile* | m | 1609344/1000
kg kilogram* kilo* kilogramme* | g | 1000
g gm gms gram* gramme* | g | 1
mg milligram* | g | 1/1000
tonne* | g | 1000000
lb lbs pound* | g | 45359237/100000
oz ounce* | g | 45359237/1600000
ton* | ton | 1
s sec secs second* | s | 1
ms millisecond* | s | 1/1000
min mins minute* | s | 60
h hr hrs hour* | s | 3600
day* | s | 86400
week* wk wks | s | 604800
month* | month | 1
year* yr yrs | month | 12
decade* | month | 120
century centuries | month | 1200
l liter* litre* | m^3 | 1/1000
ml milliliter* millilitre* | m^3 | 1/1000000
cl centiliter* | m^3 | 1/100000
gallon* gal gals | m^3 | 3785411784/1000000000000
quart* qt qts | m^3 | 3785411784/4000000000000
pint* pt pts | m^3 | 3785411784/8000000000000
cup* | m^3 | 3785411784/16000000000000
tablespoon* tbsp | m^3 | 3785411784/256000000000000
teaspoon* tsp | m^3 | 3785411784/768000000000000
acre* | m^2 | 40468564224/10000000
hectare* ha | m^2 | 10000
mph | m s^-1 | 1609344/3600000
kph kmph kmh | m s^-1 | 1000/3600
knot* | m s^-1 | 1852/3600
degree* deg | degree | 1
radian* rad rads | radian | 1
$ usd dollar* buck* | usd | 1
¢ cent* penny pennies | usd | 1/100
€ eur euro* | eur | 1
£ gbp | gbp | 1
pence | gbp | 1/100
¥ yen jpy | jpy | 1
yuan cny rmb | cny | 1
₹ rs inr rupee* | inr | 1
paise paisa | inr | 1/100
n newton* | newton | 1
j joule* | joule | 1
kj kilojoule* | joule | 1000
w watt* | watt | 1
kw kilowatt* | watt | 1000
v volt* | volt | 1
amp* ampere* | ampere | 1
ohm* | ohm | 1
hz hertz | hertz | 1
pa pascal* | pascal | 1
mol mole* | mole | 1
kelvin* | kelvin | 1
celsius centigrade | celsius | 1
fahrenheit | fahrenheit | 1
bit* | bit | 1
byte* | bit | 8
dozen* | dozen | 1
`;

/** Capital letters that are units behind a space. */
const CAPITALS: Readonly<Record<string, string>> = {
  N: "newton",
  J: "joule",
  W: "watt",
  V: "volt",
  A: "amp",
  K: "kelvin",
  C: "celsius",
  F: "fahrenheit",
  L: "l",
};

const UNITS: ReadonlyMap<string, KnownUnit> = readTable();

/** The unit with a name; capitals count only for single letters. */
export function unitNamed(name: string): KnownUnit | undefined {
  if (name.length === 1 && name >= "A" && name <= "Z") return UNITS.get(CAPITALS[name] ?? "");
  return name.length === 1 && "njwv".includes(name) ? undefined : UNITS.get(name.toLowerCase());
}

function readTable(): ReadonlyMap<string, KnownUnit> {
  const units = new Map<string, KnownUnit>();
  for (const line of TABLE.trim().split("\n")) {
    const [names = "", dimension = "", size = ""] = line.split("|").map((cell) => cell.trim());
    const [numerator = "1", denominator = "1"] = size.split("/");
    const unit = { dimension: exponents(dimension), numerator: BigInt(numerator), denominator: BigInt(denominator) };
    for (const name of names.split(" ")) {
      const singular = name.replace("*", "");
      units.set(singular, unit);
      if (name.endsWith("*")) units.set(`${singular}s`, unit);
    }
  }
  return units;
}

function exponents(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(" ").map((factor): [string, number] => {
      const [name = "", power = "1"] = factor.split("^");
      return [name, Number(power)];
    }),
  );
}
