/**
 * LaTeX as a tree, the way pylatexenc 2.11 reads it when it tolerates errors: a brace too many is dropped, what is never
 * closed ends with the text, a macro whose arguments run past the end has none and is read on from behind its name.
 * That last rule reads nested unclosed fractions again at every level, so the tokens are counted.
 * Comments and dollars do not occur: the recipe takes them out before.
 */
import { argumentsOf, SPECIALS } from "./_macros.ts";
import { isSpace } from "./_python.ts";

/** One piece of LaTeX; `args` is undefined when they could not be read. */
export type LatexNode =
  | { readonly kind: "chars"; readonly text: string }
  | { readonly kind: "group"; readonly nodes: readonly LatexNode[] }
  | { readonly kind: "macro"; readonly name: string; readonly args: Arguments; readonly postSpace: string }
  | { readonly kind: "environment"; readonly name: string; readonly nodes: readonly LatexNode[] }
  | { readonly kind: "specials"; readonly sign: string }
  | { readonly kind: "math"; readonly display: boolean; readonly nodes: readonly LatexNode[] };

type Arguments = ReadonlyArray<LatexNode | undefined> | undefined;

interface Token {
  readonly kind: "char" | "macro" | "begin" | "end" | "open" | "close" | "math" | "specials" | "eof";
  /** The character, the name, the delimiter; at the end nothing. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** White space before it. */
  readonly space: string;
  /** White space behind the name of a macro, part of the token. */
  readonly postSpace: string;
}

/** Where a list of nodes ends. */
interface Stop {
  readonly kind: "close" | "end" | "math";
  readonly text: string;
}

interface Walk {
  readonly text: string;
  tokens: number;
  depth: number;
}

const MOST_TOKENS = 20_000;
/** CPython's recursion limit ends near this many levels. */
const DEEPEST = 100;
const LETTER = /^\p{L}$/u;
const ENVIRONMENT = /\s*\{([\p{L}\p{N}_* .-]+)\}/uy;

/** The tree; undefined when it would take too many tokens or levels. */
export function walkLatex(text: string): readonly LatexNode[] | undefined {
  const walk = { text, tokens: 0, depth: 0 };
  const { nodes } = readNodes(walk, 0, undefined);
  return spent(walk) ? undefined : nodes;
}

function spent(walk: Walk): boolean {
  return walk.tokens > MOST_TOKENS;
}

function readNodes(walk: Walk, start: number, stop: Stop | undefined): { nodes: LatexNode[]; end: number } {
  const nodes: LatexNode[] = [];
  let at = start;
  let chars = "";
  if (++walk.depth > DEEPEST) walk.tokens = Infinity;
  const flush = (): void => {
    if (chars !== "") nodes.push({ kind: "chars", text: chars });
    chars = "";
  };
  while (!spent(walk)) {
    const token = nextToken(walk, at, stop?.text === "]", true);
    at = token.end;
    chars += token.space;
    if (token.kind === "char") {
      chars += token.text;
      continue;
    }
    flush();
    if (token.kind === "eof" || stop?.kind === token.kind && stop.text === token.text) break;
    at = readNode(walk, token, nodes);
  }
  walk.depth--;
  return { nodes, end: at };
}

/** Reads what a token begins and returns where it ends; a closing token that nothing waits for is passed over. */
function readNode(walk: Walk, token: Token, nodes: LatexNode[]): number {
  switch (token.kind) {
    case "open": {
      const { node, end } = readGroup(walk, token);
      nodes.push(node);
      return end;
    }
    case "begin": {
      const { end: start } = readArguments(walk, argumentsOf(token.text, true), token.end, false);
      const { nodes: inside, end } = readNodes(walk, start, { kind: "end", text: token.text });
      nodes.push({ kind: "environment", name: token.text, nodes: inside });
      return end;
    }
    case "math": {
      if (token.text === "\\)" || token.text === "\\]") return token.end;
      const display = token.text === "\\[";
      const { nodes: inside, end } = readNodes(walk, token.end, { kind: "math", text: display ? "\\]" : "\\)" });
      nodes.push({ kind: "math", display, nodes: inside });
      return end;
    }
    case "macro": {
      const { args, end } = readArguments(walk, argumentsOf(token.text), token.end, token.text === "\\");
      nodes.push({ kind: "macro", name: token.text, args, postSpace: token.postSpace });
      return end;
    }
    case "specials":
      nodes.push({ kind: "specials", sign: token.text });
      return token.end;
    default:
      return token.end;
  }
}

