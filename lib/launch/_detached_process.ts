/**
 * A process that trains and belongs to nobody: a session of its own, without a terminal, so that neither Ctrl-C nor a
 * closed window nor the end of a notebook kernel reaches it. Its permissions are those of `deno task train`, whatever
 * those of who starts it are. What it says on standard error when it breaks down ends up in the run's log.
 */
import { fileURLToPath } from "node:url";

/** The file that the process runs, and the configuration with its permissions and its dependencies, from here. */
const MAIN = "./_detached_main.ts";
const CONFIG = "../../deno.json";

/** As for `deno task train`: memory that is let go is given back soon. */
const V8_FLAGS = "--max-semi-space-size=4,--heap-growing-percent=20";

/**
 * Runs the command behind the name of the log. Standard output stays what it is; of standard error the last 8,000 bytes
 * are kept, without passwords of addresses. Whatever the command says there, and that it ended badly, is told at the end:
 * to the log, where the run has one, and on standard output, where somebody may still read. A shell, because a process
 * that was killed or ran out of memory can write nothing any more.
 */
const KEEPER = `
log=$0
exec 3>&1 >/dev/null
said=$({ "$@" 2>&1 >&3 3>&-; code=$?; [ $code -eq 0 ] || echo "the process ended with code $code"; } |
  tail -c 8000 | sed 's#://[^/@[:space:]]*@#://***@#g')
[ -n "$said" ] || exit 0
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
[ ! -f "$log" ] || printf '%s\\n' "$said" | sed "s/^/$now /" >> "$log"
printf '%s\\n' "$said" >&3
`;

/**
 * The command that trains what it is told on standard input.
 * @param here where this file was loaded from
 * @throws {TypeError} when the module's files are not on this machine
 */
export function trainCommand(here: string = import.meta.url): readonly string[] {
  const [main, config] = [MAIN, CONFIG].map((file) => pathOf(new URL(file, here)));
  const flags = ["-q", "--no-prompt", "--config", config!, `--v8-flags=${V8_FLAGS}`, "-P=train"];
  return [Deno.execPath(), "run", ...flags, main!];
}

/** Of a file that is there. */
function pathOf(url: URL): string {
  const instead = "use a clone of the module, or trainGRPO, which trains in this process";
  if (url.protocol !== "file:") {
    throw new TypeError(
      "cannot launch a run: a process of its own needs the files of this module, which was loaded from " +
        `${url.origin === "null" ? url.protocol : url.origin}; ${instead}`,
    );
  }
  const path = fileURLToPath(url);
  try {
    Deno.statSync(path);
  } catch {
    throw new TypeError(
      `cannot launch a run: a process of its own needs the file ${path}, which is not there; ${instead}`,
    );
  }
  return path;
}

/**
 * Starts a process, in the working directory and with the environment of this one, and with pipes to and from it.
 * @param log path of the run's log, which may not be there yet
 * @param command what runs; by default what trains
 * @param env variables besides those of this process
 * @throws {TypeError} when the module's files are not on this machine
 */
export function startDetached(
  log: string,
  command: readonly string[] = trainCommand(),
  env: Record<string, string> = {},
): Deno.ChildProcess {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "null", detached: true, env } as const;
  // Windows has neither sessions nor sh; the process is let go there all the same.
  return Deno.build.os === "windows"
    ? new Deno.Command(command[0]!, { args: command.slice(1), ...pipes }).spawn()
    : new Deno.Command("sh", { args: ["-c", KEEPER, log, ...command], ...pipes }).spawn();
}
