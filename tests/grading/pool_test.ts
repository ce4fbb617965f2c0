import assert from "node:assert/strict";
import {
  createGrader,
  createJudge,
  type Grader,
  type GraderOptions,
  LONGEST_GRADED,
} from "../../lib/grading/pool/pool.ts";

const STAND_IN = new URL("./_stand_in_worker.ts", import.meta.url);
/** Nothing is told of it at once. */
const REFERENCE = "\\frac{\\pi}{3}";

/** A grader whose workers do what they are told. */
async function withStandIn(options: GraderOptions, use: (grader: Grader) => Promise<void>): Promise<void> {
  const grader = createGrader({ module: STAND_IN, ...options });
  try {
    await use(grader);
  } finally {
    await grader.close();
  }
}

function requests(...texts: readonly string[]) {
  return texts.map((text) => ({ text, reference: REFERENCE, stopReason: "stop" as const }));
}

async function outcomes(grader: Grader, ...texts: readonly string[]): Promise<string[]> {
  return (await grader.grade(requests(...texts))).map(({ outcome }) => outcome);
}

Deno.test("a grader that needs no worker starts none: it works where nothing may be read, and need not be closed", async () => {
  const grader = createGrader({ module: new URL("./nothing_here.ts", import.meta.url) });
  const grades = await grader.grade([
    { text: "\\boxed{18}", reference: "18", stopReason: "stop" },
    { text: "\\boxed{19}", reference: "18", stopReason: "stop" },
  ]);
  assert.deepEqual(grades.map(({ outcome }) => outcome), ["correct", "wrong"]);
});

Deno.test("a thousand completions come back in order, whichever worker had them", async () => {
  await withStandIn({ workers: 2 }, async (grader) => {
    const texts = Array.from({ length: 1000 }, (_, i) => i % 100 === 7 ? `sleep 5 ${i}` : `answer ${i}`);
    const grades = await grader.grade(requests(...texts));
    assert.deepEqual(grades.map(({ extracted }) => extracted), texts);
  });
});

Deno.test("what overruns is ended, wherever it stands; everything else is graded", async () => {
  await withStandIn({ workers: 2, timeoutMs: 400 }, async (grader) => {
    const texts = Array.from({ length: 40 }, (_, i) => i % 13 === 3 ? "hang" : `answer ${i}`);
    const grades = await grader.grade(requests(...texts));
    for (const [i, { outcome, correct, extracted }] of grades.entries()) {
      if (texts[i] === "hang") assert.deepEqual([outcome, correct], ["grader_timeout", false]);
      else assert.equal(extracted, texts[i]);
    }
    assert.deepEqual(await outcomes(grader, "again"), ["wrong"]);
  });
});

/** Worker threads of this process that are there, idle or not. A thread ends a moment after its worker. */
async function workerThreads(): Promise<number> {
  const command = new Deno.Command("sh", { args: ["-c", `cat /proc/${Deno.pid}/task/*/comm`] });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout).split("\n").filter((name) => name.startsWith("worker-")).length;
}

/** The same, once the threads of earlier tests are gone. */
async function settledThreads(): Promise<number> {
  let [count, unchanged] = [await workerThreads(), 0];
  for (let i = 0; i < 100 && unchanged < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await workerThreads();
    unchanged = now === count ? unchanged + 1 : 0;
    count = now;
  }
  return count;
}

Deno.test({
  name: "no thread goes on after an overrun, a full heap or close(): not one spins",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const before = await settledThreads();
    await withStandIn({ workers: 2, timeoutMs: 150 }, async (grader) => {
      const overruns = ["hang", "hang", "match", "mute", "grow", "hang"];
      assert.deepEqual(await outcomes(grader, ...overruns), overruns.map(() => "grader_timeout"));
      // All that overran are gone or going: one that is idle is there for certain.
      assert.deepEqual(await outcomes(grader, "answer"), ["wrong"]);
      assert.ok(await workerThreads() > before, "workers are counted");
      const interrupted = assert.rejects(grader.grade(requests("hang")), /closed/);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await grader.close();
      await interrupted;
    });
    await withStandIn({ workers: 1, timeoutMs: 1500 }, async (grader) => {
      assert.deepEqual(await outcomes(grader, "fill"), ["grader_timeout"]);
    });
    // A thread ends a moment after its worker; one that spins never does.
    for (let i = 0; i < 100 && await workerThreads() > before; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.ok(await workerThreads() <= before, "no thread is left");
  },
});

