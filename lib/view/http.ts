/**
 * From a request to a page and back. Any page in a browser can send requests to this machine, so whoever is not addressed
 * by this machine's own name, or comes from another site, is turned away before anything is looked at. Nothing is ever
 * changed, so there is nothing but GET and HEAD.
 */
import { createHash } from "node:crypto";
import script from "./client/view.js" with { type: "text" };
import style from "./client/view.css" with { type: "text" };
import { UnreadableError } from "./_guard.ts";
import { markup } from "./_html.ts";
import { type Page, pageHtml, whyNot } from "./_page.ts";
import { comparePage } from "./compare_page.ts";
import {
  comparisonFolders,
  comparisonPage,
  comparisonsPage,
  evaluationsPage,
  reportDocument,
} from "./comparisons_page.ts";
import { listPage } from "./list_page.ts";
import type { ListedRun } from "./listing.ts";
import { runPage } from "./run_page.ts";
import type { Site } from "./site.ts";
import { templatesPage } from "./templates_page.ts";
import { framedTrajectories, trajectoriesPage } from "./trajectories_page.ts";

/** What every answer carries. */
const ALWAYS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-cache",
};

/** Our own pages: their script and their style come from here, and nothing comes from anywhere else. */
const OWN_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
  "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The viewer: its own script runs, which its own policy names by its hash, in an origin of nobody. */
const VIEWER_POLICY = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** A report, which is a file that anyone may have written: nothing runs, nothing is loaded. */
const REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** Something that is sent. */
interface Reply {
  readonly body: string;
  readonly type: "html" | "css" | "javascript";
  readonly policy: string;
  readonly status?: number | undefined;
}

/**
 * Answers one request; never throws.
 * @param port the one that is listened on, which has to stand in the header `Host`
 */
export async function answer(request: Request, site: Site, port: number): Promise<Response> {
  await request.body?.cancel().catch(() => {});
  const reply = refusal(request, port) ?? await replyTo(request, site);
  const etag = `"${createHash("sha1").update(reply.body).digest("base64url")}"`;
  const headers = new Headers({
    ...ALWAYS,
    "Content-Type": `text/${reply.type}; charset=utf-8`,
    "Content-Security-Policy": reply.policy,
    "ETag": etag,
  });
  if (reply.status === 405) headers.set("Allow", "GET, HEAD");
  const status = reply.status ?? 200;
  if (status === 200 && isKnown(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  // Said by hand: to HEAD an answer without a body would say 0.
  const body = new TextEncoder().encode(reply.body);
  headers.set("Content-Length", String(body.length));
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}

function isKnown(header: string | null, etag: string): boolean {
  return header?.split(",").some((known) => known.trim().replace(/^W\//, "") === etag) === true;
}

/** Why a request is turned away; undefined: it is not. */
function refusal({ method, headers }: Request, port: number): Reply | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = headers.get("host")?.toLowerCase() ?? "";
  if (!hosts.includes(host)) return refused(421, `This server answers as ${hosts.join(" or ")} only.`);
  const origin = headers.get("origin");
  const from = headers.get("sec-fetch-site");
  const isForeign = (origin !== null && origin !== `http://${host}`) ||
    (from !== null && from !== "same-origin" && from !== "none");
  if (isForeign) {
    return refused(403, "This page is not shown to pages of other sites, nor reached by their links.", true);
  }
  return method === "GET" || method === "HEAD" ? undefined : refused(405, "This server shows; it changes nothing.");
}

function refused(status: number, text: string, hasLink = false): Reply {
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>Refused</title>
      </head>
      <body><p>${text}</p>${hasLink && markup`<p><a href="/">Open it yourself</a></p>`}</body>
    </html>
  `;
  return { body: page.text, type: "html", policy: "default-src 'none'; frame-ancestors 'none'", status };
}

async function replyTo(request: Request, site: Site): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/view.js") return { body: script, type: "javascript", policy: OWN_POLICY };
  if (pathname === "/view.css") return { body: style, type: "css", policy: OWN_POLICY };
  try {
    const found = await pageAt(pathname, searchParams, site);
    if (found !== undefined && "body" in found) return found;
    return framed(found ?? problemPage("Not found", "There is no such page.", 404), pathname);
  } catch (error) {
    const status = error instanceof UnreadableError ? 404 : 500;
    return framed(problemPage("Not shown", `This is not shown: ${whyNot(error)}.`, status), pathname);
  }
}

function framed(page: Page, pathname: string): Reply {
  return { body: pageHtml(page, pathname), type: "html", policy: OWN_POLICY, status: page.status };
}

function problemPage(title: string, text: string, status: number): Page {
  return {
    title,
    status,
    content: markup`
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/">To the runs</a></p>
    `,
  };
}

async function pageAt(pathname: string, query: URLSearchParams, site: Site): Promise<Page | Reply | undefined> {
  const parts = partsOf(pathname);
  if (parts === undefined) return undefined;
  switch (parts[0]) {
    case undefined:
      return await listPage(site, query);
    case "run":
      return await ofRun(parts.slice(1), query, site);
    case "comparisons":
      return await ofComparison(parts.slice(1), site);
  }
  if (parts.length > 1) return undefined;
  switch (parts[0]) {
    case "compare":
      return await comparePage(site, query);
    case "templates":
      return await templatesPage(site, query);
    case "evaluations":
      return await evaluationsPage(site);
  }
  return undefined;
}

/** The parts of an address; undefined where it is not one that a page has made. */
function partsOf(pathname: string): string[] | undefined {
  if (pathname === "/") return [];
  try {
    return pathname.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Names are looked up among those that are listed, so that an address never becomes a path. */
async function ofRun(parts: readonly string[], query: URLSearchParams, site: Site): Promise<Page | Reply | undefined> {
  const { runs } = await site.listing();
  const [first, second] = parts;
  let listed: ListedRun | undefined = runs.get(first ?? "");
  let below = parts.slice(1);
  if (listed === undefined && second !== undefined) {
    listed = runs.get(`${first}/${second}`);
    below = parts.slice(2);
  }
  if (listed === undefined) return problemPage("No such run", "There is no such run in the folder (any more).", 404);
  switch (below.join("/")) {
    case "":
      return await runPage(site, listed);
    case "trajectories":
      return await trajectoriesPage(site, listed, query);
    case "trajectories/page":
      return { body: await framedTrajectories(site, listed, query), type: "html", policy: VIEWER_POLICY };
  }
  return undefined;
}

async function ofComparison([name, ...below]: readonly string[], site: Site): Promise<Page | Reply | undefined> {
  if (name === undefined) return await comparisonsPage(site);
  const folder = (await comparisonFolders(site)).get(name);
  if (folder === undefined || below.length > 1) return undefined;
  if (below.length === 0) return await comparisonPage(site, folder);
  if (below[0] !== "report") return undefined;
  return { body: await reportDocument(site, folder), type: "html", policy: REPORT_POLICY };
}
