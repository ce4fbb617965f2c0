/**
 * Where a run is logged to and as whom: the official client's variables, and its key where `wandb login` has left one. A
 * key is for one host: it goes there encrypted, or to this machine, and nowhere else.
 */
import { oneLine, type ReadEnv } from "../../basics/mod.ts";
import { netrcPassword } from "./_netrc.ts";

/** The service's own address. Its newer name, api.forge.coreweave.com, leads to the same place. */
const SERVICE = "https://api.wandb.ai";

/** Hosts of the service's API, by whose name a key may have been stored. */
const SERVICE_HOSTS = ["api.wandb.ai", "api.forge.coreweave.com"];

/** Where a person sees the runs of the service. */
const SERVICE_PAGES = "https://wandb.ai";

/** What the environment says about Weights & Biases. */
export interface WandbSettings {
  /** Without a path's last `/`. */
  readonly baseUrl: string;
  /** Where a person sees the runs, without a last `/`. */
  readonly pagesUrl: string;
  /** The user or the team; absent: whoever the key belongs to decides. */
  readonly entity?: string;
  /** Proves who sends; absent: nothing can be sent. */
  readonly key?: string;
  /** Why nothing is sent, in a sentence with what to do; absent: it is sent. */
  readonly offline?: string;
}

/** Reads `WANDB_MODE`, `WANDB_BASE_URL`, `WANDB_ENTITY`, `WANDB_API_KEY`, and else the key of a netrc file. @returns nothing when the mode is `disabled` */
export function wandbSettings(env: ReadEnv): WandbSettings | undefined {
  const mode = env("WANDB_MODE") || "online";
  if (mode === "disabled") return undefined;
  const { baseUrl, fault } = baseUrlOf(env("WANDB_BASE_URL") || SERVICE);
  const entity = env("WANDB_ENTITY");
  const where = { baseUrl, pagesUrl: pagesOf(baseUrl), ...(entity && { entity }) };
  if (fault !== undefined) return { ...where, offline: fault };
  if (mode === "offline" || mode === "dryrun") return { ...where, offline: `WANDB_MODE is ${mode}` };
  if (mode !== "online" && mode !== "run") {
    return { ...where, offline: `WANDB_MODE is "${oneLine(mode, 40)}"; it can be online, offline or disabled` };
  }
  const host = new URL(baseUrl).host;
  const key = env("WANDB_API_KEY") || netrcPassword(SERVICE_HOSTS.includes(host) ? SERVICE_HOSTS : [host], env);
  if (key === undefined) {
    const place = `${pagesOf(baseUrl)}/authorize`;
    return { ...where, offline: `there is no key for ${host}; set WANDB_API_KEY (a key is to be had at ${place})` };
  }
  // The value itself is not repeated: it may be a key with something before or after it.
  if (!/^[\w.-]{20,1000}$/.test(key)) {
    return { ...where, offline: `the key for ${host} is not one: look at WANDB_API_KEY` };
  }
  return { ...where, key };
}

/** Whether data may be sent there: encrypted, or to this machine. */
function baseUrlOf(text: string): { readonly baseUrl: string; readonly fault?: string } {
  const shown = "WANDB_BASE_URL";
  if (!URL.canParse(text)) return { baseUrl: SERVICE, fault: `${shown} is no address; for example ${SERVICE}` };
  const url = new URL(text);
  const baseUrl = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  // A name and a password may be in it: it is not repeated.
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return { baseUrl, fault: `${shown} has more than a host and a path; for example ${SERVICE}` };
  }
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && local)) return { baseUrl };
  return { baseUrl: SERVICE, fault: `${shown} is not encrypted, and a key must not be read on the way; use https` };
}

function pagesOf(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  if (SERVICE_HOSTS.includes(hostname) || hostname === "forge.coreweave.com") return SERVICE_PAGES;
  return baseUrl.replace("://api.", "://app.");
}
