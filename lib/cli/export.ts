/**
 * `deno task export <run>`: a run's model as a folder that `transformers` loads. What was trained as an adapter is merged
 * into its base.
 */
import { basename, dirname, join } from "node:path";
import { fileSize } from "../basics/mod.ts";
import { type EvaluationTarget, evaluationTarget } from "../launch/mod.ts";
import { type ExportDtype, type ExportedModel, exportModel, isOnServer } from "../policy/mod.ts";
import { quoted } from "./_commands.ts";
import { downloadLines } from "./_download_lines.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, Interrupted, runCommand, systemIo, UsageError } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { oneLine } from "./_text.ts";

const HELP = `Writes a run's model as a folder that transformers loads; an adapter is merged into its base:

  deno task export <run, checkpoint folder or model> [key=value ...]

  checkpoint=last    of a run: last, final, best (as the run was judged), a step, or a name
  to=<folder>        where to, a folder that is not there yet; default: exports/<run>-<checkpoint> beside the run
  dtype=float32      float32 as it was trained, or bfloat16 (bf16), or float16 (f16), of half the size
`;

const DTYPES: Readonly<Record<string, ExportDtype>> = {
  ...{ float32: "float32", f32: "float32", fp32: "float32" },
  ...{ bfloat16: "bfloat16", bf16: "bfloat16" },
  ...{ float16: "float16", f16: "float16", fp16: "float16" },
};

const KEYS: readonly string[] = ["checkpoint", "to", "dtype"];

/** What is asked for. */
interface ExportArguments {
  readonly target: string;
  readonly checkpoint: string;
  readonly to: string | undefined;
  readonly dtype: ExportDtype;
}

/** Exports. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const { target, checkpoint, to, dtype } = parseExportArgs(args);
    const found = await evaluationTarget(target, checkpoint, io.now());
    const from = found.weights ?? found.model ?? target;
    if (isOnServer(from)) {
      throw new UsageError(`cannot export ${from}: it is on a server; fetch it with deno task tinker download`);
    }
    const exported = await exportShown(from, to ?? defaultFolder(found, target), dtype, io);
    io.out(exportedText(found, exported));
    return 0;
  });
}

function parseExportArgs(args: readonly string[]): ExportArguments {
  const given = new Map<string, string>();
  const names: string[] = [];
  for (const arg of args) {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    if (key === undefined || value === undefined) names.push(arg);
    else if (!KEYS.includes(key)) throw new UsageError(`argument "${arg}": deno task export has ${KEYS.join(", ")}`);
    else if (value === "" || given.has(key)) throw new UsageError(`argument "${arg}": give ${key} once, with a value`);
    else given.set(key, value);
  }
  const [target, ...rest] = names;
  if (target === undefined || rest.length > 0) {
    throw new UsageError(`cannot export: name one run, checkpoint or model\n\n${HELP}`);
  }
  if (target.startsWith("-")) throw new UsageError(`cannot export: there is no option ${oneLine(target)}\n\n${HELP}`);
  const wanted = given.get("dtype") ?? "float32";
  const dtype = Object.hasOwn(DTYPES, wanted) ? DTYPES[wanted] : undefined;
  if (dtype === undefined) {
    throw new UsageError(`argument "dtype=${wanted}": expected float32, bfloat16 or float16`);
  }
  return { target, checkpoint: given.get("checkpoint") ?? "last", to: given.get("to"), dtype };
}

/** Beside the run, so that the run's folder stays what it is. */
function defaultFolder({ run, checkpoint }: EvaluationTarget, target: string): string {
  if (run === undefined || checkpoint === undefined) return join("runs", "exports", basename(target));
  return join(dirname(run.path), "exports", `${basename(run.path)}-${checkpoint.name}`);
}

async function exportShown(from: string, to: string, dtype: ExportDtype, io: CliIo): Promise<ExportedModel> {
  const live = liveLines(io);
  const { signal, close } = listenForInterrupt(io, () => {}, () => live.clear());
  const downloads = downloadLines(io, live);
  try {
    return await exportModel(from, to, { dtype, signal, hub: { signal, onProgress: downloads.note } });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted("stopped by Ctrl-C; nothing was exported");
  } finally {
    close();
    live.clear();
  }
}

function exportedText(
  { description }: EvaluationTarget,
  { folder, merged, parameters, bytes, dtype, untied }: ExportedModel,
): string {
  const lines = [
    `${oneLine(description)} as a model of ${parameters.toLocaleString("en-US")} parameters in ${dtype}, ` +
    `${fileSize(bytes)}: ${oneLine(folder, 300)}`,
  ];
  if (merged !== undefined) lines.push(`its adapter of rank ${merged.rank} is merged into its base`);
  if (untied) lines.push("its head has weights of its own now, for the adapter changed the head and not the embedding");
  const path = JSON.stringify(folder);
  const auto = "from transformers import AutoModelForCausalLM as M, AutoTokenizer as T";
  lines.push(
    "",
    `in Python:  ${auto}; model, tokenizer = M.from_pretrained(${path}), T.from_pretrained(${path})`,
    `here:       deno task eval ${quoted(folder)}`,
    "",
  );
  return lines.join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
