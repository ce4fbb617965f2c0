/** A small comparison by the bundled model with its report, in the folder that this runs in; tells where it is. */
import { compareTemplates } from "../../../lib/comparison/mod.ts";
import { writeReport } from "../../../lib/reports/mod.ts";

const options = { env: "word_problems", backend: "local", limit: 24, seed: 0, resamples: 1_000 } as const;
const { notebook } = await writeReport(await compareTemplates(["baseline", "step_by_step", "concise"], options));
console.log(notebook);
