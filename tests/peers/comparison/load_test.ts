/** What a report takes does not grow with what was asked: the page shows so many answers and no more, and none are held. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { measureReport } from "./load.ts";
import { writeSynthetic } from "./_synthetic.ts";

async function built(problems: number) {
  const folder = await Deno.makeTempDir({ prefix: "load_" });
  try {
    const comparison = await writeSynthetic(folder, { templates: 3, policies: 2, problems, samples: 4 });
    const parts = await measureReport(comparison);
    const html = await Deno.readTextFile(join(comparison, "report.html"));
    return { elements: html.match(/<[a-z]/g)!.length, peakBytes: Math.max(...parts.map((part) => part.peakBytes)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a report of eight times as many answers has no more elements, and takes little more memory", async () => {
  const [small, large] = [await built(80), await built(640)];
  assert.ok(large.elements < 1.25 * small.elements, `${large.elements} elements after ${small.elements}`);
  // The answers alone are about 50 MB as text.
  const more = large.peakBytes - small.peakBytes;
  assert.ok(more < 120e6, `${more} bytes more than the ${small.peakBytes} of the small one`);
});
