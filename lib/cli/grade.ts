/**
 * `deno task grade`: grades answers and completions that are there already. JSON lines in, one verdict a line out, in
 * order; a summary on standard error. A line that cannot be used gets its place in the output too, with an `error`.
 */
import { duration } from "../basics/mod.ts";
import { type GraderName, GRADERS } from "../config/mod.ts";
import { createJudge, type Judge, type JudgeRequest, type Verdict } from "../grading/mod.ts";
import { type CliIo, CLOSED, INTERRUPTED, runCommand, systemIo, UsageError } from "./_io.ts";
import { addTo, emptyTally, summaryOf, type Tally } from "./_grade_summary.ts";
import { type GradeLine, gradeLines } from "./_grade_lines.ts";
import { liveLines } from "./_live.ts";

const HELP = `Grades answers and completions:

  deno task grade <file.jsonl> [key=value ...]
  ... | deno task grade - [key=value ...]

Every line is a JSON object with "reference" and one of
  "answer"       a bare answer: the whole of it is judged
  "completion"   what a model wrote: its final answer is looked for
and may have "id", which is handed on (up to 200 characters of JSON), and "correct" (true or false), a label that the
verdict is compared with.
Texts are taken as they are written, numbers by their value (3.10 is 3.1); a number that would lose digits is refused.

  place=any         where a completion's answer may stand: any or box
  grader=standard   standard; recipe is the math_rl recipe's own, faults included; both says in "recipe" what that one says
  grader_timeout=1  seconds for one verdict, up to 60

Standard output has one verdict for each line, in order, standard error the summary. It ends with 1 when a line could not
be used, and stops when nobody reads standard output any more.
`;

/** Lines that are graded at once: many enough to keep the workers busy, few enough to print as they come. */
const BATCH = 64;

/** A command line, read. */
interface Asked {
  /** A path, or `-` for standard input. */
  readonly source: string;
  readonly place: "any" | "box";
  readonly grader: GraderName;
  readonly timeoutMs: number;
}

/** What a row of output holds besides the verdict. */
type Labelled = Verdict & { readonly recipe?: boolean };

/** Grades a file. @returns the exit code */
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  stdin: () => ReadableStream<Uint8Array> = () => Deno.stdin.readable,
): Promise<number> {
  return runCommand(io, async () => {
    const asked = parseGradeArgs(args, io);
    if (asked === undefined) {
      io.out(HELP);
      return 0;
    }
    const bytes = asked.source === "-" ? stdin() : (await openFile(asked.source)).readable;
    return await gradeAll(bytes, asked, io);
  });
}

/** @returns nothing when help was asked for */
function parseGradeArgs(args: readonly string[], io: CliIo): Asked | undefined {
  if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) return undefined;
  const values = new Map<string, string>();
  let source: string | undefined;
  for (const arg of args) {
    const [, key, value] = /^(place|grader|grader_timeout)=(.*)$/s.exec(arg) ?? [];
    if (key !== undefined && values.has(key)) throw new UsageError(`argument "${arg}": give ${key} once`);
    if (key !== undefined) values.set(key, value as string);
    else if (arg.startsWith("-") && arg !== "-") throw new UsageError(`argument "${arg}": unknown\n\n${HELP}`);
    else if (source !== undefined) throw new UsageError(`argument "${arg}": one file at a time\n\n${HELP}`);
    else source = arg;
  }
  if (source === undefined && io.isTerminal) throw new UsageError(`cannot grade: say which file\n\n${HELP}`);
  const seconds = values.get("grader_timeout") ?? "1";
  if (!/^\d{0,2}(?:\.\d{1,6})?$/.test(seconds) || !(Number(seconds) > 0 && Number(seconds) <= 60)) {
    throw new UsageError(`argument "grader_timeout=${seconds}": expected seconds above 0, at most 60`);
  }
  return {
    source: source ?? "-",
    place: oneOf("place", values.get("place") ?? "any", ["any", "box"]),
    grader: oneOf("grader", values.get("grader") ?? "standard", GRADERS),
    timeoutMs: 1000 * Number(seconds),
  };
}

function oneOf<T extends string>(key: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new UsageError(`argument "${key}=${value}": expected ${known.join(" or ")}`);
  return found;
}

async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path, { read: true });
    if ((await file.stat()).isDirectory) {
      file.close();
      throw new UsageError(`cannot grade ${path}: it is a folder; name a file of JSON lines`);
    }
    return file;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`cannot grade ${path}: there is no such file`);
  }
}

async function gradeAll(bytes: ReadableStream<Uint8Array>, asked: Asked, io: CliIo): Promise<number> {
  const ending = new AbortController();
  const unlisten = io.onInterrupt(() => ending.abort());
  const judge = createJudge({ grader: asked.grader, timeoutMs: asked.timeoutMs });
  // Standard output is the verdicts': what moves stands on standard error, and only for a person.
  const live = liveLines({ ...io, out: io.err });
  const tally = emptyTally();
  const start = io.now();
  try {
    const source = asked.source === "-" ? "standard input" : asked.source;
    for await (const batch of batches(gradeLines(bytes, source, ending.signal))) {
      if (ending.signal.aborted) break;
      io.out(await gradeBatch(judge, batch, asked, tally, ending.signal));
      if (io.isClosed()) break;
      live.show([`${tally.lines.toLocaleString("en-US")} lines, ${duration((io.now() - start) / 1000)}`]);
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  } finally {
    live.clear();
    unlisten();
    await judge.close();
    io.err(summaryOf(tally, (io.now() - start) / 1000));
  }
  if (ending.signal.aborted) return INTERRUPTED;
  if (io.isClosed()) return CLOSED;
  return tally.unusable > 0 ? 1 : 0;
}

async function* batches(lines: AsyncIterable<GradeLine>): AsyncGenerator<GradeLine[]> {
  let batch: GradeLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH && !line.last) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @returns the lines of output */
async function gradeBatch(
  judge: Judge,
  batch: readonly GradeLine[],
  { place }: Asked,
  tally: Tally,
  signal: AbortSignal,
): Promise<string> {
  const asked = batch.flatMap((line) => line.row === undefined ? [] : [requestOf(line.row, place)]);
  const verdicts: readonly Labelled[] = await judge.judge(asked, { signal });
  let next = 0;
  let text = "";
  for (const line of batch) {
    const verdict = line.row === undefined ? undefined : verdicts[next++];
    addTo(tally, line, verdict);
    const id = line.row?.id === undefined ? {} : { id: line.row.id };
    text += `${
      JSON.stringify(verdict === undefined ? { line: line.number, error: line.error } : { ...id, ...verdict })
    }\n`;
  }
  return text;
}

function requestOf({ text, bare, reference }: NonNullable<GradeLine["row"]>, place: "any" | "box"): JudgeRequest {
  return { text, reference, ...(bare ? { bare } : { place }) };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
