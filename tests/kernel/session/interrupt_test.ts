import assert from "node:assert/strict";
import { begun, Recorder } from "./_recorder.ts";

const TIMES = 3;

/** Cells that do not end by themselves. */
const ENDLESS: Readonly<Record<string, string>> = {
  busy: "while (true) {}",
  "busy in a callback": "[1].forEach(() => { try { while (true) {} } finally { globalThis.x = 0 } })",
  awaiting: "await new Promise(() => {})",
  "awaiting a timer": "await new Promise((done) => setTimeout(done, 1e8))",
  "busy after an await": "await new Promise((done) => setTimeout(done, 5)); while (true) {}",
  "busy after an await that was not needed": "await 0; while (true) {}",
  "awaiting, nested":
    "const deep = async (n: number): Promise<void> => n === 0 ? new Promise(() => {}) : await deep(n - 1); await deep(50)",
  "awaiting in a loop": "for (;;) await new Promise((done) => setTimeout(done, 1))",
  "busy in a loop that awaits microtasks": "for (;;) await 0",
  "trying again for ever": "for (;;) try { await fetch('http://127.0.0.1:1/') } catch { console.log('retry') }",
  "trying again at once for ever": "for (;;) try { await Promise.reject(1) } catch {}",
  "busy printing": "for (;;) console.log('x'.repeat(1000))",
  "awaiting a child": "await new Deno.Command('sleep', { args: ['5'] }).output()",
  "blocked in prompt()": "prompt('x')",
};

Deno.test("an interrupt ends cells that compute and cells that wait, and keeps the state", async (test) => {
  const cells = await Recorder.open();
  await cells.run("globalThis.x = 1; let kept = 0; let ticks = 0; setInterval(() => { ticks++ }, 1);");
  for (const [name, code] of Object.entries(ENDLESS)) {
    await test.step(`${name}, ${TIMES} times`, async () => {
      for (let time = 0; time < TIMES; time++) {
        const { id, ended } = cells.start(begun(code), () => new Promise(() => {}));
        await cells.until(() => cells.text(id).startsWith("begun\n"));
        await cells.session.interrupt();
        const result = await ended;
        assert.equal(result.status === "error" && result.ename, "KeyboardInterrupt");
        assert.equal(cells.of(id).at(-1)?.type, "error");
        assert.equal(await cells.value("++kept; 'alive'"), `"alive"`);
      }
    });
  }
  assert.equal(await cells.value("kept"), String(TIMES * Object.keys(ENDLESS).length));
  assert.equal(
    await cells.value("const before = ticks; await new Promise((done) => setTimeout(done, 20)); ticks > before"),
    "true",
  );
  await cells.session.close();
});

Deno.test("what was interrupted does not go on", async () => {
  const cells = await Recorder.open();
  await cells.run(
    "let turns = 0; let cleaned = 0; async function deep() { for (;;) { await new Promise((d) => setTimeout(d, 1)); turns++ } }",
  );
  for (
    const code of [
      "await deep()",
      "for await (const _ of (async function* () { for (;;) yield 1 })()) turns++",
      "for (;;) { await 0; turns++ }",
      "for (;;) try { turns++; await new Promise((d) => setTimeout(d, 1)) } catch {}",
      "for (;;) try { turns++; await Promise.reject(1) } catch {}",
    ]
  ) {
    const { id, ended } = cells.start(begun(`try { ${code} } finally { cleaned++ }`));
    await cells.until(() => cells.text(id) !== "");
    await cells.session.interrupt();
    await ended;
    await cells.run("await new Promise((done) => setTimeout(done, 10)); globalThis.seen = turns;");
    assert.equal(await cells.value("await new Promise((done) => setTimeout(done, 30)); turns - seen"), "0", code);
  }
  assert.equal(await cells.value("cleaned >= 1"), "true");
  assert.equal(cells.outputs.some(({ content }) => String(content.text).includes("Uncaught")), false);
  await cells.session.close();
});

Deno.test("while someone listens a first interrupt is told to the listener, a second ends the cell", async (test) => {
  const cells = await Recorder.open();
  const listen = `const stopped = new Promise<void>((done) => {
    globalThis.end = globalThis[Symbol.for("math-rl.kernel")].onInterrupt(() => { console.log("told"); done() }) });`;

  await test.step("the cell ends in its own way", async () => {
    const { id, ended } = cells.start(`${listen} console.log("begun"); await stopped; end(); "good"`);
    await cells.until(() => cells.text(id) !== "");
    await cells.session.interrupt();
    assert.equal((await ended).status, "ok");
    assert.equal(cells.text(id), "begun\ntold\n");
  });

  await test.step("also when it computes in steps longer than the time for code that nobody listens in", async () => {
    const { id, ended } = cells.start(
      `${listen} console.log("begun"); let go = true; void stopped.then(() => go = false);
      while (go) { const until = Date.now() + 400; while (Date.now() < until); await new Promise((done) => setTimeout(done)) }
      end(); "good"`,
    );
    await cells.until(() => cells.text(id) !== "");
    await cells.session.interrupt();
    assert.equal((await ended).status, "ok");
  });

  await test.step("a second one ends it", async () => {
    const { id, ended } = cells.start(`${listen} console.log("begun"); await new Promise(() => {})`);
    await cells.until(() => cells.text(id) !== "");
    await cells.session.interrupt();
    await cells.session.interrupt();
    const result = await ended;
    assert.equal(result.status === "error" && result.ename, "KeyboardInterrupt");
    await cells.run("end()");
  });

  await test.step("two at once end a cell that computes", async () => {
    const { id, ended } = cells.start(`${listen} console.log("begun"); while (true) {}`);
    await cells.until(() => cells.text(id) !== "");
    await Promise.all([cells.session.interrupt(), cells.session.interrupt()]);
    const result = await ended;
    assert.equal(result.status === "error" && result.ename, "KeyboardInterrupt");
    assert.equal(await cells.value("end(); 'alive'"), `"alive"`);
  });

  await test.step("a listener that throws is told of", async () => {
    const { id, ended } = cells.start(`globalThis.end = globalThis[Symbol.for("math-rl.kernel")].onInterrupt(() => {
      throw new Error("in a listener") }); console.log("begun"); await new Promise(() => {})`);
    await cells.until(() => cells.text(id) !== "");
    await cells.session.interrupt();
    await cells.until(() => cells.text(id, "stderr").includes("in a listener"));
    await cells.session.interrupt();
    assert.equal((await ended).status, "error");
  });

  await cells.session.close();
});

