/**
 * The page of a report in a real browser without a network: it asks for nothing, runs nothing, scrolls at once however much
 * there is, and prints.
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { inTempFolder } from "../../runs/_fakes.ts";
import { type Page, withBrowser } from "../browser/_browser.ts";
import { writePage } from "./_report.ts";

/** Three templates, five checkpoints, as many problems as GSM8K's test set has, four answers to each. */
const LARGE = {
  templates: ["baseline", "step_by_step", "concise"],
  policies: ["base", "step 10", "step 20", "step 30", "step 40"],
  problems: 1_319,
  samples: 4,
};

/** What is used of a page besides. */
type Printing = Page & {
  pdf(options: { path: string; format: string }): Promise<unknown>;
  context(): { setOffline(offline: boolean): Promise<void> };
};

Deno.test("the page of the largest report opens offline, asks for nothing but itself, scrolls at once and prints", () =>
  inTempFolder(async (folder) => {
    const path = await writePage(folder, LARGE);
    await withBrowser(async ({ open }) => {
      const { page, seen } = await open() as { page: Printing; seen: Awaited<ReturnType<typeof open>>["seen"] };
      const requests: string[] = [];
      page.on("request", (request: { url(): string }) => requests.push(request.url()));
      await page.context().setOffline(true);
      const url = pathToFileURL(path).href;
      await page.goto(url);
      const size = (await Deno.stat(path)).size;
      assert.ok(await page.locator("svg").count() >= 3);
      assert.equal(await page.locator("script").count(), 0);
      const delay = await scrollDelay(page);
      console.log(`${(size / 1e6).toFixed(1)} MB, scrolled to the end and back in ${delay.toFixed(0)} ms`);
      await page.pdf({ path: `${folder}/report.pdf`, format: "A4" });
      const pdf = await Deno.readFile(`${folder}/report.pdf`);
      assert.equal(new TextDecoder().decode(pdf.subarray(0, 5)), "%PDF-");
      assert.ok(pdf.length > 50_000, `${pdf.length} bytes`);
      const kept = Deno.env.get("REPORT_FOLDER");
      if (kept) {
        for (const name of ["report.html", "report.pdf"]) await Deno.copyFile(`${folder}/${name}`, `${kept}/${name}`);
      }
      assert.deepEqual(requests, [url]);
      assert.deepEqual(seen, { requests: [], dialogs: [], errors: [], executed: [], console: [] });
      // A second would be felt; a machine that is busy gets three.
      assert.ok(delay < 3_000, `${delay} ms`);
    });
  }));

/** Milliseconds until the end of the page and then its start are drawn. */
async function scrollDelay(page: Page): Promise<number> {
  return await page.evaluate<number>(`(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const start = performance.now();
    for (const top of [document.documentElement.scrollHeight, 0]) { scrollTo(0, top); await drawn(); }
    return performance.now() - start;
  })()`);
}
