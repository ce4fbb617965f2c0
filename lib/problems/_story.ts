/**
 * Puts scenes together into one story: chooses a path with the wanted number of steps, draws its numbers, and writes the
 * question and the worked answer. Not here: the scenes (`_schemas.ts`), the split of train and test (`word_problems.ts`).
 * A path or a draw that does not work out gives `undefined`, and the caller draws again.
 */
import type { Random } from "../basics/mod.ts";
import { calculation, drawNumbers } from "./_numbers.ts";
import { ASKS, type Scene, SCENES, type State } from "./_schemas.ts";
import { BOYS, FIXED, FRESH, GIRLS, type ThingKind, THINGS } from "./_words.ts";

/** A finished story. */
export interface Story {
  readonly question: string;
  readonly solution: string;
  readonly answer: string;
  /** Names of the scenes, in order. */
  readonly scenes: readonly string[];
}

/** What one story keeps while it is written. */
interface Teller {
  readonly rng: Random;
  readonly kind: ThingKind;
  readonly past: boolean;
  readonly fixed: Map<string, string>;
  readonly used: Set<string>;
  hero: string;
  other: string;
  mentioned: boolean;
  /** A pronoun would be ambiguous: somebody else was mentioned. */
  company: boolean;
}

const MOST_WORDS = 48;
const SENTENCES_BEFORE_QUESTION = 3;
const NAMES = [...GIRLS, ...BOYS];
const IS_GIRL = new Set(GIRLS);
/** Where stories open; a state named twice is twice as frequent. */
const OPENS: readonly State[] = [
  ...["have", "have", "have", "have", "rank", "money", "money"] as const,
  ...["cost", "miles", "trip", "pages", "left", "people", "plants", "age", "end"] as const,
];
const BY_FROM = Map.groupBy(SCENES, (scene) => scene.from);
const OPENINGS = Map.groupBy(BY_FROM.get("start") ?? [], (scene) => scene.to);

/** Draws where a story opens, so that attempts which fail do not make some openings rare. */
export function drawOpening(rng: Random): State {
  return rng.pick(OPENS);
}

/** One attempt at a story of `level` steps. */
export function tellStory(rng: Random, level: number, opening: State): Story | undefined {
  const kind = rng.pick<ThingKind>(["goods", "goods", "food", "baked"]);
  const path = choosePath(rng, level, kind, opening);
  if (path === undefined) return undefined;
  const teller: Teller = {
    rng,
    kind,
    past: rng.next() < 0.4 && path[0]?.to !== "age",
    fixed: new Map(),
    used: new Set(),
    hero: "",
    other: "",
    mentioned: false,
    company: false,
  };
  teller.hero = fresh(teller, NAMES);
  const sentences: string[] = [];
  const lines: string[] = [];
  let x: number | undefined;
  for (const scene of path) {
    const told = tellScene(teller, scene, x, level);
    if (told === undefined) return undefined;
    sentences.push(told.said);
    lines.push(...told.worked);
    x = told.result;
  }
  const last = path[path.length - 1] as Scene;
  if (last.to !== "end") sentences.push(ask(teller, last));
  const question = joinSentences(rng, sentences, teller.hero);
  if (question.split(" ").length > MOST_WORDS) return undefined;
  const answer = String(x);
  return { question, answer, solution: [...lines, `#### ${answer}`].join("\n"), scenes: path.map((s) => s.name) };
}

function choosePath(rng: Random, level: number, kind: ThingKind, opening: State): Scene[] | undefined {
  const path: Scene[] = [];
  let left = level;
  let choices: readonly Scene[] = OPENINGS.get(opening) ?? [];
  while (true) {
    const fitting = choices.filter((scene) => fits(scene, left, kind, path));
    if (fitting.length === 0) return undefined;
    const scene = rng.pick(fitting);
    path.push(scene);
    left -= scene.steps.length;
    if (left === 0) return path;
    choices = BY_FROM.get(scene.to) ?? [];
  }
}

function fits(scene: Scene, left: number, kind: ThingKind, path: readonly Scene[]): boolean {
  if (scene.steps.length > left || path.includes(scene)) return false;
  if (scene.to === "end" && scene.steps.length !== left) return false;
  // Twice as many, then half as many, would lead nowhere.
  const previous = path[path.length - 1]?.steps[0]?.calc;
  if (scene.from === scene.to && [previous, scene.steps[0]?.calc].sort().join() === "x*2,x/2") return false;
  return scene.only === undefined || scene.only.includes(kind);
}

