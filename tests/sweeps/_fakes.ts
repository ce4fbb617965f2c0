/** Runs without a model: the folders are real, and what happens in them is as the test says. */
import { basename, join } from "node:path";
import { resolveConfig, type TrainInput } from "../../lib/config/mod.ts";
import { loadTemplate } from "../../lib/prompts/mod.ts";
import { createRun, type RunRecorder, watchForStop } from "../../lib/runs/mod.ts";
import type { StartRun } from "../../lib/sweeps/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import { evaluationEvent, stepEvent } from "../runs/_fakes.ts";

/** What becomes of a run: `held` goes on until it is asked to stop; `killed` leaves what a killed process does. */
export type Fate = "finishes" | "fails" | "killed" | "held" | "refused";

/** Starts runs that do as they are told, and remembers what it was asked. */
export class FakeRuns {
  /** What was asked for, in order. */
  readonly asked: TrainInput[] = [];
  /** The most that ran at a time. */
  most = 0;
  /** What becomes of a run, by its name. */
  fate: (name: string) => Fate = () => "finishes";
  #running = 0;
  readonly #ends: Promise<void>[] = [];

  /** The names of what was started, sorted, for those of one moment come in no order; with `resume` at their ends. */
  get names(): string[] {
    return this.asked.map(({ log_path, behavior_if_log_dir_exists: behavior }) =>
      `${basename(log_path!)}${behavior === "resume" ? " resume" : ""}`
    ).sort();
  }

  /** Forgets what it was asked. */
  forget(): void {
    this.asked.length = 0;
  }

  readonly start: StartRun = async (input, signal) => {
    signal.throwIfAborted();
    this.asked.push(input);
    const name = basename(input.log_path!);
    const fate = this.fate(name);
    if (fate === "refused") throw new TypeError(`there is no server for ${name}`);
    const { config } = resolveConfig(input, { environment: {} });
    const template = await loadTemplate(config.prompt_template);
    const recorder = await createRun(config, { template, heartbeatMs: 0 });
    this.most = Math.max(this.most, ++this.#running);
    this.#ends.push(this.#train(recorder, fate).finally(() => this.#running--));
  };

  /** Waits until all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends);
  }

  async #train(recorder: RunRecorder, fate: Fate): Promise<void> {
    const stop = watchForStop(recorder.path, 10);
    await recorder.record({ type: "start", step: 0, total: 2 } as TrainEvent);
    await recorder.record(evaluationEvent(0, 0.25));
    await recorder.record(stepEvent(0, { "env/all/reward/total": 0.5, "time/total": 3 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (fate === "held" && !stop.signal.aborted) {
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve, { once: true }));
    }
    if (stop.signal.aborted) fate = "held";
    await stop.close();
    const running = await Deno.readTextFile(join(recorder.path, "status.json"));
    if (fate === "fails") await recorder.fail(new Error("out of luck"));
    if (fate === "held") {
      await recorder.record({ type: "done", step: 1, reason: "stopped", detail: "asked to" } as TrainEvent);
    }
    if (fate === "finishes") {
      await recorder.record(stepEvent(1, { "env/all/reward/total": 0.75, "time/total": 3 }));
      await recorder.record({ ...evaluationEvent(2, 0.5), final: true } as TrainEvent);
      await recorder.record({ type: "done", step: 2, reason: "finished" } as TrainEvent);
    }
    await recorder.close();
    if (fate !== "killed") return;
    await Deno.writeTextFile(join(recorder.path, "status.json"), running);
    const log = join(recorder.path, "log.txt");
    await Deno.writeTextFile(log, "2026-01-02T03:04:05Z the process ended with code 137\n", { append: true });
  }
}
