/**
 * Takes off bold, code and the dollars of formulas, before commands are looked at. Dollars stand in pairs around formulas, unless
 * the second one begins an amount (`$5 and $6`); a dollar without a partner beside a number is a currency.
 */

/** The text without markup; a `$` that is left is a currency. */
export function withoutMarkup(text: string): string {
  const rest = (text.includes("**") ? withoutBold(text) : text).replace(/^_{1,2}([^_]+)_{1,2}$/, "$1").replace(
    /`/g,
    " ",
  );
  return rest.includes("$") ? withoutDollars(rest) : rest;
}

function withoutBold(text: string): string {
  let isOpen = false;
  return text.replace(/\*\*(?!\*)/g, (mark, at: number, all: string) => {
    if (!isOpen && isPower(all, at)) return mark;
    isOpen = !isOpen;
    return " ";
  });
}

/** `x**2` is a power, `**18**` bold. */
function isPower(text: string, at: number): boolean {
  return /[\w)]\s?$/.test(text.slice(Math.max(0, at - 2), at)) && /^\*\*\s?[\w(-]/.test(text.slice(at, at + 4));
}

function withoutDollars(text: string): string {
  const plain = text.includes("$$") ? text.replace(/(?<!\\)\$\$/g, " ") : text;
  const places = dollarsOf(plain);
  const dropped = new Set<number>();
  for (let i = 0; i < places.length; i++) {
    const [at, next] = [places[i] as number, places[i + 1]];
    if (next !== undefined && closes(plain, at, next)) {
      dropped.add(at).add(next);
      i++;
    } else if (!isCurrency(plain, at)) dropped.add(at);
  }
  let rest = "";
  let from = 0;
  for (const at of dropped) {
    rest += `${plain.slice(from, at)} `;
    from = at + 1;
  }
  return (rest + plain.slice(from)).replace(/\\\$/g, "$");
}

/** Where dollars stand that no backslash escapes. */
function dollarsOf(text: string): number[] {
  const places: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) === "\\") i++;
    else if (text.charAt(i) === "$") places.push(i);
  }
  return places;
}

/** Whether a formula stands between two dollars, and not an amount of money and words. */
function closes(text: string, open: number, close: number): boolean {
  const inside = text.slice(open + 1, close);
  if (inside.trim() === "") return false;
  return !/^[-+]?[\d.]/.test(text.slice(close + 1, close + 3)) ||
    !/^\s?[-+]?[\d.,]+(?:[^\\{}^_]*[\s(,;:/-])?$/.test(inside);
}

function isCurrency(text: string, at: number): boolean {
  return /^\s?-?[\d.]/.test(text.slice(at + 1, at + 4)) || /\d ?$/.test(text.slice(Math.max(0, at - 2), at));
}