Deno.test("the time of one completion does not count for the next", async () => {
  await withStandIn({ workers: 1, timeoutMs: 600 }, async (grader) => {
    const slow = Array.from({ length: 8 }, () => "sleep 90");
    assert.deepEqual(await outcomes(grader, ...slow), slow.map(() => "wrong"));
  });
});

Deno.test("an answer that lies there already counts, though the calling thread was too busy to look", async () => {
  await withStandIn({ workers: 1, timeoutMs: 300 }, async (grader) => {
    await grader.grade(requests("first"));
    const grading = grader.grade(requests("second"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const table = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(table, 0, 0, 800);
    assert.equal((await grading)[0]?.outcome, "wrong");
  });
});

Deno.test("what throws, crashes or ends its worker is ungradable, and nothing else", async () => {
  await withStandIn({ workers: 2, timeoutMs: 20_000 }, async (grader) => {
    const after = await outcomes(grader, "throw", "a", "crash", "b", "crash", "c", "exit", "d");
    assert.deepEqual(after, after.map((_, i) => i % 2 === 0 ? "ungradable" : "wrong"));
  });
});

Deno.test("a worker that is full is ended in time, and what waits behind it is graded", async () => {
  await withStandIn({ workers: 1, timeoutMs: 1500 }, async (grader) => {
    assert.deepEqual(await outcomes(grader, "a", "fill", "b"), ["wrong", "grader_timeout", "wrong"]);
  });
});

Deno.test("workers that do nothing but crash end in one error", async () => {
  await withStandIn({ workers: 2 }, async (grader) => {
    const crashes = Array.from({ length: 100 }, () => "crash");
    await assert.rejects(grader.grade(requests(...crashes)), /cannot grade: 5 workers crashed .* crashed as asked/);
    assert.deepEqual(await outcomes(grader, "better"), ["wrong"]);
  });
});

Deno.test("workers that cannot be started end in one error that says so", async () => {
  const module = new URL("./nothing_here.ts", import.meta.url);
  await withStandIn({ module }, async (grader) => {
    await assert.rejects(
      grader.grade(requests("a", "b")),
      /cannot grade: a worker could not be started: \w.*--allow-read/,
    );
  });
});

Deno.test("an abort ends the waiting with its reason, and the grader goes on with what comes next", async () => {
  await withStandIn({ workers: 1, timeoutMs: 400 }, async (grader) => {
    const ending = new AbortController();
    const grading = grader.grade(requests("hang", "a", "b"), { signal: ending.signal });
    setTimeout(() => ending.abort(new Error("enough")), 100);
    await assert.rejects(grading, /enough/);
    await assert.rejects(grader.grade(requests("a"), { signal: ending.signal }), /enough/);
    assert.deepEqual(await outcomes(grader, "next"), ["wrong"]);
  });
});

Deno.test("close() ends workers that are busy or just starting, and what is waited for", async () => {
  const grader = createGrader({ module: STAND_IN, workers: 2, timeoutMs: 2000 });
  await grader.grade(requests("a"));
  const grading = grader.grade(requests("hang", ...Array.from({ length: 30 }, () => "b")));
  const rejected = assert.rejects(grading, /the grader was closed/);
  await grader.close();
  await rejected;
  await assert.rejects(grader.grade(requests("c")), { name: "TypeError", message: /closed/ });
  await grader.close();
});

Deno.test("of a very long text the end is graded, and places are those of the whole text", async () => {
  await withStandIn({}, async (grader) => {
    const [grade] = await grader.grade(
      requests(`${"x".repeat(300_000)}${"\u{1f389}".repeat(9)}${" ".repeat(199_993)}`),
    );
    // Half of a character is not kept.
    assert.equal(grade?.normalised, String(LONGEST_GRADED - 1));
    const long = `${"y".repeat(50)}span ${" ".repeat(LONGEST_GRADED - 5)}`;
    assert.deepEqual((await grader.grade(requests(long)))[0]?.span, [51, 53]);
  });
});

Deno.test("what failed says why and how long it took, in a few characters", async () => {
  const judge = createJudge({ module: STAND_IN, timeoutMs: 30_000 });
  const [verdict] = await judge.judge([{ text: "throw", reference: REFERENCE }]);
  await judge.close();
  assert.deepEqual([verdict?.outcome, verdict?.reason?.slice(0, 8)], ["ungradable", "as asked"]);
  assert.ok(verdict!.reason!.length <= 200);
  // Not the limit, which it was far from.
  assert.ok(verdict!.ms >= 0 && verdict!.ms < 30_000);
  await withStandIn({ timeoutMs: 100 }, async (grader) => {
    const [thrown, overrun] = await grader.grade(requests("throw", "hang"));
    assert.equal(thrown?.reason, verdict?.reason);
    assert.equal(overrun?.reason, "it took longer than 100 ms");
  });
});

Deno.test("where the recipe's grader fails, its failure is the outcome; ours then counts for nothing", async () => {
  await withStandIn({ grader: "recipe", timeoutMs: 200 }, async (grader) => {
    const request = { reference: "7", stopReason: "stop" as const };
    const grades = await grader.grade([{ ...request, text: "hang \\boxed{7}" }, {
      ...request,
      text: "throw \\boxed{7}",
    }]);
    assert.deepEqual(grades.map(({ outcome, correct, lenient }) => [outcome, correct, lenient]), [
      ...[["grader_timeout", false, true], ["ungradable", false, true]],
    ]);
    for (const { reason, method } of grades) {
      assert.match(reason!, /^the recipe's grader: /);
      assert.equal(method, undefined);
    }
  });
});

Deno.test("createGrader() and createJudge() refuse limits that are none", () => {
  for (const create of [createGrader, createJudge]) {
    for (const timeoutMs of [0, -1, NaN, Infinity]) assert.throws(() => create({ timeoutMs }), RangeError);
    for (const workers of [0, 1.5, 1000]) assert.throws(() => create({ workers }), RangeError);
  }
});

Deno.test("createGrader() and createJudge() refuse options that there are not, and values of the wrong kind, by name", () => {
  const wrong: readonly [unknown, RegExp][] = [
    [{ timeoutms: 5 }, /^TypeError: create\w+ has no option timeoutms\. Did you mean "timeoutMs"\?$/],
    [{ grader: "nope" }, /^RangeError: cannot grade with grader "nope": expected standard, recipe, both/],
    [{ grader: "recipes" }, /Did you mean "recipe"\?$/],
    [{ grader: 1 }, /^RangeError: cannot grade with grader 1/],
    [{ timeoutMs: "5" }, /^TypeError: cannot grade with timeoutMs "5": expected milliseconds as a number$/],
    [{ workers: "2" }, /^TypeError: cannot grade with workers "2"/],
    [{ module: "./it.ts" }, /^TypeError: cannot grade with module ".\/it\.ts": expected a URL/],
    [null, /^TypeError: the options of create\w+ have to be an object, got null/],
  ];
  for (const create of [createGrader, createJudge]) {
    for (const [options, said] of wrong) assert.throws(() => create(options as GraderOptions), said);
  }
  assert.doesNotThrow(() => createGrader({ grader: undefined, timeoutMs: undefined, workers: undefined }));
});
