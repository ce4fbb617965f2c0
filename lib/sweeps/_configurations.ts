/**
 * The configurations of a sweep: every combination of the grid with every entry of the list, each completed and checked as
 * `deno task train` would. Whatever is wrong with any of them is said at once, each fault once, with the configurations it
 * is in. Touches no disk.
 */
import { counted } from "../basics/mod.ts";
import {
  ConfigError,
  type ConfigInput,
  type ConfigKey,
  type ParsedArguments,
  requireTrainable,
  resolveConfig,
  TINKER_DEFAULTS,
  type TinkerEnvironment,
  type TrainConfig,
  type TrainInput,
} from "../config/mod.ts";
import { folderName, settingsOf, settingsText, valueText } from "./_names.ts";
import { type Settings, type SweepSource, sweptAwayProblems } from "./_source.ts";

/** Most configurations of a sweep: a slip in a grid is soon a million. */
export const MOST_CONFIGURATIONS = 1_000;

/** Configurations that a message lists. */
const LISTED = 3;

/** One configuration, checked. */
export interface Configuration {
  /** Name of its run's folder. */
  readonly name: string;
  /** What was asked for, without the folder. */
  readonly input: TrainInput;
  /** The same completed; of `log_path` the sweep decides. */
  readonly config: TrainConfig;
  /** What tells it from the others, as text. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Hyperparameters given beside the file, for all configurations. */
export type Overrides = Pick<ParsedArguments, "input" | "sources" | "problems">;

/** What a sweep depends on besides its file. */
export interface ConfigurationOptions {
  /** The environment variables that decide about the backend. */
  readonly environment: TinkerEnvironment;
  /** Given beside the file; they take the place of what the base says. */
  readonly overrides: Overrides;
}

/** A configuration before it is checked. */
interface Combination {
  readonly values: Settings;
  /** The keys that tell it from the others. */
  readonly keys: readonly string[];
  /** Where each value stands. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * All configurations of a sweep, in the order of the file: the last key of the grid changes fastest, entries of the list
 * slowest.
 * @throws {ConfigError} naming everything that is wrong with any of them, and those that are the same
 */
export function configurationsOf(source: SweepSource, options: ConfigurationOptions): readonly Configuration[] {
  const { environment, overrides } = options;
  const problems = [...overrides.problems, ...overrideProblems(source, overrides)];
  const count = Object.values(source.grid).reduce((product, { length }) => product * length, source.list.length);
  if (count > MOST_CONFIGURATIONS) {
    problems.push(
      `${source.label}: the grid and the list make ${counted(count, "configuration")}; a sweep has at most ${
        MOST_CONFIGURATIONS.toLocaleString("en-US")
      }.`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const found = new Faults(count);
  const configurations = combinationsOf(source, overrides).flatMap((combination) => {
    try {
      return [checked(combination, environment)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      found.note(error.problems, labelOf(combination));
      return [];
    }
  });
  const all = [...found.sentences(), ...sameProblems(configurations)];
  if (all.length > 0) throw new ConfigError(all);
  return configurations;
}

function checked({ values, keys, sources }: Combination, environment: TinkerEnvironment): Configuration {
  const input = values as ConfigInput;
  const { config } = resolveConfig(input, { environment, from: { sources, problems: [] } });
  requireTrainable(config);
  const own = keys as readonly ConfigKey[];
  return { name: folderName(config, own), input: input as TrainInput, config, settings: settingsOf(config, own) };
}

/** What is swept over has no one value. */
function overrideProblems({ grid, list, place }: SweepSource, { input, sources }: Overrides): string[] {
  return Object.keys(input).flatMap((key) => {
    const entry = list.findIndex((settings) => Object.hasOwn(settings, key));
    const where = Object.hasOwn(grid, key) ? place(["grid", key]) : entry < 0 ? undefined : place(["list", entry, key]);
    const said = sources[key] ?? `option ${key}`;
    const isSwept = where === undefined ? [] : [`${said}: the sweep is over ${key} (${where}); change it there.`];
    return [...sweptAwayProblems(key, said), ...isSwept];
  });
}

function combinationsOf({ base, grid, list, place }: SweepSource, { input, sources }: Overrides): Combination[] {
  const common = { ...base, ...input };
  const places = Object.fromEntries([
    ...Object.keys(base).map((key) => [key, `${place(["base", key])}, ${key}`]),
    ...Object.keys(input).map((key) => [key, sources[key] ?? `option ${key}`]),
  ]);
  let combinations = list.map((entry, i): Combination => ({
    values: { ...common, ...entry },
    keys: Object.keys(entry),
    sources: {
      ...places,
      ...Object.fromEntries(Object.keys(entry).map((key) => [key, `${place(["list", i, key])}, ${key}`])),
    },
  }));
  for (const [key, choices] of Object.entries(grid)) {
    combinations = combinations.flatMap(({ values, keys, sources }) =>
      choices.map((value, i) => ({
        values: { ...values, [key]: value },
        keys: [...keys, key],
        sources: { ...sources, [key]: `${place(["grid", key, i])}, ${key}` },
      }))
    );
  }
  return combinations;
}

/** As far as it can be told before the values are checked; what is no hyperparameter, and an address, may be a secret. */
function labelOf({ values, keys }: Combination): string {
  const isPlain = (key: string) => key !== "base_url" && Object.hasOwn({ ...TINKER_DEFAULTS, backend: "" }, key);
  const texts = keys.map((key) => [key, isPlain(key) ? valueText(values[key]) : "..."]);
  return settingsText(Object.fromEntries(texts));
}

/** What is wrong, each fault once, with the configurations that have it. */
export class Faults {
  readonly #of: number;
  readonly #labels = new Map<string, string[]>();

  /** Of a number of configurations. */
  constructor(of: number) {
    this.#of = of;
  }

  /** Takes note of what is wrong with one. */
  note(problems: readonly string[], label: string): void {
    for (const problem of problems) {
      const labels = this.#labels.get(problem) ?? [];
      labels.push(label);
      this.#labels.set(problem, labels);
    }
  }

  /** A sentence for each. */
  sentences(): string[] {
    return [...this.#labels].map(([problem, labels]) => {
      const all = labels.length === this.#of && this.#of > LISTED;
      const more = labels.length > LISTED ? ` and ${labels.length - LISTED} more` : "";
      const which = all ? `all ${this.#of} configurations` : `${labels.slice(0, LISTED).join("; ")}${more}`;
      return `${problem} [in ${which}]`;
    });
  }
}

/** What a configuration is, whatever its folder. */
export function identityOf({ log_path: _, ...config }: TrainConfig): string {
  return JSON.stringify(config);
}

/** Two that are the same would write into one folder, or be counted twice. */
function sameProblems(configurations: readonly Configuration[]): string[] {
  const same = (keyOf: (one: Configuration) => string) =>
    [...Map.groupBy(configurations, keyOf).values()].filter(({ length }) => length > 1);
  const labels = (members: readonly Configuration[]) =>
    members.slice(0, LISTED).map(({ settings }) => settingsText(settings)).join(" and ") +
    (members.length > LISTED ? ` and ${members.length - LISTED} more` : "");
  const twins = same(({ config }) => identityOf({ ...config, log_path: "" }));
  const known = new Set(twins.flat());
  const names = same(({ name }) => name).filter((members) => !members.every((one) => known.has(one)));
  return [
    ...twins.map((members) => `these configurations are the same: ${labels(members)}; leave all but one out.`),
    ...names.map((members) =>
      `these configurations differ, and would have the same folder ${members[0]!.name}: ${labels(members)}.`
    ),
  ];
}