Deno.test("an interrupt without a running cell does nothing", async () => {
  const cells = await Recorder.open();
  await cells.session.interrupt();
  assert.equal(await cells.value("1"), "1");
  await cells.session.close();
});

Deno.test("an interrupt ends one cell, not the next in the queue", async () => {
  const cells = await Recorder.open();
  const first = cells.start(begun("while (true) {}"));
  const second = cells.start("await new Promise((done) => setTimeout(done, 300)); 'second'");
  await cells.until(() => cells.text(first.id) !== "");
  await cells.session.interrupt();
  assert.equal((await first.ended).status, "error");
  assert.equal((await second.ended).status, "ok");
  await cells.session.close();
});

Deno.test("a process that ends is replaced, and the cell says what happened", async (test) => {
  const cells = await Recorder.open();

  await test.step("by the cell", async () => {
    const { id, result } = await cells.run("globalThis.x = 1; console.log('before'); Deno.exit(3)");
    assert.equal(cells.text(id), "before\n");
    assert.equal(result.status === "error" && result.ename, "KernelRestarted");
    assert.match(result.status === "error" ? result.evalue : "", /Deno\.exit\(3\).*from the top/);
    assert.equal(await cells.value("typeof x"), `"undefined"`);
  });

  await test.step("between cells", async () => {
    await cells.run("setTimeout(() => Deno.exit(4), 50)");
    // Nobody is told that a process has ended while no cell runs: as long as a busy machine takes for it.
    await new Promise((done) => setTimeout(done, 1500));
    const { id, result } = await cells.run("console.log('after')");
    assert.equal(result.status, "ok");
    assert.match(cells.text(id, "stderr"), /restarted before this cell.*Deno\.exit\(4\)/);
    assert.equal(cells.text(id, "stdout"), "after\n");
  });

  await test.step("by Node's way to end it", async () => {
    const { result } = await cells.run("process.exit(0)");
    assert.match(result.status === "error" ? result.evalue : "", /^process\.exit\(0\) ended the process/);
  });

  for (const [signal, why] of [["SIGKILL", /memory/], ["SIGTERM", /another process/]] as const) {
    await test.step(`by ${signal}`, async () => {
      const { result } = await cells.run(`Deno.kill(Deno.pid, "${signal}"); await new Promise(() => {})`);
      const words = result.status === "error" ? result.evalue : "";
      assert.ok(words.includes(`signal ${signal}`), words);
      assert.match(words, why);
      assert.equal(await cells.value("1"), "1");
    });
  }

  await cells.session.close();
});

Deno.test("an interrupt ends a cell that waits for a child outside of JavaScript, and no child of an earlier cell", async (test) => {
  const cells = await Recorder.open();
  await cells.run(`globalThis.kept = 1; const earlier = new Deno.Command("sleep", { args: ["60"] }).spawn();
    await new Promise((done) => setTimeout(done, 2500))`);
  const waiting = {
    "outputSync, with a child's child": `new Deno.Command("sh", { args: ["-c", "sleep 60; echo x"] }).outputSync()`,
    "execSync": `import { execSync } from "node:child_process"; execSync("sleep 60")`,
    "one that ends only when it must":
      `import { execSync } from "node:child_process"; execSync("trap '' TERM; sleep 60; sleep 60")`,
  };
  for (const [name, code] of Object.entries(waiting)) {
    await test.step(name, async () => {
      const { id, ended } = cells.start(begun(code));
      await cells.until(() => cells.text(id) !== "");
      await cells.session.interrupt();
      const result = await ended;
      assert.equal(result.status === "error" && result.ename, "KeyboardInterrupt");
      assert.equal(await cells.value("kept"), "1");
    });
  }
  const alive = "await Promise.race([earlier.status, new Promise((done) => setTimeout(done, 50, 'alive'))])";
  assert.equal(await cells.value(alive), `"alive"`);
  await cells.run("earlier.kill(); await earlier.status");
  await cells.session.close();
});

Deno.test("a cell that cannot be interrupted ends with its process, and the next one is not told of it again", async () => {
  const folder = await Deno.makeTempDir();
  const cells = await Recorder.open({ cwd: folder });
  // Opening a pipe waits for another who opens it, outside of JavaScript.
  const { id, ended } = cells.start(begun(
    `new Deno.Command("mkfifo", { args: ["pipe"] }).outputSync(); Deno.openSync("pipe")`,
  ));
  await cells.until(() => cells.text(id) !== "");
  await cells.session.interrupt();
  const result = await ended;
  assert.match(result.status === "error" ? result.evalue : "", /could not be interrupted/);
  const next = await cells.run("console.log('next')");
  assert.equal(cells.text(next.id), "next\n");
  await cells.session.close();
  await Deno.remove(folder, { recursive: true });
});
