import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A database server that this run uses, wherever it comes from. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

interface ServerProcess {
  command: string;
  args: string[];
  /** Everything that the server writes; removed when it stops. */
  directory: string;
  /** The line of its log that says that it takes connections. */
  ready: string;
  stopSignal: "INT" | "TERM";
  /** The user to run as; ours, when there is none. */
  user?: { uid: number; gid: number };
}

// The shell between us and the server outlives us in every case: when our end of its standard input closes, at
// the end of a run, by Ctrl-C or because we were killed, it stops the server and removes the directory.
// It gives its standard error away, so that the end of that stream is the end of the server.
const KEEPER = `
  directory=$1 signal=$2; shift 2
  "$@" & server=$!
  exec 2>/dev/null
  cat >/dev/null
  kill -s "$signal" $server; wait $server
  rm -rf "$directory"
`;

/** Starts a server and waits until it takes connections. Returns what stops it. */
export async function startProcess(options: ServerProcess): Promise<() => Promise<void>> {
  const { command, args, directory, ready, stopSignal, user } = options;
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "keeper", directory, stopSignal, command, ...args], {
    cwd: directory,
    detached: true, // A group of its own: Ctrl-C in the terminal must not end the keeper before its work.
    stdio: ["pipe", "ignore", "pipe"],
    ...user,
  });
  const stop = async () => {
    keeper.ref();
    keeper.stdin.end();
    await once(keeper, "exit");
  };

  let log = "";
  try {
    await new Promise<void>((resolve, reject) => {
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
  }
  // A run that fails before it can stop us must not wait for us either: see above.
  keeper.unref();
  for (const stream of [keeper.stdin, keeper.stderr.removeAllListeners().resume()]) (stream as Socket).unref();
  return stop;
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