interface Told {
  readonly said: string;
  readonly worked: readonly string[];
  readonly result: number;
}

function tellScene(teller: Teller, scene: Scene, x: number | undefined, level: number): Told | undefined {
  const numbers = drawNumbers(teller.rng, scene, x, level);
  if (numbers === undefined) return undefined;
  teller.other = fresh(teller, NAMES);
  const template = teller.rng.pick(scene.said);
  if (template.includes("{O}")) teller.company = true;
  const said = fill(teller, template, numbers, "", true);
  if (template.includes("{friend}")) teller.company = true;
  const worked: string[] = [];
  for (const [i, step] of scene.steps.entries()) {
    const calc = calculation(step.calc, numbers);
    worked.push(fill(teller, teller.rng.pick(step.worked), numbers, calc, false));
    numbers.set("p", numbers.get(`r${i}`) as number);
  }
  const result = numbers.get(scene.steps.length === 0 ? "a" : "p") as number;
  if (scene.handsOver) teller.hero = teller.other;
  return { said, worked, result };
}

function ask(teller: Teller, last: Scene): string {
  return fill(teller, teller.rng.pick(last.asks ?? ASKS[last.to] ?? []), new Map(), "", false);
}

/** Fills a template. `inStory`: pronouns may stand for the hero. */
function fill(
  teller: Teller,
  template: string,
  numbers: ReadonlyMap<string, number>,
  calc: string,
  inStory: boolean,
): string {
  const tensed = template.replace(/\[([^|\]]*)\|([^\]]*)\]/g, teller.past ? "$2" : "$1");
  return tensed.replace(/\{(\$?\w+)\}/g, (_, slot: string, offset: number) => {
    if (slot === "calc") return calc;
    if (slot === "$calc") return calc.replace("<<", "$<<");
    if (slot === "N") return hero(teller, offset === 0 || tensed.charAt(offset - 2) === ".", inStory);
    if (slot === "O") return teller.other;
    if (slot === "his") return IS_GIRL.has(teller.hero) ? "her" : "his";
    const number = numbers.get(slot);
    return number === undefined ? word(teller, slot) : String(number);
  });
}

function hero(teller: Teller, startsSentence: boolean, inStory: boolean): string {
  const pronoun = inStory && teller.mentioned && !teller.company && teller.rng.next() < 0.6;
  if (inStory) teller.mentioned = true;
  if (!pronoun) return teller.hero;
  const she = IS_GIRL.has(teller.hero) ? "she" : "he";
  return startsSentence ? capitalised(she) : she;
}

function word(teller: Teller, slot: string): string {
  const list = FRESH[slot];
  if (list !== undefined) return fresh(teller, list);
  let chosen = teller.fixed.get(slot);
  if (chosen === undefined) {
    chosen = teller.rng.pick(slot === "things" ? THINGS[teller.kind] : FIXED[slot] ?? []);
    const [present, past] = chosen.split("/");
    if (past !== undefined) chosen = teller.past ? past : present as string;
    teller.fixed.set(slot, chosen);
  }
  return chosen;
}

/** A word of the list that this story has not used. */
function fresh(teller: Teller, list: readonly string[]): string {
  for (let attempt = 0; attempt < 20; attempt++) {
    const chosen = teller.rng.pick(list);
    if (teller.used.has(chosen)) continue;
    teller.used.add(chosen);
    return chosen;
  }
  return teller.rng.pick(list);
}

/** Joins neighbours with "and" until the story has at most three sentences and its question; now and then sooner. */
function joinSentences(rng: Random, parts: readonly string[], heroName: string): string {
  const question = parts[parts.length - 1] as string;
  const story = parts.slice(0, -1);
  const most = rng.next() < 0.15 ? SENTENCES_BEFORE_QUESTION - 1 : SENTENCES_BEFORE_QUESTION;
  for (let i = story.length - 2; i >= 0 && story.length > most; i--) {
    const [first, second] = [story[i] as string, story[i + 1] as string];
    if (first.includes(", and ") || second.includes(", and ")) continue;
    story.splice(i, 2, `${first.slice(0, -1)}, and ${lowered(second, heroName)}`);
  }
  return [...story, question].join(" ");
}

function lowered(sentence: string, heroName: string): string {
  const firstWord = sentence.split(" ", 1)[0] as string;
  const isName = firstWord === heroName || NAMES.includes(firstWord);
  return isName ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
