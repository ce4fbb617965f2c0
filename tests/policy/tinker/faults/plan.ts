/**
 * What goes wrong in one run, and when: drawn from the run's number alone, so that a run that fails is repeated by it.
 * A fault strikes the requests of an endpoint, after it has let some of them through, a number of times.
 */
import { randomFrom } from "../../../../lib/basics/mod.ts";

/**
 * Whether the server has done the work when the client sees the failure. After is the dangerous side: what is sent again
 * is then sent for the second time.
 */
export type Side = "before" | "after";

/** Something that happens to a request. */
export type Mishap =
  /** The proxy's port is closed for a while, and with it all connections; the request is lost. */
  | { readonly kind: "refuse"; readonly ms: number }
  /** The connection is dropped when this share of the request's body has come; the server sees nothing. */
  | { readonly kind: "reset_request"; readonly share: number }
  /** The connection is dropped when this share of the answer's body is out; 0: before the first byte of the answer. */
  | { readonly kind: "cut_response"; readonly share: number }
  /** This share of the answer's body arrives as a whole answer, with a length that fits. */
  | { readonly kind: "truncate_response"; readonly share: number }
  /** The proxy answers by itself. */
  | { readonly kind: "status"; readonly status: number; readonly side: Side; readonly json: boolean }
  /** 400 without a body. */
  | { readonly kind: "empty_400"; readonly side: Side }
  /** No answer, ever. */
  | { readonly kind: "hang"; readonly side: Side }
  /** The answer comes late. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The server gets the request twice, at once or one after the other, and the client the second answer. */
  | { readonly kind: "duplicate"; readonly together: boolean }
  /** The server ends and a new one takes its place; what it had in memory is lost. */
  | { readonly kind: "restart"; readonly side: Side };

/** When a mishap happens. */
export interface Fault {
  readonly mishap: Mishap;
  /**
   * Which requests, below `/api/v1/`; of polls also whose, as in `retrieve_future OptimStep`. Absent: all but signs of
   * life.
   */
  readonly path?: string;
  /** So many of them are let through first. */
  readonly skip: number;
  /** So many are struck then. */
  readonly times: number;
}

/** The statuses a server or what stands before it answers with. */
export const STATUSES = [408, 409, 410, 429, 500, 502, 503] as const;

/** The endpoints of a training run, the frequent ones more often. */
const PATHS = [
  ...["client/config", "create_session", "session_heartbeat", "create_model", "get_info", "save_weights"],
  ...["save_weights_for_sampler", "save_weights_for_sampler"],
  ...["asample", "asample", "forward_backward", "forward_backward", "forward_backward"],
  ...["optim_step", "optim_step", "optim_step", "optim_step"],
  ...["retrieve_future", "retrieve_future", "retrieve_future", "retrieve_future", "retrieve_future"],
];

/** The faults of run `number`: one to four of them. */
export function faultsOf(number: number): Fault[] {
  const random = randomFrom("faults", number);
  return Array.from({ length: random.int(1, 4) }, () => {
    const anywhere = random.next() < 0.15;
    const path = random.pick(PATHS);
    const skip = random.int(0, anywhere ? 120 : FREQUENT[path] ?? 6);
    const mishap = drawMishap(random);
    // Most are passing, some are not: these are what a run cannot survive.
    const lasting = random.next() < 0.15 && !meansWait(mishap, anywhere ? "retrieve_future" : path);
    const times = lasting ? 1_000_000 : random.int(1, 3);
    return { mishap, skip, times, ...(anywhere ? {} : { path }) };
  });
}

/** Requests of a run to these endpoints; to the others there are few. Faults fall into all steps. */
const FREQUENT: Readonly<Record<string, number>> = { retrieve_future: 60, asample: 20 };

/** Whether this tells the client to wait, which it does without end: that is what its user stops, and no error. */
function meansWait(mishap: Mishap, path: string): boolean {
  const pending = mishap.kind === "hang" || mishap.kind === "delay" ||
    (mishap.kind === "status" && [408, 429].includes(mishap.status));
  return pending && (path === "retrieve_future" || path === "asample");
}

type Random = ReturnType<typeof randomFrom>;

function drawMishap(random: Random): Mishap {
  const side = random.pick(["before", "after"] as const);
  const draw = random.int(0, 99);
  if (draw < 8) return { kind: "refuse", ms: random.next() < 0.8 ? random.int(5, 150) : 4000 };
  if (draw < 16) return { kind: "reset_request", share: random.next() };
  if (draw < 26) return { kind: "cut_response", share: random.pick([0, random.next()]) };
  if (draw < 36) return { kind: "truncate_response", share: random.next() };
  if (draw < 66) return { kind: "status", status: random.pick(STATUSES), side, json: random.next() < 0.6 };
  if (draw < 74) return { kind: "empty_400", side };
  if (draw < 82) return { kind: "hang", side };
  if (draw < 87) return { kind: "delay", ms: random.int(5, 200) };
  if (draw < 94) return { kind: "duplicate", together: random.next() < 0.5 };
  return { kind: "restart", side };
}

/** Requests that come when they like, so that a count that they are in would not be the same each time. */
const QUIET = ["session_heartbeat", "healthz"];

/** Hands out a run's faults as requests come by. */
export class FaultPlan {
  /** How often each kind has struck; statuses count by number. */
  readonly struck: Map<string, number> = new Map();
  readonly #faults: { readonly fault: Fault; seen: number }[];

  constructor(faults: readonly Fault[]) {
    this.#faults = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /**
   * What happens to a request. When two faults strike, the first one does; the other has its turn all the same.
   * @param of whose result is asked for, if one is
   */
  next(path: string, of?: string): Mishap | undefined {
    let found: Mishap | undefined;
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.path === undefined ? QUIET.includes(path) : ![path, `${path} ${of}`].includes(fault.path)) continue;
      const index = entry.seen++;
      // A server restarts once: a fault that restarts it for each request would leave none to talk to.
      const times = fault.mishap.kind === "restart" || fault.mishap.kind === "refuse" ? 1 : fault.times;
      if (index >= fault.skip && index < fault.skip + times) found ??= fault.mishap;
    }
    if (found !== undefined) {
      const name = found.kind === "status" ? String(found.status) : found.kind;
      this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    }
    return found;
  }
}
