/**
 * `recipe.ts` beside the grader that it stands for, which runs here as it was published: the labelled pairs, the references
 * of GSM8K, and thousands of pairs made from a seed. Where the recipe would run out of time nothing is compared.
 */
import assert from "node:assert/strict";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { recipeGrade, recipeSameAnswer } from "../../../lib/grading/recipe/recipe.ts";
import { fromRoot, pythonOf } from "../_peers.ts";
import { makeCompletions, makePairs, type Pair } from "./_recipe_pairs.ts";

const LABELLED = fromRoot("tests/grading/labelled/");
const GSM8K = fromRoot("../shared/data/gsm8k/");
/** How many processes share the work. */
const PEERS = 2;

interface Said {
  readonly answers: readonly (boolean | null)[];
  readonly completions: ReadonlyArray<readonly [correct: boolean | null, format: boolean]>;
}

async function recipeSays(answers: readonly Pair[], completions: readonly Pair[]): Promise<Said> {
  const child = new Deno.Command(pythonOf("grading"), {
    args: [fromRoot("tests/peers/grading/recipe.py")],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const plain = (pairs: readonly Pair[]): string[][] => pairs.map(({ given, reference }) => [given, reference]);
  const writer = child.stdin.getWriter();
  const input = JSON.stringify({ answers: plain(answers), completions: plain(completions) });
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), written]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Compares all pairs, prints where the two differ by kind, and requires that at most this share does. */
async function requireAgreement(
  { answers, completions }: { readonly answers: readonly Pair[]; readonly completions: readonly Pair[] },
  share: number,
): Promise<void> {
  const parts = Array.from({ length: PEERS }, (_, part) => {
    const own = (pairs: readonly Pair[]): Pair[] => pairs.filter((_, i) => i % PEERS === part);
    return { answers: own(answers), completions: own(completions) };
  });
  const all = await Promise.all(
    parts.map(async (part) => differences(part, await recipeSays(part.answers, part.completions))),
  );
  const found = all.flat();
  for (const kind of new Set(found.map((difference) => difference.kind))) {
    const these = found.filter((difference) => difference.kind === kind);
    console.log(
      `${kind}: ${these.length}`,
      ...these.slice(0, 5).map((difference) => `\n  ${JSON.stringify(difference)}`),
    );
  }
  const count = answers.length + completions.length;
  assert.ok(found.length <= share * count, `${found.length} of ${count} differ`);
}

function differences({ answers, completions }: { answers: Pair[]; completions: Pair[] }, said: Said): Pair[] {
  assert.equal(said.answers.length, answers.length);
  assert.equal(said.completions.length, completions.length);
  return [
    ...answers.filter(({ given, reference }, i) => {
      return said.answers[i] !== null && recipeSameAnswer(given, reference) !== said.answers[i];
    }),
    ...completions.filter(({ given, reference }, i) => {
      const [correct, format] = said.completions[i] as Said["completions"][number];
      const ours = recipeGrade(given, reference);
      return ours.format !== format || correct !== null && ours.correct !== correct;
    }),
  ];
}

Deno.test("peers: the recipe's grader and recipe.ts agree on every labelled pair", async () => {
  const answers: Pair[] = [];
  const completions: Pair[] = [];
  for (const { name } of Deno.readDirSync(LABELLED)) {
    if (!name.endsWith(".jsonl")) continue;
    for (const { answer, completion, reference } of await rowsOf(LABELLED + name)) {
      if (answer !== undefined) answers.push({ kind: name, given: answer, reference });
      completions.push({ kind: name, given: completion ?? `So it is $\\boxed{${answer}}$.`, reference });
    }
  }
  assert.ok(answers.length > 1000);
  await requireAgreement({ answers, completions }, 0);
});

Deno.test("peers: the verdicts in recipe_recorded.jsonl are the recipe's", async () => {
  const rows = await rowsOf(fromRoot("tests/grading/recipe_recorded.jsonl"));
  const answers = rows.filter(({ given }) => given !== undefined);
  const completions = rows.filter(({ completion }) => completion !== undefined);
  const said = await recipeSays(
    answers.map(({ given, reference }) => ({ kind: "recorded", given: given as string, reference })),
    completions.map(({ completion, reference }) => ({ kind: "recorded", given: completion as string, reference })),
  );
  assert.deepEqual(said.answers, answers.map(({ same }) => same));
  assert.deepEqual(said.completions, completions.map(({ correct, format }) => [correct, format]));
});

Deno.test("peers: the recipe's grader and recipe.ts agree on 3,000 made pairs and 1,000 made completions", async () => {
  await requireAgreement({ answers: makePairs(3000, 1), completions: makeCompletions(1000, 1) }, 0.005);
});

Deno.test({
  name:
    "peers: the recipe's grader and recipe.ts agree on the references of GSM8K, with themselves and with neighbours",
  ignore: !isThere(`${GSM8K}test.jsonl`),
  async fn() {
    const lines = (await Promise.all(["train", "test"].map((side) => Deno.readTextFile(`${GSM8K}${side}.jsonl`)))).join(
      "",
    );
    const references = lines.trim().split("\n").map((line) =>
      String(JSON.parse(line).answer).split("####").at(-1)!.trim()
    );
    assert.equal(references.length, 8792);
    const random = randomFrom("neighbours");
    const answers = references.flatMap((reference, i) => {
      const own = [{ kind: "itself", given: reference, reference }];
      if (i % 3 !== 0) return own;
      const n = Number(reference.replaceAll(",", ""));
      const given = random.pick([
        `${n + 1}`,
        `${n}.0`,
        `${n}.5`,
        `\\$${reference}`,
        `${2 * n}/2`,
        `${references[i + 1] ?? "0"}`,
      ]);
      return [...own, { kind: "neighbour", given, reference }];
    });
    await requireAgreement({ answers, completions: [] }, 0);
  },
});

interface Row {
  readonly answer?: string;
  readonly given?: string;
  readonly completion?: string;
  readonly reference: string;
  readonly same?: boolean;
  readonly correct?: boolean;
  readonly format?: boolean;
}

async function rowsOf(path: string): Promise<Row[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => JSON.parse(line));
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
