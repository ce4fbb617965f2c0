/** A notebook without Jupyter: a clock that is moved by hand, and the messages that a panel sends. */
import type { Clock } from "../../lib/basics/mod.ts";
import type { Broadcast, NotebookPanelOptions, PanelOptions } from "../../lib/notebook/mod.ts";
import { gradeCompletion } from "../../lib/grading/mod.ts";
import type { Group, Problem } from "../../lib/vocabulary.ts";

/** One message as a client gets it. */
export interface Sent {
  readonly type: string;
  readonly id: string;
  readonly html: string;
  readonly text: string;
  readonly at: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only when it is told to. */
export class HandClock implements Clock {
  #now = 0;
  readonly sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + ms, wake: resolve };
    this.sleepers.add(sleeper);
    signal?.addEventListener("abort", () => {
      this.sleepers.delete(sleeper);
      reject(signal.reason);
    });
    return promise;
  }

  /** Lets time pass, from one sleeper's end to the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#now = Math.min(end, ...[...this.sleepers].map(({ until }) => Math.max(this.#now, until)));
      for (const sleeper of [...this.sleepers].filter(({ until }) => until <= this.#now)) {
        this.sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settled();
    }
  }

  /** Waits for something that needs time to pass. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => void (isDone = true);
    promise.then(done, done);
    await settled();
    for (let i = 0; !isDone && i < 1000; i++) await this.pass(1);
    return await promise;
  }
}

/** Everything that waits for nothing but its turn has had it. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A notebook that keeps what it is sent. @param answer what sending takes */
export function notebook(answer: () => Promise<void> = () => Promise.resolve()): {
  readonly clock: HandClock;
  readonly sent: Sent[];
  readonly options: Required<PanelOptions>;
} {
  const clock = new HandClock();
  const sent: Sent[] = [];
  return { clock, sent, options: { clock, broadcast: keepIn(sent, clock, answer), displayId: "panel" } };
}

/** Keeps messages. */
export function keepIn(sent: Sent[], clock: Pick<Clock, "now">, answer = () => Promise.resolve()): Broadcast {
  return (type, content) => {
    const { data, transient } = content as {
      readonly data: { readonly "text/html": string; readonly "text/plain": string };
      readonly transient: { readonly display_id: string };
    };
    const { "text/html": html, "text/plain": text } = data;
    sent.push({ type, id: transient.display_id, html, text, at: clock.now() });
    return answer();
  };
}

/** What a reader sees of HTML. */
export function seen(html: string): string {
  const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return html.replace(/<[^>]*>/g, " ").replace(/&[^;]+;/g, (entity) => entities[entity]!).replace(/\s+/g, " ");
}

/** A group of these answers to a problem whose answer is given. */
export function answered(texts: readonly string[], answer: number): Group {
  const problem: Problem = { id: "own/1", env: "own", split: "train", question: "How many?", answer: String(answer) };
  const prompt = { problem, messages: [], tokens: [1] };
  const rollouts = texts.map((text) => {
    const completion = { tokens: [1, 2, 0], logprobs: [-1, -1, -1], stopReason: "stop" } as const;
    const grade = gradeCompletion(text, { reference: problem.answer, stopReason: "stop" });
    return { problem, prompt, template: "own", completion, text, grade, reward: Number(grade.correct) };
  });
  return { problem, rollouts };
}

/** A notebook with a button. */
export function button(): {
  readonly sent: Sent[];
  readonly panel: NotebookPanelOptions;
  press(): void;
  listeners(): number;
} {
  const sent: Sent[] = [];
  const listening = new Set<() => void>();
  const listenForStop = (listener: () => void) => {
    listening.add(listener);
    return () => void listening.delete(listener);
  };
  return {
    sent,
    panel: { broadcast: keepIn(sent, Date), listenForStop },
    press: () => [...listening].forEach((listener) => listener()),
    listeners: () => listening.size,
  };
}
