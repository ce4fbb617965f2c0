/** A folder of runs and the answers to requests for its pages, without a socket. */
import { join } from "node:path";
import { answer } from "../../lib/view/http.ts";
import { Site } from "../../lib/view/site.ts";
import { inTempFolder } from "../runs/_fakes.ts";

export const PORT = 8732;

/** What was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks for pages as a browser does that was given the address by hand. */
export type Ask = (path: string, init?: { method?: string; headers?: Record<string, string> }) => Promise<Answered>;

/** Runs a test with an empty folder `runs` and its pages. */
export async function withSite(test: (ask: Ask, runs: string, folder: string) => Promise<void>): Promise<void> {
  await inTempFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const runs = join(folder, "runs");
    await Deno.mkdir(runs);
    const site = new Site({ folder: runs, templates: join(folder, "templates"), cwd: folder });
    const ask: Ask = async (path, { method = "GET", headers = {} } = {}) => {
      const host = `127.0.0.1:${PORT}`;
      const request = new Request(`http://${host}${path}`, { method, headers: { host, ...headers } });
      const response = await answer(request, site, PORT);
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    await test(ask, runs, folder);
  });
}

/** The smallest run folder: what is left out of `files` is as in a run that has finished. */
export async function writeRun(
  path: string,
  { config = {}, status, metrics }: { config?: object; status?: object | null; metrics?: string } = {},
): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  const template = { name: "plain", description: "", best_for: "", few_shot: [], question: "{{ question }}" };
  const whole = { run_schema: 1, created_at: "2026-01-02T03:04:05.000Z", ...CONFIG, template, ...config };
  await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(whole));
  await Deno.writeTextFile(join(path, "metrics.jsonl"), metrics ?? rows(3));
  if (status !== null) await Deno.writeTextFile(join(path, "status.json"), JSON.stringify({ ...STATUS, ...status }));
}

/** Rows of metrics with an evaluation first and last. */
export function rows(steps: number): string {
  const all = Array.from({ length: steps }, (_, step) => ({
    step,
    "env/all/reward/total": step / steps,
    "env/all/correct": step / steps,
    ...(step === 0 || step === steps - 1 ? { "test/env/all/correct": 0.25 + step / steps / 2 } : {}),
  }));
  return all.map((row) => `${JSON.stringify(row)}\n`).join("");
}

const CONFIG = { env: "word_problems", prompt_template: "none", model_name: "abacus", backend: "local", log_path: "x" };

const STATUS = {
  ...{ state: "finished", pid: 1, hostname: "elsewhere", started_at: "", heartbeat_at: "2026-01-02T03:04:05.000Z" },
  ...{ steps_done: 3, steps_total: 3, last_error: null, stop_reason: null, stalled: null },
};
