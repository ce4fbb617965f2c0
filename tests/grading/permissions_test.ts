/** What a program of somebody else's has to allow: nothing for plain numbers, two names of the environment for expressions. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MODULE = new URL("../../lib/grading/mod.ts", import.meta.url).href;
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Runs a program that grades, with these permissions. */
async function grade(answer: string, reference: string, ...allow: string[]): Promise<string> {
  const program = `import { gradeAnswer } from ${JSON.stringify(MODULE)};
    try { console.log(gradeAnswer(${JSON.stringify(answer)}, ${JSON.stringify(reference)}).correct); }
    catch (error) { console.log(error.message); }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const args = ["run", "-q", "--no-prompt", "--no-check", "--config", CONFIG, ...allow, file];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("the module loads and grades numbers with no permission; expressions say which one they need", async () => {
  const [plain, refused, allowed] = await Promise.all([
    grade("\\boxed{18}", "18"),
    grade("\\boxed{\\sqrt{8}}", "2\\sqrt2"),
    grade("\\boxed{\\sqrt{8}}", "2\\sqrt2", "--allow-env=CE_CACHE_STATS,CE_TYPE_FACTS_ASSERT"),
  ]);
  assert.equal(plain, "true");
  assert.match(refused, /^cannot read expressions: .*allow it with --allow-env=CE_CACHE_STATS,CE_TYPE_FACTS_ASSERT$/);
  assert.equal(allowed, "true");
});
