/** What stands in `config.json` beside the configuration: at the start of a run, and after it was resumed. */
import type { TrainConfig } from "../config/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { changedKeys, type RunConfig, type RunFacts, runVersions, sameTemplate } from "./config_file.ts";
import { RUN_SCHEMA } from "./layout.ts";
import { problemsText, type RunProblems } from "./problem_facts.ts";

/** What whoever starts or resumes a run says of it besides the configuration. */
interface Said {
  readonly template: PromptTemplate;
  readonly reward?: string | undefined;
  readonly problems?: RunProblems | undefined;
  /** Infinity: it is not known. */
  readonly contextLength?: number | undefined;
}

/** A time in milliseconds as ISO 8601 in UTC. */
export function isoTime(now: number): string {
  return new Date(now).toISOString();
}

/** The facts of a run that starts. */
export function newFacts(said: Said, now: number): RunFacts {
  const facts = { run_schema: RUN_SCHEMA, created_at: isoTime(now), ...own(said) };
  return { ...facts, versions: runVersions(), resumed: [] };
}

/** The facts of a run that goes on at a step, with a note of what changed. */
export function resumedFacts(before: RunConfig, config: TrainConfig, said: Said, step: number, now: number): RunFacts {
  const { reward: rewarded, ...known } = before.facts;
  const changed = {
    ...changedKeys(before.config, config),
    ...(rewarded !== said.reward && { reward: [rewarded ?? null, said.reward ?? null] as const }),
    ...changedProblems(known.problems, said.problems),
    ...changedTemplate(known.template, said.template),
  };
  const note = { at: isoTime(now), step, changed };
  return { ...known, ...own(said), versions: runVersions(), resumed: [...known.resumed, note] };
}

function own(
  { template, reward, problems, contextLength }: Said,
): Pick<RunFacts, "template" | "reward" | "problems" | "context_length"> {
  const isKnown = contextLength !== undefined && Number.isFinite(contextLength);
  return {
    template,
    ...(reward !== undefined && { reward }),
    ...(problems && { problems }),
    ...(isKnown && { context_length: contextLength }),
  };
}

/** Both texts, where they differ: the steps before were made with the old one, which stands nowhere else. */
function changedTemplate(
  before: PromptTemplate,
  after: PromptTemplate,
): Record<string, readonly [PromptTemplate, PromptTemplate]> {
  // A record that lost its text says nothing.
  const isKnown = typeof before.question === "string";
  return !isKnown || sameTemplate(before, after) ? {} : { template: [before, after] };
}

/** The sides that are other problems than before, in words. */
function changedProblems(
  before: RunProblems | undefined,
  after: RunProblems | undefined,
): Record<string, readonly [string, string]> {
  if (before === undefined || after === undefined) return {};
  const sides = (["train", "test"] as const).filter((side) => before[side].fingerprint !== after[side].fingerprint);
  const texts = sides.map((side) =>
    [`${side} problems`, [problemsText(before[side]), problemsText(after[side])]] as const
  );
  return Object.fromEntries(texts);
}
