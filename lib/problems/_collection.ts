/**
 * The problems of one's own files while they are being read: rows become problems with ids and sides, or are refused, or
 * left out and counted. What does not fit to what was read before is found here: an id that comes twice, and a question
 * that is trained on and held out.
 */
import { clipLine, counted, hash32 } from "../basics/mod.ts";
import { referenceChecker } from "../grading/mod.ts";
import type { Split } from "../vocabulary.ts";
import { type ColumnMap, type MappedProblem, toProblem } from "./_mapping.ts";
import type { OwnFile } from "./_own_files.ts";
import { packProblems, type ProblemPacker } from "./_packed.ts";
import { PairSet } from "./_pairs.ts";
import type { Row } from "./_row.ts";
import { hashQuestion, type QuestionHash, sideOfQuestion, sidesOfFew } from "./_sides.ts";
import { createProblemSet, type ProblemSet, type ProblemSource } from "./problem_set.ts";

/** What is collected. */
export interface CollectionOptions {
  /** What was asked for. */
  readonly path: string;
  /** How the set is called. */
  readonly name: string;
  /** Rows that cannot be used are left out. */
  readonly skips: boolean;
  /** The only side that is kept. */
  readonly wanted: Split | undefined;
}

/** Files with more rows than this have problems on both sides: (7/8)^100 is one in a million. */
const SMALL = 100;
const PLACES_NAMED = 3;

/** A row that could be used. */
interface Read {
  readonly where: string;
  readonly mapped: MappedProblem;
  readonly question: QuestionHash;
}

/** A file, and what became of its rows. */
interface Part {
  readonly file: OwnFile;
  rows: number;
  skipped: number;
  firstReason?: string;
}

/** The problems so far. */
export class Collection {
  readonly #options: CollectionOptions;
  readonly #problems: ProblemPacker;
  readonly #ids = new PairSet();
  /** How often a made-up id has come; only those that came again. */
  readonly #repeats = new Map<string, number>();
  /** Questions of a folder's test side. */
  readonly #held = new PairSet();
  readonly #onBoth = { count: 0, places: [] as string[] };
  readonly #parts: Part[] = [];
  readonly #problemOf = referenceChecker();
  /** The first rows of a file for both sides; undefined once it has too many to be a small one. */
  #first: Read[] | undefined = [];
  /** Rows that come behind all others at the end. */
  #testRows = 0;

  constructor(options: CollectionOptions) {
    this.#options = options;
    this.#problems = packProblems({ env: options.name });
  }

  /** Rows are of this file from now on. */
  begin(file: OwnFile): void {
    this.#parts.push({ file, rows: 0, skipped: 0 });
  }

  /**
   * Takes the next row.
   * @throws {SyntaxError} when it cannot be used, with its place
   */
  take(row: Row, map: ColumnMap): void {
    const part = this.#parts.at(-1) as Part;
    part.rows++;
    this.#unlessBad(row.where, () => {
      if ("bad" in row) throw new SyntaxError(row.bad);
      const mapped = toProblem(row.fields, map);
      const problem = this.#problemOf(mapped.answer);
      if (problem !== undefined) throw new SyntaxError(`nothing can be graded against its answer: ${problem}`);
      const read = { where: row.where, mapped, question: hashQuestion(mapped.question) };
      const { side } = part.file;
      if (side !== undefined) this.#add(read, side, side);
      else if (this.#first === undefined) this.#add(read, sideOfQuestion(read.question));
      else this.#first.push(read);
    });
    if (this.#first !== undefined && this.#first.length > SMALL) this.#placeFirst();
  }