function readGroup(walk: Walk, open: Token): { node: LatexNode; end: number } {
  const { nodes, end } = readNodes(walk, open.end, { kind: "close", text: open.text === "{" ? "}" : "]" });
  return { node: { kind: "group", nodes }, end };
}

/** @param close an optional argument must follow without white space */
function readArguments(walk: Walk, form: string, start: number, close: boolean): { args: Arguments; end: number } {
  const args: Array<LatexNode | undefined> = [];
  let at = start;
  for (const kind of form) {
    if (kind === "[") {
      const token = nextToken(walk, at, true, false);
      const found = token.kind === "open" && token.text === "[" && !(close && token.space !== "");
      const read = found ? readGroup(walk, token) : undefined;
      args.push(read?.node);
      at = read?.end ?? at;
      continue;
    }
    const token = nextToken(walk, at, false, kind === "*");
    if (token.kind === "eof") return { args: undefined, end: start };
    if (kind === "*") {
      const star = token.kind === "char" && token.text === "*";
      args.push(star ? { kind: "chars", text: "*" } : undefined);
      if (star) at = token.end;
      continue;
    }
    const { node, end } = readExpression(walk, token);
    args.push(node);
    at = end;
  }
  return { args, end: at };
}

/** One token or group as an argument; a macro stands without its own arguments. */
function readExpression(walk: Walk, token: Token): { node: LatexNode; end: number } {
  switch (token.kind) {
    case "open":
      return readGroup(walk, token);
    case "specials":
      return { node: { kind: "specials", sign: token.text }, end: token.end };
    case "macro":
    case "math": {
      if (token.text === "end") return { node: { kind: "chars", text: "" }, end: token.start };
      return { node: { kind: "macro", name: token.text, args: undefined, postSpace: "" }, end: token.end };
    }
    case "close":
      return { node: { kind: "chars", text: "" }, end: token.start };
    default:
      return { node: { kind: "chars", text: token.text }, end: token.end };
  }
}

/** @param brackets whether `[` and `]` count as braces @param environments whether `\begin` and `\end` are told apart */
function nextToken(walk: Walk, from: number, brackets: boolean, environments: boolean): Token {
  walk.tokens++;
  const { text } = walk;
  let start = from;
  while (start < text.length && isSpace(text.charAt(start))) {
    start++;
    // An empty line is a character of its own.
    if (text.endsWith("\n\n", start) && start - from >= 2) {
      return {
        kind: "char",
        text: "\n\n",
        start: start - 2,
        end: start,
        space: text.slice(from, start - 2),
        postSpace: "",
      };
    }
  }
  const space = text.slice(from, start);
  const made = (kind: Token["kind"], found: string, length = found.length, postSpace = ""): Token => {
    return { kind, text: found, start, end: start + length, space, postSpace };
  };
  const sign = text.charAt(start);
  if (sign === "") return made("eof", "");
  if (sign === "\\") return macroToken(text, start, environments, made);
  if (sign === "{" || brackets && sign === "[") return made("open", sign);
  if (sign === "}" || brackets && sign === "]") return made("close", sign);
  const special = SPECIALS.find(([found]) => text.startsWith(found, start));
  return special === undefined ? made("char", sign) : made("specials", special[0]);
}

function macroToken(
  text: string,
  start: number,
  environments: boolean,
  made: (kind: Token["kind"], found: string, length?: number, postSpace?: string) => Token,
): Token {
  // A lone backslash ends the text, and with it the white space before it.
  if (start + 1 >= text.length) return { ...made("eof", ""), space: "", end: text.length };
  let end = start + 2;
  const letters = LETTER.test(text.charAt(start + 1));
  if (letters) { while (LETTER.test(text.charAt(end))) end++; }
  const name = text.slice(start + 1, end);
  if ("()[]".includes(name)) return made("math", `\\${name}`);
  if (environments && (name === "begin" || name === "end")) {
    ENVIRONMENT.lastIndex = end;
    const found = ENVIRONMENT.exec(text);
    return found === null ? made("char", `\\${name}`) : made(name, found[1] as string, ENVIRONMENT.lastIndex - start);
  }
  if (!letters) return made("macro", name, end - start);
  let behind = end;
  while (behind < text.length && isSpace(text.charAt(behind)) && !text.startsWith("\n\n", behind)) behind++;
  return made("macro", name, behind - start, text.slice(end, behind));
}
