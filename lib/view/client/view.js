/**
 * What a page of runs does by itself: it looks again, and takes over what has changed without moving anything else, so that
 * the place, the keyboard's focus and what was opened or chosen stay as they are. Everything works without it, too, but for
 * looking again.
 */
"use strict";

const main = document.getElementById("main");
const contact = document.getElementById("contact");
const said = document.getElementById("said");

/** What the reader sets, and the server does not know of. */
const OF_THE_READER = { DETAILS: ["open"], INPUT: ["value", "checked"], SELECT: [], OPTION: ["selected"] };

/** Makes `old` like `fresh` with as few changes as possible; elements with an id are known by it. */
function become(old, fresh) {
  if (old.tagName === "svg") {
    if (old.dataset.as !== fresh.dataset.as || old.outerHTML !== fresh.outerHTML) old.replaceWith(fresh);
    return;
  }
  const kept = OF_THE_READER[old.tagName] ?? [];
  for (const { name, value } of [...fresh.attributes]) {
    if (!kept.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!kept.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  if (old.tagName !== "IFRAME") becomeInside(old, fresh);
}

function becomeInside(old, fresh) {
  const byId = new Map([...old.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const named = next.nodeType === Node.ELEMENT_NODE && next.id ? byId.get(next.id) : undefined;
    if (named && named !== place) {
      // What stood before it is gone or comes later; moving what has the focus would lose it.
      if (named.contains(document.activeElement)) { while (place && place !== named) place = removed(place); }
      else old.insertBefore(named, place);
    }
    const here = named ?? place;
    if (here && isAlike(here, next) && (named || !byId.has(here.id))) {
      place = here.nextSibling;
      if (here.nodeType === Node.ELEMENT_NODE) become(here, next);
      else if (here.data !== next.data) here.data = next.data;
    } else old.insertBefore(next, place);
  }
  while (place) place = removed(place);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function isAlike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
}

/** `5 minutes ago` in place of a time; the time itself stays where one points at it. */
function ages(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const exact = time.title || time.textContent;
    time.title = exact;
    time.textContent = ageOf((Date.now() - Date.parse(time.dateTime)) / 1000) ?? exact;
  }
}

function ageOf(seconds) {
  if (seconds < -60 || !Number.isFinite(seconds)) return undefined;
  if (seconds < 60) return "just now";
  const units = [["minute", 60], ["hour", 3600], ["day", 86400]];
  const [unit, size] = units.findLast(([, size]) => seconds >= size);
  const count = Math.floor(seconds / size);
  return count > 60 ? undefined : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** Runs that are chosen, those included that a filter hides. */
const chosen = new Set();

function showChosen() {
  for (const box of document.querySelectorAll('#choose input[name="runs"]')) box.checked = chosen.has(box.value);
  const text = document.getElementById("chosen");
  if (!text) return;
  const words = chosen.size === 0 ? "Choose runs by their boxes." : `${chosen.size} chosen`;
  if (text.textContent !== words) text.textContent = words;
}

let etag;
let lost;

/** Looks at the page's address, and takes over what it says. @returns milliseconds until the next look */
async function look() {
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
    if (response.status !== 304) take(await response.text(), response);
    found();
  } catch {
    return miss();
  }
  return Number(main.dataset.again ?? 6000);
}

function take(text, response) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh) return;
  etag = response.headers.get("ETag");
  ages(fresh);
  // Counted here and not by the server; as it is, so that it is not read out again.
  fresh.querySelector("#chosen")?.replaceChildren(document.getElementById("chosen")?.textContent ?? "");
  become(main, document.adoptNode(fresh));
  showChosen();
  document.title = page.title;
}

function found() {
  if (lost === undefined) return;
  lost = undefined;
  contact.hidden = true;
  said.textContent = "In contact with the server again.";
}

function miss() {
  if (lost === undefined) {
    lost = new Date();
    contact.hidden = false;
    contact.textContent =
      `No contact with the server since ${lost.toLocaleTimeString()}. What is shown is from before. ` +
      "Start it again with deno task view; this page goes on by itself.";
  }
  return 2000;
}

let timer;

function again(ms) {
  clearTimeout(timer);
  // A page that nobody sees need not look.
  if (main.dataset.again !== undefined && !document.hidden) timer = setTimeout(async () => again(await look()), ms);
}

document.addEventListener("visibilitychange", () => again(0));

/** The list is filtered while one types. */
let typing;
document.getElementById("q")?.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const address = new URL(location.href);
    address.searchParams.set("q", target.value);
    if (target.value === "") address.searchParams.delete("q");
    history.replaceState(null, "", address);
    etag = undefined;
    again(await look());
    said.textContent = document.getElementById("count")?.textContent ?? "";
  }, 150);
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches('#choose input[name="runs"]')) return;
  if (target.checked) chosen.add(target.value);
  else chosen.delete(target.value);
  showChosen();
});

document.getElementById("choose")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new URL("/compare", location.href);
  for (const key of chosen) address.searchParams.append("runs", key);
  location.assign(address);
});

document.addEventListener("click", async ({ target }) => {
  const id = target.dataset?.copy;
  if (id === undefined) return;
  const text = document.getElementById(id);
  try {
    await navigator.clipboard.writeText(text.textContent);
    said.textContent = "Copied.";
    target.textContent = "Copied";
    setTimeout(() => target.textContent = "Copy", 1500);
  } catch {
    getSelection().selectAllChildren(text);
    said.textContent = "Selected: copy it with Ctrl-C.";
  }
});

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const isTyping = target.matches("select, textarea, input:not([type=checkbox])");
  const filter = document.getElementById("q");
  if (key === "/" && filter && !isTyping) {
    event.preventDefault();
    filter.focus();
    filter.select();
  }
  if ((key === "ArrowDown" || key === "ArrowUp") && target.closest("table.runs tbody")) {
    const kind = target.matches("input") ? 'input[name="runs"]:enabled' : "a.run";
    const all = [...document.querySelectorAll(`table.runs ${kind}`)];
    const next = all[all.indexOf(target) + (key === "ArrowDown" ? 1 : -1)];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
});

for (const box of document.querySelectorAll('#choose input[name="runs"]:checked')) chosen.add(box.value);
showChosen();
ages(document);
setInterval(() => ages(document), 30_000);
again(Number(main.dataset.again ?? 6000));
