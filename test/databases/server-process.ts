import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A database server that this run uses, wherever it comes from. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** A server that was started for this run, and that may be killed. */
export interface OwnServer extends Server {
  /** SIGKILL, for all of its processes at once. Comes back when they are gone. */
  kill(): Promise<void>;
  /**
   * Starts it again after that, on what it had written, with these arguments or those of its first
   * start.
   */
  restart(args?: readonly string[]): Promise<void>;
}

interface Options {
  command: string;
  args: readonly string[];
  /** Everything that the server writes; removed when it stops. */
  directory: string;
  /** The line of its log that says that it takes connections. */
  ready: string;
  stopSignal: "INT" | "TERM";
  /** The user to run as; ours, when there is none. */
  user?: { uid: number; gid: number };
}

const START_MS = 120_000;

// The shell between us and the server outlives us in every case: when our end of its standard input closes, at
// the end of a run, by Ctrl-C or because we were killed, it stops the server and removes the directory.
// It gives its standard error away, so that the end of that stream is the end of the server.
// A line of input kills the server and its children (stopped first, so that it has no new ones; PostgreSQL's are in process groups of their own).
// The shell answers once the server's process is gone: until then, PostgreSQL would not start in the same directory.
// The directory is kept then, for the server's next life, but still removed in the end.
const KEEPER = `
  directory=$1 signal=$2; shift 2
  "$@" >/dev/null & server=$!
  exec 2>/dev/null
  if read -r order; then
    kill -s STOP $server
    kill -s KILL $(ps -A -o ppid= -o pid= | sed -n "s/^ *$server  *//p") $server
    wait $server
    echo killed
    cat >/dev/null
  else
    kill -s "$signal" $server
  fi
  wait $server
  rm -rf "$directory"
`;

/** Starts a server and waits until it takes connections. */
export async function startServer(url: string, options: Options): Promise<OwnServer> {
  const lives = [await startProcess(options)];
  return {
    url,
    kill: async () => lives.at(-1)?.kill(),
    async restart(args = options.args) {
      lives.push(await startProcess({ ...options, args }));
    },
    async stop() {
      for (const { stop } of lives.reverse()) await stop();
    },
  };
}

async function startProcess(options: Options): Promise<{ stop(): Promise<void>; kill(): Promise<void> }> {
  const { command, args, directory, ready, stopSignal, user } = options;
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "keeper", directory, stopSignal, command, ...args], {
    cwd: directory,
    detached: true, // A group of its own: Ctrl-C in the terminal must not end the keeper before its work.
    stdio: ["pipe", "pipe", "pipe"],
    ...user,
  });
  const stop = async () => {
    keeper.ref();
    keeper.stdin.end();
    await once(keeper, "exit");
  };

  let log = "";
  let limit: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      // A child of a server that failed can keep the stream open.
      limit = setTimeout(() => reject(new Error(`${command} does not start:\n${log}`)), START_MS);
      keeper.on("error", reject);
      keeper.stderr.on("end", () => reject(new Error(`${command} ended:\n${log}`)));
      keeper.stderr.on("data", (chunk) => {
        log += chunk;
        if (log.includes(ready)) resolve();
      });
    });
  } catch (error) {
    if (keeper.pid !== undefined) await stop();
    throw error;
  } finally {
    clearTimeout(limit);
  }
  // A run that fails before it can stop us must not wait for us either: see above.
  keeper.unref();
  keeper.stderr.removeAllListeners().resume();
  const [stdin, stdout, stderr] = [keeper.stdin, keeper.stdout, keeper.stderr] as [Socket, Socket, Socket];
  for (const stream of [stdin, stdout, stderr]) stream.unref();
  const kill = async () => {
    stdout.ref();
    stdin.write("kill\n");
    await once(stdout, "data");
    stdout.unref();
  };
  return { stop, kill };
}

/** A port on 127.0.0.1 that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port could be had on 127.0.0.1.");
  return address.port;
}
