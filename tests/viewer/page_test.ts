/** The page of trajectories as a file: what stands in it, that none of it is markup, and how much of it a notebook takes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  BLOCK_SIZE,
  bundleBytes,
  byInterest,
  largestFrame,
  type PackedGroup,
  packGroup,
  rowGroups,
  tokenAligner,
  trajectoryFrame,
  trajectoryPage,
  type TrajectoryRow,
} from "../../lib/viewer/mod.ts";
import { decodeLengths, decodeLogprobs, encodeLogprobs } from "../../lib/viewer/client/scale.js";
import { walk } from "../_paths.ts";
import { pageContent } from "./_content.ts";
import { rowsOfGroup, rowsOfRun, Words } from "./_rollouts.ts";

function pack(rows: readonly TrajectoryRow[], words?: Words): PackedGroup[] {
  const align = words && tokenAligner(words.decode);
  return rowGroups(rows).map((group) => packGroup(group, { align }));
}

function only(row: Partial<TrajectoryRow>): TrajectoryRow {
  const [first] = rowsOfGroup({ step: 0, split: "train", group: 0, samples: 1 });
  return { ...first!, ...row };
}

Deno.test("a page holds every rollout once, each shared text once", () => {
  const words = new Words();
  const rows = rowsOfRun({ steps: 2, groups: 40, samples: 8, heldOut: 3 }, words);
  const { index, texts } = pageContent(trajectoryPage(pack(rows, words), { title: "run" }));
  assert.equal(texts.length, rows.length);
  assert.deepEqual(texts.map(({ text }) => text), rows.map(({ text }) => text));
  assert.equal(index.groups.step.length, 83);
  assert.deepEqual(index.groups.size.slice(-4), [8, 1, 1, 1]);
  assert.equal(new Set(index.problems.id).size, index.problems.id.length);
  assert.deepEqual(index.templates, ["step_by_step"]);
  assert.deepEqual(index.rollouts.reward, rows.map(({ reward }) => reward));
});

Deno.test("texts stand in blocks of as many rollouts as the page's script expects", async () => {
  const page = trajectoryPage(pack(rowsOfRun({ steps: 1, groups: 40, samples: 8, heldOut: 0 })), { title: "run" });
  assert.equal((page.match(/id="block-/g) ?? []).length, Math.ceil(320 / BLOCK_SIZE));
  const store = await Deno.readTextFile(new URL("../../lib/viewer/client/store.js", import.meta.url));
  assert.match(store, new RegExp(`BLOCK_ROLLOUTS = ${BLOCK_SIZE};`));
});

Deno.test("the answer's span is the box that grading read, the last one", () => {
  const text = "first \\boxed{1}, no: \\boxed{ 12 } and 1 more";
  const { texts } = pageContent(trajectoryPage(pack([only({ text, extracted: "12" })]), { title: "run" }));
  const [start, end] = texts[0]!.span!;
  assert.equal(text.slice(start, end), "12");
  assert.equal(start, text.lastIndexOf("12"));
});

Deno.test("the answer's span is the recorded one, unless it is no place in the text", () => {
  const text = "first \\boxed{12}, but that is not all: \\boxed{12} and 1 more";
  const spanned = (span: unknown, more: Partial<TrajectoryRow> = {}) =>
    only({ text, extracted: "12", span: span as [number, number], ...more });
  const last = [text.lastIndexOf("12"), text.lastIndexOf("12") + 2];
  const wrong = [[-1, 3], [3, 3], [5, 4], [0, text.length + 1], [1.5, 3], [13], ["13", "15"], { 0: 13, 1: 15 }, null];
  const rows = [spanned([13, 15]), ...wrong.map((span) => spanned(span)), spanned([13, 15], { extracted: null })];
  const { texts } = pageContent(trajectoryPage(pack(rows), { title: "run" }));
  assert.deepEqual(texts.map(({ span }) => span), [[13, 15], ...wrong.map(() => last), undefined]);
});

Deno.test("an answer found in another way is marked where it stands last, and nowhere if it does not stand there", () => {
  const rows = [only({ text: "7 or seven, 7 it is", extracted: "seven" }), only({ text: "nothing", extracted: "8" })];
  const { texts } = pageContent(trajectoryPage(pack(rows), { title: "run" }));
  assert.deepEqual(texts.map(({ span }) => span), [[5, 10], undefined]);
  assert.deepEqual(texts.map(({ answer }) => answer), ["seven", "8"]);
});

Deno.test("tokens keep their lengths and log-probabilities without their ids", () => {
  const words = new Words();
  const tokens = [...words.encode("one two three"), 999];
  const row = only({ text: "one two three", tokens, logprobs: [-0.01, null, -2, -7], extracted: null });
  const page = trajectoryPage(pack([row], words), { title: "run" });
  const [said] = pageContent(page).texts;
  assert.deepEqual(decodeLengths(said!.lengths!), [3, 4, 6, 0]);
  const [sure, unknown, likely] = decodeLogprobs(said!.logprobs!);
  assert.ok(sure! > -0.02 && sure! <= 0);
  assert.equal(unknown, null);
  assert.ok(Math.abs(likely! + 2) < 0.1);
});

Deno.test("log-probabilities come back within five percent, and keep their order", () => {
  const values = Array.from({ length: 200 }, (_, i) => -(i / 10));
  const back = decodeLogprobs(encodeLogprobs(values)) as number[];
  for (const [i, value] of values.entries()) {
    assert.ok(Math.abs(back[i]! - value) <= 0.05 * (0.125 + Math.abs(value)), `${value} became ${back[i]}`);
    if (i > 0) assert.ok(back[i]! <= back[i - 1]!);
  }
});

Deno.test("a completion too long for a page keeps its beginning, its end and its answer", () => {
  const text = `start${"x".repeat(300_000)}\\boxed{5}`;
  const { index, texts } = pageContent(trajectoryPage(pack([only({ text, extracted: "5" })]), { title: "run" }));
  assert.ok(texts[0]!.text.length < 210_000);
  assert.match(texts[0]!.text, /^start.*characters left out.*\\boxed\{5\}$/s);
  assert.equal(index.rollouts.characters[0], text.length);
});

Deno.test("nothing that comes from outside is markup in a page", () => {
  const evil = `</script><script>x()</script><!--<script>&amp;\u2028'"]]>`;
  const row = only({ question: evil, text: evil, template: evil, problem_id: evil, extracted: evil, reference: evil });
  const page = trajectoryPage(pack([{ ...row, reward_parts: { [evil]: 1 } }]), { title: evil, notes: [evil] });
  assert.equal(page.match(/<script/g)?.length, 3, "two blocks of data and the page's own script");
  assert.equal(page.match(/<\/script/g)?.length, 3);
  assert.doesNotMatch(page, /<!--|<script>x/);
  for (const [block] of page.matchAll(/json" id=.*\n/g)) assert.doesNotMatch(block!, /[\u2028\u2029]/);
  const { index, texts } = pageContent(page);
  assert.deepEqual([index.title, index.problems.question[0], texts[0]!.text], [evil, evil, evil]);
});

Deno.test("the page's policy allows its own script and style by their hashes, and nothing else", () => {
  const page = trajectoryPage([], { title: "run" });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
  const script = /<script>(.*?)<\/script>/s.exec(page)![1]!;
  assert.equal(
    policy,
    `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; ` +
      "img-src data:; base-uri 'none'; form-action 'none'",
  );
});

Deno.test("no two files of the page's script use the same name, and none parses markup", async () => {
  const folder = new URL("../../lib/viewer/client/", import.meta.url);
  const names: string[] = [];
  for (const path of (await walk(folder)).filter((path) => path.endsWith(".js"))) {
    const source = await Deno.readTextFile(path);
    for (const [, name] of source.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm)) {
      names.push(name!);
    }
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/, path);
  }
  assert.ok(names.length > 40);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

Deno.test("a frame holds the page whole, without an origin", () => {
  const page = trajectoryPage(pack([only({ text: `it's "5" & <b>` })]), { title: "it's" });
  const frame = trajectoryFrame(page, `a "run"`);
  assert.match(frame, /<iframe title="a &quot;run&quot;" sandbox="allow-scripts" /);
  const srcdoc = /srcdoc='([^']*)'><\/iframe>/.exec(frame)![1]!;
  assert.equal(srcdoc.replaceAll("&#39;", "'").replaceAll("&amp;", "&"), page);
});

Deno.test("a frame takes the latest groups, those with several rewards first, as many as there is room for", () => {
  const groups = pack(rowsOfRun({ steps: 6, groups: 60, samples: 8, heldOut: 0 }));
  const render = (some: readonly PackedGroup[]) => trajectoryFrame(trajectoryPage(some, { title: "run" }), "run");
  const budget = 300_000;
  const { html, count } = largestFrame(groups, budget, render);
  assert.ok(bundleBytes(html) <= budget);
  assert.ok(bundleBytes(html) > budget / 2, `${bundleBytes(html)} of ${budget} bytes are used`);
  const { index } = pageContent(html.replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
  assert.equal(index.rollouts.reward.length, count);
  assert.equal(Math.max(...index.groups.step), 5);
  assert.ok(count < 6 * 60 * 8);
  const first = byInterest(groups)[0]!;
  assert.ok(first.step === 5 && new Set(first.rollouts.map(({ row }) => row.reward)).size > 1);
});

Deno.test("all groups go into a frame that has room for them, in their own order", () => {
  const groups = pack(rowsOfRun({ steps: 2, groups: 3, samples: 4 }));
  const seen: (readonly PackedGroup[])[] = [];
  const { count } = largestFrame(groups, 900_000, (some) => (seen.push(some), "x"));
  assert.deepEqual([count, seen.at(-1)], [2 * 3 * 4 + 3, groups]);
});

Deno.test("of a group too large for a frame the first completions are shown; of one too large at all, none", () => {
  const rows = Array.from({ length: 8 }, (_, sample) => only({ sample, text: "y".repeat(60_000) }));
  const render = (some: readonly PackedGroup[]) => trajectoryPage(some, { title: "run" });
  const { count, html } = largestFrame(pack(rows), 300_000, render);
  assert.ok(count >= 2 && count < 8 && bundleBytes(html) <= 300_000);
  assert.equal(largestFrame(pack(rows), 80_000, render).count, 0);
});
