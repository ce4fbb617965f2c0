/** The page for all runs in a real browser: a run is watched and stopped, runs are compared, completions read, by keys alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../../lib/config/mod.ts";
import { launch } from "../../../lib/launch/mod.ts";
import { evaluationEvent, inTempFolder, recorderFor, stepEvent } from "../../runs/_fakes.ts";
import { writeRun } from "../../view/_site.ts";
import { innerFrame, type Page, type Seen, until, withBrowser } from "./_browser.ts";
import { faultsOf, follow, type Served, startView, tabTo } from "./_view.ts";

const SMALL: TrainInput = {
  backend: "local",
  ...{ groups_per_batch: 2, group_size: 2, max_tokens: 8, train_limit: 8, test_limit: 4 },
  ...{ levels: [1], max_steps: 100_000, save_every: 0, eval_every: 4, max_cost: null },
};

/** Opens a browser on the page for the runs in a folder. */
async function withView(
  prepare: (runs: string) => Promise<void>,
  test: (at: { page: Page; seen: Seen; served: Served; runs: string }) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    const runs = join(folder, "runs");
    await Deno.mkdir(runs);
    await prepare(runs);
    const served = await startView(runs);
    try {
      await withBrowser(async ({ open }) => {
        const { page, seen } = await open();
        await page.goto(served.url);
        await test({ page, seen, served, runs });
        assert.deepEqual([seen.errors, seen.console, seen.dialogs, seen.executed], [[], [], [], []]);
        const { origin } = new URL(served.url);
        assert.deepEqual(seen.requests.filter((url) => new URL(url).origin !== origin), []);
      });
    } finally {
      assert.equal(await served.stop(), 0);
    }
  });
}

async function recordTwo(runs: string): Promise<void> {
  for (const [name, learning_rate] of [["low", 1e-4], ["high", 1e-3]] as const) {
    const recorder = await recorderFor(join(runs, name), { input: { learning_rate } });
    for (let step = 0; step < 4; step++) {
      if (step % 2 === 0) await recorder.record(evaluationEvent(step, 0.5));
      await recorder.record(stepEvent(step, { "env/all/correct": step / 4, "env/all/reward/total": step / 4 }));
    }
    await recorder.close();
  }
}

Deno.test("a run appears, is watched without moving what one looks at, and is seen to stop", () =>
  withView(recordTwo, async ({ page, runs }) => {
    await page.evaluate("globalThis.isSame = true");
    const run = await launch({ ...SMALL, log_path: join(runs, "live") });
    try {
      await until(page, `document.querySelector("a.run[href='/run/live']") !== null`);
      assert.ok(await page.evaluate("globalThis.isSame"), "the list was not loaded again");
      await page.keyboard.press("/");
      await page.keyboard.type("live");
      await until(page, `document.querySelectorAll("a.run").length === 1`);
      await follow(page, "a.run", "/run/live");
      await until(page, `document.querySelector("#metrics svg") !== null`);
      await page.evaluate("globalThis.isSame = true");
      await tabTo(page, "#defaults summary");
      await page.keyboard.press("Enter");
      const look =
        `[document.activeElement.textContent, document.activeElement.getBoundingClientRect().top, document.getElementById("defaults").open]`;
      const [before, drawn, steps] = await page.evaluate<[unknown[], string, string]>(
        `[${look}, document.querySelector("#metrics svg").dataset.as, document.getElementById("steps").textContent]`,
      );
      assert.ok(await page.evaluate<number>("scrollY") > 0, "the page is scrolled");
      await until(page, `document.querySelector("#metrics svg").dataset.as !== ${JSON.stringify(drawn)}`);
      await until(page, `document.getElementById("steps").textContent !== ${JSON.stringify(steps)}`);
      const after = await page.evaluate<unknown[]>(look);
      assert.deepEqual([after[0], after[2]], [before[0], true]);
      assert.ok(Math.abs((after[1] as number) - (before[1] as number)) < 30, `${before[1]} is now at ${after[1]}`);
      assert.ok(await page.evaluate("globalThis.isSame"), "the page was not loaded again");
      const stopText = `document.getElementById("first-command").textContent`;
      assert.match(await page.evaluate<string>(stopText), /^deno task stop \S+\/live$/);
    } finally {
      await run.stop();
    }
    await until(page, `document.querySelector(".state .pill").textContent === "stopped"`);
    assert.match(await page.evaluate<string>(`document.getElementById("first-command").textContent`), /resume/);
    assert.ok(await page.evaluate("globalThis.isSame"));
  }));

