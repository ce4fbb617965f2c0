/** The server of the page for runs as a process with the permissions of its task, and what is held against every page. */
import { fileURLToPath } from "node:url";
import type { Page } from "./_browser.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A server that runs. */
export interface Served {
  readonly url: string;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number>;
}

/** Starts `deno task view` with its own permissions. @param port 0: any */
export async function startView(folder: string, port = 0): Promise<Served> {
  const args = ["run", "-q", "--no-prompt", "-P=page", "lib/cli/view.ts", folder, `port=${port}`];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null", stdout: "piped" });
  const process = command.spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the server has ended: ${said}`);
    said += value;
  }
  const stop = async () => {
    process.kill("SIGINT");
    await reader.cancel();
    return (await process.status).code;
  };
  return { url: /http:\S+/.exec(said)![0], stop };
}

/** Presses Tab until what has the focus matches. @throws when it is not reached */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

/** Presses Enter on a link or a button, and waits for the page that it leads to. */
export async function follow(page: Page, selector: string, path: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
  const isThere = `location.pathname === ${JSON.stringify(path)} && document.readyState === "complete"`;
  const end = performance.now() + 20_000;
  // While a page gives way to the next one there is nothing to ask.
  while (!await page.evaluate<boolean>(isThere).catch(() => false)) {
    if (performance.now() > end) throw new Error(`${selector} does not lead to ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What is wrong with a page for whoever works it without a mouse or without seeing it. */
export function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const faults = [];
    const all = (selector) => [...document.querySelectorAll(selector)];
    const named = (e) => e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent.trim();
    for (const e of all("a, button, input:not([type=hidden]), select, summary, iframe[title=''], svg, [role=region], [role=img], progress")) {
      if (!named(e)) faults.push("nameless: " + e.outerHTML.slice(0, 120));
    }
    if (all("h1").length !== 1) faults.push(all("h1").length + " h1");
    if (!document.documentElement.lang || !document.title) faults.push("no language or title");
    if (!document.querySelector("main") || !document.querySelector("nav[aria-label]")) faults.push("no landmarks");
    const ids = all("[id]").map(({ id }) => id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push("twice: " + id);
    for (const e of all("[aria-labelledby]")) for (const id of e.getAttribute("aria-labelledby").split(" ")) {
      if (!document.getElementById(id)) faults.push("no label " + id);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways");
    for (const e of all("table")) if (!e.querySelector("caption") || !e.querySelector("th[scope]")) faults.push("table without heads");
    return faults;
  })()`);
}
