/**
 * Asking the cells of a comparison one after the other. A policy is opened when the first of its cells has something left to
 * ask, serves all of them, and is closed before the next one is opened: two models do not have to fit into the memory.
 */
import { join } from "node:path";
import {
  evaluate,
  type EvaluateOptions,
  type EvaluationResult,
  type EvaluationStart,
  folderName,
  isUnwritable,
  type OpenSampling,
} from "../launch/mod.ts";
import { openSamplingPolicy, type SamplingPolicy } from "../policy/mod.ts";
import type { PlannedPolicy } from "./_policies.ts";
import type { ChosenTemplate } from "./_templates.ts";
import { EVALUATIONS } from "./folder.ts";

/** A cell that is to be asked. */
export interface PlannedCell {
  /** Unlike all others. */
  readonly name: string;
  /** Index of its template. */
  readonly template: number;
  /** Index of its policy. */
  readonly policy: number;
}

/** What came of a cell. */
export interface AskedCell extends PlannedCell {
  /** The evaluation, with its rollouts. */
  readonly evaluation: EvaluationResult;
  /** What applied. */
  readonly start: EvaluationStart;
}

/** How cells are asked. */
export interface AskingOptions {
  /** By index. */
  readonly templates: readonly ChosenTemplate[];
  /** By index. */
  readonly policies: readonly PlannedPolicy[];
  /** Options of all evaluations. */
  readonly common: EvaluateOptions;
  /** The folder of the comparison; undefined: nothing is recorded. */
  readonly folder: string | undefined;
  /** Told before a cell is asked. */
  readonly onCell: (cell: number) => void;
  /** Told what came of a cell; may refuse it. */
  readonly onAsked: (cell: AskedCell, index: number) => void;
}

/** Asks all cells in turn. */
export async function askCells(cells: readonly PlannedCell[], options: AskingOptions): Promise<AskedCell[]> {
  const asked: AskedCell[] = [];
  const { open = openSamplingPolicy } = options.common;
  let shared: SharedPolicy | undefined;
  try {
    for (const [i, cell] of cells.entries()) {
      options.common.signal?.throwIfAborted();
      if (cells[i - 1]?.policy !== cell.policy) {
        await shared?.close();
        shared = sharePolicy(open);
      }
      options.onCell(i);
      const done = await askCell(cell, options, (shared as SharedPolicy).open);
      options.onAsked(done, i);
      asked.push(done);
    }
    return asked;
  } finally {
    await shared?.close();
  }
}

async function askCell(
  cell: PlannedCell,
  { templates, policies, common, folder }: AskingOptions,
  open: OpenSampling,
): Promise<AskedCell> {
  const { target, checkpoint, input } = policies[cell.policy]!;
  let start: EvaluationStart | undefined;
  const options: EvaluateOptions = {
    ...{ ...common, ...input, ...templates[cell.template]!.options, checkpoint, open },
    onStart: (known) => start = known,
  };
  const isOpen = typeof target === "object" && "sample" in target;
  // Which weights an open policy has cannot be told: what was recorded of it is not taken for what it would answer now.
  const record = folder === undefined ? false : isOpen ? join(folder, EVALUATIONS, folderName(cell.name)) : true;
  const fresh = isOpen && folder !== undefined ? true : common.fresh;
  const evaluation = await orWithout(
    () => evaluate(target, { ...options, record, fresh }),
    () => evaluate(target, { ...options, record: false, fresh: false }),
  );
  return { ...cell, evaluation, start: start as unknown as EvaluationStart };
}

/** Where nothing can be written, answers are worth having all the same. */
async function orWithout<T>(recorded: () => Promise<T>, unrecorded: () => Promise<T>): Promise<T> {
  try {
    return await recorded();
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return await unrecorded();
  }
}

/** A policy that several evaluations open, and that is closed once. */
interface SharedPolicy {
  readonly open: OpenSampling;
  close(): Promise<void>;
}

function sharePolicy(open: OpenSampling): SharedPolicy {
  let opened: SamplingPolicy | undefined;
  return {
    open: async (config, options) => {
      opened ??= await open(config, options);
      return lent(opened);
    },
    close: async () => await opened?.close(),
  };
}

/** The same policy, which stays open when it is closed. */
function lent(policy: SamplingPolicy): SamplingPolicy {
  const { backend, model, chat, contextLength } = policy;
  return {
    ...{ backend, model, contextLength },
    ...(chat !== undefined && { chat }),
    sample: (...asked) => policy.sample(...asked),
    ...(policy.waiting !== undefined && { waiting: () => policy.waiting!() }),
    close: () => Promise.resolve(),
  };
}
