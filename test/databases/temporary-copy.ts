import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface TemporaryCopy {
  readonly folder: string;
  remove(): Promise<void>;
}

// This shell outlives us in every case. When our end of its standard input closes, at the end of a run, by Ctrl-C
// or because we were killed, it removes the folder.
const REMOVER = 'cat >/dev/null; rm -rf "$1"';

/** Copies folders into a new folder below `base`, readable for every user. */
export async function temporaryCopy(base: string, sources: readonly string[]): Promise<TemporaryCopy> {
  const folder = await mkdtemp(join(base, "prisma-db-session-copy-"));
  // A group of its own: Ctrl-C in the terminal must not end the shell before its work.
  const remover = spawn("/bin/sh", ["-c", REMOVER, "remover", folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const remove = async () => {
    remover.ref();
    remover.stdin.end();
    await once(remover, "exit");
  };
  try {
    await once(remover, "spawn");
    // A run that fails must not wait for the shell.
    remover.unref();
    (remover.stdin as Socket).unref();
    await run("cp", ["-R", ...sources, folder]);
    await run("chmod", ["-R", "a+rX", folder]);
    return { folder, remove };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
