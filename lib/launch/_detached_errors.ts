/**
 * An error on its way from one process to another: what it is called, what it says, and the fields that its class adds.
 * Of a class that is not known here only the name and the message stay.
 */
import { isObject, maskUserInfo, StorageError } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { HubError, type HubErrorReason } from "../hub/mod.ts";
import { ApiError, ConnectionError, CredentialError } from "../policy/mod.ts";
import { TemplateError } from "../prompts/mod.ts";
import { LogFolderError, RunFolderError } from "../runs/mod.ts";

/** An error as JSON. */
export interface ErrorRecord {
  /** Of its class. */
  readonly name: string;
  /** What it says; never a password. */
  readonly message: string;
  /** The fields of its own that are plain values, or lists of texts. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An error as it is handed over. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: maskUserInfo(String(error)), fields: {} };
  const isPlain = (value: unknown) =>
    ["string", "number", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every((item) => typeof item === "string"));
  const fields = Object.entries(error).filter(([key, value]) => key !== "name" && key !== "stack" && isPlain(value));
  return { name: error.name, message: maskUserInfo(error.message), fields: Object.fromEntries(fields) };
}

type Make = (message: string, fields: ErrorRecord["fields"]) => Error;

const text = (value: unknown): string => typeof value === "string" ? value : "";
const number = (value: unknown): number | undefined => typeof value === "number" ? value : undefined;

const MAKERS: Readonly<Record<string, Make>> = {
  ConfigError: (message, { problems }) => new ConfigError(Array.isArray(problems) ? problems.map(String) : [message]),
  TemplateError: (message) => new TemplateError([message]),
  LogFolderError: (message) => new LogFolderError(message),
  RunFolderError: (message) => new RunFolderError(message),
  StorageError: (message, { code }) => new StorageError(message, text(code) || undefined),
  HubError: (message, { reason, status, retryAfterSeconds }) =>
    new HubError(text(reason) as HubErrorReason, message, number(status), number(retryAfterSeconds)),
  ConnectionError: (message) => new ConnectionError(message),
  CredentialError: (message) => new CredentialError(message),
  ApiError: (message, { status, detail, attempts }) =>
    new ApiError(message, { status: number(status) ?? 0, detail: text(detail), attempts: number(attempts) ?? 1 }),
  TypeError: (message) => new TypeError(message),
  RangeError: (message) => new RangeError(message),
  SyntaxError: (message) => new SyntaxError(message),
  NotFound: (message) => new Deno.errors.NotFound(message),
};

/** The error that was handed over; nothing for what is none. */
export function errorOfRecord(record: unknown): Error | undefined {
  if (!isObject(record) || typeof record.message !== "string") return undefined;
  const { name, message, fields } = record;
  const make = typeof name === "string" && Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (make !== undefined) return make(message, isObject(fields) ? fields : {});
  return Object.assign(new Error(message), { name: typeof name === "string" ? name : "Error" });
}
