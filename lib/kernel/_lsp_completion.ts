/** A language server's completions as Jupyter takes them: one range for all, the best first, kinds by Jupyter's words. */

/** Most completions that are shown. */
const MOST_MATCHES = 300;

/** CompletionItemKind 1 to 25, by Jupyter's words. */
const KINDS = [
  "text method function constructor property variable class interface module property unit value enum keyword snippet",
  "color file reference folder enumMember constant struct event operator typeParameter",
].join(" ").split(" ");

/** One way to complete the code. */
export interface Completion {
  /** What replaces the text. */
  readonly text: string;
  /** Its kind: `function`, `property`. */
  readonly type?: string;
  /** Its type or signature, where the server says it at once. */
  readonly signature?: string;
}

/** Ways to complete the code between two offsets. */
export interface Completions {
  /** The best first, 300 at most. */
  readonly matches: readonly Completion[];
  /** Where the text that is replaced begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** Jupyter's word for a completion's kind. */
function kindName(kind: unknown): string | undefined {
  return typeof kind === "number" ? KINDS[kind - 1] : undefined;
}

/** Whether an item is a word of the language, such as `while`. */
export function isKeyword({ kind }: LspItem): boolean {
  return kindName(kind) === "keyword";
}

/** A range of a document. */
export interface LspRange {
  /** Its first position. */
  readonly start: { readonly line: number; readonly character: number };
  /** The position behind it. */
  readonly end: { readonly line: number; readonly character: number };
}

/** The parts of a completion that are used. */
export interface LspItem {
  /** What is shown. */
  readonly label: string;
  /** What it is. */
  readonly kind?: number;
  /** Orders the list. */
  readonly sortText?: string;
  /** What is put in, if not the label. */
  readonly insertText?: string;
  /** Its type or signature. */
  readonly detail?: string;
  /** What is put in, and where. */
  readonly textEdit?: { readonly newText: string; readonly range?: LspRange; readonly insert?: LspRange };
  /** Further edits: an import that would be added. */
  readonly additionalTextEdits?: readonly unknown[];
}

/** Completions with one range: that of the name at the cursor, else that of the first item. */
export function completionsOf(
  items: readonly LspItem[],
  code: string,
  name: { readonly start: number; readonly end: number },
  offsets: (range: LspRange) => { start: number; end: number },
): Completions {
  const found = items.filter((item) => item.kind !== 15 && (item.additionalTextEdits ?? []).length === 0).map(
    (item) => {
      const edit = item.textEdit;
      const range = edit?.insert ?? edit?.range;
      const text = item.label.replace(/\?$/, "");
      // `?.answer` after `problems[0]`: the name alone will do, nobody checks types here.
      if (edit === undefined || range === undefined || edit.newText.startsWith("?.")) return { item, text, ...name };
      return { item, text: edit.newText, ...offsets(range) };
    },
  );
  const range = found.some(({ start, end }) => start === name.start && end === name.end) ? name : found[0] ?? name;
  const begun = code.slice(range.start, range.end).toLowerCase();
  const order = ({ item }: { item: LspItem }) => item.sortText ?? item.label;
  const seen = new Set<string>();
  const matches = found
    .filter(({ text, start, end }) =>
      start === range.start && end === range.end && text.toLowerCase().startsWith(begun)
    )
    .sort((a, b) => order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .slice(0, MOST_MATCHES)
    .map(({ item, text }): Completion => {
      const type = kindName(item.kind);
      return { text, ...type !== undefined && { type }, ...item.detail !== undefined && { signature: item.detail } };
    });
  return { matches, start: range.start, end: range.end };
}
