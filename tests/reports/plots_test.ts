import assert from "node:assert/strict";
import { DISPLAY, LARGEST_BUNDLE_BYTES } from "../../lib/basics/mod.ts";
import type { Plot } from "../../lib/plots/mod.ts";
import {
  plotAccuracy,
  plotCost,
  plotCurves,
  plotDifferences,
  plotParts,
  type PlottedComparison,
} from "../../lib/reports/mod.ts";
import { bytesOf, drawQuietly, namesInSvg } from "../plots/_looks.ts";
import { estimate, plotted } from "./_plotted.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];
interface Panel {
  readonly title?: { readonly text: string };
  readonly data: { readonly values: Rows };
  readonly layer: readonly { readonly mark: { readonly type: string } }[];
}

const PLOTS = { plotAccuracy, plotDifferences, plotCost, plotParts };
const CHECKPOINTS = ["base", "step 10", "step 20", "step 30", "step 40"];
const RUNS = plotted({ kind: "runs", templates: ["baseline"], policies: ["slow", "fast", "faster"] });

function panels(plot: Plot): readonly Panel[] {
  return plot.spec.concat as readonly Panel[];
}

function datasets(plot: Plot): Readonly<Record<string, Rows>> {
  return plot.spec.datasets as Readonly<Record<string, Rows>>;
}

/** The comparison with other figures. */
function changed(
  { facts, result }: PlottedComparison,
  changes: Partial<PlottedComparison["result"]>,
): PlottedComparison {
  return { facts, result: { ...result, ...changes } };
}

