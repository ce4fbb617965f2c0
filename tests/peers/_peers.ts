/** The Python peers that tests here run against: where their interpreters are, and how one is started and ended. */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** A path from the repository's root. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** The interpreter of one environment that `setup.sh` makes. @throws when it was not made */
export function pythonOf(
  environment: "sdk" | "skyrl" | "engine" | "jupyter" | "grading" | "statistics" | "tracking",
): string {
  const path = fromRoot(`.peers/${environment}/bin/python`);
  try {
    Deno.statSync(path);
  } catch {
    throw new Error(`there is no ${path}: run tests/peers/setup.sh first`);
  }
  return path;
}

/** Runs a Python program, in which `data` is the input, and reads the JSON that it prints. @throws when it fails */
export async function runPython(
  program: string,
  input: unknown,
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<unknown> {
  const { success, stdout, stderr } = await new Deno.Command(pythonOf("skyrl"), {
    args: ["-c", `import json, sys\ndata = json.loads(sys.argv[1])\n${program}`, JSON.stringify(input)],
    ...options,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** SkyRL's server with one model, while it runs. */
export interface SkyrlServer {
  /** For `base_url`. */
  readonly url: string;
  /** Ends it. */
  close(): Promise<void>;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Starts SkyRL on a model folder and waits until it answers. @param model an absolute path: it is the model's name */
export async function startSkyrl(model: string): Promise<SkyrlServer> {
  const work = await Deno.makeTempDir({ prefix: "skyrl_" });
  const port = freePort();
  const log = `${work}/server.log`;
  const script = fromRoot("tests/peers/skyrl_server.py");
  const command = new Deno.Command("bash", {
    args: ["-c", `exec "$0" "$@" >'${log}' 2>&1`, pythonOf("skyrl"), script, model, String(port), work],
    env: {
      PYTHONPATH: fromRoot("tests/peers/skyrl_site"),
      JAX_PLATFORMS: "cpu",
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
    },
  });
  const child = command.spawn();
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(work, { recursive: true });
  };
  for (let tries = 0; tries < 120; tries++) {
    const healthy = await fetch(`${url}/api/v1/healthz`).then((response) => response.text()).catch(() => undefined);
    if (healthy !== undefined) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const said = await Deno.readTextFile(log).catch(() => "");
  await close();
  throw new Error(`SkyRL did not start: ${said.slice(-2000)}`);
}
