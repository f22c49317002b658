// The tools that the demo starts.
import { spawn } from "node:child_process";
import { once } from "node:events";

const GRACE_MS = 5000;
/** Only the newest: the demo does one thing after another. */
let current;

/**
 * Starts a Node script in a process group of its own. So Ctrl-C reaches the demo alone, which then ends the whole group, workers
 * included; and a tool that was told once to stop is not told twice.
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
  /** Waits for a text in the output. */
  const says = (text) =>
    new Promise((resolve) => {
      child.stdout.on("data", () => output.includes(text) && resolve());
    });
  current = { child, exit: once(child, "close"), output: () => output, says };
  return current;
}

/** Runs a script to its end. @returns {Promise<{ code: number | null, output: string }>} */
export async function run(args, options) {
  const { exit, output } = start(args, options);
  const [code] = await exit;
  return { code, output: output() };
}

/** Ends what is running, and waits until it has ended. */
export async function stop() {
  if (!current) return;
  const { child, exit } = current;
  signalGroup(child, "SIGTERM");
  const impatience = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  await exit;
  clearTimeout(impatience);
  signalGroup(child, "SIGKILL"); // a worker that outlived its parent
}

function signalGroup(child, signal) {
  try {
    // Windows has no groups; Node ends the process itself there.
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