  /**
   * The set of all that was taken.
   * @throws {RangeError | SyntaxError} when it has nothing to train on or nothing to test with, or a question on both sides
   */
  finish(): ProblemSet {
    const { path: env, name, wanted } = this.#options;
    this.#placeFirst();
    const parts = this.#parts.filter(({ file }) => file.questionsOnly !== true);
    for (const part of parts) requireSome(part);
    this.#requireApart();
    if (this.#problems.size === 0) throw noneLeft(env, parts, wanted);
    const skippedOf = (side: Split) =>
      parts.reduce((sum, { file, skipped }) => sum + ((file.side ?? side) === side ? skipped : 0), 0);
    const skipped = parts.reduce((sum, part) => sum + part.skipped, 0);
    const source = rotated(this.#problems.source(), wanted === undefined ? this.#testRows : 0);
    return createProblemSet(source, { env, name: wanted === undefined ? name : `${name} ${wanted}`, skipped }, {
      only: wanted,
      skipped: { train: skippedOf("train"), test: skippedOf("test") },
    });
  }

  /** Puts the first rows on their sides. */
  #placeFirst(): void {
    const rows = this.#first ?? [];
    this.#first = undefined;
    const questions = rows.map(({ question }) => question);
    const sides = rows.length > SMALL ? questions.map(sideOfQuestion) : sidesOfFew(questions);
    for (const [i, row] of rows.entries()) this.#unlessBad(row.where, () => this.#add(row, sides[i] as Split));
  }

  /** @param side of the whole file, where it has one */
  #add(read: Read, split: Split, side?: Split): void {
    const { mapped, question } = read;
    const { wanted } = this.#options;
    if (side === "train" && this.#held.has(...question)) return this.#refuseHeld(read);
    const isWanted = split === (wanted ?? split);
    // An id of the table's own must not come twice, on whichever side.
    const id = isWanted || mapped.id !== undefined ? this.#idOf(read, side) : "";
    if (side === "test" && wanted !== "test") this.#held.add(...question);
    if (!isWanted) return;
    this.#problems.add({ ...mapped, id, split });
    if (side === "test") this.#testRows++;
  }

  #refuseHeld({ where }: Read): void {
    if (this.#options.skips) throw new SyntaxError(`its question is held out as well, in ${this.#parts[0]?.file.path}`);
    this.#onBoth.count++;
    if (this.#onBoth.places.length < PLACES_NAMED) this.#onBoth.places.push(where);
  }

  #requireApart(): void {
    const { count, places } = this.#onBoth;
    if (count === 0) return;
    const more = count > places.length ? ` and ${counted(count - places.length, "other row")}` : "";
    throw new RangeError(
      `cannot load ${this.#options.path}: ${counted(count, "training problem")} with a question that is held out in ` +
        `${this.#parts[0]?.file.path}: ${places.join("; ")}${more}. Take them out of one of the files, or leave them ` +
        "out of training with on_bad_row=skip",
    );
  }

  /** Bad rows of a file that is read for its questions are for those to tell who load that side. */
  #unlessBad(where: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const part = this.#parts.at(-1) as Part;
      const reason = `${where}: ${error.message}`;
      if (!this.#options.skips && !part.file.questionsOnly) {
        throw new SyntaxError(`${reason}; mend the row, or leave bad ones out with on_bad_row=skip`);
      }
      part.skipped++;
      part.firstReason ??= reason;
    }
  }

  #idOf({ mapped, question }: Read, side: Split | undefined): string {
    // Files of a folder are often numbered each for itself.
    const below = side === undefined ? "" : `${side}/`;
    if (mapped.id === undefined) return this.#madeId(`${this.#options.name}/${below}`, mapped.answer, question, side);
    const id = below + mapped.id;
    if (this.#ids.add(hash32("own", id), hash32("more", id))) return id;
    throw new SyntaxError(`the id ${JSON.stringify(clipLine(mapped.id, 80))} was there before`);
  }

  #madeId(prefix: string, answer: string, question: QuestionHash, side: Split | undefined): string {
    const [a, b] = [hash32("own", ...question, answer), hash32("more", ...question, answer) >>> 16];
    const id = `${prefix}${a.toString(16).padStart(8, "0")}${b.toString(16).padStart(4, "0")}`;
    // The 48 bits of the id, and above them its side.
    if (this.#ids.add(a, b + (side === undefined ? 0 : side === "train" ? 0x10000 : 0x20000))) return id;
    const count = (this.#repeats.get(id) ?? 1) + 1;
    this.#repeats.set(id, count);
    return `${id}-${count}`;
  }
}

function requireSome({ file, rows, skipped, firstReason }: Part): void {
  if (rows === 0) throw new RangeError(`cannot load ${file.path}: it holds no rows`);
  if (skipped < rows) return;
  const none = rows === 1
    ? "its only row cannot be used"
    : `none of its ${counted(rows, "row")} can be used. The first`;
  throw new SyntaxError(`cannot load ${file.path}: ${none}: ${firstReason}`);
}

function noneLeft(path: string, parts: readonly Part[], wanted: Split | undefined): RangeError {
  const rest = parts.reduce((sum, { rows, skipped }) => sum + rows - skipped, 0);
  const none = rest === 1 ? "its only problem is not" : `none of its ${counted(rest, "problem")} is`;
  return new RangeError(
    `cannot load ${path}: ${none} left for the ${wanted} side; two different questions are the least, or a folder ` +
      "with a file for each side",
  );
}

/** The same rows with the first so many at the end. */
function rotated(source: ProblemSource, by: number): ProblemSource {
  const { size } = source;
  const from = (row: number) => row + by < size ? row + by : row + by - size;
  if (by === 0) return source;
  return {
    size,
    id: (row) => source.id(from(row)),
    problem: (row) => source.problem(from(row)),
    ...(source.side === undefined ? {} : { side: (row: number) => source.side?.(from(row)) as Split }),
  };
}
