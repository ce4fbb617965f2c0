/**
 * The notebooks run: in Jupyter's stock client (nbclient) with our kernel, with the number that they say to expect, and in
 * our own runner with the same outputs; each in a folder of its own.
 */
import assert from "node:assert/strict";
import { type Notebook, openSession, type Output, readNotebook, runNotebook } from "../../lib/kernel/mod.ts";
import { codeCells, expectedNumber, notebookFiles, notebookNamed, NOTEBOOKS } from "../_notebooks.ts";
import { comparable, finalNumber } from "./_notebook_outputs.ts";
import { withKernels } from "./jupyter/_kernels.ts";
import { fromRoot, pythonOf } from "./_peers.ts";

/** No notebook may go to the service because a key happens to be there: with this one it would fail. */
const ENVIRONMENT = { TINKER_API_KEY: "tml-not-a-key" };

const TINKER = "80_tinker.ipynb";

/** Those that train longest run in nbclient alone: what they put out is of the same kinds as what the others do. */
const LONGEST: readonly string[] = [
  "10_hello.ipynb",
  "20_one_step_by_hand.ipynb",
  "50_your_own_problems.ipynb",
  "60_reward_functions.ipynb",
  "70_read_a_run.ipynb",
  "75_your_own_model.ipynb",
  "90_expert_iteration.ipynb",
];

/** Runs something with a copy of one notebook, in a folder like a clone's. @param body gets the folder and the copy */
async function withCopy<T>(file: string, body: (root: string, path: string) => Promise<T>): Promise<T> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "math_rl_notebook_" }));
  try {
    for (const folder of ["notebooks", "runs"]) await Deno.mkdir(`${root}/${folder}`);
    await Deno.copyFile(`${NOTEBOOKS}${file}`, `${root}/notebooks/${file}`);
    return await body(root, `${root}/notebooks/${file}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** What a run left: its outputs without what differs from run to run, and its number. */
interface Outcome {
  readonly outputs: readonly unknown[];
  readonly number: number;
}

function outcomeOf(notebook: Notebook, root: string): Outcome {
  return { outputs: comparable(notebook, root), number: finalNumber(notebook) };
}

function byNbclient(file: string, jupyterPath: string): Promise<Outcome> {
  return withCopy(file, async (root, path) => {
    const { success, stderr } = await new Deno.Command(pythonOf("jupyter"), {
      args: ["-c", "from nbclient.cli import main; main()", "--inplace", "--timeout=900", path],
      env: { ...ENVIRONMENT, JUPYTER_PATH: jupyterPath, JUPYTER_PREFER_ENV_PATH: "0" },
    }).output();
    assert.ok(success, `${file} in nbclient: ${new TextDecoder().decode(stderr).slice(-4000)}`);
    return outcomeOf(await readNotebook(path), root);
  });
}

function byOurRunner(file: string): Promise<Outcome> {
  return withCopy(file, async (root, path) => {
    const { notebook, failure } = await runNotebook(await readNotebook(path), {
      openSession: (onOutput) => openSession({ cwd: `${root}/notebooks`, onOutput, env: ENVIRONMENT }),
    });
    assert.deepEqual(failure?.error, undefined, file);
    return outcomeOf(notebook, root);
  });
}

Deno.test("each notebook runs in nbclient with the number it says, and in our runner with equal outputs", async (test) => {
  await withKernels(async (jupyterPath) => {
    for (const file of notebookFiles()) {
      await test.step(file, async () => {
        // At the same time: each waits now and then.
        const both = [byNbclient(file, jupyterPath), ...(LONGEST.includes(file) ? [] : [byOurRunner(file)])] as const;
        const [theirs, ours = theirs] = await Promise.all(both) as [Outcome, Outcome?];
        const { number, within } = expectedNumber(await notebookNamed(file))!;
        assert.ok(Math.abs(theirs.number - number) <= within, `${theirs.number} is not ${number} ± ${within}`);
        // The number is among the outputs.
        assert.deepEqual(theirs, ours);
      });
    }
  });
});

Deno.test("the server of the notebook on the Tinker API does not outlive a kernel that is ended", async () => {
  await withCopy(TINKER, async (root, path) => {
    const cells = codeCells(await readNotebook(path));
    const heard: Output[] = [];
    const session = await openSession({ cwd: `${root}/notebooks`, onOutput: (_, output) => heard.push(output) });
    try {
      const definitions = cells.find(({ source }) => source.includes("function serve("))!;
      const codes = [definitions.source, "console.log(await addressOf(serve()));"];
      for (const [i, code] of codes.entries()) await session.run({ id: `${i}`, label: `Cell [${i}]`, code });
    } finally {
      await session.close();
    }
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(JSON.stringify(heard)) ?? [];
    assert.ok(url !== undefined, JSON.stringify(heard));
    const answers = () => fetch(`${url}/api/v1/healthz`).then((reply) => reply.text()).then(() => true, () => false);
    for (let i = 0; i < 100 && await answers(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await answers(), false, `${url} still answers`);
  });
});

Deno.test("the code of each notebook passes the type checker, as strictly as ours", async () => {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_notebook_types_" });
  try {
    const paths: string[] = [];
    for (const file of notebookFiles()) {
      const code = codeCells(await notebookNamed(file)).map(({ source }) => source).join("\n;\n");
      paths.push(`${folder}/${file.replace(".ipynb", ".ts")}`);
      await Deno.writeTextFile(paths.at(-1)!, `${code}\nexport {};\n`);
    }
    const args = ["check", "--quiet", "--config", fromRoot("deno.json"), ...paths];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
