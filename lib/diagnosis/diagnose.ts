/**
 * Why a run is not learning, in plain words, or that nothing is wrong: the rules are put to the facts of a run folder, and what
 * they find is put in order. Reads the folder and nothing else; a run that is still going is diagnosed as far as it is.
 */
import { openRun, type ReadRunOptions, Run, runFolder } from "../runs/mod.ts";
import { type Diagnosis, diagnosisOf } from "./diagnosis.ts";
import { readFacts, type RunReading } from "./facts.ts";
import { type Finding, type RuleName, SEVERITIES } from "./finding.ts";
import { CAUSES, LAST_RESORTS, RULES } from "./rules.ts";

/**
 * Diagnoses a run.
 *
 * @example
 * ```ts ignore
 * const { findings } = await diagnose("runs/gsm8k");
 * findings[0]?.suggestion;
 * ```
 * @param run a run, its folder, or its name below `runs/`
 * @returns what was found, the likeliest root of the trouble first; displays itself
 * @throws {RunFolderError} when the folder is not a run, or its `config.json` or `status.json` cannot be read
 * @throws {SyntaxError} when a line other than the last of its metrics does not parse
 */
export async function diagnose(run: Run | string, options: ReadRunOptions = {}): Promise<Diagnosis> {
  const opened = run instanceof Run ? run : await openRun(await runFolder(run), options);
  const reading = await readFacts(opened);
  return diagnosisOf(reading, findingsOf(reading));
}

/** What the rules find, in order: the roots by severity, what follows from each behind it. */
export function findingsOf(reading: RunReading): Finding[] {
  const found = RULES.flatMap((rule) => rule(reading) ?? []);
  const isBad = found.some(({ severity }) => severity !== "notice");
  const told = isBad ? found.filter(({ rule }) => !LAST_RESORTS.includes(rule)) : found;
  const names = told.map(({ rule }) => rule);
  return inOrder(told.map((finding) => withCause(finding, names)));
}

function withCause(finding: Finding, found: readonly RuleName[]): Finding {
  const cause = CAUSES[finding.rule]?.find((name) => found.includes(name));
  // What it suggests would treat the symptom: easier problems do not help where every answer is cut off.
  return cause === undefined ? finding : { ...finding, cause, suggestion: `Mend ${cause} first.`, settings: {} };
}

/** Roots by how bad they are with all that follows from them; the sort keeps the order of the rules. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const followers = (root: Finding): Finding[] =>
    findings.filter(({ cause }) => cause === root.rule).flatMap((finding) => [finding, ...followers(finding)]);
  const families = findings.filter(({ cause }) => cause === undefined).map((root) => [root, ...followers(root)]);
  const rank = (family: readonly Finding[]) => Math.min(...family.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return families.sort((a, b) => rank(a) - rank(b)).flat();
}
