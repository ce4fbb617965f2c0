/**
 * The process of a detached run, started by `launch`: reads what to train on standard input, tells on standard output how
 * the opening goes, and from then on says nothing but in the run folder. It ends in good order by the stop file and by
 * SIGTERM; the terminal and the notebook that it came from are nothing to it.
 */
import { oneLine } from "../basics/mod.ts";
import { openPolicy, type ServiceMessage } from "../policy/mod.ts";
import { type RunRecorder, settleRun } from "../runs/mod.ts";
import { failed, type LaunchNews, type LaunchRequest, LEAVE, linesOf } from "./_detached_messages.ts";
import { eventLines } from "./_event_log.ts";
import { isFetched } from "./download_text.ts";
import { isComplete, totalSteps } from "./history.ts";
import { openingLines } from "./opening_lines.ts";
import { type Plan, planRun } from "./plan.ts";
import { type Opening, openPlan, openRecorder, recordTraining } from "./record_training.ts";
import { closeTask, type Task } from "./task.ts";
import { serverVariables } from "./_variables.ts";

/** Of a download that goes on there is no more than this to say. */
const DOWNLOAD_NEWS_MS = 200;

/** Trains what standard input asks for. Errors before the run are said there, later ones recorded. */
async function main(): Promise<void> {
  const leave = new AbortController();
  const stop = new AbortController();
  const lines = linesOf(Deno.stdin.readable.getReader());
  const { value: first } = await lines.next();
  const signals = listenForSignals((name) => stop.abort(new DOMException(`stopped by ${name}`, "AbortError")));
  void untilLeft(lines, leave).catch(() => {});
  try {
    const opening = AbortSignal.any([leave.signal, stop.signal]);
    await trainDetached(JSON.parse(first ?? "") as LaunchRequest, { opening, stop: stop.signal });
  } catch (error) {
    say(failed(error));
  } finally {
    signals.close();
  }
}

/** What ends the opening, and what ends the run. */
interface Ends {
  readonly opening: AbortSignal;
  readonly stop: AbortSignal;
}

async function trainDetached(request: LaunchRequest, ends: Ends): Promise<void> {
  const messages = new Messages();
  const opening = openingOf(ends.opening, messages);
  const plan = await planRun(request, { environment: serverVariables(), now: Date.now() });
  const task = await openPlan(plan, openPolicy, opening);
  try {
    const from = plan.resume?.from;
    const ready = { type: "ready", step: from?.step ?? 0, notices: openingLines(plan, task, undefined) } as const;
    if (from !== undefined && isComplete(from, totalSteps(plan, task))) {
      await settleRun(plan.config.log_path);
      return say({ ...ready, complete: true });
    }
    const recorder = await openRecorder(plan, task, opening);
    const notices = openingLines(plan, task, recorder.from);
    say({ ...ready, step: recorder.from.step, notices, complete: false });
    messages.moveTo(recorder);
    await trainRecorded(plan, task, recorder, ends.stop);
  } finally {
    await closeTask(task);
  }
}

/** The rest is the folder's: whatever goes wrong is recorded there. */
async function trainRecorded(plan: Plan, task: Task, recorder: RunRecorder, signal: AbortSignal): Promise<void> {
  const total = totalSteps(plan, task);
  const log = (line: string) => void recorder.log(line).catch(() => {});
  signal.addEventListener("abort", () => log(String(signal.reason?.message)));
  try {
    const onEvent = (event: Parameters<typeof eventLines>[0]) => eventLines(event, total).forEach(log);
    await recordTraining(plan, task, recorder, { signal, onEvent });
  } catch (error) {
    await recorder.fail(error);
  } finally {
    await recorder.close();
  }
}

/** What is told while the model and the problems are opened. */
function openingOf(signal: AbortSignal, messages: Messages): Opening {
  let toldAt = -Infinity;
  return {
    signal,
    onWaiting: (waiting) => say({ type: "waiting", waiting }),
    onMessage: (message) => messages.tell(message),
    onDownload: (progress) => {
      const now = Date.now();
      if (now - toldAt < DOWNLOAD_NEWS_MS && !isFetched(progress)) return;
      toldAt = now;
      say({ type: "download", progress });
    },
  };
}

/** What a server wants its user to see: told to who launched the run, and once there is a log, kept there. */
class Messages {
  #before: ServiceMessage[] = [];
  #recorder: RunRecorder | undefined;

  tell(message: ServiceMessage): void {
    if (this.#recorder !== undefined) return void this.#recorder.log(messageLine(message)).catch(() => {});
    this.#before.push(message);
    say({ type: "message", message });
  }

  moveTo(recorder: RunRecorder): void {
    this.#recorder = recorder;
    for (const message of this.#before.splice(0)) this.tell(message);
  }
}

function messageLine({ severity, text }: ServiceMessage): string {
  return `server${severity === "info" ? "" : ` (${severity})`}: ${oneLine(text, 1000)}`;
}

/** Who launched the run may be gone, which is no reason to end it. */
function say(news: LaunchNews): void {
  try {
    const bytes = new TextEncoder().encode(`${JSON.stringify(news)}\n`);
    for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function untilLeft(lines: AsyncGenerator<string>, leave: AbortController): Promise<void> {
  for await (const line of lines) {
    if (line === LEAVE) leave.abort(new DOMException("the opening was left", "AbortError"));
  }
}

/** Windows has no SIGTERM to listen for; SIGHUP, of a terminal that is gone, is listened for to be passed over. */
function listenForSignals(end: (name: string) => void): { close(): void } {
  if (Deno.build.os === "windows") return { close: () => {} };
  const listeners = (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((name) => {
    const listener = () => name !== "SIGHUP" && end(name);
    Deno.addSignalListener(name, listener);
    return () => Deno.removeSignalListener(name, listener);
  });
  return { close: () => listeners.forEach((close) => close()) };
}

if (import.meta.main) {
  await main();
  // A stream of standard input that nobody ends would keep the process.
  Deno.exit(0);
}