Deno.test("two runs are chosen and compared, and a completion is read, by keys alone", () =>
  withView(recordTwo, async ({ page }) => {
    const faults: Record<string, string[]> = { list: await faultsOf(page) };
    await tabTo(page, "input[name=runs][value=low]");
    const outline = await page.evaluate<string>(`getComputedStyle(document.activeElement).outlineStyle`);
    assert.equal(outline, "solid", "the focus is seen");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    assert.equal(await page.locator("#chosen").textContent(), "2 chosen");
    await follow(page, "#compare", "/compare");
    assert.ok(await page.locator("#curves svg").isVisible());
    assert.match((await page.locator("#tests").textContent())!, /cannot be told apart/);
    faults.compare = await faultsOf(page);
    await follow(page, "#runs a[href='/run/low']", "/run/low");
    faults.run = await faultsOf(page);
    await follow(page, "#trajectories a[href*='split=train'][href$='step=2']", "/run/low/trajectories");
    const frame = await innerFrame(page);
    await until(frame, `document.documentElement.dataset.ready === "yes"`);
    faults.trajectories = await faultsOf(page);
    await tabTo(page, "iframe");
    await page.keyboard.press("j");
    await until(frame, `document.querySelector("#detail h2")?.textContent === "toy/train/1"`);
    await page.goto(await page.evaluate<string>(`location.origin + "/templates"`));
    faults.templates = await faultsOf(page);
    assert.deepEqual(Object.entries(faults).filter(([, of]) => of.length > 0), []);
  }));

Deno.test("the page says that it has lost the server, and goes on when it is there again", () =>
  inTempFolder((folder) =>
    withBrowser(async ({ open }) => {
      await writeRun(join(folder, "one"));
      const first = await startView(folder);
      const { page, seen } = await open();
      await page.goto(first.url);
      assert.equal(await first.stop(), 0);
      await until(page, `!document.getElementById("contact").hidden`, 20_000);
      assert.match((await page.locator("#contact").textContent())!, /No contact .* deno task view/);
      await writeRun(join(folder, "two"));
      const second = await startView(folder, Number(new URL(first.url).port));
      try {
        await until(page, `document.getElementById("contact").hidden`, 20_000);
        await until(page, `document.querySelectorAll("a.run").length === 2`, 20_000);
        assert.deepEqual(seen.errors, []);
      } finally {
        await second.stop();
      }
    })
  ));

Deno.test("hostile folders run nothing and reach nobody", async () => {
  let reached = 0;
  const other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    reached++;
    return new Response("");
  });
  const elsewhere = `http://127.0.0.1:${other.addr.port}/`;
  const bad = `"'><img src=${elsewhere} onerror=pwn()><script>pwn()</script>`;
  const name = bad.replaceAll("/", "_");
  const prepare = async (runs: string) => {
    const template = { name: bad, description: bad, question: bad, few_shot: [bad] };
    await writeRun(join(runs, name), { config: { env: bad, model_name: bad, template }, status: { last_error: bad } });
    await writeRun(join(runs, "javascript:pwn()"));
    const comparison = join(runs, "comparisons", "c");
    await Deno.mkdir(comparison, { recursive: true });
    const report =
      `<p id=p>${bad}<iframe src="javascript:parent.pwn()"></iframe><meta http-equiv=refresh content="0;url=${elsewhere}">`;
    await Deno.writeTextFile(join(comparison, "report.html"), report);
  };
  try {
    await withView(prepare, async ({ page, seen, served }) => {
      const runs = [`/run/${encodeURIComponent(name)}`, "/run/javascript%3Apwn()"];
      for (const path of ["/", "/templates", ...runs, "/comparisons"]) await page.goto(served.url + path);
      assert.deepEqual(seen.console, []);
      await page.goto(`${served.url}/comparisons/c/report`);
      assert.match((await page.locator("#p").textContent())!, /"'>/);
      assert.ok(seen.console.length > 0, "the browser tells what the report was not allowed");
      seen.console.length = 0;
      // What was not allowed is told as a request as well, but nobody gets it.
      seen.requests.splice(0, Infinity, ...seen.requests.filter((url) => url !== elsewhere));
    });
    assert.equal(reached, 0);
  } finally {
    await other.shutdown();
  }
});
