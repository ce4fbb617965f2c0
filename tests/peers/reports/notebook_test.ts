/**
 * The notebook of a report in the programs that people open it with: Jupyter's libraries, and JupyterLab in a real browser,
 * where nothing of it is trusted and nothing is run.
 */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { inTempFolder } from "../../runs/_fakes.ts";
import { until, withBrowser } from "../browser/_browser.ts";
import { withKernels } from "../jupyter/_kernels.ts";
import { startLab } from "../jupyter/_lab.ts";
import { fromRoot, pythonOf } from "../_peers.ts";
import { writeNotebook } from "./_report.ts";

interface Claims {
  readonly canonical: boolean;
  readonly plots: number;
  readonly shown: number;
  readonly differing: readonly string[];
}

async function claimsOf(notebook: string, jupyterPath: string): Promise<Claims> {
  const { success, stdout, stderr } = await new Deno.Command(pythonOf("jupyter"), {
    args: [fromRoot("tests/peers/reports/report_claims.py"), notebook],
    env: { JUPYTER_PATH: jupyterPath, JUPYTER_PREFER_ENV_PATH: "0" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr).slice(-4000));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the notebook of a report, in Jupyter's programs", async (test) => {
  await withKernels((jupyterPath) =>
    inTempFolder(async (folder) => {
      const notebook = await writeNotebook(folder);
      await test.step("is valid, gives the same outputs in nbclient, and nbconvert shows every plot", async () => {
        const claims = await claimsOf(notebook, jupyterPath);
        assert.ok(claims.plots >= 3, `${claims.plots} plots`);
        assert.deepEqual(claims, { ...claims, canonical: true, shown: claims.plots, differing: [] });
        assert.ok(!(await Deno.readTextFile(notebook)).includes(folder), "an absolute path");
      });
      await test.step("opens in JupyterLab with every plot drawn and no error", () =>
        opensInLab(dirname(notebook), jupyterPath));
    })
  );
});

async function opensInLab(folder: string, jupyterPath: string): Promise<void> {
  const lab = await startLab(folder, jupyterPath);
  try {
    await withBrowser(async (browser) => {
      const { page, seen } = await browser.open();
      const { outputs } = await lab.open(page, "report.ipynb");
      const bundles = (await outputs()).flat().map(({ data }) => data ?? {});
      const plots = bundles.filter((data) => "application/vnd.vegalite.v5+json" in data).length;
      assert.ok(plots >= 3, `${plots} plots`);
      // Cells out of sight are not drawn before they are scrolled to.
      const cells = `document.querySelectorAll(".jp-NotebookPanel .jp-Cell")`;
      await page.setViewportSize({ width: 1200, height: 9000 });
      await until(
        page,
        `document.querySelectorAll(".vega-embed canvas").length === ${plots}`,
        30_000,
      );
      assert.ok(await page.evaluate<number>(`${cells}.length`) > plots);
      const picture = Deno.env.get("REPORT_SCREENSHOT");
      if (picture) await page.screenshot({ path: picture });
      assert.deepEqual([seen.errors, seen.executed, seen.dialogs], [[], [], []]);
      assert.deepEqual(seen.console, []);
    });
  } finally {
    await lab.close();
  }
}
