/** The same run logged twice to one recording server: by the official Python client, and by ours. */
import { openTrackers } from "../../../lib/tracking/mod.ts";
import { done, KEY, started, writeRun, type WrittenRun } from "../../tracking/_run.ts";
import { type Recorded, type ServedRun, startWandb } from "../../tracking/_wandb_server.ts";
import { fromRoot, pythonOf } from "../_peers.ts";

type Row = readonly [step: number, metrics: Readonly<Record<string, number | null>>];

/** What both are told of one session. */
interface Session {
  readonly rows: readonly Row[];
  readonly output: readonly string[];
  readonly exitcode: number;
}

/** A first session, and one that does its last step again and goes on. */
const SESSIONS: readonly [Session, Session] = [
  {
    rows: [0, 1, 2].map((
      step,
    ): Row => [step, { "env/all/correct": step / 8, "optim/lr": 1e-5, "kl": step ? 0.5 : null }]),
    output: ["a line of output"],
    exitcode: 1,
  },
  { rows: [2, 3].map((step): Row => [step, { "env/all/correct": step / 4 }]), output: ["another line"], exitcode: 0 },
];

const CONFIG = {
  learning_rate: 1e-5,
  group_size: 4,
  model_name: "abacus",
  max_cost: null,
  template: { name: "a", few_shot: [1, 2] },
};

/** One side's requests, by session, and the run as the server has it at the end. */
export interface Side {
  readonly sessions: readonly [readonly Recorded[], readonly Recorded[]];
  readonly run: ServedRun;
}

/** Both sides, and our run after their client has gone on with it. */
export interface Sides {
  readonly theirs: Side;
  readonly ours: Side;
  readonly adopted: ServedRun;
}

let sides: Promise<Sides> | undefined;

/** Logs everything once; all tests look at the same requests. */
export function bothSides(): Promise<Sides> {
  return sides ??= logBoth();
}

async function logBoth(): Promise<Sides> {
  const server = startWandb();
  const folder = await Deno.makeTempDir({ prefix: "wandb_" });
  try {
    const run = writeRun(folder, CONFIG);
    const config = JSON.parse(await Deno.readTextFile(`${run.path}/config.json`));
    const client = { url: server.url, folder, config };
    const theirs = await sessionsOf(
      server.requests,
      (session, index) => logTheirs(client, "abcd1234", session, index > 0),
    );
    const ours = await sessionsOf(server.requests, (session, index) => logOurs(server.url, run, session, index));
    const [first, second] = structuredClone([...server.runs.values()]);
    await logTheirs(client, second!.id, { rows: [[4, { "env/all/correct": 1 }]], output: [], exitcode: 0 }, true);
    const adopted = server.runs.get(`ada/math/${second!.id}`)!;
    return { theirs: { sessions: theirs, run: first! }, ours: { sessions: ours, run: second! }, adopted };
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function sessionsOf(
  requests: readonly Recorded[],
  log: (session: Session, index: number) => Promise<void>,
): Promise<Side["sessions"]> {
  const parts: Recorded[][] = [];
  for (const [index, session] of SESSIONS.entries()) {
    const from = requests.length;
    await log(session, index);
    parts.push(requests.slice(from));
  }
  return parts as [Recorded[], Recorded[]];
}

async function logTheirs(
  { url, folder, config }: { readonly url: string; readonly folder: string; readonly config: unknown },
  id: string,
  session: Session,
  goesOn: boolean,
): Promise<void> {
  const child = new Deno.Command(pythonOf("tracking"), {
    args: [fromRoot("tests/peers/tracking/wandb_client.py")],
    cwd: folder,
    env: { HOME: folder, WANDB_DIR: folder, WANDB_BASE_URL: url, WANDB_API_KEY: KEY, WANDB_ERROR_REPORTING: "false" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const run = { project: "math", name: "first", id, resume: goesOn ? "must" : null, config, ...session };
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
  await writer.close();
  const { success, stderr } = await output;
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(-3000));
}

async function logOurs(url: string, run: WrittenRun, session: Session, index: number): Promise<void> {
  const first = session.rows[0]![0];
  if (index > 0) run.rewind(first);
  for (const line of session.output) run.log(line);
  const variables: Record<string, string> = { WANDB_BASE_URL: url, WANDB_API_KEY: KEY };
  const config = { wandb_project: "math", wandb_name: "first", tensorboard: false };
  const trackers = await openTrackers(config, run.path, { env: (name) => variables[name] });
  trackers.onEvent(started(first));
  for (const [step, metrics] of session.rows) {
    trackers.onEvent(run.step(step, metrics as Readonly<Record<string, number>>));
  }
  if (session.exitcode === 0) trackers.onEvent(done(4));
  await trackers.close();
}
