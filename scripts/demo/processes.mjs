// The tools that the demo starts.
import { spawn } from "node:child_process";
import { once } from "node:events";

const GRACE_MS = 5000;
/** The newest process. The demo runs one tool at a time. */
let current;

/**
 * Starts a Node script in a process group of its own. Ctrl-C then reaches only the demo, and the
 * demo ends the whole group with its workers. So a tool gets the signal once, not twice.
 *
 * @param {string[]} args
 * @param {{ cwd: string, env: Record<string, string> }} options
 */
export function start(args, options) {
  const child = spawn(process.execPath, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  /** Waits until the output contains a text. */
  const waitForOutput = (text) =>
    new Promise((resolve) => {
      child.stdout.on("data", () => output.includes(text) && resolve());
    });
  current = { child, exit: once(child, "close"), output: () => output, waitForOutput };
  return current;
}

/** Runs a script to its end. @returns {Promise<{ code: number | null, output: string }>} */
export async function run(args, options) {
  const { exit, output } = start(args, options);
  const [code] = await exit;
  return { code, output: output() };
}

/** Ends the running process, and waits until the process has ended. */
export async function stop() {
  if (!current) return;
  const { child, exit } = current;
  signalGroup(child, "SIGTERM");
  const killTimer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  await exit;
  clearTimeout(killTimer);
  signalGroup(child, "SIGKILL"); // a worker that outlived its parent
}

function signalGroup(child, signal) {
  try {
    // Windows has no process groups. Node ends only the process there.
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
