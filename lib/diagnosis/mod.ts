/** Why a run is not learning, or that nothing is wrong, from its folder alone. */
export { diagnose } from "./diagnose.ts";
export { type Diagnosis, diagnosisLine } from "./diagnosis.ts";
export type { Finding, RuleName, SettingValue, Severity } from "./finding.ts";
