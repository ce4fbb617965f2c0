/** Reports in folders, for the programs that people open them with. */
import assert from "node:assert/strict";
import { reportPage, reportSections } from "../../../lib/reports/mod.ts";
import { type MadeUp, madeUp } from "../../reports/_comparisons.ts";
import { fromRoot } from "../_peers.ts";

/** Compares templates by the bundled model in a folder, and writes the report. @returns the notebook's path */
export async function writeNotebook(folder: string): Promise<string> {
  const script = fromRoot("tests/peers/reports/_compare.ts");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", fromRoot("deno.json"), script],
    cwd: folder,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return `${folder}/${new TextDecoder().decode(stdout).trim()}`;
}

/** Writes the page of a made-up comparison, with its answers. @returns its path */
export async function writePage(folder: string, options: MadeUp = {}): Promise<string> {
  const comparison = madeUp(options);
  const path = `${folder}/report.html`;
  await Deno.writeTextFile(path, await reportPage(comparison, await reportSections(comparison)));
  return path;
}
