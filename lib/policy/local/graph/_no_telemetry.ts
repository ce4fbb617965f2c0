/**
 * Keeps onnxruntime from reporting: from 1.30 on its library sends events about the process, its models and its sessions
 * to its maker, and keeps an identifier of the machine and a log in the temporary folder, unless this variable is set
 * before it is loaded (https://github.com/microsoft/onnxruntime/pull/27379). Importing this module sets it, where that is
 * allowed; somebody's own setting stays.
 */

const NAME = "ORT_DISABLE_TELEMETRY";

const { state } = Deno.permissions.querySync({ name: "env", variable: NAME });
if (state === "granted" && Deno.env.get(NAME) === undefined) Deno.env.set(NAME, "1");