Deno.test("plots of comparisons show themselves as Vega-Lite 5, SVG and text, and compile without a warning", async () => {
  const plots = [
    ...Object.values(PLOTS).flatMap((plot) => [plot(plotted()), plot(plotted({ policies: CHECKPOINTS })), plot(RUNS)]),
    plotCurves(RUNS),
  ];
  for (const plot of plots) {
    const bundle = await plot[DISPLAY]();
    assert.deepEqual(Object.keys(bundle).sort(), ["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
    assert.equal(plot.spec.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
    assert.deepEqual(JSON.parse(JSON.stringify(plot.spec)), plot.spec, "plain JSON");
    namesInSvg(await drawQuietly(plot));
    assert.ok(bytesOf(bundle) < LARGEST_BUNDLE_BYTES / 4, String(bytesOf(bundle)));
  }
});

/** Texts of a picture with the place where each begins, in pixels from the left. */
function textsOf(svg: string): { text: string; left: number }[] {
  const open: number[] = [];
  const texts: { text: string; left: number }[] = [];
  for (const [, closes, name, attributes, selfCloses, text] of svg.matchAll(/<(\/?)([a-z]+)([^>]*?)(\/?)>([^<]*)/gi)) {
    if (closes === "/") open.pop();
    else if (selfCloses !== "/") open.push(Number(/translate\((-?[\d.]+)/.exec(attributes!)?.[1] ?? 0));
    if (closes === "" && name === "text") texts.push({ text: text!, left: open.reduce((sum, by) => sum + by, 0) });
  }
  return texts;
}

Deno.test("the figures at the right of a picture are within it, also in a wide font", async () => {
  // In sizes of the font, as DejaVu Sans has them.
  const wide = (text: string) =>
    [...text].reduce((sum, one) => sum + (/[+\u2212]/.test(one) ? 0.84 : /[ .()]/.test(one) ? 0.36 : 0.64), 0);
  for (const plot of [plotAccuracy(plotted()), plotDifferences(plotted({ policies: CHECKPOINTS }))]) {
    const svg = await plot.svg();
    const room = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)![1]);
    const figures = textsOf(svg).filter(({ text }) => / to /.test(text));
    assert.ok(figures.length >= 3);
    for (const { text, left } of figures) {
      assert.ok(left > room / 2 && left + 10 * wide(text) <= room, `${text} from ${left} in ${room}`);
    }
  }
});

Deno.test("differences between long names have a line for either side", () => {
  const long = plotted({
    kind: "runs",
    templates: ["baseline"],
    policies: ["learning_rate=0.001 group_size=16", "learning_rate=0.003 group_size=16"],
  });
  const axisOf = (plot: Plot) => JSON.stringify(plot.spec.concat).includes('labelExpr":"indexof(datum.label');
  assert.deepEqual([axisOf(plotDifferences(long)), axisOf(plotDifferences(plotted()))], [true, false]);
});

Deno.test("accuracy has a panel a policy with its templates, and one panel where there is one policy or one template", () => {
  const several = panels(plotAccuracy(plotted({ policies: CHECKPOINTS })));
  assert.deepEqual(several.map(({ title }) => title?.text), CHECKPOINTS);
  assert.deepEqual(several[0]!.data.values.map(({ name }) => name), ["baseline", "step_by_step", "concise"]);
  for (const one of [plotted(), RUNS]) assert.equal(panels(plotAccuracy(one)).length, 1);
  const row = panels(plotAccuracy(plotted()))[0]!.data.values[0]!;
  assert.deepEqual([row.value, row.low, row.high], [0.42, 0.39, 0.45]);
  assert.equal(row.shown, "0.420 (0.390 to 0.450)");
});

Deno.test("an interval that cannot be told is not drawn", async () => {
  const { result, ...rest } = plotted();
  const cells = result.cells.map((cell, i) => i === 0 ? { ...cell, correct: estimate(0.42, null) } : cell);
  const plot = plotAccuracy({ ...rest, result: { ...result, cells } });
  const [bare, whole] = panels(plot)[0]!.data.values as [Rows[0], Rows[0]];
  assert.deepEqual(["low" in bare, "low" in whole], [false, true]);
  assert.equal(bare.shown, "0.420");
  assert.match(plot.text, /baseline +o? +o? +0\.420\n/);
  const rules = /aria-roledescription|stroke-width="2"/g;
  const drawn = async (of: Plot) => [...(await of.svg()).matchAll(rules)].length;
  assert.equal(await drawn(plotAccuracy(plotted())) - await drawn(plot), 1);
});

Deno.test("differences are sorted from the largest, in points, with a line at zero and a shape by verdict", () => {
  const [panel] = panels(plotDifferences(plotted()));
  const rows = panel!.data.values;
  assert.deepEqual(rows.map(({ name }) => name), [
    "step_by_step \u2212 baseline",
    "concise \u2212 baseline",
    "concise \u2212 step_by_step",
  ]);
  assert.deepEqual(rows.map(({ value, kind }) => [value, kind]), [[22, "better"], [11, "better"], [-11, "worse"]]);
  assert.deepEqual(panel!.layer.map(({ mark }) => mark.type), ["rule", "rule", "point", "text"]);
  assert.match(plotDifferences(plotted()).text, /step_by_step . baseline +\| +-+o-+ +\+22\.0 \(\+17\.5 to \+26\.5\)/);
});

Deno.test("only what the test tells apart is called better or worse, whatever the interval says", () => {
  const { facts, result } = plotted();
  const differences = result.differences.map((one) => ({ ...one, verdict: "not_told_apart" as const }));
  const [panel] = panels(plotDifferences(changed({ facts, result }, { differences })));
  assert.deepEqual(new Set(panel!.data.values.map(({ kind }) => kind)), new Set(["not told apart"]));
});

Deno.test("of more than 40 differences those with the smallest corrected p are drawn, and it is said", () => {
  const comparison = plotted({ policies: CHECKPOINTS });
  const differences = comparison.result.differences.map((one, i) => ({ ...one, p_adjusted: ((i * 7) % 45) / 45 }));
  const plot = plotDifferences(changed(comparison, { differences }));
  const rows = panels(plot).flatMap(({ data }) => data.values);
  assert.equal(differences.length, 45);
  assert.equal(rows.length, 40);
  assert.match(plot.text, /40 of 45, by the smallest corrected p/);
  const kept = differences.map(({ p_adjusted }) => p_adjusted).sort((a, b) => a - b)[39]!;
  for (const row of rows) assert.ok(Number(/corrected (?:< )?([\d.]+)/.exec(String(row.more))?.[1]) <= kept + 1e-3);
});

Deno.test("of training runs what differs by problem and what differs over seeds stand apart", () => {
  const [paired, seeds] = panels(plotDifferences(RUNS));
  assert.equal(paired?.title?.text, "these weights: paired by problem");
  assert.equal(seeds?.title?.text, "these settings: over seeds");
  assert.ok(seeds!.data.values.some(({ low, more }) => low === undefined && /single seed/.test(String(more))));
});

Deno.test("the front is a stepped line through its cells, from the cheapest, and on to the right", () => {
  const plot = plotCost(plotted());
  const front = datasets(plot)["front"]!;
  assert.deepEqual(front.slice(0, 2).map(({ x, y }) => [x, y]), [[30, 0.42], [44, 0.64]]);
  assert.equal(front.length, 3);
  assert.equal(front[2]!.y, 0.64);
  const several = datasets(plotCost(plotted({ policies: CHECKPOINTS })))["front"]!;
  assert.deepEqual([...new Set(several.map(({ colour }) => colour))], CHECKPOINTS);
  const single = plotCost(plotted({ templates: ["baseline"], policies: CHECKPOINTS }));
  assert.deepEqual(datasets(single)["front"], [], "one template: nothing to choose from");
  assert.doesNotMatch(single.text, /on the front/);
  const onFront = RUNS.result.cells.filter(({ on_front }) => on_front).length;
  assert.equal(datasets(plotCost(RUNS))["front"]!.length, onFront + 1, "groups of runs are held against each other");
});

Deno.test("labels of cells of nearly one place do not cover each other", () => {
  const names = ["one", "two", "three", "four", "five"].map((name) => `template_${name}`);
  const comparison = plotted({ templates: names });
  const cells = comparison.result.cells.map((cell, i) => ({
    ...cell,
    correct: estimate(0.5 + i * 0.004),
    completion_tokens: estimate(40 + i * 0.2, 3),
  }));
  const labels = datasets(plotCost(changed(comparison, { cells })))["labels"]! as readonly {
    readonly left: number;
    readonly top: number;
  }[];
  assert.equal(labels.length, 5);
  for (const [i, a] of labels.entries()) {
    for (const b of labels.slice(i + 1)) {
      assert.ok(Math.abs(a.top - b.top) >= 12 || Math.abs(a.left - b.left) >= 60, JSON.stringify([a, b]));
    }
  }
});

Deno.test("parts have a panel a kind; of many cells those of one policy are shown, and it is said", () => {
  const plot = plotParts(plotted());
  assert.deepEqual(panels(plot).map(({ title }) => title?.text), [
    "By level",
    "By subject",
    "By length of the prompt, tokens",
  ]);
  assert.equal(panels(plot)[0]!.data.values.length, 5 * 3);
  const many = plotParts(plotted({ policies: CHECKPOINTS }));
  assert.match(many.text, /of 15 those by step 40/);
  const shown = new Set(panels(many).flatMap(({ data }) => data.values.map(({ cell }) => cell)));
  assert.deepEqual([...shown], ["baseline, step 40", "step_by_step, step 40", "concise, step 40"]);
});

Deno.test("curves are means over seeds with their interval; without training runs there are none, in plain words", () => {
  const rows = (plotCurves(RUNS).spec.data as { readonly values: Rows }).values;
  assert.equal(rows.length, 3 * 5);
  assert.ok(rows.every(({ low, high, runs }) => Number(low) < Number(high) && runs === 3));
  assert.throws(() => plotCurves(plotted()), (error: Error) => {
    assert.ok(error instanceof RangeError);
    assert.match(error.message, /is of templates, not of training runs.*compareRuns/);
    return true;
  });
});

Deno.test("where there is nothing to show a plot says so in words", async () => {
  const one = plotted({ templates: ["baseline"] });
  assert.match(plotDifferences(one).text, /there is nothing to compare with/);
  const plot = plotParts(changed(one, { parts: [] }));
  assert.match(plot.text, /do not tell their level/);
  namesInSvg(await drawQuietly(plot));
});

Deno.test("what is no comparison, and options that do not exist, are refused", () => {
  const promised = Promise.resolve(plotted()) as never;
  assert.throws(() => plotAccuracy(promised), /plotAccuracy takes a comparison.*a promise; put `await` before it/);
  assert.throws(() => plotCost({} as never), TypeError);
  assert.throws(() => plotParts(plotted(), { wide: 3 } as never), /plotParts has no option "wide"/);
  assert.throws(() => plotDifferences(plotted(), { width: 3 }), RangeError);
});

Deno.test("hostile names of templates, policies and parts are inert text in the picture and on one line in the text", async () => {
  const hostile = [
    "<script>alert(1)</script>",
    `"><img src=x onerror=alert(1)>`,
    "datum['x']].y\\",
    "{{constructor.constructor('alert(1)')()}}",
    "\x1b]0;title\x07\x1b[31mred\u202eevil\nline",
    "__proto__",
    "\ud800 half \uffff",
    "very long ".repeat(500),
  ];
  const base = plotted({ templates: hostile, policies: [hostile[0]!, "b"] });
  const parts = hostile.flatMap((part) => base.result.parts.map((one) => ({ ...one, part })).slice(0, 1));
  const comparison = changed({ facts: { ...base.facts, title: hostile[0]! }, result: base.result }, { parts });
  const runs = plotted({ kind: "runs", templates: ["baseline"], policies: hostile });
  for (const plot of [...Object.values(PLOTS).map((plot) => plot(comparison)), plotCurves(runs)]) {
    const { elements, attributes } = namesInSvg(await drawQuietly(plot));
    const known = ["svg", "g", "path", "rect", "line", "text", "tspan", "defs", "clippath"];
    assert.deepEqual([...elements].filter((element) => !known.includes(element)), []);
    assert.deepEqual([...attributes].filter((attribute) => /^on|href|src/.test(attribute)), []);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(plot.text, /[\x00-\x09\x0b-\x1f\u202e]/);
    assert.ok(plot.text.split("\n").every((line) => line.length < 400), plot.text);
  }
});

Deno.test("twenty templates by ten policies fit in a bundle", async () => {
  const names = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what} ${i}`);
  const { facts, result } = plotted({ templates: names("template", 20), policies: names("policy", 10) });
  for (const plot of Object.values(PLOTS)) {
    assert.ok(bytesOf(await plot({ facts, result })[DISPLAY]()) < LARGEST_BUNDLE_BYTES, plot.name);
  }
});
